//! One line of a list of cases.

use crate::domain::case_kind::CaseKinds;
use crate::store::reports::CaseRow;
use crate::web::Web;
use crate::web::console::shell::format::LANGUAGE;
use crate::web::console::shell::{When, in_path};

/// One case in a list.
pub(crate) struct CaseLine {
    pub(crate) path: String,
    pub(crate) case: CaseRow,
    pub(crate) kind: String,
    pub(crate) state: String,
    /// The body it is with; empty when nobody is named.
    pub(crate) with: String,
    pub(crate) changed: When,
}

impl CaseLine {
    pub(crate) fn all(cases: Vec<CaseRow>, web: &Web) -> Vec<Self> {
        let (kinds, now) = (web.pages.case_kinds(), web.moment());
        let line = |case: CaseRow| Self {
            path: in_path(&case.case),
            kind: kinds.kind_label(&case.kind, LANGUAGE),
            state: kinds.state_label(&case.kind, &case.state, LANGUAGE),
            with: owner(&case, kinds).unwrap_or_default().to_owned(),
            changed: When::new(case.changed_at, now),
            case,
        };
        cases.into_iter().map(line).collect()
    }
}

/// The body a case is with: the one the event named, else the one its state belongs to.
pub(crate) fn owner<'a>(case: &'a CaseRow, kinds: &'a CaseKinds) -> Option<&'a str> {
    let usual = || kinds.state(&case.kind, &case.state)?.owner.as_deref();
    case.owner.as_deref().or_else(usual)
}
