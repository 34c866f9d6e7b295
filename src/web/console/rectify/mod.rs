//! Telling those who got a wrong message that it was wrong, at the console: `form` chooses which messages and
//! says whom it reaches before anything is sent, `one` is what became of it, and where a second person
//! approves it. Both do what programs can do as well (`web::rectifying`).

use crate::domain::role::Right;
use crate::store::planning::rectifications::WrongReach;
use crate::web::console::shell::ConsoleWords;
use crate::web::routes::{Access, Routes};

mod form;
mod one;

/// The routes, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let may = Access::Right;
    Routes::default()
        .get("/console/rectify", may(Right::DeclareIncidents), form::get)
        .post("/console/rectify", may(Right::DeclareIncidents), form::post)
        .get("/console/rectifications/{id}", may(Right::CheckIncidents), one::get)
        .post("/console/rectifications/{id}/approve", may(Right::ApproveIncidents), one::approve)
        .post("/console/rectifications/{id}/refuse", may(Right::ApproveIncidents), one::refuse)
        .post("/console/rectifications/{id}/withdraw", may(Right::DeclareIncidents), one::withdraw)
}

/// Channel, how many surely got one there, and how many perhaps.
type ReachRow = (String, String, String);

fn rows(reach: &[WrongReach], words: ConsoleWords) -> Vec<ReachRow> {
    let row = |one: &WrongReach| {
        (
            words.of("channel", one.channel.as_str()).into_owned(),
            words.number(one.sure),
            words.number(one.doubtful),
        )
    };
    reach.iter().map(row).collect()
}
