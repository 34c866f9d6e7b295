//! Incidents: the list, the page of one, and what people say of them at the console.
//!
//! `list` and `show` (with `live`) look. `new` is the form that declares one, `change` the small forms
//! by which it goes on, `stop` takes back what has not left. What either form says is written down
//! (`declared`), shown with what would come of it (`check`, `texts`), and sent or put before a second
//! person (`decide`). `typed`, `points` and `form` read and draw the fields, `chooser` is the map
//! of the form, `facts` and `line` say what an incident is about.

use axum::response::{Redirect, Response};

use crate::domain::DeclaredId;
use crate::domain::event::{DeclaredState, IncidentStep};
use crate::domain::language::primary;
use crate::domain::role::Right;
use crate::web::console::shell::{self, Badge, ConsoleWords};
use crate::web::routes::{Access, Routes};

mod change;
mod check;
mod chooser;
mod decide;
mod declared;
mod facts;
mod form;
mod line;
pub(crate) mod list;
mod live;
mod new;
mod points;
pub(crate) mod show;
mod stop;
pub(super) mod texts;
mod typed;

/// The routes by which incidents are declared and go on.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let may = Access::Right;
    Routes::default()
        .get("/console/incidents/new", may(Right::DeclareIncidents), new::form)
        .post("/console/incidents/new", may(Right::DeclareIncidents), new::post)
        .get("/console/incidents/{incident}/live", Access::Person, live::get)
        .get("/console/incidents/{incident}/change", may(Right::DeclareIncidents), change::form)
        .post("/console/incidents/{incident}/change", may(Right::DeclareIncidents), change::post)
        .post("/console/incidents/{incident}/stop", may(Right::DeclareIncidents), stop::post)
        .get("/console/declared/{id}", may(Right::CheckIncidents), check::get)
        .get("/console/declared/{id}/edit", may(Right::DeclareIncidents), new::edit)
        .post("/console/declared/{id}/edit", may(Right::DeclareIncidents), new::rewrite)
        .get("/console/declared/{id}/texts", may(Right::CheckIncidents), texts::back)
        .post("/console/declared/{id}/texts", may(Right::CheckIncidents), texts::post)
        .post("/console/declared/{id}/send", may(Right::DeclareIncidents), decide::send)
        .post("/console/declared/{id}/ask", may(Right::DeclareIncidents), decide::ask)
        .post("/console/declared/{id}/approve", may(Right::ApproveIncidents), decide::approve)
        .post("/console/declared/{id}/return", may(Right::ApproveIncidents), decide::give_back)
        .post("/console/declared/{id}/withdraw", may(Right::DeclareIncidents), decide::withdraw)
}

/// To the page that says how it stands with what is declared.
fn to_check(id: DeclaredId) -> Response {
    shell::strictly(Redirect::to(&format!("/console/declared/{id}")))
}

/// Where something stands that is declared.
fn badge_of(state: DeclaredState, words: ConsoleWords) -> Badge {
    let tone = match state {
        DeclaredState::Draft | DeclaredState::Withdrawn => "waiting",
        DeclaredState::Waiting | DeclaredState::Returned => "attention",
        DeclaredState::Approved => "delivered",
        DeclaredState::Sent => "going",
    };
    Badge::new(tone, &words.of("incidents-declared", state.as_str()))
}

/// What happened to an incident, in one word.
fn step_word(step: IncidentStep, words: ConsoleWords) -> String {
    let step = step.as_str().trim_start_matches("incident.");
    words.of("incidents-step", step).into_owned()
}

/// The name of a client's language.
pub(super) fn language(locale: &str, words: ConsoleWords) -> String {
    words.of("incidents-language", primary(locale)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn every_word_of_a_list_is_said_in_each_language() {
        for language in Language::ALL {
            let words = ConsoleWords::new(language);
            let said = |family: &str, word: &str| {
                let key = format!("{family}-{}", word.replace('_', "-"));
                let text = words.say(&key);
                assert_ne!(text, key, "{language:?}");
            };
            for state in DeclaredState::ALL {
                said("incidents-declared", state.as_str());
            }
            for step in IncidentStep::ALL {
                let step = step.as_str().trim_start_matches("incident.");
                said("incidents-step", step);
            }
            for change in change::IncidentChangeForm::ALL {
                said("incidents-change", change.as_str());
                said("incidents-change-hint", change.as_str());
            }
            for severity in ["minor", "moderate", "severe", "extreme"] {
                said("incidents-severity", severity);
            }
            for service in typed::SERVICES {
                said("service", service);
            }
            for done in ["sent", "corrected"] {
                said("incidents-done", done);
            }
            for tag in ["it", "en"] {
                said("incidents-language", tag);
            }
        }
    }
}
