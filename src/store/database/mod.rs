//! How the store speaks with its database: opening, the schema, the words in which SQLite and
//! PostgreSQL differ (`backend`), how a unit of work begins and ends (`under_way`), statements
//! (`sql`), rows out and in (`rows`, `types`), errors.
//! Knows no table but those of the schema itself.

pub(crate) mod backend;
pub(crate) mod error;
mod health;
mod migrations;
pub(crate) mod open;
pub(crate) mod rows;
mod schema;
pub(crate) mod sql;
pub(crate) mod types;
pub(crate) mod under_way;
