//! What the console keeps in memory, and what it is given by `app`: the renderer of sent
//! messages and the list of providers. Nothing here must survive a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, oneshot};

use crate::domain::client::HOME_ZONE;
use crate::domain::{Channel, MessageId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::reports::Ladder;
use crate::template::Workshop;
use crate::web::Web;

use super::format::Moment;
use super::now::Snapshot;

/// A snapshot is shared by all who look within this time.
const FRESH: TimeDelta = TimeDelta::milliseconds(900);
/// An incident's ladder counts each message, so it is kept longer.
const LADDER_FRESH: TimeDelta = TimeDelta::seconds(5);
/// Counting may take this part of a reader's time: a ladder that took a second is counted again
/// after twenty.
const LADDER_SHARE: i32 = 20;
/// A page waits so long for a ladder that was never counted, and then shows what was planned.
const LADDER_PATIENCE: Duration = Duration::from_millis(40);
/// A ladder nobody asked for during this time is forgotten.
const LADDER_KEPT: TimeDelta = TimeDelta::minutes(10);
/// How long the pace is looked back on.
const PACE: TimeDelta = TimeDelta::seconds(60);
/// How often the pace is noted, whether anybody looks or not.
const PACE_EVERY: Duration = Duration::from_secs(5);
/// Two notes closer together than this say nothing about a minute.
const PACE_LEAST: TimeDelta = TimeDelta::seconds(3);
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
    zone: Tz,
    /// Where what an operator typed is tried.
    pub(super) texts: Workshop,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    ladders: Arc<Mutex<HashMap<i64, Counted>>>,
    pace: Mutex<Paces>,
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
            zone: HOME_ZONE,
            texts: Workshop::default(),
            snapshot: Mutex::default(),
            ladders: Arc::default(),
            pace: Mutex::default(),
            previews: Mutex::default(),
        }
    }

    /// Whose days and clock the pages and figures go by (`[upkeep] zone`); Rome's until said
    /// otherwise.
    #[must_use]
    pub const fn in_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Whose days and clock the pages and figures go by.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// Notes from now on how quickly messages go out, so that whoever opens the page sees it at
    /// once. Reads one sum every few seconds.
    pub fn watch(web: &Web) {
        let web = web.clone();
        let lifecycle = web.console.lifecycle.clone();
        let tasks = lifecycle.clone();
        lifecycle.spawn("watch the pace", async move {
            while !tasks.is_stopping() {
                if let Err(error) = note_pace(&web).await {
                    tracing::debug!(error = %error, "the pace could not be noted");
                }
                tokio::select! {
                    () = tokio::time::sleep(PACE_EVERY) => {}
                    () = tasks.stopping() => {}
                }
            }
        });
    }

    /// What is going on, at most a second old: however many look, the store is asked once.
    pub(super) async fn now(&self, web: &Web) -> Result<Arc<Snapshot>, StoreError> {
        let now = web.moment();
        let mut kept = self.snapshot.lock().await;
        if let Some(snapshot) = kept.as_ref()
            && now.at - snapshot.at < FRESH
        {
            return Ok(Arc::clone(snapshot));
        }
        let snapshot = Arc::new(Snapshot::take(web, now).await?);
        *kept = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// The ladder of an incident, some seconds old at most; a large one is as old as twenty times
    /// what counting it takes. Pages do not wait for the counting of a large one: while it was
    /// never counted they get what was planned.
    pub(super) async fn ladder(&self, web: &Web, incident: i64) -> Result<Ladder, StoreError> {
        let now = web.clock.now();
        let (known, counting) = {
            let mut kept = self.ladders.lock().await;
            kept.retain(|_, counted| now - counted.at < LADDER_KEPT);
            let counted = kept.entry(incident).or_insert_with(|| Counted::never(now));
            let due = counted.ladder.is_none() || now - counted.at >= counted.fresh_for();
            let counting = (due && !counted.under_way).then(|| {
                counted.under_way = true;
                self.count(web, incident)
            });
            (counted.ladder, counting)
        };
        match (known, counting) {
            (Some(ladder), _) => Ok(ladder),
            (None, Some(counted)) => match tokio::time::timeout(LADDER_PATIENCE, counted).await {
                Ok(Ok(ladder)) => ladder,
                Ok(Err(_)) | Err(_) => planned(web, incident).await,
            },
            (None, None) => planned(web, incident).await,
        }
    }

    /// Counts in a task of its own, which goes on when the page no longer waits.
    fn count(&self, web: &Web, incident: i64) -> oneshot::Receiver<Result<Ladder, StoreError>> {
        let (answer, counted) = oneshot::channel();
        let (store, clock) = (web.store.clone(), Arc::clone(&web.clock));
        let ladders = Arc::clone(&self.ladders);
        self.lifecycle.spawn("count a ladder", async move {
            let start = clock.now();
            let outcome = match store.read().await {
                Ok(mut tx) => tx.reports().ladder(incident).await,
                Err(error) => Err(error),
            };
            let at = clock.now();
            let mut kept = ladders.lock().await;
            let entry = kept.entry(incident).or_insert_with(|| Counted::never(at));
            entry.under_way = false;
            if let Ok(ladder) = &outcome {
                (entry.at, entry.took, entry.ladder) = (at, at - start, Some(*ladder));
            }
            drop(kept);
            if answer.send(outcome).is_err() {
                tracing::debug!("a page did not wait for an incident's ladder");
            }
        });
        counted
    }

    /// Notes how many were accepted since the beginning, and says how many that makes in a
    /// minute; nothing until it has looked for some seconds.
    pub(super) async fn pace(&self, now: Timestamp, accepted: i64) -> Pace {
        self.pace.lock().await.note(now, accepted)
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

impl Web {
    /// Now, by the organisation's clock.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            at: self.clock.now(),
            zone: self.console.zone,
        }
    }
}

/// What was planned of an incident, from its plans: nothing else is known of it yet.
async fn planned(web: &Web, incident: i64) -> Result<Ladder, StoreError> {
    let steps = web
        .store
        .read()
        .await?
        .reports()
        .incident_steps(incident)
        .await?;
    Ok(Ladder {
        planned: steps.iter().map(|step| step.planned).sum(),
        ..Ladder::default()
    })
}

/// A ladder, and when and how it was counted.
#[derive(Debug, Clone)]
struct Counted {
    at: Timestamp,
    took: TimeDelta,
    ladder: Option<Ladder>,
    under_way: bool,
}

impl Counted {
    const fn never(at: Timestamp) -> Self {
        Self {
            at,
            took: TimeDelta::zero(),
            ladder: None,
            under_way: false,
        }
    }

    fn fresh_for(&self) -> TimeDelta {
        LADDER_FRESH.max(self.took * LADDER_SHARE)
    }
}

async fn note_pace(web: &Web) -> Result<(), StoreError> {
    let accepted = web.store.read().await?.reports().accepted_ever().await?;
    web.console.pace(web.clock.now(), accepted).await;
    Ok(())
}

/// How quickly messages go out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pace {
    pub(super) per_minute: Option<i64>,
    /// Accepted between one note and the next, oldest first.
    pub(super) spark: Vec<i64>,
}

/// How many were accepted since the beginning, noted from time to time, oldest first.
#[derive(Debug, Default)]
struct Paces(VecDeque<(Timestamp, i64)>);

impl Paces {
    /// The last note of more than a minute ago stays: from it the minute is counted.
    fn note(&mut self, now: Timestamp, accepted: i64) -> Pace {
        let close = self.0.back().is_some_and(|(at, _)| now - *at < PACE_LEAST);
        if !close {
            self.0.push_back((now, accepted));
        }
        while self.0.get(1).is_some_and(|(at, _)| now - *at >= PACE) {
            self.0.pop_front();
        }
        let counts = self.0.iter().map(|(_, count)| *count);
        let spark = counts.clone().zip(counts.skip(1));
        let per_minute = self.0.front().and_then(|(at, count)| {
            let past = now - *at;
            let ms = past.num_milliseconds();
            (past >= PACE_LEAST).then(|| (accepted - count) * 60_000 / ms)
        });
        Pace {
            per_minute,
            spark: spark.map(|(before, after)| after - before).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_pace_is_that_of_the_last_minute_whether_anybody_looked_or_not() {
        let mut paces = Paces::default();
        assert_eq!(paces.note(at(0), 100).per_minute, None);
        // Eight in a second, noted every five.
        for step in 1..=30 {
            let pace = paces.note(at(step * 5), 100 + step * 40);
            assert_eq!(pace.per_minute, Some(480), "after {} s", step * 5);
        }
        // Somebody looks between two notes, and again at once.
        assert_eq!(paces.note(at(151), 100 + 151 * 8).per_minute, Some(480));
        // Then nothing goes out; after a minute the pace is nought.
        for step in 31..=44 {
            paces.note(at(step * 5), 100 + 151 * 8);
        }
        let quiet = paces.note(at(225), 100 + 151 * 8);
        assert_eq!(quiet.per_minute, Some(0));
        assert!(quiet.spark.len() <= 13, "{:?}", quiet.spark);
    }
}
