//! `GET /console/incidents/{incident}/live`: how far an incident's messages got, while its page is
//! looked at. It ends when the store cannot be read; whoever looks asks again.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::{StreamExt as _, stream};

use crate::insight::Proportion;
use crate::store::StoreError;
use crate::store::reports::DeliveryFunnel;
use crate::web::console::shell::funnel::{FunnelStep, funnel};
use crate::web::console::shell::live::live_stream;
use crate::web::console::shell::{ConsoleWords, FluentValue, Visit, in_path};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// How often a live page looks; the funnel itself is counted less often.
const TICK: Duration = Duration::from_secs(1);
/// A live page asks again after so many looks: a session that was ended sees no longer than
/// this.
const TICKS: usize = 120;

/// How far an incident's messages got, as it is drawn.
pub(super) struct ReachView {
    pub(super) words: ConsoleWords,
    pub(super) path: String,
    pub(super) planned: String,
    pub(super) unreachable: String,
    pub(super) delivery: Vec<FunnelStep>,
}

#[derive(Template)]
#[template(path = "console/incident/reach.html")]
struct ReachRegion<'a> {
    reach: &'a ReachView,
}

impl ReachView {
    pub(super) fn new(delivery: &DeliveryFunnel, incident: &str, words: ConsoleWords) -> Self {
        Self {
            words,
            path: in_path(incident),
            planned: words.count("incidents-planned", delivery.planned),
            unreachable: unreachable(delivery, words),
            delivery: funnel(delivery, words),
        }
    }
}

/// All of them were counted, so there is no interval to give.
fn unreachable(delivery: &DeliveryFunnel, words: ConsoleWords) -> String {
    let rate = Proportion::new(delivery.unreachable, delivery.planned);
    let mut values: Vec<(&str, FluentValue<'_>)> = vec![
        ("without", words.number(delivery.unreachable).into()),
        ("all", words.number(delivery.planned).into()),
    ];
    if rate.is_small() {
        return words.say_with("incidents-unreachable-of", &values);
    }
    values.push(("percent", rate.percent().into()));
    words.say_with("incidents-unreachable-share", &values)
}

/// What a live page is told the next time.
struct WatchedReach {
    visit: Visit,
    id: i64,
    incident: String,
    shown: String,
    ticks: usize,
}

pub(super) async fn get(visit: Visit, Path(incident): Path<String>) -> Result<Response, Problem> {
    let stopping = visit.web.console.lifecycle.stopping();
    let found = visit
        .web
        .store
        .read()
        .await?
        .incidents()
        .outlined(&incident)
        .await?;
    let found = found.ok_or_else(|| StoreError::missing("incident", &incident))?;
    let mut followed = WatchedReach {
        visit,
        id: found.id.get(),
        incident,
        shown: String::new(),
        ticks: 0,
    };
    let first = followed.look().await?;
    let later = stream::unfold(followed, |mut followed| async move {
        followed.ticks += 1;
        if followed.ticks >= TICKS {
            return None;
        }
        tokio::time::sleep(TICK).await;
        let event = followed.look().await.ok()?;
        Some((event, followed))
    });
    let events = stream::iter([first]).chain(later);
    let events = events.flat_map(stream::iter);
    Ok(live_stream(events.take_until(stopping)))
}

impl WatchedReach {
    /// The region, if it is another than before.
    async fn look(&mut self) -> Result<Option<Event>, StoreError> {
        let web = &self.visit.web;
        let delivery = web.console.funnel(web, self.id).await?;
        let view = ReachView::new(&delivery, &self.incident, self.visit.words());
        let drawn = ReachRegion { reach: &view }.render().unwrap_or_default();
        if drawn == self.shown {
            return Ok(None);
        }
        let event = Event::default().event("reach").data(&drawn);
        self.shown = drawn;
        Ok(Some(event))
    }
}
