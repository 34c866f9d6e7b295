//! Rows of any table, on either database. A row says what its test is about; the rest is as usual.
//! This is where the tests know the columns: one that is added without a default is added here.

use serde_json::{Value, json};
use sqlx::QueryBuilder;

use crate::support::node::{Eye, with_eye};

impl Eye {
    /// Puts rows into tables, each as `{ "table": { "column": value } }`, in this order. A value of
    /// null leaves the column out.
    pub(crate) async fn plant(&self, rows: impl IntoIterator<Item = Value>) {
        for row in rows {
            let (table, row) = row
                .as_object()
                .and_then(|row| row.iter().next())
                .expect("a row");
            let row = whole(table, row);
            with_eye!(self, |pool| {
                let mut sql = QueryBuilder::new("INSERT INTO ");
                sql.push(table).push(" (");
                let mut names = sql.separated(", ");
                for (name, _) in &row {
                    names.push(name);
                }
                sql.push(") VALUES (");
                let mut values = sql.separated(", ");
                for (_, value) in &row {
                    match value {
                        Value::Bool(value) => values.push_bind(*value),
                        Value::Number(value) if value.is_f64() => values.push_bind(value.as_f64()),
                        Value::Number(value) => values.push_bind(value.as_i64()),
                        Value::String(value) => values.push_bind(value.clone()),
                        value => values.push_bind(value.to_string()),
                    };
                }
                sql.push(")");
                let done = sql.build().execute(pool).await;
                done.unwrap_or_else(|error| panic!("{table} {row:?}: {error}"));
            });
        }
    }
}

/// Puts what `over` has into `under`.
pub(crate) fn overlay(under: &mut Value, over: &Value) {
    for (name, value) in over.as_object().expect("an object") {
        under[name] = value.clone();
    }
}

/// A row with what it does not say.
fn whole(table: &str, row: &Value) -> Vec<(String, Value)> {
    let mut whole = usual(table);
    overlay(&mut whole, row);
    let own = |column: &str| row[column].clone();
    match table {
        "client" if own("name_folded").is_null() => {
            let name = whole["name"].as_str().expect("a name").to_lowercase();
            whole["name_folded"] = name.into();
        }
        "message" if own("notification_id").is_null() => whole["notification_id"] = own("id"),
        _ => {}
    }
    let columns = whole.as_object().expect("columns by name");
    let given = columns.iter().filter(|(_, value)| !value.is_null());
    given
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn usual(table: &str) -> Value {
    match table {
        "client" => json!({ "name": "Maria Rossi", "locale": "it", "time_zone": "Europe/Rome",
            "preferred": "sms", "tracking_consent": "unknown", "created_at": 1, "updated_at": 1 }),
        "contact_point" => json!({ "channel": "sms", "position": 0, "verified": true }),
        "place" => json!({ "kind": "pod", "municipality": "037006", "postal_code": "40121" }),
        "template" => json!({ "description": "", "topic": "cases", "created_at": 1 }),
        "template_version" => json!({ "version": 1, "state": "published", "variables": "[]",
            "parts": "{}", "author": "demo", "created_at": 1 }),
        "link" => json!({ "created_at": 1 }),
        "event" => json!({ "source": "/crm", "data": "{}", "body_hash": "h", "state": "planned" }),
        "case_file" => json!({ "kind": "voltura", "owner": "e-distribuzione" }),
        "incident" => json!({ "kind": "outage", "state": "going_on", "service": "electricity",
            "area": "{}" }),
        "incident_change" => json!({ "type": "incident.opened",
            "data": { "incident": "G-77" } }),
        "plan" => json!({ "version": 1, "topic": "cases", "class": "service", "lane": "normal",
            "settings": "{}", "variables": "{}", "state": "planned", "cursor": 0, "planned": 1,
            "suppressed": 0, "due_at": 1, "created_at": 1, "finished_at": 1 }),
        "message" => json!({ "channel": "sms", "locale": "it", "lane": "normal",
            "tracking": "none", "variables": "{}", "state": "accepted", "lease_no": 1, "tries": 1,
            "opens": 1, "asked": 0, "risky": false, "receipt_rank": 0, "late_bounce": false,
            "engaged": 0 }),
        "attempt" => json!({ "lease_no": 1, "provider": "gateway", "node_id": 1,
            "outcome": "accepted", "code": "202" }),
        "receipt" => json!({ "provider": "gateway", "kind": "delivered", "code": "1" }),
        "rollup" => json!({ "version": 1, "planned": 0, "suppressed": 0, "accepted": 0,
            "delivered": 0, "undelivered": 0, "unconfirmed": 0, "unknown": 0, "opened": 0,
            "opened_machine": 0, "clicked": 0, "clicked_machine": 0, "replied": 0,
            "measurable": 0, "anonymous_opens": 0 }),
        "source" => json!({ "kind": "sql", "settled": true, "records": 0, "faults": 0 }),
        "source_dead" => json!({ "place": "PR-1", "reason": "`stato` is missing", "record": "{}",
            "digest": "d", "quiet": false, "dead_at": 1 }),
        "node" => json!({ "slot": 0, "roles": "web", "version": "0.1.0", "started_at": 1 }),
        _ => json!({}),
    }
}
