//! What the tests stand on: stores of both kinds and the servers of others. Nothing is skipped:
//! a program that is missing fails the tests that need it, by name.

#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    reason = "each test takes what it needs"
)]

/// A struct that is read from the columns named like its fields, of either database.
macro_rules! row {
    ($(#[$meta:meta])* struct $name:ident { $($field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        struct $name { $($field: $type,)+ }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)+
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?,)+ })
            }
        }
    };
}

mod alone;
pub(crate) mod daemon;
pub(crate) mod feed;
pub(crate) mod gateways;
pub(crate) mod invariants;
pub(crate) mod mailboxes;
pub(crate) mod node;
pub(crate) mod patience;
pub(crate) mod program;
#[macro_use]
mod promise;
pub(crate) mod servers;
pub(crate) mod smsc;
mod stores;
mod sums;
pub(crate) mod town;
pub(crate) mod traces;

pub(crate) use alone::alone;
pub(crate) use promise::Promise;
pub(crate) use stores::{TestStore, at, postgres, sqlite, stores};

/// The rules that come with the program, as a running node has them.
pub(crate) fn shipped_rules() -> std::sync::Arc<arc_swap::ArcSwap<araldo::plan::Matcher>> {
    let rules = araldo::config::rules::load(None).expect("the rules built in");
    let matcher = araldo::plan::Matcher::new(rules).expect("sound rules");
    std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(matcher))
}
