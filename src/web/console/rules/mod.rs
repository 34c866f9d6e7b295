//! Rules at the console: each as a sentence with what it came to of late (`list`, in the words of
//! `sentence`), what they would make of one event (`trial`), what changed ones would have made of
//! the last days (`replay`), and versions that people write here (`edit`), which stand in the place of
//! the rules of the file when they are published.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod edit;
mod list;
mod replay;
mod sentence;
mod trial;

/// The routes of the rules. What is tried shows texts of clients, so not everybody may.
pub(super) fn routes() -> Routes {
    let may = Access::Right(Right::TryRules);
    let editor = Access::Right(Right::EditRules);
    Routes::default()
        .get("/console/rules", Access::Person, list::get)
        .get("/console/rules/try", may, trial::form)
        .post("/console/rules/try", may, trial::post)
        .get("/console/rules/replay", may, replay::form)
        .post("/console/rules/replay", may, replay::post)
        .get("/console/rules/edit", editor, edit::form)
        .post("/console/rules/edit", editor, edit::post)
}
