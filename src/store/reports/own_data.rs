//! All that is kept of one client, table by table: the copy that a client may ask for. It has what an
//! erasure blanks or deletes (docs/erasure.md; a test holds one against the other), but for who of the staff
//! did something, and for what a source wrote of several people in one piece. Of each table the newest rows.

use serde_json::{Map, Value, json};

use super::Reports;
use crate::domain::limits::COPY_ROWS;
use crate::domain::{ClientId, Timestamp};
use crate::store::StoreError;
use crate::store::database::sql::value;

/// What one table has of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTable {
    pub table: &'static str,
    /// All that are copied, in their order, also where there is no row.
    pub columns: Vec<&'static str>,
    /// By the names of the columns.
    pub rows: Vec<Map<String, Value>>,
}

/// Reads one table: its name, the columns, and the query that finds them, with the client as `$1` and how
/// many rows at most as `$2`.
macro_rules! own {
    ($self:ident, $client:ident, $table:literal, $columns:literal, $query:literal) => {{
        let found: String = value!($self.0, "copy what is kept of a client",
            "SELECT ", words::table!($columns), " FROM (", $query, " LIMIT $2) AS x";
            $client, COPY_ROWS
        )?;
        own_table($table, $columns, &found)?
    }};
}

impl Reports<'_> {
    /// All of it; nothing of a client who is not there.
    pub async fn own_data(&mut self, client: ClientId) -> Result<Vec<OwnTable>, StoreError> {
        let mut tables = self.own_person(client).await?;
        tables.extend(self.own_affairs(client).await?);
        tables.extend(self.own_messages(client).await?);
        tables.extend(self.own_words(client).await?);
        Ok(tables)
    }

    /// Who the client is, how to reach them, and what they chose.
    async fn own_person(&mut self, client: ClientId) -> Result<Vec<OwnTable>, StoreError> {
        Ok(vec![
            own!(self, client, "client",
                "ref, name, locale, time_zone, preferred, partner, quiet_from, quiet_to, tracking_consent, created_at, updated_at",
                "SELECT ref, name, locale, time_zone, preferred, partner, quiet_from, quiet_to,
                 tracking_consent, created_at, updated_at FROM client WHERE id = $1"),
            own!(self, client, "contact_point", "channel, address, verified, verified_at",
                "SELECT channel, address, verified, verified_at FROM contact_point
                 WHERE client_id = $1 ORDER BY position"),
            own!(self, client, "place", "code, kind, municipality, postal_code, lat, lon",
                "SELECT code, kind, municipality, postal_code, lat, lon FROM place
                 WHERE client_id = $1 ORDER BY id"),
            own!(self, client, "place_tag", "tag",
                "SELECT tag FROM place_tag WHERE client_id = $1 ORDER BY tag"),
            own!(self, client, "topic_choice", "topic, wanted",
                "SELECT topic, wanted FROM topic_choice WHERE client_id = $1 ORDER BY topic"),
            own!(self, client, "consent", "allowed, text_version, locale, at",
                "SELECT allowed, text_version, locale, at FROM consent WHERE client_id = $1
                 ORDER BY id DESC"),
            own!(self, client, "suppression", "channel, address, reason, created_at",
                "SELECT s.channel, s.address, s.reason, s.created_at FROM suppression s
                 JOIN contact_point o ON o.channel = s.channel AND o.address = s.address
                 WHERE o.client_id = $1 ORDER BY s.created_at DESC"),
            own!(self, client, "contact_code", "purpose, channel, address, created_at, used_at",
                "SELECT purpose, channel, address, created_at, used_at FROM contact_code
                 WHERE client_id = $1 ORDER BY id DESC"),
            own!(self, client, "deputy", "name, mode, topics, cases, mandate, began_at, until, ended_at",
                "SELECT c.name, d.mode, d.topics, d.cases, d.mandate, d.began_at, d.until, d.ended_at
                 FROM deputy d JOIN client c ON c.id = d.id WHERE d.client_id = $1 ORDER BY d.id DESC"),
            own!(self, client, "unknown_writer", "made_at",
                "SELECT made_at FROM unknown_writer WHERE client_id = $1"),
            own!(self, client, "unread_client", "municipality, messages, since",
                "SELECT municipality, messages, since FROM unread_client WHERE client_id = $1"),
        ])
    }

    /// The client's cases, and what came in about them.
    async fn own_affairs(&mut self, client: ClientId) -> Result<Vec<OwnTable>, StoreError> {
        Ok(vec![
            own!(self, client, "case_file",
                "ref, kind, state, owner, note, expected_by, opened_at, changed_at, closed_at",
                "SELECT f.ref, f.kind, f.state, f.owner, f.note, f.expected_by, f.opened_at,
                 f.changed_at, f.closed_at FROM case_file f JOIN client c ON c.ref = f.client_ref
                 WHERE c.id = $1 ORDER BY f.id DESC"),
            own!(self, client, "case_change", "ref, type, state, owner, note, expected_by, occurred_at",
                "SELECT f.ref, g.type, g.state, g.owner, g.note, g.expected_by, g.occurred_at
                 FROM case_change g JOIN case_file f ON f.id = g.case_id
                 JOIN client c ON c.ref = f.client_ref WHERE c.id = $1 ORDER BY g.event_id DESC"),
            self.own_events(client).await?,
            own!(self, client, "incident_answer", "ref, still_out, child, answered_at",
                "SELECT i.ref, a.still_out, a.child, a.answered_at FROM incident_answer a
                 JOIN incident i ON i.id = a.incident_id WHERE a.client_id = $1
                 ORDER BY a.answered_at DESC"),
            own!(self, client, "partner_question", "ref, question, asked_at, answer, answered_at",
                "SELECT f.ref, q.question, q.asked_at, q.answer, q.answered_at FROM partner_question q
                 JOIN case_file f ON f.id = q.case_id JOIN client c ON c.ref = f.client_ref
                 WHERE c.id = $1 ORDER BY q.id DESC"),
            own!(self, client, "survey", "kind, state, score, due_at, asked_at, answered_at",
                "SELECT kind, state, score, due_at, asked_at, answered_at FROM survey
                 WHERE client_id = $1 ORDER BY id DESC"),
            own!(self, client, "survey_answer", "score, comment, channel, at",
                "SELECT a.score, a.comment, a.channel, a.at FROM survey_answer a
                 JOIN survey s ON s.id = a.survey_id WHERE s.client_id = $1 ORDER BY a.id DESC"),
            own!(self, client, "forwarded_problem", "body, problem, subject, words, who, marked_at",
                "SELECT body, problem, subject, words, who, marked_at FROM forwarded_problem
                 WHERE client_id = $1 ORDER BY id DESC"),
        ])
    }

    /// Events that name the client: of those behind the client's messages, the ones about nobody else.
    async fn own_events(&mut self, client: ClientId) -> Result<OwnTable, StoreError> {
        let mut events = own!(
            self,
            client,
            "event",
            "type, subject, occurred_at, data",
            "SELECT DISTINCT e.id, e.type, e.subject, e.occurred_at, e.data FROM message m
             JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id
             WHERE m.client_id = $1 ORDER BY e.id DESC"
        );
        let reference: Option<String> = value!(self.0, "look up a client's reference",
            "SELECT max(ref) FROM client WHERE id = $1"; client
        )?;
        events.rows.retain(|row| {
            let data = row.get("data").and_then(Value::as_str).unwrap_or_default();
            let data: Value = serde_json::from_str(data).unwrap_or_default();
            data["client"].as_str() == reference.as_deref()
        });
        Ok(events)
    }

    /// What was sent, how that went, and what was done with it.
    async fn own_messages(&mut self, client: ClientId) -> Result<Vec<OwnTable>, StoreError> {
        Ok(vec![
            own!(
                self,
                client,
                "message",
                "channel, address, locale, state, reason, variables, created_at, accepted_at",
                "SELECT channel, address, locale, state, reason, variables, created_at, accepted_at
                 FROM message WHERE client_id = $1 ORDER BY id DESC"
            ),
            own!(
                self,
                client,
                "plan",
                "topic, template, subject, variables, occurred_at",
                "SELECT DISTINCT p.id, p.topic, p.template, p.subject, p.variables, p.occurred_at
                 FROM message m JOIN plan p ON p.id = m.plan_id
                 WHERE m.client_id = $1 ORDER BY p.id DESC"
            ),
            own!(
                self,
                client,
                "attempt",
                "provider, outcome, detail, opened_at, closed_at",
                "SELECT a.provider, a.outcome, a.detail, a.opened_at, a.closed_at FROM attempt a
                 JOIN message m ON m.id = a.message_id WHERE m.client_id = $1
                 ORDER BY a.opened_at DESC"
            ),
            own!(
                self,
                client,
                "receipt",
                "provider, kind, detail, received_at",
                "SELECT r.provider, r.kind, r.detail, r.received_at FROM receipt r
                 JOIN message m ON m.id = r.message_id WHERE m.client_id = $1 ORDER BY r.id DESC"
            ),
            own!(
                self,
                client,
                "engagement",
                "kind, verdict, grounds, detail, at",
                "SELECT g.kind, g.verdict, g.grounds, g.detail, g.at FROM engagement g
                 JOIN message m ON m.id = g.message_id WHERE m.client_id = $1 ORDER BY g.id DESC"
            ),
            own!(
                self,
                client,
                "test_send",
                "template, channel, state, created_at",
                "SELECT template, channel, state, created_at FROM test_send
                 WHERE person = 'client:' || CAST($1 AS TEXT) ORDER BY id DESC"
            ),
        ])
    }

    /// What was written both ways, and what was noted of what the client decided.
    async fn own_words(&mut self, client: ClientId) -> Result<Vec<OwnTable>, StoreError> {
        Ok(vec![
            own!(
                self,
                client,
                "conversation",
                "channel, subject, state, reason, began_at",
                "SELECT channel, subject, state, reason, began_at FROM conversation
                 WHERE client_id = $1 ORDER BY id DESC"
            ),
            own!(
                self,
                client,
                "conversation_line",
                "way, channel, text, at",
                "SELECT l.way, l.channel, coalesce(l.text, g.detail) AS text, l.at
                 FROM conversation_line l JOIN conversation v ON v.id = l.conversation_id
                 LEFT JOIN engagement g ON g.id = l.engagement_id
                 WHERE v.client_id = $1 ORDER BY l.id DESC"
            ),
            own!(
                self,
                client,
                "audit",
                "at, action, detail",
                "SELECT at, action, detail FROM audit
                 WHERE subject = 'client:' || CAST($1 AS TEXT)
                 OR subject = (SELECT ref FROM client WHERE id = $1) ORDER BY id DESC"
            ),
        ])
    }
}

/// The rows of a table, by the names of its columns. Times are written as everywhere outside.
fn own_table(
    table: &'static str,
    columns: &'static str,
    found: &str,
) -> Result<OwnTable, StoreError> {
    let names: Vec<&'static str> = columns.split(',').map(str::trim).collect();
    let rows: Vec<Vec<Value>> = serde_json::from_str(found)
        .map_err(|_| StoreError::Unfit(format!("the copy of `{table}` cannot be read")))?;
    let row = |values: Vec<Value>| {
        let named = names.iter().zip(values);
        named
            .map(|(name, value)| ((*name).to_owned(), said(name, value)))
            .collect()
    };
    let rows = rows.into_iter().map(row).collect();
    Ok(OwnTable {
        table,
        columns: names,
        rows,
    })
}

fn said(name: &str, value: Value) -> Value {
    let is_time = name.ends_with("_at") || matches!(name, "at" | "until" | "since");
    match value.as_i64() {
        Some(micros) if is_time => json!(Timestamp::from_micros(micros)),
        _ => value,
    }
}
