//! The query of an API call: only parameters that are known, each once. A misspelt filter would
//! show everything; of two, one would be passed over without a word.

use std::str::FromStr;

use crate::domain::UnknownWord;
use crate::text::invisible::harmless;
use crate::web::problem::Problem;

/// Refuses a parameter that is not among `known`, or comes twice.
pub(in crate::web) fn only(query: Option<&str>, known: &[&str]) -> Result<(), Problem> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let Some(name) = known.iter().find(|known| **known == name) else {
            return Err(unknown(&name, known));
        };
        if seen.contains(name) {
            let detail = format!("`{name}` is given twice; give it once");
            return Err(Problem::field(format!("/{name}"), detail));
        }
        seen.push(name);
    }
    Ok(())
}

fn unknown(name: &str, known: &[&str]) -> Problem {
    let name = harmless(name);
    let takes = match known {
        [] => "this takes none".to_owned(),
        known => format!("known are: {}", known.join(", ")),
    };
    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    Problem::field(
        pointer,
        format!("`{name}` is not a known parameter; {takes}"),
    )
}

/// The word of a filter, if one is given; an unknown one is named.
pub(in crate::web) fn known<T: FromStr<Err = UnknownWord>>(
    field: &str,
    word: Option<&str>,
) -> Result<Option<T>, Problem> {
    let unknown = |error: UnknownWord| Problem::field(format!("/{field}"), error.to_string());
    word.map(str::parse).transpose().map_err(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_parameter_is_named_with_those_that_are_known() {
        let known = ["state", "limit"];
        assert_eq!(only(None, &known), Ok(()));
        assert_eq!(only(Some("limit=3&st%61te=held"), &known), Ok(()));
        let problem = only(Some("limit=3&stat=held"), &known).unwrap_err();
        assert_eq!(problem.status, 400);
        assert_eq!(problem.pointer.as_deref(), Some("/stat"));
        assert!(problem.detail.ends_with("known are: state, limit"));
        let problem = only(Some("a/b=1"), &[]).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/a~1b"));
        assert!(problem.detail.ends_with("this takes none"), "{problem:?}");
    }

    #[test]
    fn the_same_parameter_twice_is_refused() {
        let problem = only(Some("state=held&state=sent"), &["state"]).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/state"));
        assert!(problem.detail.contains("twice"));
    }
}
