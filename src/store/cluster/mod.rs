//! What nodes share: who lives, who wakes whom, the rate of each provider, switches, the jobs of
//! the clock and what they check.

pub mod invariants;
pub mod nodes;
pub mod notify;
pub mod presence;
pub mod rate_limit;
pub mod switches;
pub mod upkeep;
