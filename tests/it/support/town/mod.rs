//! The town of the tests: the people of one municipality, and what a store knows of them.
//!
//! `households` are as an import takes them: for tests that begin at the door. `rows` are as the
//! store keeps them: for tests about what took days to become so. `web` is the office in front of
//! it all. Truth has a town of its own, which a seed draws; chaos fills its large one with a single
//! statement; the demo's and the measurements' are part of programs.

mod households;
mod rows;
mod web;

pub(crate) use households::{MUNICIPALITY, households};
pub(crate) use rows::overlay;
pub(crate) use web::web;
