//! Clients: the list, and the page of one client.

pub(crate) mod deputies;
pub(crate) mod lift;
pub(crate) mod list;
pub(crate) mod show;
mod why;
