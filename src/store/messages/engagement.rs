//! What readers did: rows that are only ever added, and what they count for.
//!
//! A message counts once in each sum, however often it was opened or clicked. What it counted
//! for stands in `message.engaged`, computed anew from its rows whenever they change, so that a
//! verdict corrected later corrects the sums too. Verdicts come from `track`; none is made here.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    Channel, EngagementKind, Ids, LinkId, MessageId, PlanId, Timestamp, Tracking, Verdict,
};
use crate::store::messages::rollup::{self, Acts, Facts, FactsRow, Summed};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// Engagement within a transaction.
pub struct Engagement<'a>(&'a mut Conn);

impl Tx {
    /// What readers did.
    pub fn engagement(&mut self) -> Engagement<'_> {
        Engagement(&mut self.conn)
    }
}

/// One thing a reader did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEngagement {
    /// With which message.
    pub message: MessageId,
    /// What.
    pub kind: EngagementKind,
    /// Who, as far as can be told.
    pub verdict: Verdict,
    /// Why this verdict, in words for people.
    pub grounds: &'static str,
    /// Which link, when one was followed.
    pub link: Option<LinkId>,
    /// The client's own words, when there are any.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Hits on one message that turned out to be one machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// Which message.
    pub message: MessageId,
    /// The first hit.
    pub from: Timestamp,
    /// The last hit.
    pub to: Timestamp,
    /// What gave it away.
    pub grounds: &'static str,
}

/// What is needed to judge a hit on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressed {
    /// The message's channel.
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
        type Row = (i64, String, String, String, Option<i64>);
        let rows: Vec<Row> = on!(&mut *self.0, |c| sqlx::query_as(concat!(
            "SELECT m.id, m.channel, m.tracking, c.tracking_consent, m.accepted_at \
                 FROM message m JOIN client c ON c.id = m.client_id \
                 JOIN contact_point o ON o.client_id = m.client_id \
                 AND o.channel = m.channel AND o.address = m.address \
                 WHERE m.id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
            words::rows!("$1"),
            ")"
        ))
        .bind(id_rows(messages.iter().copied()))
        .fetch_all(&mut **c)
        .await)
        .doing("look up messages that were read")?;
        rows.into_iter()
            .map(|(id, channel, tracking, consent, accepted_at)| {
                let tracking: Tracking = stored(&tracking, "message", "tracking", id)?;
                let refused = matches!(consent.as_str(), "denied" | "withdrawn");
                let addressed = Addressed {
                    channel: stored(&channel, "message", "channel", id)?,
                    opens: tracking == Tracking::Individual && !refused,
                    clicks: tracking != Tracking::None && !refused,
                    accepted_at: accepted_at.map(Timestamp::from_micros),
                };
                Ok((MessageId::new(id), addressed))
            })
            .collect()
    }

    /// Adds what readers did, turns bursts into machine hits, and moves the sums.
    /// Hits on messages that are gone are forgotten.
    pub async fn record(
        &mut self,
        hits: &[NewEngagement],
        bursts: &[Burst],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let touched: BTreeSet<MessageId> = hits
            .iter()
            .map(|hit| hit.message)
            .chain(bursts.iter().map(|burst| burst.message))
            .collect();
        if touched.is_empty() {
            return Ok(());
        }
        let touched = id_rows(touched);
        let counted = self.lock(&touched).await?;
        self.insert(hits, ids).await?;
        for burst in bursts {
            self.reclassify(burst).await?;
        }
        self.recount(&touched, &counted).await
    }

    /// How often a message has this kind of engagement: a guard against floods of replies.
    pub async fn count(
        &mut self,
        message: MessageId,
        kind: EngagementKind,
    ) -> Result<i64, StoreError> {
        on!(&mut *self.0, |c| sqlx::query_scalar(
            "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE message_id = $1 AND kind = $2"
        )
        .bind(message.get())
        .bind(kind.as_str())
        .fetch_one(&mut **c)
        .await)
        .doing("count engagement")
    }

    /// Adds pixels that were loaded without saying whose. Leaves no row behind.
    pub async fn add_anonymous_opens(&mut self, opens: &[(PlanId, i64)]) -> Result<(), StoreError> {
        for (plan, by) in opens {
            let row: Option<(String, i64, Option<i64>, i64)> =
                on!(&mut *self.0, |c| sqlx::query_as(
                    "SELECT template, version, day, created_at FROM plan WHERE id = $1"
                )
                .bind(plan.get())
                .fetch_optional(&mut **c)
                .await)
                .doing("look up a plan that was read")?;
            let Some((template, version, day, created_at)) = row else {
                continue;
            };
            let summed = Summed {
                day,
                template: &template,
                version,
            };
            let sum = summed.sum(Timestamp::from_micros(created_at), Channel::Email);
            rollup::add_anonymous_opens(self.0, [(sum, *by)]).await?;
        }
        Ok(())
    }

    /// Computes anew what these messages count for, from their rows, and moves the sums: mends
    /// what another program made of them.
    pub async fn recount_acts(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let messages = id_rows(messages.iter().copied());
        let counted = self.lock(&messages).await?;
        self.recount(&messages, &counted).await
    }

    /// In the order of ids, as dispatch and receipts do, so that none waits for another in a circle.
    async fn lock(&mut self, messages: &str) -> Result<Vec<Facts>, StoreError> {
        let rows: Vec<FactsRow> = on!(&mut *self.0, |c| sqlx::query_as(concat!(
            "SELECT ",
            rollup::facts!(),
            " FROM message WHERE id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
            words::rows!("$1"),
            ") ORDER BY id",
            words::for_update!()
        ))
        .bind(messages)
        .fetch_all(&mut **c)
        .await)
        .doing("lock messages that were read")?;
        rows.iter().map(FactsRow::read).collect()
    }

    async fn insert(&mut self, hits: &[NewEngagement], ids: &dyn Ids) -> Result<(), StoreError> {
        let rows: serde_json::Value = hits
            .iter()
            .map(|hit| {
                serde_json::json!([
                    ids.next(),
                    hit.message.get(),
                    hit.kind,
                    hit.verdict,
                    hit.grounds,
                    hit.link.map(LinkId::get),
                    hit.detail,
                    hit.at.as_micros(),
                ])
            })
            .collect();
        on!(&mut *self.0, |c| sqlx::query(concat!(
            "INSERT INTO engagement (id, message_id, kind, verdict, grounds, link_id, detail, at) \
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2, \
             value ->> 3, value ->> 4, CAST(value ->> 5 AS BIGINT), value ->> 6, \
             CAST(value ->> 7 AS BIGINT) FROM ",
            words::rows!("$1"),
            " WHERE EXISTS (SELECT 1 FROM message WHERE message.id = CAST(value ->> 1 AS BIGINT))"
        ))
        .bind(rows.to_string())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("keep what readers did")
    }

    async fn reclassify(&mut self, burst: &Burst) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| sqlx::query(
            "UPDATE engagement SET verdict = 'machine', grounds = $1 \
             WHERE message_id = $2 AND kind IN ('opened', 'clicked', 'viewed') AND at BETWEEN $3 AND $4"
        )
        .bind(burst.grounds)
        .bind(burst.message.get())
        .bind(burst.from.as_micros())
        .bind(burst.to.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("correct verdicts")
    }

    async fn recount(&mut self, messages: &str, counted: &[Facts]) -> Result<(), StoreError> {
        let acts = self.acts(messages).await?;
        let mut steps = Vec::new();
        let mut changed = Vec::new();
        for message in counted {
            let now = acts
                .get(&message.message.get())
                .copied()
                .unwrap_or_default();
            if now != message.standing.acts {
                changed.push(serde_json::json!([message.message.get(), now.bits()]));
                steps.push(message.to(message.standing.with_acts(now)));
            }
        }
        self.write_bits(&serde_json::Value::Array(changed).to_string())
            .await?;
        rollup::follow(self.0, &steps).await
    }

    async fn acts(&mut self, messages: &str) -> Result<BTreeMap<i64, Acts>, StoreError> {
        let rows: Vec<(i64, String, String)> = on!(&mut *self.0, |c| sqlx::query_as(concat!(
            "SELECT DISTINCT message_id, kind, verdict FROM engagement \
             WHERE message_id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
            words::rows!("$1"),
            ")"
        ))
        .bind(messages)
        .fetch_all(&mut **c)
        .await)
        .doing("sum up what readers did")?;
        let mut acts = BTreeMap::new();
        for (message, kind, verdict) in rows {
            let kind = stored(&kind, "engagement", "kind", message)?;
            let verdict = stored(&verdict, "engagement", "verdict", message)?;
            let known: &mut Acts = acts.entry(message).or_default();
            *known = known.with(kind, verdict);
        }
        Ok(acts)
    }

    async fn write_bits(&mut self, rows: &str) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| sqlx::query(concat!(
            "UPDATE message SET engaged = fresh.engaged FROM (SELECT \
             CAST(value ->> 0 AS BIGINT) AS id, CAST(value ->> 1 AS BIGINT) AS engaged FROM ",
            words::rows!("$1"),
            ") AS fresh WHERE message.id = fresh.id"
        ))
        .bind(rows)
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("note what messages counted for")
    }
}

/// Ids as rows of one number each: what `value ->> 0` reads on both databases.
pub(crate) fn id_rows(ids: impl IntoIterator<Item = MessageId>) -> String {
    let rows: serde_json::Value = ids
        .into_iter()
        .map(|id| [id.get()].as_slice().into())
        .collect::<Vec<serde_json::Value>>()
        .into();
    rows.to_string()
}
