//! Sums by template, version, channel and day, moved in the transaction that moves what they sum.
//!
//! Whoever changes message states calls [`shift`] with the moves; whoever counts reading calls
//! [`shift_engagement`]. Nothing here reads messages or decides states. `insight` reads the sums.
//!
//! What a message counts in follows from its state alone, so a move is the columns of the new
//! state minus those of the old one. A message counts for the day it was planned, whenever it
//! was delivered or read, so that a rate divides things that belong together.

use std::collections::BTreeMap;

use crate::domain::{Channel, MessageState, Timestamp, Tracking};
use crate::store::{Conn, Doing as _, StoreError, on};

/// Which sum a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sum<'a> {
    /// UTC day of `message.created_at`, counted from 1970-01-01.
    pub(crate) day: i64,
    /// The template's name, as in `plan.template`.
    pub(crate) template: &'a str,
    /// The template's version, as in `plan.version`.
    pub(crate) version: i64,
    /// The message's channel.
    pub(crate) channel: Channel,
}

impl<'a> Sum<'a> {
    /// The sum for messages planned at `created_at`.
    pub(crate) const fn of(
        created_at: Timestamp,
        template: &'a str,
        version: i64,
        channel: Channel,
    ) -> Self {
        Self {
            day: created_at.utc_day(),
            template,
            version,
            channel,
        }
    }
}

/// Some messages of one sum went from one state to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift<'a> {
    /// Where they are counted.
    pub(crate) sum: Sum<'a>,
    /// How their reading is measured: only `individual` ones are ever measurable.
    pub(crate) tracking: Tracking,
    /// How many; usually one, a chunk's worth when the planner inserts.
    pub(crate) messages: i64,
    /// Their state before; `None` when they are new.
    pub(crate) from: Option<MessageState>,
    /// Their state now.
    pub(crate) to: MessageState,
}

/// Some readers of one sum did something that was not counted for their message before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EngagementShift<'a> {
    /// Where it is counted.
    pub(crate) sum: Sum<'a>,
    /// Which sum grows.
    pub(crate) column: EngagementColumn,
    /// By how much.
    pub(crate) by: i64,
}

/// The sums that reading moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EngagementColumn {
    /// Messages whose pixel a person loaded.
    Opened,
    /// Messages whose pixel a machine loaded.
    OpenedMachine,
    /// Messages of which a person followed a link.
    Clicked,
    /// Messages of which a machine followed a link.
    ClickedMachine,
    /// Messages that were answered or confirmed.
    Replied,
    /// Pixels loaded without saying whose.
    AnonymousOpens,
}

/// The columns, in the order of the SQL below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Planned,
    Suppressed,
    Accepted,
    Delivered,
    Undelivered,
    Unconfirmed,
    Unknown,
    Opened,
    OpenedMachine,
    Clicked,
    ClickedMachine,
    Replied,
    Measurable,
    AnonymousOpens,
}

type Deltas<'a> = BTreeMap<Sum<'a>, [i64; 14]>;

/// Moves the sums with the states. Moves that change no sum cost nothing.
pub(crate) async fn shift(conn: &mut Conn, moves: &[Shift<'_>]) -> Result<(), StoreError> {
    let mut deltas = Deltas::new();
    for step in moves {
        let delta = deltas.entry(step.sum).or_default();
        for column in counted_in(step.to, step.tracking) {
            delta[column as usize] += step.messages;
        }
        for column in step
            .from
            .into_iter()
            .flat_map(|from| counted_in(from, step.tracking))
        {
            delta[column as usize] -= step.messages;
        }
    }
    add(conn, deltas).await
}

/// Adds what readers did.
pub(crate) async fn shift_engagement(
    conn: &mut Conn,
    moves: &[EngagementShift<'_>],
) -> Result<(), StoreError> {
    let mut deltas = Deltas::new();
    for step in moves {
        deltas.entry(step.sum).or_default()[Column::from(step.column) as usize] += step.by;
    }
    add(conn, deltas).await
}

/// What a message in this state counts in.
///
/// `accepted` holds every message a provider took, whatever became of it afterwards.
/// `measurable` holds the accepted ones whose reader agreed to be measured by name and that are
/// not known to have missed them: the honest denominator of opens and clicks.
fn counted_in(state: MessageState, tracking: Tracking) -> impl Iterator<Item = Column> {
    use Column as C;
    let columns: &[Column] = match state {
        MessageState::Suppressed => &[C::Planned, C::Suppressed],
        MessageState::Accepted => &[C::Planned, C::Accepted, C::Measurable],
        MessageState::Delivered => &[C::Planned, C::Accepted, C::Delivered, C::Measurable],
        MessageState::Undelivered => &[C::Planned, C::Accepted, C::Undelivered],
        MessageState::Unconfirmed => &[C::Planned, C::Accepted, C::Unconfirmed, C::Measurable],
        MessageState::Unknown | MessageState::Unresolved => &[C::Planned, C::Unknown],
        MessageState::Held
        | MessageState::Queued
        | MessageState::Leased
        | MessageState::Sending
        | MessageState::Rejected
        | MessageState::Failed
        | MessageState::Expired
        | MessageState::Superseded
        | MessageState::Cancelled => &[C::Planned],
    };
    let measured = tracking == Tracking::Individual;
    columns
        .iter()
        .copied()
        .filter(move |column| measured || *column != C::Measurable)
}

/// One statement for all sums, in the order of their keys: two nodes that move the same sums
/// lock them in the same order and never wait for each other in a circle.
async fn add(conn: &mut Conn, deltas: Deltas<'_>) -> Result<(), StoreError> {
    let rows: Vec<serde_json::Value> = deltas
        .into_iter()
        .filter(|(_, delta)| delta.iter().any(|change| *change != 0))
        .map(|(sum, delta)| row(sum, &delta))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::Value::Array(rows).to_string();
    on!(conn, |c| sqlx::query(concat!(
        "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
         delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
         clicked_machine, replied, measurable, anonymous_opens) \
         SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT), value ->> 3, \
         CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), \
         CAST(value ->> 7 AS BIGINT), CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), \
         CAST(value ->> 10 AS BIGINT), CAST(value ->> 11 AS BIGINT), CAST(value ->> 12 AS BIGINT), \
         CAST(value ->> 13 AS BIGINT), CAST(value ->> 14 AS BIGINT), CAST(value ->> 15 AS BIGINT), \
         CAST(value ->> 16 AS BIGINT), CAST(value ->> 17 AS BIGINT) \
         FROM ",
        words::rows!("$1"),
        " WHERE TRUE \
         ON CONFLICT (day, template, version, channel) DO UPDATE SET \
         planned = rollup.planned + excluded.planned, \
         suppressed = rollup.suppressed + excluded.suppressed, \
         accepted = rollup.accepted + excluded.accepted, \
         delivered = rollup.delivered + excluded.delivered, \
         undelivered = rollup.undelivered + excluded.undelivered, \
         unconfirmed = rollup.unconfirmed + excluded.unconfirmed, \
         unknown = rollup.unknown + excluded.unknown, \
         opened = rollup.opened + excluded.opened, \
         opened_machine = rollup.opened_machine + excluded.opened_machine, \
         clicked = rollup.clicked + excluded.clicked, \
         clicked_machine = rollup.clicked_machine + excluded.clicked_machine, \
         replied = rollup.replied + excluded.replied, \
         measurable = rollup.measurable + excluded.measurable, \
         anonymous_opens = rollup.anonymous_opens + excluded.anonymous_opens"
    ))
    .bind(&rows)
    .execute(&mut **c)
    .await
    .map(drop))
    .doing("move the sums")
}

fn row(sum: Sum<'_>, delta: &[i64]) -> serde_json::Value {
    let key: [serde_json::Value; 4] = [
        sum.day.into(),
        sum.template.into(),
        sum.version.into(),
        sum.channel.as_str().into(),
    ];
    key.into_iter()
        .chain(delta.iter().map(|change| (*change).into()))
        .collect()
}

impl From<EngagementColumn> for Column {
    fn from(column: EngagementColumn) -> Self {
        match column {
            EngagementColumn::Opened => Self::Opened,
            EngagementColumn::OpenedMachine => Self::OpenedMachine,
            EngagementColumn::Clicked => Self::Clicked,
            EngagementColumn::ClickedMachine => Self::ClickedMachine,
            EngagementColumn::Replied => Self::Replied,
            EngagementColumn::AnonymousOpens => Self::AnonymousOpens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, StoreUrl, Tx};

    const SUM: Sum<'_> = Sum {
        day: 20_000,
        template: "case-progress",
        version: 2,
        channel: Channel::Sms,
    };

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("araldo.db"));
        (folder, Store::open(&url, 1).await.unwrap())
    }

    const fn step(from: Option<MessageState>, to: MessageState) -> Shift<'static> {
        Shift {
            sum: SUM,
            tracking: Tracking::Individual,
            messages: 1,
            from,
            to,
        }
    }

    async fn sums(tx: &mut Tx) -> (i64, i64, i64, i64, i64, i64) {
        on!(&mut tx.conn, |c| sqlx::query_as(
            "SELECT planned, accepted, delivered, unknown, measurable, opened FROM rollup"
        )
        .fetch_one(&mut **c)
        .await)
        .unwrap()
    }

    #[tokio::test]
    async fn a_message_is_in_exactly_the_sums_of_its_last_state() {
        use MessageState as S;
        let (_folder, store) = store().await;
        let mut tx = store.write().await.unwrap();
        let path = [
            S::Queued,
            S::Leased,
            S::Sending,
            S::Unknown,
            S::Accepted,
            S::Delivered,
        ];
        let mut from = None;
        for to in path {
            shift(&mut tx.conn, &[step(from, to)]).await.unwrap();
            from = Some(to);
        }
        assert_eq!(sums(&mut tx).await, (1, 1, 1, 0, 1, 0));
    }

    #[tokio::test]
    async fn moves_of_one_call_are_added_up_and_engagement_stands_beside_them() {
        let (_folder, store) = store().await;
        let mut tx = store.write().await.unwrap();
        let planned = Shift {
            messages: 5_000,
            ..step(None, MessageState::Queued)
        };
        let unknown = step(Some(MessageState::Sending), MessageState::Unknown);
        shift(&mut tx.conn, &[planned, unknown, unknown])
            .await
            .unwrap();
        let opened = EngagementShift {
            sum: SUM,
            column: EngagementColumn::Opened,
            by: 1,
        };
        shift_engagement(&mut tx.conn, &[opened, opened])
            .await
            .unwrap();
        assert_eq!(sums(&mut tx).await, (5_000, 0, 0, 2, 0, 2));
    }

    #[test]
    fn without_consent_nothing_is_measurable() {
        for state in MessageState::ALL {
            assert!(
                !counted_in(*state, Tracking::Aggregate).any(|column| column == Column::Measurable)
            );
        }
    }
}
