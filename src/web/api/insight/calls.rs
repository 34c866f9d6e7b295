//! `PUT /v1/contacts-per-day`: how often clients turned to the organisation, as CSV with the columns
//! day, kind and contacts. `GET` has it beside the messages about such cases.
//!
//! What is not known is null and not nought: a day of which nobody said anything has no contacts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Request, State};
use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Value, json};

use super::summary::{InsightAsk, period};
use crate::domain::FieldError;
use crate::domain::limits::{
    CONTACT_BYTES, CONTACT_DAYS_BACK, CONTACT_LINES, CONTACTS_A_DAY, REACH_CODE,
};
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::day::date;
use crate::web::problem::Problem;
use crate::web::request::body;
use crate::web::request::extract::Query;

/// The columns, in this order.
const HEADS: [&str; 3] = ["day", "kind", "contacts"];

pub(crate) async fn get(
    State(web): State<Web>,
    Query(ask): Query<InsightAsk>,
) -> Result<Json<Value>, Problem> {
    let period = period(&web, &ask)?;
    let mut tx = web.store.read().await?;
    let rows = tx.calls().days(period.from, period.to).await?;
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"day": date(row.day), "kind": row.kind, "contacts": row.contacts,
                "messages": row.messages})
        })
        .collect();
    Ok(Json(json!({ "rows": rows })))
}

pub(crate) async fn put(
    caller: Caller,
    State(web): State<Web>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    if !body::media_type(request.headers()).starts_with("text/csv") {
        return Err(Problem::media_type("`text/csv`"));
    }
    let bytes = body::read(request, CONTACT_BYTES).await?;
    let today = web.clock.now().day_in(web.console.zone());
    let rows = parse(&bytes, today)?;
    let mut tx = web.store.write().await?;
    tx.calls().put(&rows).await?;
    let (actor, detail) = (caller.actor(), format!("{} lines", rows.len()));
    let entry = AuditEntry::new(&actor, "contacts.put", "contacts-per-day").with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Json(json!({ "taken": rows.len() })))
}

/// Day, kind, contacts of each line; no two lines are about one day and kind. All or none: half a list
/// would look like fewer calls.
fn parse(bytes: &[u8], today: i64) -> Result<Vec<(i64, String, i64)>, Problem> {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let delimiter = if first.contains(&b';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(Trim::All)
        .from_reader(bytes);
    let heads = reader
        .headers()
        .map_err(|error| unfit("/1", &error.to_string()))?;
    if heads.iter().ne(HEADS) {
        return Err(unfit("/1", "the first line is `day,kind,contacts`"));
    }
    let mut rows = BTreeMap::new();
    for (line, record) in (2..).zip(reader.records()) {
        let pointer = format!("/{line}");
        let record = record.map_err(|error| unfit(&pointer, &error.to_string()))?;
        if line > CONTACT_LINES + 1 {
            let detail = format!("more than {CONTACT_LINES} lines");
            return Err(unfit(&pointer, &detail));
        }
        let (day, kind, contacts) = one(&record, today)
            .map_err(|fault| unfit(&format!("{pointer}{}", fault.pointer), &fault.detail))?;
        if rows.insert((day, kind), contacts).is_some() {
            return Err(unfit(&pointer, "another line has the same day and kind"));
        }
    }
    let rows = rows.into_iter();
    Ok(rows
        .map(|((day, kind), contacts)| (day, kind, contacts))
        .collect())
}

fn one(record: &StringRecord, today: i64) -> Result<(i64, String, i64), FieldError> {
    let cell = |place: usize| record.get(place).unwrap_or_default();
    let day = day(cell(0), today).map_err(|fault| FieldError::new("/day", fault))?;
    let kind = cell(1);
    let is_long = kind.chars().count() > REACH_CODE;
    if kind.is_empty() || is_long || kind.contains(char::is_control) {
        let detail = format!("a kind is a text of 1 to {REACH_CODE} visible characters");
        return Err(FieldError::new("/kind", detail));
    }
    let contacts = cell(2).parse::<i64>().ok();
    let contacts = contacts.filter(|count| (0..=CONTACTS_A_DAY).contains(count));
    let contacts = contacts.ok_or_else(|| {
        let detail = format!("contacts are a whole number from 0 to {CONTACTS_A_DAY}");
        FieldError::new("/contacts", detail)
    })?;
    Ok((day, kind.to_owned(), contacts))
}

/// A day that has begun, and that is not long past.
fn day(text: &str, today: i64) -> Result<i64, String> {
    let date = text.parse::<NaiveDate>();
    let date = date.map_err(|_| "a day is written as 2026-11-22".to_owned())?;
    let day = i64::from(date.to_epoch_days());
    if day > today {
        return Err("the day is still to come".to_owned());
    }
    if day < (today - CONTACT_DAYS_BACK).max(0) {
        return Err(format!(
            "the day is long past: at most {CONTACT_DAYS_BACK} days back are kept"
        ));
    }
    Ok(day)
}

fn unfit(pointer: &str, detail: &str) -> Problem {
    Problem::unprocessable("invalid_field", pointer, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_as_a_whole_with_commas_or_semicolons() {
        let rows = parse(b"day,kind,contacts\n1970-01-02, voltura ,7\n", 10).unwrap();
        assert_eq!(rows, [(1, "voltura".to_owned(), 7)]);
        let rows = parse(
            b"day;kind;contacts\r\n1970-01-02;a;7\r\n1970-01-02;b;8\r\n",
            10,
        );
        assert_eq!(
            rows.unwrap(),
            [(1, "a".to_owned(), 7), (1, "b".to_owned(), 8)]
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, pointer) in [
            ("kind,day,contacts\n", "/1"),
            (
                "day,kind,contacts\n1970-01-02,a,7\n1970-01-12,a,7\n",
                "/3/day",
            ),
            ("day,kind,contacts\n2.1.1970,a,7\n", "/2/day"),
            ("day,kind,contacts\n0001-01-01,a,7\n", "/2/day"),
            ("day,kind,contacts\n1970-01-02,a\0b,7\n", "/2/kind"),
            (
                "day,kind,contacts\n1970-01-02,a,7\n1970-01-02,b,7\n1970-01-02,a,8\n",
                "/4",
            ),
            ("day,kind,contacts\n1970-01-02,,7\n", "/2/kind"),
            ("day,kind,contacts\n1970-01-02,a,-1\n", "/2/contacts"),
            ("day,kind,contacts\n1970-01-02,a\n", "/2"),
        ] {
            let problem = parse(text.as_bytes(), 10).unwrap_err();
            assert_eq!(problem.pointer.as_deref(), Some(pointer), "{text}");
        }
    }

    #[test]
    fn a_day_is_refused_for_what_it_is() {
        let today = 20_000;
        assert_eq!(day("2024-10-04", today), Ok(today));
        assert!(day("2024-10-05", today).unwrap_err().contains("to come"));
        assert!(day("0001-01-01", today).unwrap_err().contains("long past"));
        assert!(day("4.10.2024", today).unwrap_err().contains("written as"));
    }
}
