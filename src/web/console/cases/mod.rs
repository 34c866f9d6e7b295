//! Cases: the list, and the page of one case.

mod line;
pub(crate) mod list;
pub(crate) mod show;
mod survey;

pub(crate) use line::CaseLine;
