//! Incidents: the list, and the page of one incident.

mod line;
pub(crate) mod list;
pub(crate) mod show;
