//! Who opens a page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use super::layout::{ConsolePart, Frame, theme};
use super::words::{ConsoleWords, FluentValue};
use crate::domain::role::{Right, Role};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::console::state::Moment;
use crate::web::problem::Problem;

/// A person who opens a page, and what the page is drawn with. Every page's handler takes one.
pub(crate) struct Visit {
    pub(crate) web: Web,
    pub(crate) person: Person,
    pub(super) theme: Option<&'static str>,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        Ok(Self {
            person: Person::from_request_parts(parts, web).await?,
            web: web.clone(),
            theme: theme(&parts.headers),
        })
    }
}

impl Visit {
    /// Whether they have this right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.person.role.may(right)
    }

    /// Whether they may be the second person who approves.
    pub(crate) fn may_approve(&self) -> bool {
        let for_approvers = self.web.console.declaring.approvers_only;
        let is_manager = self.person.role == Role::Manager;
        self.may(Right::ApproveIncidents) && !(for_approvers && is_manager)
    }

    /// The words of the language they chose, else of the house's.
    pub(crate) fn words(&self) -> ConsoleWords {
        let chosen = self.person.language.map(ConsoleWords::new);
        chosen.unwrap_or(self.web.console.words())
    }

    /// Now, by their clock and in their words.
    pub(crate) fn moment(&self) -> Moment {
        let house = self.web.moment();
        Moment {
            at: house.at,
            zone: self.person.zone.unwrap_or(house.zone),
            words: self.words(),
        }
    }

    /// Now by the time outside, for what people did: the same, unless our time runs faster.
    pub(crate) fn outside(&self) -> Moment {
        Moment {
            at: self.web.clock.wall(),
            ..self.moment()
        }
    }

    /// That time runs faster than outside, where it does.
    pub(crate) fn hurry(&self) -> Option<String> {
        let (pace, words) = (self.web.clock.pace(), self.words());
        let times = FluentValue::from(words.number(i64::from(pace)));
        (pace > 1).then(|| words.say_with("shell-time-runs", &[("times", times)]))
    }

    /// The frame of a page in `part`. Looks into the store: drop a transaction before.
    pub(crate) async fn frame(
        &self,
        part: ConsolePart,
        title: impl Into<String>,
    ) -> Result<Frame, Problem> {
        let title = title.into();
        let snapshot = self.web.console.now(&self.web).await?;
        Ok(Frame::new(self, &snapshot, part, title))
    }
}
