//! With whom cases stand still: how many, since when, and whether the body has said that it knows.

use crate::domain::case_kind::CaseKinds;
use crate::store::planning::bodies::BodyStanding;
use crate::web::console::shell::{Badge, When};
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
    pub(crate) fn new(standing: &BodyStanding, kinds: &CaseKinds, now: Moment) -> Self {
        let words = now.words;
        let (tone, key, since) = match standing {
            BodyStanding { made_at: None, .. } => ("waiting", "now-report-none", None),
            BodyStanding {
                acknowledged_at: Some(at),
                ..
            } => ("delivered", "now-report-acknowledged", Some(*at)),
            BodyStanding {
                chased_at: Some(at),
                ..
            } => ("attention", "now-report-chased", Some(*at)),
            BodyStanding { made_at, .. } => ("going", "now-report-sent", *made_at),
        };
        let named = Some(standing.body.as_str()).filter(|body| !body.is_empty());
        Self {
            body: named.map_or_else(
                || words.say("now-nobody-named").into_owned(),
                |word| kinds.body(word).to_owned(),
            ),
            cases: words.number(standing.cases),
            oldest: standing.oldest.map(|at| When::new(at, now)),
            report: Badge::new(tone, &words.say(key)),
            reported: since.map(|at| When::new(at, now)),
        }
    }
}
