//! The writer: the one task that begins and finishes attempts, many in one transaction.
//!
//! Sending tasks hand in entries and wait; whatever has gathered while the last commit ran goes
//! into the next one. No timer: an idle node commits a single entry at once, a busy one commits
//! hundreds. When the store fails, answers are kept and tried again until they are written, and no
//! attempt begins meanwhile: nothing is sent that cannot be recorded.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{mpsc, oneshot};

use super::pre_send_check::{PolicyInput, SendDecision, judge, of_answer};
use crate::dispatch::DispatcherSettings;
use crate::domain::ids::first_id_at;
use crate::domain::{ClientId, Clock, MessageId, MessageState, NodeId, Timestamp};
use crate::store::messages::attempts::{FinishedAttempt, NewAttempt, PreSendState, SkippedMessage};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError, Tx};

/// Entries taken into one transaction.
const BATCH: usize = 256;
/// Pause after the store failed.
const STORE_RETRY: Duration = Duration::from_millis(500);

/// What the attempt writer needs to know of a message to decide on its attempt.
#[derive(Debug, Clone, Copy)]
pub(in crate::dispatch) struct InFlight {
    pub(in crate::dispatch) client: ClientId,
    pub(in crate::dispatch) respects_quiet_hours: bool,
    /// See `PlanSettings::answers`.
    pub(in crate::dispatch) answers: bool,
}

/// The answer to an attempt that is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) enum BeginAnswer {
    /// The attempt row is durable: send.
    Go,
    /// The message was moved elsewhere, or is not this node's any more.
    No,
}

/// What is written into the writer.
pub(in crate::dispatch) enum WriterEntry {
    /// Begin an attempt, and say whether it may go.
    Begin {
        in_flight: InFlight,
        attempt: NewAttempt,
        answer: oneshot::Sender<BeginAnswer>,
    },
    /// Write what came of one.
    Finish(FinishedAttempt),
    /// Move a message that did not begin.
    Skip(SkippedMessage),
    /// Put a message that did not begin back into the queue.
    GiveBack(MessageId),
    /// Undo a claim that may have been committed or not.
    Disclaim(i64),
    /// Every message of a claim is dealt with.
    Done(i64),
}

/// Hands entries to the writer. The writer ends when the last handle is gone.
#[derive(Clone)]
pub(in crate::dispatch) struct WriterHandle(mpsc::UnboundedSender<WriterEntry>);

impl WriterHandle {
    /// Hands in an entry. Bounded by the dispatcher's window: each message has one at a time.
    pub(in crate::dispatch) fn write(&self, entry: WriterEntry) {
        if self.0.send(entry).is_err() {
            tracing::error!("the attempt writer is gone; an entry was not written");
        }
    }

    /// The daemon stops at once: nothing is written any more, and nothing may begin.
    pub(in crate::dispatch) fn is_gone(&self) -> bool {
        self.0.is_closed()
    }

    /// Begins an attempt: waits until it is durable.
    pub(in crate::dispatch) async fn begin(
        &self,
        in_flight: InFlight,
        attempt: NewAttempt,
    ) -> BeginAnswer {
        let (answer, begun) = oneshot::channel();
        self.write(WriterEntry::Begin {
            in_flight,
            attempt,
            answer,
        });
        begun.await.unwrap_or(BeginAnswer::No)
    }
}

/// The task's own side.
pub(in crate::dispatch) struct AttemptWriter {
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    settings: DispatcherSettings,
    entries: mpsc::UnboundedReceiver<WriterEntry>,
}

/// An attempt that is to begin and who waits for the answer.
type PendingBegin = (InFlight, NewAttempt, oneshot::Sender<BeginAnswer>);

#[derive(Default)]
struct Batch {
    begins: Vec<PendingBegin>,
    finishes: Vec<FinishedAttempt>,
    skips: Vec<SkippedMessage>,
    give_backs: Vec<MessageId>,
    /// Attempts that were refused, each with its lease.
    refused: Vec<(MessageId, i64)>,
    disclaims: Vec<i64>,
    done: Vec<i64>,
}

/// A writer and the handle to write into it.
pub(in crate::dispatch) fn attempt_writer(
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    settings: DispatcherSettings,
) -> (AttemptWriter, WriterHandle) {
    let (sender, entries) = mpsc::unbounded_channel();
    (
        AttemptWriter {
            store,
            clock,
            node,
            settings,
            entries,
        },
        WriterHandle(sender),
    )
}

impl AttemptWriter {
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
                    tracing::error!(error = %error, "the store did not take the attempt writer's batch; nothing is sent until it does");
                    // What did not begin has not left: refuse it, and let it go back later.
                    batch.refuse_begins();
                    if batch.is_empty() {
                        return;
                    }
                    tokio::time::sleep(STORE_RETRY).await;
                }
            }
        }
    }

    /// One transaction. Returns which attempts may go, in the batch's order.
    ///
    /// It locks this node's row, then every message in the order of ids, then claims, and the sums
    /// with the commit, as the rescue does: so neither waits for the other in a circle, and what was
    /// begun before the node is declared dead is seen by whoever rescues it.
    async fn write(&self, batch: &Batch) -> Result<Vec<bool>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let alive = batch.begins.is_empty() || self.is_alive(&mut tx).await?;
        tx.attempts().lock(&batch.messages()).await?;
        if !batch.finishes.is_empty() {
            finish(&mut tx, &batch.finishes, self.settings.receipts(), now).await?;
        }
        if !batch.skips.is_empty() {
            self.skip(&mut tx, &batch.skips, now).await?;
        }
        if !batch.refused.is_empty() {
            tx.attempts()
                .undo_begin(self.node, &batch.refused, now)
                .await?;
        }
        for claim in &batch.disclaims {
            tx.messages().disclaim(self.node, *claim).await?;
        }
        if !batch.give_backs.is_empty() {
            tx.messages()
                .give_back(self.node, &batch.give_backs)
                .await?;
        }
        let allowed = match batch.begins.is_empty() {
            true => Vec::new(),
            false if alive => self.begin(&mut tx, &batch.begins, now).await?,
            false => self.refuse(&mut tx, &batch.begins).await?,
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

    /// The claims of a node that was declared dead are forgotten with its sends: what it still
    /// holds must not stay behind.
    async fn refuse(&self, tx: &mut Tx, begins: &[PendingBegin]) -> Result<Vec<bool>, StoreError> {
        tracing::error!("this node was declared dead; it begins nothing more");
        let ids: Vec<MessageId> = begins.iter().map(|(_, one, _)| one.message).collect();
        tx.messages().give_back(self.node, &ids).await?;
        Ok(vec![false; begins.len()])
    }

    async fn begin(
        &self,
        tx: &mut Tx,
        begins: &[PendingBegin],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        let ids: Vec<MessageId> = begins.iter().map(|(_, one, _)| one.message).collect();
        let day_ago = first_id_at(now - TimeDelta::days(1));
        let hour_ago = now - TimeDelta::hours(1);
        let seen = tx
            .attempts()
            .pre_send_state(&ids, hour_ago, day_ago)
            .await?;
        let decisions = self.judge_all(begins, &seen, now);
        let go: Vec<NewAttempt> = begins
            .iter()
            .zip(&decisions)
            .filter(|(_, decision)| **decision == SendDecision::Send)
            .map(|((_, attempt, _), _)| attempt.clone())
            .collect();
        if !go.is_empty() {
            tx.attempts().begin(self.node, &go, now).await?;
        }
        let skipped: Vec<SkippedMessage> = begins
            .iter()
            .zip(&decisions)
            .filter_map(|((_, attempt, _), decision)| skipped(attempt, *decision))
            .collect();
        if !skipped.is_empty() {
            self.skip(tx, &skipped, now).await?;
        }
        Ok(decisions
            .iter()
            .map(|decision| *decision == SendDecision::Send)
            .collect())
    }

    /// Judges each attempt; those to one client in one batch count against each other.
    fn judge_all(
        &self,
        begins: &[PendingBegin],
        seen: &[PreSendState],
        now: Timestamp,
    ) -> Vec<SendDecision> {
        let seen: HashMap<MessageId, &PreSendState> =
            seen.iter().map(|row| (row.id, row)).collect();
        let input = PolicyInput {
            now,
            node: self.node,
            flood: self.settings.flood,
            quiet_hours: self.settings.quiet_hours,
            reconcile_attempts: self.settings.reconcile_attempts,
            reconcile_after: self.settings.reconcile_after,
        };
        let mut begun_to: HashMap<ClientId, i64> = HashMap::new();
        let judge_one = |(in_flight, attempt, _): &PendingBegin| {
            let before = begun_to.entry(in_flight.client).or_default();
            let respects = in_flight.respects_quiet_hours;
            let decision = seen
                .get(&attempt.message)
                .map_or(SendDecision::NotMine, |row| match in_flight.answers {
                    true => judge(&of_answer(row), attempt, respects, *before, &input),
                    false => judge(row, attempt, respects, *before, &input),
                });
            *before += i64::from(decision == SendDecision::Send);
            decision
        };
        begins.iter().map(judge_one).collect()
    }

    async fn skip(
        &self,
        tx: &mut Tx,
        skipped: &[SkippedMessage],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tx.attempts().skip(skipped, now).await?;
        // A report may have come for what is now withdrawn or too late: it says more.
        let proven: Vec<MessageId> = skipped
            .iter()
            .filter(|row| row.state == MessageState::Accepted || row.state.is_final())
            .map(|row| row.message)
            .collect();
        tx.receipts(self.settings.receipts())
            .apply_pending(&proven, now)
            .await
    }
}

/// Where a decision sends a message that does not begin.
fn skipped(attempt: &NewAttempt, decision: SendDecision) -> Option<SkippedMessage> {
    let SendDecision::Skip {
        state,
        reason,
        until,
    } = decision
    else {
        return None;
    };
    Some(SkippedMessage {
        message: attempt.message,
        lease_no: attempt.lease_no,
        state,
        reason,
        due_at: until,
    })
}

impl Batch {
    fn sort(entries: impl Iterator<Item = WriterEntry>) -> Self {
        let mut batch = Self::default();
        for entry in entries {
            match entry {
                WriterEntry::Begin {
                    in_flight,
                    attempt,
                    answer,
                } => batch.begins.push((in_flight, attempt, answer)),
                WriterEntry::Finish(finished) => batch.finishes.push(finished),
                WriterEntry::Skip(skipped) => batch.skips.push(skipped),
                WriterEntry::GiveBack(message) => batch.give_backs.push(message),
                WriterEntry::Disclaim(claim) => batch.disclaims.push(claim),
                WriterEntry::Done(claim) => batch.done.push(claim),
            }
        }
        batch
    }

    /// Every message that the batch may change, save those of a claim that is undone: which they
    /// are, only the store knows, if it has the claim at all.
    fn messages(&self) -> Vec<MessageId> {
        let begins = self.begins.iter().map(|(_, attempt, _)| attempt.message);
        let finishes = self.finishes.iter().map(|finished| finished.message);
        let skips = self.skips.iter().map(|skipped| skipped.message);
        let refused = self.refused.iter().map(|(message, _)| *message);
        begins
            .chain(finishes)
            .chain(skips)
            .chain(refused)
            .chain(self.give_backs.iter().copied())
            .collect()
    }

    fn answer(self, allowed: &[bool]) {
        for ((.., answer), go) in self.begins.into_iter().zip(allowed) {
            // A task that no longer listens has been stopped: its lease is rescued later.
            answer
                .send(if *go {
                    BeginAnswer::Go
                } else {
                    BeginAnswer::No
                })
                .ok();
        }
    }

    /// A place to crash for each kind of entry, though one transaction takes them all.
    fn before_commit(&self) {
        if !self.finishes.is_empty() {
            fail::fail_point!("finish-before-commit");
        }
        if !self.skips.is_empty() {
            fail::fail_point!("skip-before-commit");
        }
        if !self.give_backs.is_empty() {
            fail::fail_point!("give-back-before-commit");
        }
        if !self.begins.is_empty() {
            fail::fail_point!("begin-before-commit");
        }
    }

    fn after_commit(&self) {
        if !self.finishes.is_empty() {
            fail::fail_point!("finish-after-commit");
        }
        if !self.skips.is_empty() {
            fail::fail_point!("skip-after-commit");
        }
        if !self.give_backs.is_empty() {
            fail::fail_point!("give-back-after-commit");
        }
        if !self.begins.is_empty() {
            fail::fail_point!("begin-after-commit");
        }
    }

    fn refuse_begins(&mut self) {
        for (_, attempt, answer) in self.begins.drain(..) {
            self.refused.push((attempt.message, attempt.lease_no));
            answer.send(BeginAnswer::No).ok();
        }
    }

    fn is_empty(&self) -> bool {
        self.finishes.is_empty()
            && self.skips.is_empty()
            && self.give_backs.is_empty()
            && self.refused.is_empty()
            && self.disclaims.is_empty()
            && self.done.is_empty()
    }
}

async fn finish(
    tx: &mut Tx,
    finishes: &[FinishedAttempt],
    horizon: ReceiptHorizon,
    now: Timestamp,
) -> Result<(), StoreError> {
    let moved = tx.attempts().finish(finishes, now).await?;
    if moved.len() < finishes.len() {
        tracing::warn!(
            messages = finishes.len() - moved.len(),
            "answers came for messages that had moved on; their attempts say what was answered"
        );
    }
    let early = moved.iter().filter(|landed| landed.early);
    let early: Vec<MessageId> = early.map(|landed| landed.message).collect();
    let moved: HashSet<MessageId> = moved.into_iter().map(|landed| landed.message).collect();
    let late: Vec<MessageId> = finishes
        .iter()
        .filter(|row| row.outcome == "accepted" && !moved.contains(&row.message))
        .map(|row| row.message)
        .collect();
    tx.receipts(horizon).taken_late(&late, now).await?;
    tx.receipts(horizon).apply_pending(&early, now).await
}
