//! What nodes share: who lives, who wakes whom, the rate of each provider, switches, the jobs of
//! the clock and what they check.

pub mod bell;
pub mod invariants;
pub mod nodes;
pub mod pace;
pub mod presence;
pub mod switches;
pub mod upkeep;
