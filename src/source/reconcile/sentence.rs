//! What a comparison came to, in one sentence for the command line. The console has its own words.

use crate::store::sources::{ComparedSource, NamedDifference};

/// "it says 412 open cases, we know 410: PR-7, PR-9". `of_cases`: else they are incidents.
#[must_use]
pub fn reconciled_sentence(
    compared: &ComparedSource,
    names: &[NamedDifference],
    of_cases: bool,
) -> String {
    let what = match of_cases {
        true => "open cases",
        false => "incidents that go on",
    };
    let (theirs, ours) = (compared.theirs, compared.ours);
    let counts = format!("it says {theirs} {what}, we know {ours}");
    if compared.differs() == 0 {
        // A doubt says what was not compared.
        let as_far = match compared.doubt.is_some() {
            true => ", as far as it could be compared",
            false => "",
        };
        return format!("{counts}: nothing is missing{as_far}");
    }
    let mut named: Vec<String> = names.iter().map(|one| one.name.clone()).collect();
    let more = compared.differs() - i64::try_from(named.len()).unwrap_or(i64::MAX);
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    format!("{counts}: {}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sources::DifferenceSort;

    fn missing(name: &str) -> NamedDifference {
        NamedDifference {
            sort: DifferenceSort::Missing,
            name: name.to_owned(),
            theirs: None,
            ours: None,
            client: None,
        }
    }

    #[test]
    fn a_difference_is_said_with_its_names() {
        let mut compared = ComparedSource {
            theirs: 412,
            ours: 410,
            missing: 2,
            ..ComparedSource::default()
        };
        let names = [missing("PR-7"), missing("PR-9")];
        let said = reconciled_sentence(&compared, &names, true);
        assert_eq!(said, "it says 412 open cases, we know 410: PR-7, PR-9");
        compared.missing = 5;
        let said = reconciled_sentence(&compared, &names, true);
        assert!(said.ends_with(": PR-7, PR-9, and 3 more"), "{said}");
        let mut same = ComparedSource {
            theirs: 3,
            ours: 3,
            ..ComparedSource::default()
        };
        assert_eq!(
            reconciled_sentence(&same, &[], false),
            "it says 3 incidents that go on, we know 3: nothing is missing"
        );
        same.doubt = Some("1 records could not be read".to_owned());
        let said = reconciled_sentence(&same, &[], false);
        assert!(
            said.ends_with("missing, as far as it could be compared"),
            "{said}"
        );
    }
}
