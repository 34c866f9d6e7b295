//! What the console keeps in memory, and what it is given by `app`: the renderer of sent
//! messages and the list of providers. Nothing here must survive a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use crate::domain::{Channel, MessageId, Timestamp};
use crate::lifecycle::Lifecycle;
use crate::store::StoreError;
use crate::store::reports::Ladder;
use crate::web::Web;

use super::login::Throttle;
use super::now::Snapshot;

/// A snapshot is shared by all who look within this time.
const FRESH: TimeDelta = TimeDelta::milliseconds(900);
/// An incident's ladder counts each message, so it is kept longer.
const LADDER_FRESH: TimeDelta = TimeDelta::seconds(5);
/// How long the pace is looked back on.
const PACE: TimeDelta = TimeDelta::seconds(60);
/// Previews of unsaved mails kept; the oldest go first.
const PREVIEWS: usize = 64;

/// Shows a message as its client saw it. `app` gives one that renders the frozen inputs again
/// exactly as `dispatch` did; without one the pages say that the text cannot be shown.
pub trait Renderer: Send + Sync {
    /// The text of a message; an error is a sentence for the operator.
    fn render(&self, message: MessageId) -> BoxFuture<'_, Result<Seen, String>>;
}

/// What the client saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// On a handset.
    Sms {
        /// The text.
        text: String,
    },
    /// In a mailbox.
    Email {
        /// One line.
        subject: String,
        /// The HTML part, without the pixel that counts openings.
        html: String,
        /// The plain part.
        text: String,
    },
}

/// A configured provider, for the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFace {
    /// `[provider.NAME]`.
    pub name: String,
    /// `smtp`, `kannel`, `sandbox`.
    pub kind: String,
    /// What it carries.
    pub channel: Channel,
}

/// What the console keeps in memory.
pub struct Desk {
    pub(super) renderer: Option<Arc<dyn Renderer>>,
    pub(super) providers: Vec<ProviderFace>,
    pub(super) lifecycle: Lifecycle,
    pub(super) throttle: Throttle,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    ladders: Mutex<HashMap<i64, (Timestamp, Ladder)>>,
    pace: Mutex<VecDeque<(Timestamp, i64)>>,
    previews: Mutex<VecDeque<(String, String)>>,
}

impl Desk {
    /// `lifecycle`: live pages end when the daemon stops.
    #[must_use]
    pub fn new(
        renderer: Option<Arc<dyn Renderer>>,
        providers: Vec<ProviderFace>,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            renderer,
            providers,
            lifecycle,
            throttle: Throttle::default(),
            snapshot: Mutex::default(),
            ladders: Mutex::default(),
            pace: Mutex::default(),
            previews: Mutex::default(),
        }
    }

    /// What is going on, at most a second old: however many look, the store is asked once.
    pub(super) async fn now(&self, web: &Web) -> Result<Arc<Snapshot>, StoreError> {
        let now = web.clock.now();
        let mut kept = self.snapshot.lock().await;
        if let Some(snapshot) = kept.as_ref()
            && now - snapshot.at < FRESH
        {
            return Ok(Arc::clone(snapshot));
        }
        let snapshot = Arc::new(Snapshot::take(web, now).await?);
        *kept = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// The ladder of an incident, some seconds old at most.
    pub(super) async fn ladder(&self, web: &Web, incident: i64) -> Result<Ladder, StoreError> {
        let now = web.clock.now();
        let mut kept = self.ladders.lock().await;
        if let Some((at, ladder)) = kept.get(&incident)
            && now - *at < LADDER_FRESH
        {
            return Ok(*ladder);
        }
        let ladder = web.store.read().await?.reports().ladder(incident).await?;
        kept.retain(|_, (at, _)| now - *at < LADDER_FRESH);
        kept.insert(incident, (now, ladder));
        Ok(ladder)
    }

    /// Notes how many were accepted since the beginning, and says how many that makes in a
    /// minute; nothing until it has looked for some seconds.
    pub(super) async fn pace(&self, now: Timestamp, accepted: i64) -> Pace {
        let mut seen = self.pace.lock().await;
        seen.push_back((now, accepted));
        while seen.front().is_some_and(|(at, _)| now - *at > PACE) {
            seen.pop_front();
        }
        let spark = seen
            .iter()
            .zip(seen.iter().skip(1))
            .map(|(a, b)| b.1 - a.1)
            .collect();
        let per_minute = seen.front().and_then(|(at, count)| {
            let ms = (now - *at).num_milliseconds();
            (ms >= 3_000).then(|| (accepted - count) * 60_000 / ms)
        });
        Pace { per_minute, spark }
    }

    /// Keeps an unsaved mail for the frame that will ask for it.
    pub(super) async fn keep_preview(&self, key: String, html: String) {
        let mut previews = self.previews.lock().await;
        if previews.len() >= PREVIEWS {
            previews.pop_front();
        }
        previews.push_back((key, html));
    }

    /// A mail kept before.
    pub(super) async fn preview(&self, key: &str) -> Option<String> {
        let previews = self.previews.lock().await;
        previews
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, html)| html.clone())
    }
}

/// How quickly messages go out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pace {
    pub(super) per_minute: Option<i64>,
    /// Accepted between one look and the next, oldest first.
    pub(super) spark: Vec<i64>,
}
