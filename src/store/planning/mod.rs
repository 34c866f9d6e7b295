//! From event to plan: events, the cases and incidents they speak of, the plans made from them,
//! and whom a plan reaches; and the bodies with which cases stand still.

pub mod areas;
pub mod bodies;
pub mod candidates;
pub mod cases;
pub mod declared;
pub mod events;
pub mod incidents;
pub mod plans;
pub mod rectifications;
pub mod rule_versions;
