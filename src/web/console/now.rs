//! Now: is it going out, to how many, what is stuck. Live by server-sent events: one event per
//! region of the page that changed, with the region's HTML. Without script the page is the same
//! and stands still.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt as _, stream};

use crate::domain::{Lane, Timestamp};
use crate::insight::Rate;
use crate::insight::explain::duration;
use crate::store::StoreError;
use crate::store::cluster::upkeep::Breach;
use crate::store::reports::{
    IncidentRow, Ladder, LaneLoad, MessageFilter, NodeRow, NodeState, ProviderRow, Totals,
};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::alarms::{self, Alarm};
use super::desk::{Pace, ProviderFace};
use super::format::{Badge, Moment, When, grouped, plain};
use super::frame::{Frame, Part, strictly};
use super::messages::Line;

mod tiles;

use tiles::{Tile, capped, tiles};

/// How often a live page looks.
const TICK: Duration = Duration::from_secs(1);
/// A live page asks again after so many looks: a session that was ended sees no longer than
/// this.
const TICKS: usize = 120;
/// An urgent message waiting so long is an alarm.
const URGENT_WAIT: TimeDelta = TimeDelta::seconds(30);

/// What is going on, read once for everybody.
pub(super) struct Snapshot {
    pub(super) at: Timestamp,
    lanes: Vec<LaneLoad>,
    totals: Totals,
    pace: Pace,
    incidents: Vec<(IncidentRow, Ladder)>,
    providers: Vec<(ProviderFace, Option<ProviderRow>)>,
    nodes: Vec<NodeRow>,
    paused: Option<(String, Timestamp)>,
    breaches: Vec<Breach>,
    /// Replies that nobody has answered.
    replies: i64,
    recent: Vec<Line>,
}

/// The light in the top line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Health {
    pub(super) badge: Badge,
    /// Why, in a sentence.
    pub(super) detail: String,
}

impl Snapshot {
    pub(super) async fn take(web: &Web, now: Moment) -> Result<Self, StoreError> {
        let mut tx = web.store.read().await?;
        let totals = tx.reports().totals(now.day()).await?;
        let going_on = tx.reports().incidents(true, i64::MAX, 10).await?;
        let recent = tx
            .reports()
            .messages(&MessageFilter::default(), None, 20)
            .await?;
        let known = tx.reports().providers().await?;
        let lanes = tx.reports().lanes().await?;
        let nodes = tx.reports().nodes(20).await?;
        let paused = tx.reports().dispatch_paused().await?;
        let mut breaches = tx.upkeep().breaches().await?;
        breaches.retain(|breach| breach.invariant.alarms());
        let replies = tx.replies().unanswered().await?;
        drop(tx);
        let mut incidents = Vec::with_capacity(going_on.len());
        for incident in going_on {
            let ladder = web.console.ladder(web, incident.id).await?;
            incidents.push((incident, ladder));
        }
        Ok(Self {
            at: now.at,
            lanes,
            totals,
            pace: web.console.pace(now.at, totals.ever.accepted).await,
            incidents,
            providers: with_state(&web.console.providers, known),
            nodes,
            paused,
            breaches,
            replies,
            recent: recent
                .items
                .into_iter()
                .map(|row| Line::new(row, now))
                .collect(),
        })
    }

    /// The worst thing that is going on.
    pub(super) fn health(&self, now: Moment) -> Health {
        let health = |tone, word: &str, detail: String| Health {
            badge: Badge::new(tone, word),
            detail,
        };
        if let Some(breach) = self.breaches.first() {
            return health("failed", "alarm", alarms::sentence(breach));
        }
        if let Some((actor, at)) = &self.paused {
            let since = When::new(*at, now).ago;
            return health(
                "attention",
                "paused",
                format!("{actor} paused all sending {since}"),
            );
        }
        let alive = |node: &&NodeRow| node.state() == NodeState::Alive;
        let nodes = self.nodes.iter().filter(alive).count();
        if nodes == 0 {
            return health(
                "failed",
                "stopped",
                "no node gives a sign of life".to_owned(),
            );
        }
        if let Some((face, _)) = self
            .providers
            .iter()
            .find(|(_, row)| is_paused(row.as_ref(), now.at))
        {
            return health(
                "attention",
                "provider paused",
                format!("{} is paused", face.name),
            );
        }
        let urgent = self.lanes.iter().find(|load| load.lane == Lane::Urgent);
        if let Some(due) = urgent.and_then(|load| load.oldest_due)
            && now.at - due > URGENT_WAIT
        {
            let waited = duration(now.at - due);
            return health(
                "attention",
                "slow",
                format!("an urgent message waits for {waited}"),
            );
        }
        health("delivered", "sending", format!("{nodes} node(s) at work"))
    }
}

fn with_state(
    faces: &[ProviderFace],
    mut known: Vec<ProviderRow>,
) -> Vec<(ProviderFace, Option<ProviderRow>)> {
    faces
        .iter()
        .map(|face| {
            let at = known.iter().position(|row| row.name == face.name);
            (face.clone(), at.map(|at| known.swap_remove(at)))
        })
        .collect()
}

fn is_paused(row: Option<&ProviderRow>, now: Timestamp) -> bool {
    row.and_then(|row| row.paused_until)
        .is_some_and(|until| until > now)
}

struct LaneBar {
    lane: &'static str,
    waiting: String,
    /// 0 to 100, on a logarithmic scale: one waiting must show beside 100,000.
    fill: i64,
    oldest: String,
    late: bool,
}

struct GoingOn {
    incident: String,
    what: String,
    began: When,
    expected_end: Option<When>,
    steps: Vec<LadderStep>,
}

/// One step of told → delivered → read.
pub(super) struct LadderStep {
    pub(super) word: &'static str,
    pub(super) count: String,
    /// Of its own whole, 0 to 100; nothing when there is no whole.
    pub(super) percent: Option<i64>,
    /// Its whole, in words.
    pub(super) of: String,
    pub(super) tone: &'static str,
}

struct ProviderLine {
    name: String,
    kind: String,
    channel: &'static str,
    badge: Badge,
    detail: String,
}

/// Everything the page's regions show.
struct View {
    alarms: Vec<Alarm>,
    tiles: Vec<Tile>,
    lanes: Vec<LaneBar>,
    incidents: Vec<GoingOn>,
    providers: Vec<ProviderLine>,
    recent: Vec<Line>,
}

impl View {
    fn new(snapshot: &Snapshot, now: Moment) -> Self {
        Self {
            alarms: Alarm::all(&snapshot.breaches, now),
            tiles: tiles(snapshot),
            lanes: snapshot
                .lanes
                .iter()
                .map(|load| lane_bar(load, now))
                .collect(),
            incidents: snapshot
                .incidents
                .iter()
                .map(|found| going_on(found, now))
                .collect(),
            providers: snapshot
                .providers
                .iter()
                .map(|found| provider(found, now))
                .collect(),
            recent: snapshot.recent.clone(),
        }
    }
}

fn lane_bar(load: &LaneLoad, now: Moment) -> LaneBar {
    let age = load.oldest_due.map(|due| now.at - due);
    let digits = i64::from(load.waiting.checked_ilog2().map_or(0, |log| log + 1));
    LaneBar {
        lane: load.lane.as_str(),
        waiting: capped(load.waiting),
        fill: (digits * 100 / 17).min(100),
        oldest: match age {
            Some(age) if age >= TimeDelta::zero() => format!("oldest waits {}", duration(age)),
            Some(_) => "none due yet".to_owned(),
            None => "empty".to_owned(),
        },
        late: load.lane == Lane::Urgent && age.is_some_and(|age| age > URGENT_WAIT),
    }
}

fn going_on((incident, ladder): &(IncidentRow, Ladder), now: Moment) -> GoingOn {
    let service = incident
        .service
        .as_deref()
        .map_or_else(String::new, |s| format!(" · {}", plain(s)));
    GoingOn {
        incident: incident.incident.clone(),
        what: format!("{}{service}", plain(&incident.kind)),
        began: When::new(incident.began_at, now),
        expected_end: incident.expected_end.map(|end| When::new(end, now)),
        steps: ladder_steps(ladder),
    }
}

/// The three steps, each as a share of those it can be said of: who was not to be told is no
/// failure, and a relay that never reports has not lost anything.
pub(super) fn ladder_steps(ladder: &Ladder) -> Vec<LadderStep> {
    let to_tell = ladder.planned - ladder.suppressed;
    [
        ("told", "going", ladder.told, to_tell, "to be told"),
        (
            "delivered",
            "delivered",
            ladder.delivered,
            ladder.reporting,
            "whose provider reports it",
        ),
        (
            "read",
            "read",
            ladder.read,
            ladder.read_measurable,
            "who can be measured",
        ),
    ]
    .into_iter()
    .map(|(word, tone, count, whole, of)| LadderStep {
        word,
        count: grouped(count),
        percent: (whole > 0).then(|| Rate::new(count, whole).percent()),
        of: format!("of {} {of}", grouped(whole)),
        tone,
    })
    .collect()
}

fn provider((face, row): &(ProviderFace, Option<ProviderRow>), now: Moment) -> ProviderLine {
    let paused = is_paused(row.as_ref(), now.at);
    let until = row.as_ref().and_then(|row| row.paused_until);
    let reason = row
        .as_ref()
        .and_then(|row| row.reason.clone())
        .unwrap_or_default();
    ProviderLine {
        name: face.name.clone(),
        kind: face.kind.clone(),
        channel: face.channel.as_str(),
        badge: if paused {
            Badge::new("attention", "paused")
        } else {
            Badge::new("delivered", "ready")
        },
        detail: match until.filter(|_| paused) {
            Some(until) => format!("again {} {reason}", When::new(until, now).ago),
            None => String::new(),
        },
    }
}

#[derive(Template)]
#[template(path = "console/now.html")]
struct NowPage {
    frame: Frame,
    now: View,
}

macro_rules! region {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            now: &'a View,
        }
    };
}
region!(Alarms, "console/now/alarms.html");
region!(Announced, "console/now/announced.html");
region!(Tiles, "console/now/tiles.html");
region!(Lanes, "console/now/lanes.html");
region!(Incidents, "console/now/incidents.html");
region!(Providers, "console/now/providers.html");
region!(Recent, "console/now/recent.html");

/// `GET /console/now`.
pub(super) async fn page(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let frame = Frame::new(&web, &person, &headers, Part::Now, "Now").await?;
    let snapshot = web.console.now(&web).await?;
    let now = View::new(&snapshot, web.moment());
    Ok(super::frame::page(&NowPage { frame, now }))
}

/// `GET /console/now/live`: an event for each region that changed.
pub(super) async fn live(State(web): State<Web>, _person: Person) -> Response {
    let stopping = web.console.lifecycle.stopping();
    let regions = stream::unfold((web, Vec::new(), 0), |(web, shown, ticks)| async move {
        if ticks >= TICKS {
            return None;
        }
        if ticks > 0 {
            tokio::time::sleep(TICK).await;
        }
        let drawn = match web.console.now(&web).await {
            Ok(snapshot) => draw(&snapshot, web.moment()),
            // The store is busy or gone: what is shown stays, the next look may do better.
            Err(error) => {
                tracing::warn!(error = %error, "a live page could not look at the store");
                shown.clone()
            }
        };
        let events = changed(&shown, &drawn);
        Some((events, (web, drawn, ticks + 1)))
    });
    live_stream(regions.flat_map(stream::iter).take_until(stopping))
}

/// Answers with events until the daemon stops.
pub(super) fn live_stream(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    strictly(
        Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response(),
    )
}

/// Name and HTML of each region.
type Drawn = Vec<(&'static str, Arc<str>)>;

fn draw(snapshot: &Snapshot, at: Moment) -> Drawn {
    let now = &View::new(snapshot, at);
    let drawn = [
        ("alarms", Alarms { now }.render()),
        ("announced", Announced { now }.render()),
        ("tiles", Tiles { now }.render()),
        ("lanes", Lanes { now }.render()),
        ("incidents", Incidents { now }.render()),
        ("providers", Providers { now }.render()),
        ("recent", Recent { now }.render()),
    ];
    drawn
        .into_iter()
        .filter_map(|(name, html)| Some((name, html.ok()?.into())))
        .collect()
}

fn changed(shown: &Drawn, drawn: &Drawn) -> Vec<Event> {
    drawn
        .iter()
        .filter(|region| !shown.contains(region))
        .map(|(name, html)| Event::default().event(name).data(&**html))
        .collect()
}
