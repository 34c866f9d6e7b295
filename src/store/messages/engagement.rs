//! What readers did: rows that are only ever added, and what they count for. A verdict that was wrong is
//! marked so, and stands beside the right one.
//!
//! A message counts once in each sum, however often it was opened or clicked. What it counted
//! for stands in `message.engaged`, computed again from its rows whenever they change, so that a
//! verdict corrected later corrects the sums too. Verdicts come from `track`; none is made here.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Objection;
use super::restated;
use crate::domain::client::TrackingConsent;
use crate::domain::{
    Channel, EngagementKind, Ids, LinkId, MessageId, PlanId, Timestamp, Tracking, Verdict,
};
use crate::store::database::rows::json;
use crate::store::database::sql::{affected, all, execute, value, values};
use crate::store::feed::note_replies;
use crate::store::messages::rollup::{self, Acts, Facts, Sum};
use crate::store::people::conversations;
use crate::store::{StoreError, handle, json_ids};

handle!(engagement -> Engagement);

/// One thing a reader did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEngagement {
    pub message: MessageId,
    pub kind: EngagementKind,
    /// Who, as far as can be told.
    pub verdict: Verdict,
    /// Why this verdict, in words for people.
    pub grounds: &'static str,
    /// Which link, when one was followed.
    pub link: Option<LinkId>,
    /// The client's own words, when there are any.
    pub detail: Option<String>,
    pub at: Timestamp,
}

/// Which rule decided a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// Its name, as `rules.toml` or `track` gives it.
    pub rule: &'static str,
    /// Of the rules that it stood in.
    pub version: i64,
}

/// A hit as `track` judged it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedHit {
    pub act: NewEngagement,
    pub ruling: Ruling,
}

/// Hits on one message that turned out to be one machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    pub message: MessageId,
    pub from: Timestamp,
    pub to: Timestamp,
    /// What gave it away.
    pub grounds: &'static str,
    /// The rule that found it; none where somebody else did.
    pub ruling: Option<Ruling>,
}

impl Burst {
    fn has(&self, act: &NewEngagement) -> bool {
        use EngagementKind as K;
        self.message == act.message
            && matches!(act.kind, K::Opened | K::Clicked | K::Viewed)
            && (self.from..=self.to).contains(&act.at)
    }
}

/// What is needed to judge a hit on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressed {
    pub channel: Channel,
    /// Whether loading the pixel may be kept: only with the client's yes.
    pub opens: bool,
    /// Whether following a link may be kept: unless the client said no.
    pub clicks: bool,
    /// When a provider took the message.
    pub accepted_at: Option<Timestamp>,
}

impl Engagement<'_> {
    /// What is known about each of these messages. Those that are gone are missing, and those
    /// whose address is not their client's any more: somebody else reads them.
    pub async fn addressed(
        &mut self,
        messages: &[MessageId],
    ) -> Result<BTreeMap<MessageId, Addressed>, StoreError> {
        type Row = (
            MessageId,
            Channel,
            Tracking,
            TrackingConsent,
            Option<Timestamp>,
        );
        let rows: Vec<Row> = all!(self.0, "look up messages that were read",
            "SELECT m.id, m.channel, m.tracking, c.tracking_consent, m.accepted_at
             FROM message m JOIN client c ON c.id = m.client_id
             JOIN contact_point o ON o.client_id = m.client_id
             AND o.channel = m.channel AND o.address = m.address
             WHERE m.id IN (", words::ids!("$1"), ")";
            json_ids(messages)
        )?;
        let addressed = rows
            .into_iter()
            .map(|(id, channel, tracking, consent, accepted_at)| {
                let refused = matches!(
                    consent,
                    TrackingConsent::Denied | TrackingConsent::Withdrawn
                );
                let addressed = Addressed {
                    channel,
                    opens: tracking == Tracking::Individual && !refused,
                    clicks: tracking != Tracking::None && !refused,
                    accepted_at,
                };
                (id, addressed)
            });
        Ok(addressed.collect())
    }

    /// Adds what readers did where no rule had to judge, turns bursts into machine hits, and moves
    /// the sums. Hits on messages that are gone are forgotten.
    pub async fn record(
        &mut self,
        acts: &[NewEngagement],
        bursts: &[Burst],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let acts: Vec<_> = acts.iter().map(|act| (act, None)).collect();
        self.add(&acts, bursts, ids).await
    }

    /// The same for what was judged: the rule and its version are kept beside the verdict.
    pub async fn record_judged(
        &mut self,
        hits: &[JudgedHit],
        bursts: &[Burst],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let acts: Vec<_> = hits
            .iter()
            .map(|hit| (&hit.act, Some(hit.ruling)))
            .collect();
        self.add(&acts, bursts, ids).await
    }

    async fn add(
        &mut self,
        acts: &[(&NewEngagement, Option<Ruling>)],
        bursts: &[Burst],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let touched: BTreeSet<MessageId> = acts
            .iter()
            .map(|(act, _)| act.message)
            .chain(bursts.iter().map(|burst| burst.message))
            .collect();
        if touched.is_empty() {
            return Ok(());
        }
        let touched = json_ids(&touched);
        let counted = self.lock(&touched).await?;
        self.insert(acts, bursts, ids).await?;
        let mut corrected = BTreeMap::new();
        for burst in bursts {
            if self.reclassify(burst, ids).await? {
                corrected.insert(burst.message, burst.to);
            }
        }
        self.recount(&touched, &counted, &corrected).await
    }

    /// A person says that this act is wrong: it counts no more. False: there is no such act, or it did
    /// not count. The message itself is settled anew by who calls this.
    pub(super) async fn refuse(
        &mut self,
        message: MessageId,
        act: i64,
        objection: Objection<'_>,
    ) -> Result<bool, StoreError> {
        let touched = json_ids([message]);
        let counted = self.lock(&touched).await?;
        let Objection { by, reason, at } = objection;
        let marked = affected!(self.0, "mark what a reader did as wrong",
            "UPDATE engagement SET invalidated_at = $1, invalidated_by = $2,
             invalidated_reason = $3 WHERE id = $4 AND message_id = $5 AND invalidated_at IS NULL";
            at, by, reason, act, message
        )?;
        let corrected = BTreeMap::from([(message, at)]);
        self.recount(&touched, &counted, &corrected).await?;
        Ok(marked > 0)
    }

    /// How often a message has this kind of engagement: a guard against floods of replies.
    pub async fn count(
        &mut self,
        message: MessageId,
        kind: EngagementKind,
    ) -> Result<i64, StoreError> {
        value!(self.0, "count engagement",
            "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE message_id = $1 AND kind = $2";
            message, kind
        )
    }

    /// Adds pixels that were loaded without saying whose. Leaves no row behind.
    pub fn add_anonymous_opens(&mut self, opens: &[(PlanId, i64)]) {
        let sums = opens
            .iter()
            .map(|(plan, by)| (Sum::of_plan(*plan, Channel::Email), *by));
        rollup::add_anonymous_opens(self.0, sums);
    }

    /// Computes again what these messages count for, from their rows, and moves the sums: repairs
    /// what another program made of them.
    pub async fn recount_acts(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let messages = json_ids(messages);
        let counted = self.lock(&messages).await?;
        self.recount(&messages, &counted, &BTreeMap::new()).await
    }

    /// In the order of ids, as dispatch and receipts do, so that none waits for another in a
    /// circle.
    async fn lock(&mut self, messages: &str) -> Result<Vec<Facts>, StoreError> {
        all!(self.0, "lock messages that were read",
            "SELECT ", rollup::facts!(),
            " FROM message WHERE id IN (", words::ids!("$1"), ") ORDER BY id", words::for_update!();
            messages
        )
    }

    async fn insert(
        &mut self,
        acts: &[(&NewEngagement, Option<Ruling>)],
        bursts: &[Burst],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let mut replies = Vec::new();
        let rows: serde_json::Value = acts
            .iter()
            .map(|(hit, ruling)| {
                let id = ids.next();
                if hit.kind == EngagementKind::Replied {
                    replies.push(id);
                }
                // What is found out before it is written is no correction.
                let (verdict, grounds, ruling) = bursts
                    .iter()
                    .rfind(|burst| burst.has(hit))
                    .map_or((hit.verdict, hit.grounds, *ruling), |burst| {
                        (Verdict::Machine, burst.grounds, burst.ruling)
                    });
                serde_json::json!([
                    id,
                    hit.message.get(),
                    hit.kind,
                    verdict,
                    grounds,
                    hit.link.map(LinkId::get),
                    hit.detail,
                    hit.at.as_micros(),
                    ruling.map(|ruling| ruling.rule),
                    ruling.map(|ruling| ruling.version),
                ])
            })
            .collect();
        execute!(self.0, "store what readers did",
            "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at,
             rule, rules_version)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2,
             value ->> 3, value ->> 4, CAST(value ->> 5 AS BIGINT), value ->> 6,
             CAST(value ->> 7 AS BIGINT), value ->> 8, CAST(value ->> 9 AS BIGINT)
             FROM ", words::rows!("$1"),
            " WHERE EXISTS (SELECT 1 FROM message WHERE message.id = CAST(value ->> 1 AS BIGINT))";
            rows.to_string()
        )?;
        conversations::join(self.0, &replies, ids).await?;
        note_replies(self.0, &replies).await
    }

    /// What was taken for a person's, or for nobody knows whose, was a machine's: each row is marked as
    /// wrong, and beside it stands what it was. False: there was none.
    async fn reclassify(&mut self, burst: &Burst, ids: &dyn Ids) -> Result<bool, StoreError> {
        let wrong: Vec<i64> = values!(self.0, "look for verdicts to correct",
            "SELECT id FROM engagement WHERE message_id = $1
             AND kind IN ('opened', 'clicked', 'viewed') AND verdict <> 'machine'
             AND invalidated_at IS NULL AND at BETWEEN $2 AND $3 ORDER BY id";
            burst.message, burst.from, burst.to
        )?;
        if wrong.is_empty() {
            return Ok(false);
        }
        let rows: Vec<(i64, i64)> = wrong.iter().map(|id| (*id, ids.next())).collect();
        let rule = burst.ruling.map(|ruling| ruling.rule);
        execute!(self.0, "keep the right verdicts",
            "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at,
             rule, rules_version)
             SELECT CAST(value ->> 1 AS BIGINT), e.message_id, e.kind, 'machine', $2, e.link_id,
             e.detail, e.at, $3, $4 FROM ", words::rows!("$1"),
            " JOIN engagement e ON e.id = CAST(value ->> 0 AS BIGINT)";
            json(&rows)?, burst.grounds, rule, burst.ruling.map(|ruling| ruling.version)
        )?;
        execute!(self.0, "mark the wrong verdicts",
            "UPDATE engagement SET invalidated_at = $2, invalidated_by = $3,
             invalidated_reason = $4 WHERE id IN (", words::ids!("$1"), ")";
            json_ids(&wrong), burst.to, format!("rule:{}", rule.unwrap_or("burst")), burst.grounds
        )?;
        Ok(true)
    }

    /// `corrected`: messages of which a verdict was wrong, and when that was found out.
    async fn recount(
        &mut self,
        messages: &str,
        counted: &[Facts],
        corrected: &BTreeMap<MessageId, Timestamp>,
    ) -> Result<(), StoreError> {
        let acts = self.acts(messages).await?;
        let mut steps = Vec::new();
        let mut changed = Vec::new();
        let mut anew = Vec::new();
        for message in counted {
            let now = acts.get(&message.message).copied().unwrap_or_default();
            if now != message.standing.acts {
                changed.push(serde_json::json!([message.message.get(), now.bits()]));
                steps.push(message.to(message.standing.with_acts(now)));
                anew.extend(corrected.get_key_value(&message.message));
            }
        }
        self.write_bits(&serde_json::Value::Array(changed).to_string())
            .await?;
        rollup::follow(self.0, &steps).await?;
        let Some(at) = anew.iter().map(|(_, at)| **at).max() else {
            return Ok(());
        };
        let anew: Vec<MessageId> = anew.into_iter().map(|(message, _)| *message).collect();
        restated::note(self.0, &anew, at).await
    }

    async fn acts(&mut self, messages: &str) -> Result<BTreeMap<MessageId, Acts>, StoreError> {
        let rows: Vec<(MessageId, EngagementKind, Verdict)> = all!(self.0, "read what readers did",
            "SELECT DISTINCT message_id, kind, verdict FROM engagement
             WHERE message_id IN (", words::ids!("$1"), ") AND invalidated_at IS NULL";
            messages
        )?;
        let mut acts = BTreeMap::new();
        for (message, kind, verdict) in rows {
            let known: &mut Acts = acts.entry(message).or_default();
            *known = known.with(kind, verdict);
        }
        Ok(acts)
    }

    async fn write_bits(&mut self, rows: &str) -> Result<(), StoreError> {
        execute!(self.0, "record what messages count for",
            "UPDATE message SET engaged = fresh.engaged FROM (SELECT
             CAST(value ->> 0 AS BIGINT) AS id, CAST(value ->> 1 AS BIGINT) AS engaged FROM ",
            words::rows!("$1"), ") AS fresh WHERE message.id = fresh.id";
            rows
        )
    }
}
