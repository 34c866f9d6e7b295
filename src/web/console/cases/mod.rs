//! Cases: the list, and the page of one case.

mod line;
pub(crate) mod list;
pub(crate) mod show;

pub(crate) use line::CaseLine;
