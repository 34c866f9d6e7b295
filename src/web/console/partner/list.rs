//! `GET /console/partner`: where the cases of the partner's clients stand, and what these were told last.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::line::PartnerCaseLine;
use super::{HOME, PartnerVisit};
use crate::domain::limits::PARTNER_SEARCH;
use crate::insight::Period;
use crate::insight::satisfaction::Satisfaction;
use crate::store::insight::satisfaction::ScoreSums;
use crate::store::reports::partner::PartnerCaseFilter;
use crate::text::sanitize::excerpt;
use crate::web::console::insight::satisfaction::{ScoreLine, score_line};
use crate::web::console::shell::{self, ConsolePart, ConsoleWords, Frame, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Days over which it is summed how cases went.
const ASKED_DAYS: i64 = 90;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PartnerQuery {
    /// Of a case the reference, of a client words of the name.
    q: String,
    state: String,
    /// `all` for the closed ones too, `stalled` for those alone that stand still.
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/partner/cases.html")]
struct PartnerCasesPage {
    frame: Frame,
    ask: PartnerQuery,
    partner: String,
    /// The word of each state, and what it is called.
    states: Vec<(String, String)>,
    rows: Vec<PartnerCaseLine>,
    /// How the clients say that their cases went; none where nobody was asked.
    satisfaction: Vec<ScoreLine>,
    next: Option<String>,
}

pub(crate) async fn get(
    PartnerVisit { visit, sight }: PartnerVisit,
    Query(ask): Query<PartnerQuery>,
) -> Result<Response, Problem> {
    let (now, kinds) = (visit.moment(), visit.web.pages.case_kinds());
    let mut tx = visit.web.store.read().await?;
    let mut seen = tx.seen_by(&sight);
    let before = list::before(&ask.after);
    let found = seen.cases(&ask.filter(), before, list::PAGE).await?;
    let (known, partner) = (seen.states().await?, seen.name().await?);
    let asked = Period::ending(now.day(), ASKED_DAYS);
    let scores = seen.satisfaction(asked.from, asked.to).await?;
    drop(tx);
    let language = now.words.language().tag();
    let mut states: Vec<(String, String)> = Vec::new();
    for (kind, state) in known {
        if states.iter().all(|(other, _)| *other != state) {
            let label = kinds.state_label(&kind, &state, language);
            states.push((state, label));
        }
    }
    let next = list::next(&found, |case| case.id.get());
    let line = |case| PartnerCaseLine::new(case, kinds, now);
    Ok(shell::page(&PartnerCasesPage {
        frame: visit
            .frame(ConsolePart::Partner, visit.words().say("partner-title"))
            .await?,
        next: next.map(|last| ask.page_after(last)),
        rows: found.into_iter().map(line).collect(),
        satisfaction: satisfaction(scores, &partner, now.words),
        ask,
        partner,
        states,
    }))
}

fn satisfaction(scores: ScoreSums, partner: &str, words: ConsoleWords) -> Vec<ScoreLine> {
    let group = Satisfaction::from(scores);
    let line = score_line(&group, partner.to_owned(), words);
    (group.asked > 0).then_some(line).into_iter().collect()
}

impl PartnerQuery {
    fn filter(&self) -> PartnerCaseFilter {
        PartnerCaseFilter {
            state: (!self.state.is_empty()).then(|| self.state.clone()),
            open: self.show != "all",
            stalled: self.show == "stalled",
            search: excerpt(&self.q, PARTNER_SEARCH),
        }
    }

    /// Where the page behind this one is.
    fn page_after(&self, last: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.q), ("state", &self.state), ("show", &self.show)] {
            query.append_pair(name, value);
        }
        query.append_pair("after", &last.to_string());
        format!("{HOME}?{}", query.finish())
    }
}
