//! Clients: their contact points, preferences, suppressed addresses, replies and the conversations they
//! belong to, what their partners ask, and their erasure.

pub mod clients;
pub mod conversations;
pub mod erasure;
pub mod preferences;
pub mod questions;
pub mod replies;
pub mod senders;
pub mod suppressions;
