//! `/v1/incidents`. Incidents are declared and corrected by events, so that nothing happens to
//! one without a trace.

pub(super) mod get;
pub(super) mod list;
pub(super) mod preview;
