//! Clients: their contact points, preferences, suppressed addresses, replies and the conversations they
//! belong to, mails to the staff about them, problems that are passed on to bodies, what their partners ask,
//! how a case went for them, who acts for them, how an address is proven, and their erasure.

pub mod clients;
pub mod codes;
pub mod conversations;
pub mod deputies;
pub mod erasure;
pub mod forwardings;
pub mod preferences;
pub mod questions;
pub mod replies;
pub mod senders;
pub mod staff_mails;
pub mod suppressions;
pub mod surveys;
