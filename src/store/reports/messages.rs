//! Lists of messages, newest first, with filters, by key.
//!
//! `message` has few indexes on purpose. A list by client or by plan is led by theirs; any other
//! list walks the ids downwards and looks at no more than [`WINDOW`] rows a page: a rare state
//! then takes several pages, and never the whole table.

use crate::domain::{Channel, ClientId, MessageId, MessageState, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional_value};
use crate::store::people::clients::Clients;
use crate::store::{StoreError, json_ids, messages::rollup};

use super::Reports;

/// Most rows one page of such a list looks at.
const WINDOW: i64 = 10_000;

/// Which messages; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    pub client: Option<String>,
    /// The event's own id (CloudEvents `id`).
    pub event: Option<String>,
    pub incident: Option<String>,
    pub case: Option<String>,
    pub state: Option<MessageState>,
    pub channel: Option<Channel>,
    pub template: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageList {
    /// The newest one comes first.
    pub items: Vec<MessageRow>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<MessageId>,
}

row! {
    /// One line of a list.
    #[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// One list: the columns, joins and filters all share, and what it asks for of its own. `$id` is
/// `m.id`, or `+m.id` where the list is led by another index than the ids' own.
macro_rules! messages {
    ($conn:expr, $look:expr, $id:literal, $($own:expr),+; $($value:expr),+) => {
        all!($conn, "list the messages",
            "SELECT m.id, c.ref AS client_ref, c.name AS client_name, m.channel, m.state,
             m.reason, m.lane, m.locale, p.template, p.version, e.event_id, m.created_at, (",
            rollup::is_read!(), ") AS read
             FROM message m JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id
             LEFT JOIN client c ON c.id = m.client_id
             WHERE ", $id, " < $1 AND ($2 IS NULL OR m.state = $2)
             AND ($3 IS NULL OR m.channel = $3) AND ($4 IS NULL OR p.template = $4) ",
            $($own),+, " ORDER BY ", $id, " DESC LIMIT $5";
            $look.after, $look.filter.state, $look.filter.channel,
            $look.filter.template.as_deref(), $look.limit + 1, $($value),+
        )
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
struct FilteredPlans {
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
    ) -> Result<MessageList, StoreError> {
        let after = after.map_or(i64::MAX, MessageId::get);
        let look = Look {
            filter,
            after,
            limit,
        };
        let plans = self.plans(filter).await?;
        if let Some(client) = &filter.client {
            let client = Clients(self.0).lookup_id(client).await?;
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
    ) -> Result<MessageList, StoreError> {
        let rows = messages!(self.0, look, "m.id",
            "AND m.client_id = $6 AND ($7 IS NULL OR m.plan_id IN (", words::ids!("$7"), "))";
            client.map_or(0, ClientId::get), plans.as_deref()
        )?;
        Ok(page(rows, look.limit, None))
    }

    async fn messages_of_plans(
        &mut self,
        look: Look<'_>,
        plans: &str,
    ) -> Result<MessageList, StoreError> {
        let rows = messages!(self.0, look, "+m.id",
            "AND m.plan_id IN (", words::ids!("$6"), ")";
            plans
        )?;
        Ok(page(rows, look.limit, None))
    }

    async fn messages_in_window(
        &mut self,
        look: Look<'_>,
        plans: Option<String>,
    ) -> Result<MessageList, StoreError> {
        let bottom = self.window_below(look.after).await?;
        let rows = messages!(self.0, look, "m.id",
            "AND m.id >= $6 AND ($7 IS NULL OR m.plan_id IN (", words::ids!("$7"), "))";
            bottom.unwrap_or(0), plans.as_deref()
        )?;
        Ok(page(rows, look.limit, bottom))
    }

    /// The lowest id of the window below `after`; nothing when the list ends within it.
    async fn window_below(&mut self, after: i64) -> Result<Option<i64>, StoreError> {
        optional_value!(self.0, "read which messages a page looks at",
            "SELECT id FROM message WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
            after, WINDOW - 1
        )
    }

    /// The plans of the filter's event, incident and case; nothing when it names none of them.
    async fn plans(&mut self, filter: &MessageFilter) -> Result<Option<FilteredPlans>, StoreError> {
        if filter.event.is_none() && filter.incident.is_none() && filter.case.is_none() {
            return Ok(None);
        }
        // The first part steps from source to source, because `event` is indexed by
        // (source, event_id) and a filter names only the second. Each filter names an event once, so
        // those are meant that all of them name; without that, all plans would be read.
        let filters = [&filter.event, &filter.incident, &filter.case];
        let set = filters.iter().filter(|filter| filter.is_some()).count();
        let rows: Vec<(i64, i64)> = all!(self.0, "look up the plans of a list",
            "WITH RECURSIVE sources (source) AS (
             SELECT min(source) FROM event
             UNION ALL
             SELECT (SELECT min(e.source) FROM event e WHERE e.source > s.source)
             FROM sources s WHERE s.source IS NOT NULL)
             SELECT p.id, p.planned FROM plan p WHERE p.event_id IN (SELECT x.id FROM (
             SELECT e.id FROM sources s JOIN event e ON e.source = s.source AND e.event_id = $1
             UNION ALL SELECT h.event_id AS id FROM incident i
             JOIN incident_change h ON h.incident_id = i.id WHERE i.ref = $2
             UNION ALL SELECT h.event_id AS id FROM case_file f
             JOIN case_change h ON h.case_id = f.id WHERE f.ref = $3) AS x
             GROUP BY x.id HAVING count(*) = $4)
             ORDER BY p.id";
            filter.event.as_deref(), filter.incident.as_deref(), filter.case.as_deref(),
            i64::try_from(set).unwrap_or(0)
        )?;
        Ok(Some(FilteredPlans {
            json: json_ids(rows.iter().map(|(id, _)| id)),
            messages: rows.iter().map(|(_, planned)| planned).sum(),
        }))
    }
}

/// Cuts what was fetched to a page. `bottom`: where the window ended, if more lies below it.
fn page(mut items: Vec<MessageRow>, limit: i64, bottom: Option<i64>) -> MessageList {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more {
        items.last().map(|row| row.id)
    } else {
        bottom.map(MessageId::new)
    };
    MessageList { items, next }
}
