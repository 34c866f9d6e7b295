//! Evidence that turned out wrong: the row is marked with when, by what and why, and stays; its message
//! stands where all that is still valid leaves it, and the sums move with it. Which report proves which wrong,
//! and where that leads, is `domain::evidence`'s to say. Verdicts on readers are corrected in `engagement`.

use std::collections::BTreeMap;

use super::engagement::Engagement;
use super::receipts::{Folded, ReceiptHorizon, Receipts};
use super::restated;
use super::transitions::Refolded;
use crate::domain::evidence::{AttemptsSay, KnownReport, disproved, stands};
use crate::domain::receipt::{Fold, ReceiptKind};
use crate::domain::{Channel, MessageId, MessageState, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{affected, all, execute, optional_value};
use crate::store::{StoreError, json_ids};

/// Why a report does not count that a later one proved wrong; people write words of their own.
const LATER_REPORT: &str = "later_report";

/// That a person holds a piece of evidence for wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objection<'a> {
    /// Who says so, as in the audit.
    pub by: &'a str,
    pub reason: &'a str,
    pub at: Timestamp,
}

/// What became of an [`Objection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalidated {
    Done,
    /// It did not count any more.
    Already,
    /// The message has no such evidence.
    Missing,
}

row! {
    /// A report, beside the message it is about.
    struct ReportRow {
        message: MessageId as message_id,
        id: i64,
        provider: String,
        kind: ReceiptKind,
        provider_at: Option<Timestamp>,
        invalidated_by: Option<String>,
    }
}

row! {
    /// What the attempts of a message came to, as numbers.
    struct AttemptsRow {
        message: MessageId as message_id,
        taken: i64,
        in_doubt: i64,
        rejected: i64,
        /// How many may have left.
        may_have_left: i64,
    }
}

impl Receipts<'_> {
    /// A person says that a report or an act of the reader is wrong.
    pub async fn invalidate(
        &mut self,
        message: MessageId,
        evidence: i64,
        objection: Objection<'_>,
    ) -> Result<Invalidated, StoreError> {
        // Messages before their evidence, as whoever adds to it does.
        if self.read(&json_ids([message])).await?.is_empty() {
            return Ok(Invalidated::Missing);
        }
        let Objection { by, reason, at } = objection;
        let marked = affected!(self.conn, "mark a receipt as wrong",
            "UPDATE receipt SET invalidated_at = $1, invalidated_by = $2, invalidated_reason = $3
             WHERE id = $4 AND message_id = $5 AND invalidated_at IS NULL";
            at, by, reason, evidence, message
        )?;
        let done = marked > 0
            || Engagement(self.conn)
                .refuse(message, evidence, objection)
                .await?;
        if done {
            self.resettle(&[message], at).await?;
            return Ok(Invalidated::Done);
        }
        let known: Option<i64> = optional_value!(self.conn, "look for a piece of evidence",
            "SELECT id FROM receipt WHERE id = $1 AND message_id = $2
             UNION ALL SELECT id FROM engagement WHERE id = $1 AND message_id = $2";
            evidence, message
        )?;
        Ok(known.map_or(Invalidated::Missing, |_| Invalidated::Already))
    }

    /// Decides anew, from everything that is kept, which reports on these messages count, and where that
    /// leaves each message. To be called when evidence was marked, or contradicts itself.
    pub(super) async fn resettle(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        let ids = json_ids(messages);
        let found = self.read(&ids).await?;
        let mut reports = self.reports(&ids).await?;
        let attempts = self.attempts(&ids).await?;
        let (mut settled, mut moved) = (Vec::new(), Vec::new());
        for message in &found {
            let facts = message.facts;
            let known = reports.remove(&facts.message).unwrap_or_default();
            let attempts = attempts.get(&facts.message);
            // Two attempts may have two ends: no report on one says anything of the other.
            let wrong = match attempts {
                Some((_, may_have_left)) if *may_have_left > 1 => BTreeMap::new(),
                _ => disproved(&known),
            };
            let says = attempts.map(|(says, _)| *says);
            self.mark(&known, &wrong, now).await?;
            let valid = |one: &&KnownReport| !one.is_refused() && !wrong.contains_key(&one.id);
            let mut fold: Fold = known.iter().filter(valid).map(|one| one.kind).collect();
            if says.is_some_and(|says| says.taken) {
                // A late answer leaves no report, and is known to whoever would send it again.
                fold = fold.with(ReceiptKind::Accepted);
            }
            let to = message.settled(says, fold, message.is_over(self.horizon, now));
            let after = facts.standing.in_state(to);
            if !facts.standing.counts_like(after, facts.channel) {
                moved.push(facts.message);
            }
            settled.push(Refolded { facts, to, fold });
        }
        self.write(&settled, now).await?;
        restated::note(self.conn, &moved, now).await
    }

    /// Verdicts on readers of these messages were corrected: what stood by a reader alone is in doubt again.
    pub async fn unproven(
        &mut self,
        messages: &[MessageId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let found = self.read(&json_ids(messages)).await?;
        let lost = found.iter().filter(|message| message.has_lost_its_reader());
        let lost: Vec<MessageId> = lost.map(|message| message.facts.message).collect();
        self.resettle(&lost, now).await
    }

    async fn reports(
        &mut self,
        messages: &str,
    ) -> Result<BTreeMap<MessageId, Vec<KnownReport>>, StoreError> {
        let rows: Vec<ReportRow> = all!(self.conn, "read all reports on messages",
            "SELECT message_id, id, provider, kind, provider_at, invalidated_by FROM receipt
             WHERE message_id IN (", words::ids!("$1"), ") ORDER BY id";
            messages
        )?;
        let mut reports: BTreeMap<MessageId, Vec<KnownReport>> = BTreeMap::new();
        for row in rows {
            reports.entry(row.message).or_default().push(KnownReport {
                id: row.id,
                provider: row.provider,
                kind: row.kind,
                provider_at: row.provider_at,
                invalidated_by: row.invalidated_by,
            });
        }
        Ok(reports)
    }

    async fn attempts(
        &mut self,
        messages: &str,
    ) -> Result<BTreeMap<MessageId, (AttemptsSay, i64)>, StoreError> {
        let rows: Vec<AttemptsRow> = all!(self.conn, "read what attempts came to",
            "SELECT message_id,
             CAST(count(CASE WHEN outcome = 'accepted' THEN 1 END) AS BIGINT) AS taken,
             CAST(count(CASE WHEN outcome IS NULL OR outcome = 'unknown' THEN 1 END) AS BIGINT)
             AS in_doubt,
             CAST(count(CASE WHEN outcome = 'rejected' THEN 1 END) AS BIGINT) AS rejected,
             CAST(count(CASE WHEN outcome IS NULL OR outcome IN ('accepted', 'unknown') THEN 1 END)
             AS BIGINT) AS may_have_left
             FROM attempt WHERE message_id IN (", words::ids!("$1"), ") GROUP BY message_id";
            messages
        )?;
        let said = rows.into_iter().map(|row| {
            let says = AttemptsSay {
                taken: row.taken > 0,
                in_doubt: row.in_doubt > 0,
                rejected: row.rejected > 0,
            };
            (row.message, (says, row.may_have_left))
        });
        Ok(said.collect())
    }

    /// Marks what is proven wrong, and takes away marks whose proof was refused since.
    async fn mark(
        &mut self,
        known: &[KnownReport],
        wrong: &BTreeMap<i64, i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<(i64, Option<String>)> = known
            .iter()
            .filter(|report| !report.is_refused())
            .map(|report| {
                let by = wrong.get(&report.id).copied().map(KnownReport::name_of);
                (report, by)
            })
            .filter(|(report, by)| report.invalidated_by != *by)
            .map(|(report, by)| (report.id, by))
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        execute!(self.conn, "mark reports that were proven wrong",
            "UPDATE receipt SET invalidated_by = r.by_what,
             invalidated_at = CASE WHEN r.by_what IS NULL THEN NULL ELSE $2 END,
             invalidated_reason = CASE WHEN r.by_what IS NULL THEN NULL ELSE $3 END
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS by_what FROM ",
            words::rows!("$1"), ") AS r WHERE receipt.id = r.id";
            json(&rows)?, now, LATER_REPORT
        )
    }
}

impl Folded {
    /// Where it stands by its attempts, by what is valid of its reports, and by its reader. Without
    /// attempts it was taken by whoever reports on it.
    fn settled(&self, says: Option<AttemptsSay>, valid: Fold, is_over: bool) -> MessageState {
        use MessageState as S;
        let state = self.facts.state();
        let is_silent = says.is_none() && valid == Fold::NONE;
        if state == S::Sending || self.attempt_count == 0 || is_silent {
            return state;
        }
        let says = says.unwrap_or(AttemptsSay {
            taken: true,
            ..AttemptsSay::default()
        });
        let from = match state {
            S::Accepted | S::Unconfirmed if says.taken => state,
            S::Accepted | S::Unconfirmed | S::Delivered | S::Undelivered => says.state(is_over),
            _ => state,
        };
        match stands(from, valid, self.reader, says.taken) {
            S::Accepted if state == S::Unconfirmed => S::Unconfirmed,
            to => to,
        }
    }

    /// Whether it stands as delivered by readers who turned out to be machines.
    fn has_lost_its_reader(&self) -> bool {
        let by_reports = self.fold.rank > 1 || self.taken;
        self.facts.state() == MessageState::Delivered && !by_reports && !self.reader
    }

    /// Whether no report is waited for any more.
    fn is_over(&self, horizon: ReceiptHorizon, now: Timestamp) -> bool {
        let horizon = match self.facts.channel {
            Channel::Sms => horizon.sms,
            Channel::Email => horizon.email,
        };
        let since = self.accepted_at.or(self.opened_at);
        since.is_none_or(|since| since + horizon <= now)
    }
}
