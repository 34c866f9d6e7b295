//! With whom cases stand still: how many, since when, and whether the body has said that it knows.

use crate::store::planning::bodies::BodyStanding;
use crate::web::console::shell::format::{Badge, When, grouped};
use crate::web::console::state::Moment;

pub(crate) struct BodyLine {
    pub(crate) body: String,
    pub(crate) cases: String,
    pub(crate) oldest: Option<When>,
    /// How its last report stands.
    pub(crate) report: Badge,
    /// Since when it stands so.
    pub(crate) reported: Option<When>,
}

impl BodyLine {
    pub(crate) fn new(standing: &BodyStanding, now: Moment) -> Self {
        let (tone, word, since) = match standing {
            BodyStanding { made_at: None, .. } => ("waiting", "no report", None),
            BodyStanding {
                acknowledged_at: Some(at),
                ..
            } => ("delivered", "acknowledged", Some(*at)),
            BodyStanding {
                chased_at: Some(at),
                ..
            } => ("attention", "chased", Some(*at)),
            BodyStanding { made_at, .. } => ("going", "sent", *made_at),
        };
        let named = Some(standing.body.as_str()).filter(|body| !body.is_empty());
        Self {
            body: named.unwrap_or("nobody is named").to_owned(),
            cases: grouped(standing.cases),
            oldest: standing.oldest.map(|at| When::new(at, now)),
            report: Badge::new(tone, word),
            reported: since.map(|at| When::new(at, now)),
        }
    }
}
