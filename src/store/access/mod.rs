//! Who may: users, their invitations and sessions, API keys, the daemon's own secrets, and the audit log.

pub mod actions;
pub mod audit;
pub mod digests;
pub mod identities;
pub mod invitations;
pub mod keyring;
pub mod keys;
pub mod pending_sign_ins;
pub mod second_factors;
pub mod sessions;
pub mod users;
pub mod weeks;
