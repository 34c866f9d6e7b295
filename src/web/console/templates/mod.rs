//! Templates: the list, and the editor of one with its live preview and its versions.
//!
//! `create` lists them and begins a new one, `editor` draws the page of one, `typed` reads its form,
//! `write` saves it, `change` asks before a version goes live or a draft is lost, and `rules` says
//! whom that would touch. `preview` renders from the samples; `remarks` says how it reads, `faults` why it cannot be sent, `chips`
//! what can be put in, `variable` and `other_form` what else the form can do, `test_send` sends the
//! text to whoever writes it. What a text may hold is decided by `template`, which works on it in a workshop of its own.

use crate::domain::role::Right;
use crate::web::routes::{Access, Routes};

mod change;
mod chips;
mod create;
mod editor;
mod fault_keys;
mod faults;
mod other_form;
mod preview;
mod remarks;
mod rules;
mod test_send;
mod typed;
mod variable;
mod write;

/// The routes of the templates. What is typed is rendered only for who may write; the frame that
/// shows a mail is part of the page that everybody may read.
pub(super) fn routes() -> Routes {
    let editor = Access::Right(Right::EditTemplates);
    Routes::default()
        .get("/console/templates", Access::Person, create::list)
        .post("/console/templates", editor, create::create)
        .get("/console/templates/{name}", Access::Person, editor::show)
        .post("/console/templates/{name}", editor, write::write)
        .post(
            "/console/templates/{name}/preview",
            editor,
            preview::preview,
        )
        .get("/console/templates/{name}/{asked}", editor, change::ask)
        .post("/console/templates/{name}/{asked}", editor, change::answer)
        .get("/console/previews/{key}", Access::Person, preview::mail)
}
