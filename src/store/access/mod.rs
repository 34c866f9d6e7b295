//! Who may: users, their sessions, API keys, the daemon's own secrets, and the audit log.

pub mod audit;
pub mod keyring;
pub mod keys;
pub mod sessions;
pub mod users;
