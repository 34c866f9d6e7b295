//! From event to plan: events, the cases and incidents they speak of, the plans made from them,
//! and whom a plan reaches.

pub mod candidates;
pub mod cases;
pub mod events;
pub mod incidents;
pub mod plans;
