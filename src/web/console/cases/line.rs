//! One line of a list of cases.

use crate::domain::case_kind::CaseKinds;
use crate::store::planning::cases::CaseRecord;
use crate::web::console::shell::{Visit, When, in_path};

/// One case in a list.
pub(crate) struct CaseLine {
    pub(crate) path: String,
    pub(crate) case: CaseRecord,
    pub(crate) kind: String,
    pub(crate) state: String,
    /// The body it is with; empty when nobody is named.
    pub(crate) with: String,
    pub(crate) changed: When,
}

impl CaseLine {
    pub(crate) fn all(cases: Vec<CaseRecord>, visit: &Visit) -> Vec<Self> {
        let (kinds, now) = (visit.web.pages.case_kinds(), visit.moment());
        let language = now.words.language().tag();
        let line = |case: CaseRecord| Self {
            path: in_path(&case.data.case),
            kind: kinds.kind_label(&case.data.kind, language),
            state: kinds.state_label(&case.data.kind, &case.data.state, language),
            with: owner(&case, kinds).unwrap_or_default().to_owned(),
            changed: When::new(case.changed_at, now),
            case,
        };
        cases.into_iter().map(line).collect()
    }
}

/// The body a case is with, as people call it: the one the event named, else the one its state belongs to.
pub(crate) fn owner<'a>(case: &'a CaseRecord, kinds: &'a CaseKinds) -> Option<&'a str> {
    let usual = || {
        kinds
            .state(&case.data.kind, &case.data.state)?
            .owner
            .as_deref()
    };
    let word = case.data.owner.as_deref().or_else(usual);
    word.map(|word| kinds.body(word))
}
