//! Providers' reports: rows that are only ever added, folded into the message they are about.
//!
//! The fold (`domain::receipt`) gives the same state whatever the order and however often a
//! report comes, so nothing here asks which came first. A message still `sending` only keeps
//! the rank: its attempt is not closed yet, and `dispatch` calls [`Receipts::settle`] in the
//! transaction that closes it. Nothing here decides what a provider's code means: see
//! `web::hooks`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::TimeDelta;

use crate::domain::receipt::{Fold, ReceiptKind, state_after};
use crate::domain::{Channel, Ids, MessageId, MessageState, Timestamp};
use crate::store::messages::engagement::id_rows;
use crate::store::messages::rollup::{self, Acts, Shift, Standing, Summed};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// Receipts within a transaction.
pub struct Receipts<'a> {
    conn: &'a mut Conn,
    horizon: ReceiptHorizon,
}

impl Tx {
    /// Providers' reports. `horizon`: how long a message that turns out accepted waits for more.
    pub fn receipts(&mut self, horizon: ReceiptHorizon) -> Receipts<'_> {
        Receipts {
            conn: &mut self.conn,
            horizon,
        }
    }
}

/// How long after acceptance a receipt is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptHorizon {
    /// For SMS.
    pub sms: TimeDelta,
    /// For e-mail.
    pub email: TimeDelta,
}

impl Default for ReceiptHorizon {
    /// Three days for SMS, five for e-mail: as long as gateways and relays keep trying.
    fn default() -> Self {
        Self {
            sms: TimeDelta::hours(72),
            email: TimeDelta::days(5),
        }
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    /// The provider's name from the configuration.
    pub provider: String,
    /// The same for every repeat of this report, different for every other of this provider.
    pub key: String,
    /// Whom it is about, when that is known.
    pub message: Option<MessageId>,
    /// What it says.
    pub kind: ReceiptKind,
    /// The provider's code.
    pub code: Option<String>,
    /// The provider's words, without addresses or text.
    pub detail: Option<String>,
    /// When it happened, by the provider's clock.
    pub provider_at: Option<Timestamp>,
    /// The address does not exist: nothing is to be sent to it again.
    pub bad_address: bool,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Kept and folded in.
    New,
    /// Known already; nothing changed.
    Repeated,
}

/// One message as the fold needs it.
struct Folded {
    message: MessageId,
    standing: Standing,
    fold: Fold,
    channel: Channel,
    left: bool,
    created_at: Timestamp,
    template: String,
    version: i64,
    day: Option<i64>,
}

/// The same as both databases give it.
#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    state: String,
    receipt_rank: i64,
    late_bounce: bool,
    channel: String,
    tracking: String,
    created_at: i64,
    plan_id: i64,
    reports: bool,
    engaged: i64,
    opens: i64,
}

/// What a plan says of where its messages are summed.
#[derive(sqlx::FromRow)]
struct PlanRow {
    id: i64,
    template: String,
    version: i64,
    day: Option<i64>,
    clicks: bool,
}

impl Receipts<'_> {
    /// Keeps the reports that are new, and brings their messages to the state they show.
    /// Answers in the order of `receipts`.
    pub async fn append(
        &mut self,
        receipts: &[NewReceipt],
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Vec<Appended>, StoreError> {
        let numbered: Vec<(i64, &NewReceipt)> = receipts
            .iter()
            .map(|receipt| (ids.next(), receipt))
            .collect();
        let new = self.insert(&numbered, now).await?;
        let mut evidence = BTreeMap::new();
        let mut appended = Vec::with_capacity(receipts.len());
        for (id, receipt) in numbered {
            if !new.contains(&id) {
                appended.push(Appended::Repeated);
                continue;
            }
            appended.push(Appended::New);
            if let Some(message) = receipt.message {
                let fold: &mut Fold = evidence.entry(message).or_default();
                *fold = fold.with(receipt.kind);
            }
            self.suppress(receipt, now).await?;
        }
        self.fold(&evidence, now).await?;
        Ok(appended)
    }

    /// Applies the reports that came while these messages were `sending`. To be called after
    /// their new state was written, in the same transaction.
    pub async fn settle(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let nothing_new = messages.iter().map(|id| (*id, Fold::NONE)).collect();
        self.fold(&nothing_new, now).await
    }

    /// These messages reached a reader, whatever the wire left unsaid: those nobody could say
    /// anything about are accepted now. Others stay as they are.
    pub async fn proven(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lost = self.read(&id_rows(messages.iter().copied())).await?;
        let evidence = lost
            .into_iter()
            .filter(|message| {
                matches!(
                    message.state(),
                    MessageState::Unknown | MessageState::Unresolved
                )
            })
            .map(|message| (message.message, Fold::NONE.with(ReceiptKind::Accepted)))
            .collect();
        self.fold(&evidence, now).await
    }

    /// A provider's yes came for attempts of these messages after they had moved on. What is
    /// unknown is accepted now; what is about to be sent again will be found proven and is not.
    pub async fn taken_late(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let yes = Fold::NONE.with(ReceiptKind::Accepted);
        self.fold(&messages.iter().map(|id| (*id, yes)).collect(), now)
            .await
    }

    async fn insert(
        &mut self,
        receipts: &[(i64, &NewReceipt)],
        now: Timestamp,
    ) -> Result<HashSet<i64>, StoreError> {
        let rows: Vec<_> = receipts
            .iter()
            .map(|(id, receipt)| {
                (
                    id,
                    &receipt.provider,
                    &receipt.key,
                    receipt.message.map(MessageId::get),
                    receipt.kind,
                    &receipt.code,
                    &receipt.detail,
                    receipt.provider_at.map(Timestamp::as_micros),
                )
            })
            .collect();
        let inserted: Vec<i64> = on!(&mut *self.conn, |c| sqlx::query_scalar(concat!(
            "INSERT INTO receipt (id, provider, key, message_id, kind, code, detail, \
             provider_at, received_at) \
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, \
             CAST(value ->> 3 AS BIGINT), value ->> 4, value ->> 5, \
             CASE WHEN value ->> 6 IS NULL OR EXISTS (SELECT 1 FROM message \
             WHERE message.id = CAST(value ->> 3 AS BIGINT) AND message.address = '') THEN NULL \
             ELSE value ->> 6 END, \
             CAST(value ->> 7 AS BIGINT), $2 FROM ",
            words::rows!("$1"),
            " WHERE TRUE ON CONFLICT (provider, key) DO NOTHING RETURNING id"
        ))
        .bind(crate::store::database::rows::json(&rows)?)
        .bind(now.as_micros())
        .fetch_all(&mut **c)
        .await)
        .doing("keep receipts")?;
        Ok(inserted.into_iter().collect())
    }

    /// A broken address is barred for every later message; one that was reached is not broken,
    /// whatever is reported afterwards.
    async fn suppress(&mut self, receipt: &NewReceipt, now: Timestamp) -> Result<(), StoreError> {
        let (true, Some(message)) = (receipt.bad_address, receipt.message) else {
            return Ok(());
        };
        on!(&mut *self.conn, |c| sqlx::query(
            "INSERT INTO suppression (channel, address, reason, message_id, created_at) \
             SELECT channel, address, 'hard_bounce', id, $2 FROM message \
             WHERE id = $1 AND address <> '' AND state <> 'delivered' \
             ON CONFLICT (channel, address) DO NOTHING"
        )
        .bind(message.get())
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("bar a broken address")
    }

    async fn fold(
        &mut self,
        evidence: &BTreeMap<MessageId, Fold>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if evidence.is_empty() {
            return Ok(());
        }
        let messages = self.read(&id_rows(evidence.keys().copied())).await?;
        let mut rows = Vec::new();
        let mut moves = Vec::new();
        for message in &messages {
            let found = evidence.get(&message.message).copied().unwrap_or_default();
            let fold = message.fold.join(found);
            let state = match message.state() {
                MessageState::Sending => MessageState::Sending,
                state => state_after(state, message.left, fold),
            };
            if state != message.state() {
                moves.push(message.shift_to(state));
            }
            if state != message.state() || fold != message.fold {
                rows.push(self.row(message, state, fold, now));
            }
        }
        self.write(&serde_json::Value::Array(rows).to_string(), now)
            .await?;
        rollup::shift(self.conn, &moves).await
    }

    /// In the order of ids, as `dispatch` and `engagement` do, so that none waits in a circle.
    async fn read(&mut self, messages: &str) -> Result<Vec<Folded>, StoreError> {
        let rows: Vec<Row> = on!(&mut *self.conn, |c| sqlx::query_as(concat!(
            "SELECT id, state, receipt_rank, late_bounce, channel, tracking, created_at, \
             plan_id, coalesce(reports, channel = 'sms') AS reports, engaged, opens \
             FROM message WHERE id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
            words::rows!("$1"),
            ") ORDER BY id",
            words::for_update!()
        ))
        .bind(messages)
        .fetch_all(&mut **c)
        .await)
        .doing("lock messages with receipts")?;
        let plans = self.plans(&rows).await?;
        let missing = |id: i64| StoreError::Missing {
            what: "plan",
            key: id.to_string(),
        };
        let folded = rows.iter().map(|row| {
            let plan = plans.get(&row.plan_id);
            let plan = plan.ok_or_else(|| missing(row.plan_id))?;
            Folded::from_row(row, plan)
        });
        folded.collect()
    }

    /// The plans of these messages: few, so they are not looked up for each.
    async fn plans(&mut self, rows: &[Row]) -> Result<HashMap<i64, PlanRow>, StoreError> {
        let ids: BTreeSet<i64> = rows.iter().map(|row| row.plan_id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = crate::store::json_ids(ids.into_iter());
        let plans: Vec<PlanRow> = on!(&mut *self.conn, |c| sqlx::query_as(concat!(
            "SELECT id, template, version, day, coalesce(clicks, TRUE) AS clicks \
             FROM plan WHERE id IN (",
            words::ids!("$1"),
            ")"
        ))
        .bind(&ids)
        .fetch_all(&mut **c)
        .await)
        .doing("look up what messages with receipts are summed under")?;
        Ok(plans.into_iter().map(|plan| (plan.id, plan)).collect())
    }

    fn row(
        &self,
        message: &Folded,
        state: MessageState,
        fold: Fold,
        now: Timestamp,
    ) -> serde_json::Value {
        let horizon = match message.channel {
            Channel::Sms => self.horizon.sms,
            Channel::Email => self.horizon.email,
        };
        let arrived = state == MessageState::Accepted && message.state() != MessageState::Accepted;
        serde_json::json!([
            message.message.get(),
            state,
            fold.rank,
            i64::from(fold.late_bounce),
            i64::from(state != message.state()),
            i64::from(state.is_final()),
            match state {
                // A second channel may be wanted: the timer looks at the plan.
                MessageState::Undelivered => Some(now.as_micros()),
                _ => arrived.then(|| (now + horizon).as_micros()),
            },
        ])
    }

    /// A new state drops the old one's reason. A message that turns out to have been taken keeps
    /// the moment when that was learnt; a final one wakes nobody but its fallback.
    async fn write(&mut self, rows: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(&mut *self.conn, |c| sqlx::query(concat!(
            "UPDATE message SET state = fresh.state, receipt_rank = fresh.receipt_rank, \
             late_bounce = (fresh.late_bounce = 1), \
             reason = CASE WHEN fresh.moved = 1 THEN NULL ELSE message.reason END, \
             accepted_at = CASE WHEN fresh.moved = 1 THEN coalesce(message.accepted_at, $2) \
             ELSE message.accepted_at END, \
             final_at = CASE WHEN fresh.moved = 0 THEN message.final_at \
             WHEN fresh.ended = 1 THEN $2 ELSE NULL END, \
             wake_at = CASE WHEN fresh.moved = 0 THEN message.wake_at ELSE fresh.wake_at END \
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS state, \
             CAST(value ->> 2 AS BIGINT) AS receipt_rank, \
             CAST(value ->> 3 AS BIGINT) AS late_bounce, CAST(value ->> 4 AS BIGINT) AS moved, \
             CAST(value ->> 5 AS BIGINT) AS ended, CAST(value ->> 6 AS BIGINT) AS wake_at FROM ",
            words::rows!("$1"),
            ") AS fresh WHERE message.id = fresh.id"
        ))
        .bind(rows)
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("fold receipts into messages")
    }
}

impl Folded {
    fn from_row(row: &Row, plan: &PlanRow) -> Result<Self, StoreError> {
        let id = row.id;
        Ok(Self {
            message: MessageId::new(id),
            standing: Standing {
                state: stored(&row.state, "message", "state", id)?,
                tracking: stored(&row.tracking, "message", "tracking", id)?,
                clicks: plan.clicks,
                reports: row.reports,
                acts: Acts::from_bits(row.engaged),
            },
            fold: Fold {
                rank: row.receipt_rank,
                late_bounce: row.late_bounce,
            },
            channel: stored(&row.channel, "message", "channel", id)?,
            left: row.opens > 0,
            created_at: Timestamp::from_micros(row.created_at),
            template: plan.template.clone(),
            version: plan.version,
            day: plan.day,
        })
    }

    const fn state(&self) -> MessageState {
        self.standing.state
    }

    fn shift_to(&self, state: MessageState) -> Shift<'_> {
        let summed = Summed {
            day: self.day,
            template: &self.template,
            version: self.version,
        };
        Shift {
            sum: summed.sum(self.created_at, self.channel),
            messages: 1,
            from: Some(self.standing),
            to: self.standing.in_state(state),
        }
    }
}
