//! Lists of messages, newest first, with filters, by key.
//!
//! `message` has few indexes on purpose. A list by client or by plan is led by theirs; any other
//! list walks the ids downwards and looks at no more than [`WINDOW`] rows a page: a rare state
//! then takes several pages, and never the whole table.

use crate::domain::{Channel, ClientId, MessageId, MessageState, Timestamp};
use crate::store::{Doing as _, StoreError, messages::rollup, on, stored};

use super::Reports;

/// Most rows one page of such a list looks at.
const WINDOW: i64 = 10_000;

/// Which messages; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// The client's reference.
    pub client: Option<String>,
    /// The event's own id (CloudEvents `id`).
    pub event: Option<String>,
    /// The incident's reference.
    pub incident: Option<String>,
    /// The case's reference.
    pub case: Option<String>,
    /// The message's state.
    pub state: Option<MessageState>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The template's name.
    pub template: Option<String>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePage {
    /// Newest first.
    pub items: Vec<MessageRow>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<MessageId>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "columns of `message` and `plan`, described in the schema"
)]
pub struct MessageRow {
    pub id: MessageId,
    pub client_ref: Option<String>,
    pub client_name: Option<String>,
    pub channel: Channel,
    pub state: MessageState,
    pub reason: Option<String>,
    pub lane: String,
    pub locale: String,
    pub template: String,
    pub version: i64,
    pub event_id: String,
    pub created_at: Timestamp,
    /// A person opened it, clicked, looked at the status page or answered.
    pub read: bool,
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: i64,
    client_ref: Option<String>,
    client_name: Option<String>,
    channel: String,
    state: String,
    reason: Option<String>,
    lane: String,
    locale: String,
    template: String,
    version: i64,
    event_id: String,
    created_at: i64,
    read: bool,
}

/// The columns and joins all the lists share. `$id` is `m.id`, or `+m.id` where the list is
/// led by another index than the ids' own.
macro_rules! select {
    ($id:literal, $($more:tt)*) => {
        concat!(
            "SELECT m.id, c.ref AS client_ref, c.name AS client_name, m.channel, m.state, \
                    m.reason, m.lane, m.locale, p.template, p.version, e.event_id, m.created_at, (",
            rollup::is_read!(),
            ") AS read \
             FROM message m JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
             LEFT JOIN client c ON c.id = m.client_id \
             WHERE ", $id, " < $1 AND ($2 IS NULL OR m.state = $2) \
               AND ($3 IS NULL OR m.channel = $3) AND ($4 IS NULL OR p.template = $4) ",
            $($more)*,
            " ORDER BY ", $id, " DESC LIMIT $5"
        )
    };
}

/// Runs a list's text, binding what every one begins with and then its own.
macro_rules! fetch {
    ($db:expr, $look:expr, $text:expr $(, $more:expr)*) => {
        on!($db, |c| sqlx::query_as::<_, Raw>($text)
            .bind($look.after)
            .bind($look.filter.state.map(MessageState::as_str))
            .bind($look.filter.channel.map(Channel::as_str))
            .bind($look.filter.template.as_deref())
            .bind($look.limit + 1)
            $(.bind($more))*
            .fetch_all(&mut **c)
            .await)
        .doing("list messages")
    };
}

/// One look at the list.
#[derive(Clone, Copy)]
struct Look<'a> {
    filter: &'a MessageFilter,
    after: i64,
    limit: i64,
}

/// The plans a filter names.
struct Plans {
    /// As rows for SQL.
    json: String,
    /// How many messages they have together.
    messages: i64,
}

/// Up to this many messages are sorted; more are walked by id.
const SORTABLE: i64 = 5_000;

impl Reports<'_> {
    /// One page of at most `limit` messages older than `after`.
    pub async fn messages(
        &mut self,
        filter: &MessageFilter,
        after: Option<MessageId>,
        limit: i64,
    ) -> Result<MessagePage, StoreError> {
        let after = after.map_or(i64::MAX, MessageId::get);
        let look = Look {
            filter,
            after,
            limit,
        };
        let plans = self.plans(filter).await?;
        if let Some(client) = &filter.client {
            let client = self.client_id(client).await?;
            return self
                .messages_of_client(look, client, plans.map(|p| p.json))
                .await;
        }
        match plans {
            Some(plans) if plans.messages <= SORTABLE => {
                self.messages_of_plans(look, &plans.json).await
            }
            plans => self.messages_in_window(look, plans.map(|p| p.json)).await,
        }
    }

    async fn messages_of_client(
        &mut self,
        look: Look<'_>,
        client: Option<ClientId>,
        plans: Option<String>,
    ) -> Result<MessagePage, StoreError> {
        let rows = fetch!(
            self.0,
            look,
            select!(
                "m.id",
                "AND m.client_id = $6 AND ($7 IS NULL OR m.plan_id IN \
                 (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
                words::rows!("$7"),
                "))"
            ),
            client.map_or(0, ClientId::get),
            plans.as_deref()
        )?;
        page(rows, look.limit, None)
    }

    async fn messages_of_plans(
        &mut self,
        look: Look<'_>,
        plans: &str,
    ) -> Result<MessagePage, StoreError> {
        let rows = fetch!(
            self.0,
            look,
            select!(
                "+m.id",
                "AND m.plan_id IN (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
                words::rows!("$6"),
                ")"
            ),
            plans
        )?;
        page(rows, look.limit, None)
    }

    async fn messages_in_window(
        &mut self,
        look: Look<'_>,
        plans: Option<String>,
    ) -> Result<MessagePage, StoreError> {
        let bottom = self.window_below(look.after).await?;
        let rows = fetch!(
            self.0,
            look,
            select!(
                "m.id",
                "AND m.id >= $6 AND ($7 IS NULL OR m.plan_id IN \
                 (SELECT CAST(value ->> 0 AS BIGINT) FROM ",
                words::rows!("$7"),
                "))"
            ),
            bottom.unwrap_or(0),
            plans.as_deref()
        )?;
        page(rows, look.limit, bottom)
    }

    /// The lowest id of the window below `after`; nothing when the list ends within it.
    async fn window_below(&mut self, after: i64) -> Result<Option<i64>, StoreError> {
        let found: Option<(i64,)> = on!(self.0, |c| sqlx::query_as(
            "SELECT id FROM message WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2"
        )
        .bind(after)
        .bind(WINDOW - 1)
        .fetch_optional(&mut **c)
        .await)
        .doing("find the window of a list")?;
        Ok(found.map(|(id,)| id))
    }

    pub(super) async fn client_id(&mut self, client: &str) -> Result<Option<ClientId>, StoreError> {
        let found: Option<(i64,)> = on!(self.0, |c| sqlx::query_as(
            "SELECT id FROM client WHERE ref = $1"
        )
        .bind(client)
        .fetch_optional(&mut **c)
        .await)
        .doing("find a client")?;
        Ok(found.map(|(id,)| ClientId::new(id)))
    }

    /// The plans of the filter's event, incident and case; nothing when it names none of them.
    async fn plans(&mut self, filter: &MessageFilter) -> Result<Option<Plans>, StoreError> {
        if filter.event.is_none() && filter.incident.is_none() && filter.case.is_none() {
            return Ok(None);
        }
        // The first part steps from source to source, because `event` is indexed by
        // (source, event_id) and a filter names only the second.
        let rows: Vec<(i64, i64)> = on!(self.0, |c| sqlx::query_as(
            "WITH RECURSIVE sources (source) AS ( \
                 SELECT min(source) FROM event \
                 UNION ALL \
                 SELECT (SELECT min(e.source) FROM event e WHERE e.source > s.source) \
                 FROM sources s WHERE s.source IS NOT NULL) \
             SELECT p.id, p.planned FROM plan p WHERE \
               ($1 IS NULL OR p.event_id IN (SELECT e.id FROM sources s JOIN event e \
                    ON e.source = s.source AND e.event_id = $1)) \
               AND ($2 IS NULL OR p.event_id IN (SELECT h.event_id FROM incident i \
                    JOIN incident_change h ON h.incident_id = i.id WHERE i.ref = $2)) \
               AND ($3 IS NULL OR p.event_id IN (SELECT h.event_id FROM case_file f \
                    JOIN case_change h ON h.case_id = f.id WHERE f.ref = $3)) \
             ORDER BY p.id"
        )
        .bind(filter.event.as_deref())
        .bind(filter.incident.as_deref())
        .bind(filter.case.as_deref())
        .fetch_all(&mut **c)
        .await)
        .doing("find the plans of a list")?;
        let ids: Vec<[i64; 1]> = rows.iter().map(|(id, _)| [*id]).collect();
        Ok(Some(Plans {
            json: serde_json::json!(ids).to_string(),
            messages: rows.iter().map(|(_, planned)| planned).sum(),
        }))
    }
}

/// Cuts what was fetched to a page. `bottom`: where the window ended, if more lies below it.
fn page(rows: Vec<Raw>, limit: i64, bottom: Option<i64>) -> Result<MessagePage, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > limit;
    let items: Vec<MessageRow> = rows
        .into_iter()
        .take(limit)
        .map(Raw::row)
        .collect::<Result<_, _>>()?;
    let next = if more {
        items.last().map(|row| row.id)
    } else {
        bottom.map(MessageId::new)
    };
    Ok(MessagePage { items, next })
}

impl Raw {
    fn row(self) -> Result<MessageRow, StoreError> {
        Ok(MessageRow {
            id: MessageId::new(self.id),
            client_ref: self.client_ref,
            client_name: self.client_name,
            channel: stored(&self.channel, "message", "channel", self.id)?,
            state: stored(&self.state, "message", "state", self.id)?,
            reason: self.reason,
            lane: self.lane,
            locale: self.locale,
            template: self.template,
            version: self.version,
            event_id: self.event_id,
            created_at: Timestamp::from_micros(self.created_at),
            read: self.read,
        })
    }
}
