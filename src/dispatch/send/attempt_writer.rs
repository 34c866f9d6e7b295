//! The ledger: the one task that opens and closes attempts, many in one transaction.
//!
//! Carriers hand in entries and wait; whatever has gathered while the last commit ran goes into
//! the next one. No timer: an idle node commits a single entry at once, a busy one commits
//! hundreds. When the store fails, closings are kept and tried again until they are written, and
//! no attempt is opened meanwhile: nothing is sent that cannot be recorded.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{mpsc, oneshot};

use super::pre_send_check::{Judgement, Terms, judge};
use crate::dispatch::Settings;
use crate::domain::ids::first_id_at;
use crate::domain::{ClientId, Clock, MessageId, MessageState, NodeId, Timestamp};
use crate::store::messages::attempts::{Closed, Diverted, NewAttempt, Recheck};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError, Tx};

/// Entries taken into one transaction.
const BATCH: usize = 256;
/// Pause after the store failed.
const STORE_RETRY: Duration = Duration::from_millis(500);

/// What the ledger needs to know of a message to judge its opening.
#[derive(Debug, Clone, Copy)]
pub(in crate::dispatch) struct Ticket {
    pub(in crate::dispatch) client: ClientId,
    pub(in crate::dispatch) respects_quiet_hours: bool,
}

/// The answer to an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) enum Opened {
    /// The attempt row is durable: send.
    Go,
    /// The message was moved elsewhere, or is not this node's any more.
    No,
}

/// What is written into the ledger.
pub(in crate::dispatch) enum Entry {
    /// Open an attempt, and say whether it may go.
    Open {
        ticket: Ticket,
        attempt: NewAttempt,
        answer: oneshot::Sender<Opened>,
    },
    /// Write what came of one.
    Close(Closed),
    /// Move a message that was not opened.
    Divert(Diverted),
    /// Put a message that was not opened back into the queue.
    GiveBack(MessageId),
    /// Undo a claim that may have been committed or not.
    Disclaim(i64),
    /// Every message of a claim is dealt with.
    Done(i64),
}

/// Hands entries to the ledger. The ledger ends when the last handle is gone.
#[derive(Clone)]
pub(in crate::dispatch) struct Handle(mpsc::UnboundedSender<Entry>);

impl Handle {
    /// Hands in an entry. Bounded by the dispatcher's window: each message has one at a time.
    pub(in crate::dispatch) fn write(&self, entry: Entry) {
        if self.0.send(entry).is_err() {
            tracing::error!("the ledger is gone; an entry was not written");
        }
    }

    /// Opens an attempt: waits until it is durable.
    pub(in crate::dispatch) async fn open(&self, ticket: Ticket, attempt: NewAttempt) -> Opened {
        let (answer, opened) = oneshot::channel();
        self.write(Entry::Open {
            ticket,
            attempt,
            answer,
        });
        opened.await.unwrap_or(Opened::No)
    }
}

/// The task's own side.
pub(in crate::dispatch) struct Ledger {
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    settings: Settings,
    entries: mpsc::UnboundedReceiver<Entry>,
}

/// An opening and who waits for the answer.
type Opening = (Ticket, NewAttempt, oneshot::Sender<Opened>);

#[derive(Default)]
struct Batch {
    opens: Vec<Opening>,
    closes: Vec<Closed>,
    diverts: Vec<Diverted>,
    give_backs: Vec<MessageId>,
    /// Openings that were refused, each with its lease.
    refused: Vec<(MessageId, i64)>,
    disclaims: Vec<i64>,
    done: Vec<i64>,
}

/// A ledger and the handle to write into it.
pub(in crate::dispatch) fn ledger(
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    settings: Settings,
) -> (Ledger, Handle) {
    let (sender, entries) = mpsc::unbounded_channel();
    (
        Ledger {
            store,
            clock,
            node,
            settings,
            entries,
        },
        Handle(sender),
    )
}

impl Ledger {
    /// Writes until every handle is gone.
    pub(in crate::dispatch) async fn run(mut self) {
        self.run_until(std::future::pending()).await;
    }

    /// Writes until every handle is gone, or until `over`; then what has been handed in by then
    /// is written as well.
    pub(in crate::dispatch) async fn run_until(&mut self, over: impl Future<Output = ()>) {
        tokio::pin!(over);
        let mut waiting = Vec::with_capacity(BATCH);
        loop {
            // Only the waiting can be cut short: a batch that was taken is written to its end.
            let taken = tokio::select! {
                biased;
                taken = self.entries.recv_many(&mut waiting, BATCH) => taken,
                () = &mut over => 0,
            };
            if taken == 0 {
                return;
            }
            self.write_until_done(Batch::sort(waiting.drain(..))).await;
        }
    }

    async fn write_until_done(&self, mut batch: Batch) {
        loop {
            match self.write(&batch).await {
                Ok(allowed) => return batch.answer(&allowed),
                Err(error) => {
                    tracing::error!(error = %error, "the store did not take the ledger's batch; nothing is sent until it does");
                    // What was not opened has not left: refuse it, and let it go back later.
                    batch.refuse_opens();
                    if batch.is_empty() {
                        return;
                    }
                    tokio::time::sleep(STORE_RETRY).await;
                }
            }
        }
    }

    /// One transaction. Returns which openings may go, in the batch's order.
    ///
    /// It locks this node's row, then every message in the order of ids, then sums and claims, as
    /// the rescue does: so neither waits for the other in a circle, and what was opened before the
    /// node is declared dead is seen by whoever rescues it.
    async fn write(&self, batch: &Batch) -> Result<Vec<bool>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let alive = batch.opens.is_empty() || self.is_alive(&mut tx).await?;
        tx.attempts().lock(&batch.messages()).await?;
        if !batch.closes.is_empty() {
            close(&mut tx, &batch.closes, self.settings.receipts(), now).await?;
        }
        if !batch.diverts.is_empty() {
            self.divert(&mut tx, &batch.diverts, now).await?;
        }
        if !batch.refused.is_empty() {
            tx.attempts().unopen(self.node, &batch.refused, now).await?;
        }
        for claim in &batch.disclaims {
            tx.messages().disclaim(self.node, *claim).await?;
        }
        if !batch.give_backs.is_empty() {
            tx.messages()
                .give_back(self.node, &batch.give_backs)
                .await?;
        }
        let allowed = match batch.opens.is_empty() {
            true => Vec::new(),
            false if alive => self.open(&mut tx, &batch.opens, now).await?,
            false => self.refuse(&mut tx, &batch.opens).await?,
        };
        if !batch.done.is_empty() {
            tx.messages().drop_claims(&batch.done).await?;
        }
        batch.before_commit();
        tx.commit().await?;
        batch.after_commit();
        Ok(allowed)
    }

    async fn is_alive(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let ttl = self.settings.node_ttl.num_microseconds();
        let ttl = ttl.unwrap_or(i64::MAX);
        tx.attempts().fence(self.node, ttl).await
    }

    /// The claims of a node that was declared dead are forgotten with its carriers: what it still
    /// holds must not stay behind.
    async fn refuse(&self, tx: &mut Tx, opens: &[Opening]) -> Result<Vec<bool>, StoreError> {
        tracing::error!("this node was declared dead; it opens nothing more");
        let ids: Vec<MessageId> = opens.iter().map(|(_, one, _)| one.message).collect();
        tx.messages().give_back(self.node, &ids).await?;
        Ok(vec![false; opens.len()])
    }

    async fn open(
        &self,
        tx: &mut Tx,
        opens: &[Opening],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let ids: Vec<MessageId> = opens.iter().map(|(_, one, _)| one.message).collect();
        let day_ago = first_id_at(now - TimeDelta::days(1));
        let hour_ago = now - TimeDelta::hours(1);
        let seen = tx.attempts().recheck(&ids, hour_ago, day_ago).await?;
        let judgements = self.judge_all(opens, &seen, now);
        let go: Vec<NewAttempt> = opens
            .iter()
            .zip(&judgements)
            .filter(|(_, judgement)| **judgement == Judgement::Open)
            .map(|((_, attempt, _), _)| attempt.clone())
            .collect();
        if !go.is_empty() {
            tx.attempts().open(self.node, &go, now).await?;
        }
        let diverted: Vec<Diverted> = opens
            .iter()
            .zip(&judgements)
            .filter_map(|((_, attempt, _), judgement)| diverted(attempt, *judgement))
            .collect();
        if !diverted.is_empty() {
            self.divert(tx, &diverted, now).await?;
        }
        Ok(judgements
            .iter()
            .map(|judgement| *judgement == Judgement::Open)
            .collect())
    }

    /// Judges each opening; those to one client in one batch count against each other.
    fn judge_all(&self, opens: &[Opening], seen: &[Recheck], now: Timestamp) -> Vec<Judgement> {
        let seen: HashMap<MessageId, &Recheck> = seen.iter().map(|row| (row.id, row)).collect();
        let terms = Terms {
            now,
            node: self.node,
            flood: self.settings.flood,
            quiet_hours: self.settings.quiet_hours,
            asks: self.settings.asks,
            settle: self.settings.settle,
        };
        let mut opened_to: HashMap<ClientId, i64> = HashMap::new();
        let judge_one = |(ticket, attempt, _): &Opening| {
            let before = opened_to.entry(ticket.client).or_default();
            let respects = ticket.respects_quiet_hours;
            let judgement = seen
                .get(&attempt.message)
                .map_or(Judgement::NotMine, |row| {
                    judge(row, attempt, respects, *before, &terms)
                });
            *before += i64::from(judgement == Judgement::Open);
            judgement
        };
        opens.iter().map(judge_one).collect()
    }

    async fn divert(
        &self,
        tx: &mut Tx,
        diverted: &[Diverted],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tx.attempts().divert(diverted, now).await?;
        // A report may have come for what is now withdrawn or too late: it says more.
        let proven: Vec<MessageId> = diverted
            .iter()
            .filter(|row| row.state == MessageState::Accepted || row.state.is_final())
            .map(|row| row.message)
            .collect();
        tx.receipts(self.settings.receipts())
            .settle(&proven, now)
            .await
    }
}

/// Where a judgement sends a message that is not opened.
fn diverted(attempt: &NewAttempt, judgement: Judgement) -> Option<Diverted> {
    let Judgement::Divert {
        state,
        reason,
        until,
    } = judgement
    else {
        return None;
    };
    Some(Diverted {
        message: attempt.message,
        lease_no: attempt.lease_no,
        state,
        reason,
        due_at: until,
    })
}

impl Batch {
    fn sort(entries: impl Iterator<Item = Entry>) -> Self {
        let mut batch = Self::default();
        for entry in entries {
            match entry {
                Entry::Open {
                    ticket,
                    attempt,
                    answer,
                } => batch.opens.push((ticket, attempt, answer)),
                Entry::Close(closed) => batch.closes.push(closed),
                Entry::Divert(diverted) => batch.diverts.push(diverted),
                Entry::GiveBack(message) => batch.give_backs.push(message),
                Entry::Disclaim(claim) => batch.disclaims.push(claim),
                Entry::Done(claim) => batch.done.push(claim),
            }
        }
        batch
    }

    /// Every message that the batch may change, save those of a claim that is undone: which they
    /// are, only the store knows, if it has the claim at all.
    fn messages(&self) -> Vec<MessageId> {
        let opens = self.opens.iter().map(|(_, attempt, _)| attempt.message);
        let closes = self.closes.iter().map(|closed| closed.message);
        let diverts = self.diverts.iter().map(|diverted| diverted.message);
        let refused = self.refused.iter().map(|(message, _)| *message);
        opens
            .chain(closes)
            .chain(diverts)
            .chain(refused)
            .chain(self.give_backs.iter().copied())
            .collect()
    }

    fn answer(self, allowed: &[bool]) {
        for ((.., answer), go) in self.opens.into_iter().zip(allowed) {
            // A carrier that no longer listens has been stopped: its lease is rescued later.
            answer.send(if *go { Opened::Go } else { Opened::No }).ok();
        }
    }

    /// A place to crash for each kind of entry, though one transaction takes them all.
    fn before_commit(&self) {
        if !self.closes.is_empty() {
            fail::fail_point!("close-before-commit");
        }
        if !self.diverts.is_empty() {
            fail::fail_point!("divert-before-commit");
        }
        if !self.give_backs.is_empty() {
            fail::fail_point!("give-back-before-commit");
        }
        if !self.opens.is_empty() {
            fail::fail_point!("open-before-commit");
        }
    }

    fn after_commit(&self) {
        if !self.closes.is_empty() {
            fail::fail_point!("close-after-commit");
        }
        if !self.diverts.is_empty() {
            fail::fail_point!("divert-after-commit");
        }
        if !self.give_backs.is_empty() {
            fail::fail_point!("give-back-after-commit");
        }
        if !self.opens.is_empty() {
            fail::fail_point!("open-after-commit");
        }
    }

    fn refuse_opens(&mut self) {
        for (_, attempt, answer) in self.opens.drain(..) {
            self.refused.push((attempt.message, attempt.lease_no));
            answer.send(Opened::No).ok();
        }
    }

    fn is_empty(&self) -> bool {
        self.closes.is_empty()
            && self.diverts.is_empty()
            && self.give_backs.is_empty()
            && self.refused.is_empty()
            && self.disclaims.is_empty()
            && self.done.is_empty()
    }
}

async fn close(
    tx: &mut Tx,
    closes: &[Closed],
    horizon: ReceiptHorizon,
    now: Timestamp,
) -> Result<(), StoreError> {
    let moved = tx.attempts().close(closes, now).await?;
    if moved.len() < closes.len() {
        tracing::warn!(
            messages = closes.len() - moved.len(),
            "answers came for messages that had moved on; their attempts say what was answered"
        );
    }
    let early = moved.iter().filter(|landed| landed.early);
    let early: Vec<MessageId> = early.map(|landed| landed.message).collect();
    let moved: HashSet<MessageId> = moved.into_iter().map(|landed| landed.message).collect();
    let late: Vec<MessageId> = closes
        .iter()
        .filter(|row| row.outcome == "accepted" && !moved.contains(&row.message))
        .map(|row| row.message)
        .collect();
    tx.receipts(horizon).taken_late(&late, now).await?;
    tx.receipts(horizon).settle(&early, now).await
}
