//! Providers' reports: rows that are only ever added, folded into the message they are about. Where they
//! contradict each other, `evidence` says which still counts.
//!
//! The fold (`domain::receipt`) gives the same state whatever the order and however often a
//! report comes, so nothing here asks which came first. A message still `sending` only keeps
//! the rank: its attempt is not finished yet, and `dispatch` calls [`Receipts::apply_pending`] in the
//! transaction that finishes it. Nothing here decides what a provider's code means: see
//! `web::hooks`.

use std::collections::{BTreeMap, HashSet};

use chrono::TimeDelta;

use crate::domain::evidence::stands;
use crate::domain::receipt::{Fold, ReceiptKind};
use crate::domain::{Ids, MessageId, MessageState, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, values};
use crate::store::messages::attempts::Attempts;
use crate::store::messages::rollup::{self, Facts};
use crate::store::messages::transitions::Refolded;
use crate::store::{Conn, StoreError, Tx, json_ids};

/// Receipts within a transaction.
pub struct Receipts<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) horizon: ReceiptHorizon,
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
    pub sms: TimeDelta,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    /// The provider's name from the configuration.
    pub provider: String,
    /// The same for every repeat of this report, different for every other of this provider.
    pub key: String,
    /// Whom it is about, when that is known.
    pub message: Option<MessageId>,
    pub kind: ReceiptKind,
    pub code: Option<String>,
    /// The provider's words, without addresses or text.
    pub detail: Option<String>,
    /// When it happened, by the provider's clock; none where somebody else could have said so. By it a
    /// later report proves an earlier one wrong.
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

row! {
    /// One message as the fold needs it.
    pub(super) struct Folded {
        pub(super) facts: Facts as row,
        pub(super) fold: Fold as row,
        pub(super) attempt_count: i64 as opens,
        /// An attempt of it was accepted.
        pub(super) taken: bool,
        /// A person did with it what nobody can do who has not got it.
        pub(super) reader: bool,
        pub(super) accepted_at: Option<Timestamp>,
        /// When the last attempt began.
        pub(super) opened_at: Option<Timestamp>,
    }
}

row! {
    for Fold {
        rank as receipt_rank,
        late_bounce,
    }
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
        if receipts.iter().any(|receipt| receipt.bad_address) {
            // Messages before bars, as who finishes attempts does it.
            let messages: Vec<_> = receipts.iter().filter_map(|one| one.message).collect();
            Attempts::of(self.conn).lock(&messages).await?;
        }
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
    pub async fn apply_pending(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let nothing_new = messages.iter().map(|id| (*id, Fold::NONE)).collect();
        self.fold(&nothing_new, now).await
    }

    /// A person's act was just written down for these messages: those nobody could say anything about
    /// are delivered now, whatever the wire left unsaid. Others stay as they are. A machine's act settles
    /// nothing: a filter on the way out follows links, too, before the mail is taken.
    pub async fn proven(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.apply_pending(messages, now).await
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
        let inserted: Vec<i64> = values!(self.conn, "store receipts",
            "INSERT INTO receipt (id, provider, key, message_id, kind, code, detail,
             provider_at, received_at)
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2,
             CAST(value ->> 3 AS BIGINT), value ->> 4, value ->> 5,
             CASE WHEN value ->> 6 IS NULL OR EXISTS (SELECT 1 FROM message
             WHERE message.id = CAST(value ->> 3 AS BIGINT) AND message.address = '') THEN NULL
             ELSE value ->> 6 END,
             CAST(value ->> 7 AS BIGINT), $2 FROM ", words::rows!("$1"),
            " WHERE TRUE ON CONFLICT (provider, key) DO NOTHING RETURNING id";
            json(&rows)?, now
        )?;
        Ok(inserted.into_iter().collect())
    }

    /// A broken address is barred for every later message; one that was reached is not broken,
    /// whatever is reported afterwards.
    async fn suppress(&mut self, receipt: &NewReceipt, now: Timestamp) -> Result<(), StoreError> {
        let (true, Some(message)) = (receipt.bad_address, receipt.message) else {
            return Ok(());
        };
        execute!(self.conn, "suppress a broken address",
            "INSERT INTO suppression (channel, address, reason, message_id, created_at)
             SELECT channel, address, 'hard_bounce', id, $2 FROM message
             WHERE id = $1 AND address <> '' AND state <> 'delivered'
             ON CONFLICT (channel, address) DO NOTHING";
            message, now
        )
    }

    async fn fold(
        &mut self,
        evidence: &BTreeMap<MessageId, Fold>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if evidence.is_empty() {
            return Ok(());
        }
        let messages = self.read(&json_ids(evidence.keys())).await?;
        let (mut changed, mut contradicted) = (Vec::new(), Vec::new());
        for message in &messages {
            let facts = message.facts;
            let found = evidence.get(&facts.message).copied().unwrap_or_default();
            let fold = message.fold.join(found);
            if fold.late_bounce && found.rank > 1 {
                contradicted.push(facts.message);
                continue;
            }
            let to = message.stands(fold);
            if to != facts.state() || fold != message.fold {
                changed.push(Refolded { facts, to, fold });
            }
        }
        self.write(&changed, now).await?;
        self.resettle(&contradicted, now).await
    }

    /// In the order of ids, as `dispatch` and `engagement` do, so that none waits in a circle.
    pub(super) async fn read(&mut self, messages: &str) -> Result<Vec<Folded>, StoreError> {
        all!(self.conn, "lock messages with receipts",
            "SELECT ", rollup::facts!(), ", receipt_rank, late_bounce, opens, accepted_at, opened_at,
             EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = message.id
             AND a.outcome = 'accepted') AS taken,
             EXISTS (SELECT 1 FROM engagement e WHERE e.message_id = message.id
             AND e.verdict = 'human' AND e.kind <> 'unsubscribed'
             AND e.invalidated_at IS NULL) AS reader FROM message
             WHERE id IN (", words::ids!("$1"), ") ORDER BY id", words::for_update!();
            messages
        )
    }
}

impl Folded {
    /// Where it stands after a report or an act more that contradicts nothing. What stands by its reader
    /// alone was in doubt, and a report may say more.
    fn stands(&self, fold: Fold) -> MessageState {
        let state = self.facts.state();
        if state == MessageState::Sending || self.attempt_count == 0 {
            return state;
        }
        let by_reader = state == MessageState::Delivered && self.fold.rank < 3;
        let from = match by_reader && self.reader && !self.taken {
            true => MessageState::Unknown,
            false => state,
        };
        stands(from, fold, self.reader, self.taken)
    }
}
