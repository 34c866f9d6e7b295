//! Clients: their contact points, preferences, suppressed addresses, replies, and their erasure.

pub mod clients;
pub mod erasure;
pub mod preferences;
pub mod replies;
pub mod senders;
pub mod suppressions;
