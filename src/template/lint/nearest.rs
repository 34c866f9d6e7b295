//! The variable that is written most like an unknown one.

use super::super::builtin;
use crate::domain::template::Source;
use crate::text::nearness;

/// The variable that was meant, most likely.
pub(super) fn nearest<'a>(source: &'a Source, name: &str) -> Option<&'a str> {
    let declared = source.variables.iter().map(|it| it.name.as_str());
    nearness::nearest(declared.chain(builtin::names()), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_and_what_was_not_is_not() {
        let source = super::super::super::trial::text("x");
        assert_eq!(nearest(&source, "case.reff"), Some("case.ref"));
        assert_eq!(nearest(&source, "cliente.name"), Some("client.name"));
        assert_eq!(nearest(&source, "nobody.knows"), None);
    }
}
