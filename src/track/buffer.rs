//! Opens, clicks and page views on their way to the store, without anybody waiting for it.
//!
//! A redirect notes its hit here and answers. One task gathers what comes in for a fifth of a
//! second, judges it, and writes it in one transaction. When the store is busy the hits wait;
//! when it stays away they are dropped, counted, and the redirects go on. Buttons and replies do
//! not come this way: whoever pressed one is told only once it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::domain::{EngagementKind, Ids, LinkId, MessageId, PlanId, Timestamp, Verdict};
use crate::runtime::Lifecycle;
use crate::store::messages::engagement::{Addressed, Burst, JudgedHit, NewEngagement, Ruling};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError};
use crate::track::recent::{Network, Recent, Target, Touch};
use crate::track::verdict::{self, Judgement, rules};

/// Hits that may wait: some seconds of a large incident's first minute.
const CAPACITY: usize = 16_384;
/// How long hits are gathered before they are written.
const GATHER: Duration = Duration::from_millis(200);
/// How long to leave a store alone that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Failures in a row, while stopping, after which what waits is given up.
const LAST_TRIES: u32 = 3;

/// Somebody or something touched a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub message: MessageId,
    /// What was touched: `opened`, `clicked` or `viewed`.
    pub kind: EngagementKind,
    /// Which link, for a click.
    pub link: Option<LinkId>,
    /// What the request showed by itself.
    pub sight: Judgement,
    /// Where it came from, if that says anything.
    pub network: Option<Network>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum Noted {
    Hit(Hit),
    AnonymousOpen(PlanId),
    Glance(MessageId, Timestamp),
}

/// Takes hits in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EngagementBuffer {
    sender: mpsc::Sender<Noted>,
    dropped: Arc<AtomicU64>,
}

impl EngagementBuffer {
    /// Starts the task that writes.
    #[must_use]
    pub fn start(
        lifecycle: &Lifecycle,
        store: Store,
        ids: Arc<dyn Ids>,
        horizon: ReceiptHorizon,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let dropped = Arc::new(AtomicU64::new(0));
        let writer = EngagementWriter {
            store,
            ids,
            horizon,
            dropped: Arc::clone(&dropped),
            recent: Recent::default(),
            hits: Vec::new(),
            bursts: Vec::new(),
            anonymous: BTreeMap::new(),
        };
        lifecycle.spawn("engagement", writer.run(receiver, lifecycle.stopping()));
        Self { sender, dropped }
    }

    /// Notes a hit. Returns at once; drops it when too many wait.
    pub fn note(&self, hit: Hit) {
        self.send(Noted::Hit(hit));
    }

    /// Notes a pixel that says only which plan it belongs to.
    pub fn note_anonymous_open(&self, plan: PlanId) {
        self.send(Noted::AnonymousOpen(plan));
    }

    /// Notes that the page which asks whether to unsubscribe was fetched. It says nothing about
    /// reading and is not kept; but who fetches it together with every other address of a message
    /// is a scanner.
    pub fn note_glance(&self, message: MessageId, at: Timestamp) {
        self.send(Noted::Glance(message, at));
    }

    /// Hits dropped since start, because the store was away for too long or one link was hammered.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn send(&self, noted: Noted) {
        if self.sender.try_send(noted).is_err() {
            count_dropped(&self.dropped, 1);
        }
    }
}

fn count_dropped(dropped: &AtomicU64, hits: u64) {
    dropped.fetch_add(hits, Ordering::Relaxed);
}

/// The one task that judges and writes.
struct EngagementWriter {
    store: Store,
    ids: Arc<dyn Ids>,
    horizon: ReceiptHorizon,
    dropped: Arc<AtomicU64>,
    recent: Recent,
    hits: Vec<Hit>,
    bursts: Vec<Burst>,
    anonymous: BTreeMap<PlanId, i64>,
}

impl EngagementWriter {
    async fn run(
        mut self,
        mut receiver: mpsc::Receiver<Noted>,
        stopping: impl Future<Output = ()>,
    ) {
        tokio::pin!(stopping);
        let mut failures = 0;
        loop {
            let first = tokio::select! {
                noted = receiver.recv() => noted,
                // What was noted before is still written; `recv` ends when nothing is left.
                () = &mut stopping, if !receiver.is_closed() => {
                    receiver.close();
                    continue;
                }
            };
            let Some(first) = first else { return };
            self.take(first);
            if !receiver.is_closed() {
                tokio::time::sleep(GATHER).await;
            }
            while let Ok(noted) = receiver.try_recv() {
                self.take(noted);
            }
            while !self.flush(&mut failures).await {
                if receiver.is_closed() && failures >= LAST_TRIES {
                    return self.give_up();
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn take(&mut self, noted: Noted) {
        match noted {
            Noted::AnonymousOpen(plan) => *self.anonymous.entry(plan).or_default() += 1,
            Noted::Glance(message, at) => {
                let glance = Touch {
                    target: UNSUBSCRIBE_PAGE,
                    followed: true,
                    bodiless: false,
                    network: None,
                    at,
                };
                self.recent.remember(message, glance);
                self.bursts.extend(self.recent.burst(message));
            }
            Noted::Hit(hit) => {
                if !self.recent.remember(hit.message, touch(&hit)) {
                    return count_dropped(&self.dropped, 1);
                }
                self.bursts.extend(self.recent.burst(hit.message));
                self.hits.push(hit);
            }
        }
    }

    /// True when nothing waits any more.
    async fn flush(&mut self, failures: &mut u32) -> bool {
        match self.write().await {
            Ok(()) => {
                if let Some(last) = self.hits.iter().map(|hit| hit.at).max() {
                    self.recent.forget_before(last);
                }
                self.hits.clear();
                self.bursts.clear();
                self.anonymous.clear();
                *failures = 0;
            }
            Err(error) => {
                // Once per outage: a store that is away is away for each try.
                if *failures == 0 {
                    tracing::error!(error = %error, engagement.waiting = self.hits.len(),
                        "engagement cannot be written; it waits");
                }
                *failures += 1;
            }
        }
        *failures == 0
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        let messages: Vec<MessageId> = self.hits.iter().map(|hit| hit.message).collect();
        let addressed = tx.engagement().addressed(&messages).await?;
        let judged: Vec<JudgedHit> = self
            .hits
            .iter()
            .filter_map(|hit| Some((hit, addressed.get(&hit.message)?)))
            .filter(|(hit, addressed)| match hit.kind {
                EngagementKind::Opened => addressed.opens,
                EngagementKind::Clicked => addressed.clicks,
                _ => true,
            })
            .map(|(hit, addressed)| judge(&mut self.recent, hit, addressed))
            .collect();
        tx.engagement()
            .record_judged(&judged, &self.bursts, &*self.ids)
            .await?;
        // Whoever read a message has it, whatever the wire left unsaid.
        let bursts = &self.bursts;
        let in_burst = |act: &NewEngagement| {
            bursts.iter().any(|burst| {
                burst.message == act.message && (burst.from..=burst.to).contains(&act.at)
            })
        };
        let acts = judged.iter().map(|hit| &hit.act);
        let read = acts.filter(|act| act.verdict == Verdict::Human && !in_burst(act));
        let proof = read.clone().map(|act| act.at).max();
        let read: Vec<MessageId> = read.map(|act| act.message).collect();
        if let Some(at) = proof {
            tx.receipts(self.horizon).proven(&read, at).await?;
        }
        if let Some(at) = bursts.iter().map(|burst| burst.to).max() {
            let swept: Vec<MessageId> = bursts.iter().map(|burst| burst.message).collect();
            tx.receipts(self.horizon).unproven(&swept, at).await?;
        }
        let anonymous: Vec<_> = self
            .anonymous
            .iter()
            .map(|(plan, by)| (*plan, *by))
            .collect();
        tx.engagement().add_anonymous_opens(&anonymous);
        tx.commit().await
    }

    fn give_up(&self) {
        tracing::error!(
            engagement.lost = self.hits.len(),
            "engagement was not written before the end"
        );
        count_dropped(&self.dropped, self.hits.len() as u64);
    }
}

/// The client's status page, which is also what the first link of a message leads to.
const STATUS_PAGE: Target = -1;
/// The pixel at the end of an e-mail.
const PIXEL: Target = -2;
/// The page that asks whether to unsubscribe.
const UNSUBSCRIBE_PAGE: Target = -3;

/// Links by their number; the pages apart from each other and from all links.
fn target(hit: &Hit) -> Target {
    match (hit.link, hit.kind) {
        (Some(link), _) => link.get(),
        (None, EngagementKind::Opened) => PIXEL,
        // Looking at the status page is noted as a click and as a view: one address all the same.
        (None, _) => STATUS_PAGE,
    }
}

fn touch(hit: &Hit) -> Touch {
    Touch {
        target: target(hit),
        followed: hit.kind == EngagementKind::Clicked,
        bodiless: hit.sight.is_bodiless(),
        network: hit.network,
        at: hit.at,
    }
}

fn judge(recent: &mut Recent, hit: &Hit, addressed: &Addressed) -> JudgedHit {
    let mut judgement = verdict::in_time(hit.sight, hit.kind, hit.at, addressed.accepted_at);
    let sweeps = recent.sweeps(hit.network, addressed.channel, hit.message, hit.at);
    if sweeps {
        judgement = judgement.doubted();
    }
    let act = NewEngagement {
        message: hit.message,
        kind: hit.kind,
        verdict: judgement.verdict,
        grounds: judgement.grounds,
        link: hit.link,
        detail: None,
        at: hit.at,
    };
    JudgedHit {
        act,
        ruling: Ruling {
            rule: judgement.rule,
            version: rules::known().version,
        },
    }
}
