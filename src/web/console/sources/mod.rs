//! Sources at the console: how each does, how it is read, what could not be taken, and what a record
//! would come to. Nothing here looks at their systems: that is done by whichever node reads a source,
//! and by `araldo source try`.
//!
//! `list` has all of them, `show` one with its dead letters, `dead` the buttons that have these taken
//! once more or given up, `trial` the form that tries a record; `line` and `words` say how a source
//! does, `reconciled` whether anything is missing.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod dead;
mod line;
mod list;
mod reconciled;
mod show;
mod trial;
mod words;

/// The routes of the sources. Records are their system's own words, with addresses in clear: whoever
/// may see those may see them, and it is written down.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    use Access::Person;
    let may = Access::Right;
    Routes::default()
        .get("/console/sources", Person, list::get)
        .get("/console/sources/{name}", Person, show::get)
        .get("/console/sources/{name}/records", Person, show::back)
        .post("/console/sources/{name}/records", may(Right::Reveal), show::records)
        .get("/console/sources/{name}/try", may(Right::TrySources), trial::form)
        .post("/console/sources/{name}/try", may(Right::TrySources), trial::post)
        .post("/console/sources/{name}/dead/replay", may(Right::MendSources), dead::replay_all)
        .post("/console/sources/{name}/dead/{id}/replay", may(Right::MendSources), dead::replay)
        .post("/console/sources/{name}/dead/{id}/forget", may(Right::MendSources), dead::forget)
}
