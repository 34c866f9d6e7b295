//! The store's promises, on both databases.

mod reports;
mod users;
