//! `GET /console/insight/calls`: how often clients ask by themselves, beside the messages they were
//! sent, by kind of case; and what can be concluded from it.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;

use super::share::written;
use super::{InsightQuery, SPANS};
use crate::domain::role::Right;
use crate::store::insight::calls::CallDay;
use crate::web::console::shell::chart::spark_line;
use crate::web::console::shell::{self, ConsolePart, ConsoleWords, Frame, Visit};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// One kind of case in both periods.
struct CallKind {
    kind: String,
    /// Now and before; a dash where nobody said how many.
    contacts: [String; 2],
    messages: [String; 2],
}

/// One day over all kinds.
struct CallLine {
    day: String,
    contacts: String,
    messages: String,
}

#[derive(Template)]
#[template(path = "console/insight/calls.html")]
struct CallsPage {
    frame: Frame,
    days: i64,
    spans: [(i64, String); 4],
    kinds: Vec<CallKind>,
    lines: Vec<CallLine>,
    /// Points of the two lines of the chart, each by its own scale; empty with fewer than two days.
    contacts: String,
    messages: String,
}

/// Contacts, if anybody said how many, and messages.
type CallSums = (Option<i64>, i64);

pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let asked = ask.period(visit.web.moment().day());
    let (now, before) = (asked.period, asked.period.before());
    let mut tx = visit.web.store.read().await?;
    let rows = tx.calls().days(now.from, now.to).await?;
    let earlier = tx.calls().days(before.from, before.to).await?;
    drop(tx);
    let words = visit.words();
    let by_day = by(&rows, |row| row.day);
    let spark = |of: fn(&CallSums) -> i64| spark_line(&by_day.values().map(of).collect::<Vec<_>>());
    Ok(shell::page(&CallsPage {
        frame: visit
            .frame(ConsolePart::Insight, words.say("insight-calls-title"))
            .await?,
        days: asked.span.unwrap_or(0),
        spans: SPANS.map(|days| (days, words.count("insight-days", days))),
        kinds: kinds(&rows, &earlier, words),
        contacts: spark(|pair| pair.0.unwrap_or(0)),
        messages: spark(|pair| pair.1),
        lines: by_day
            .iter()
            .rev()
            .map(|(day, pair)| CallLine {
                day: written(*day, words),
                contacts: known(pair.0, words),
                messages: words.number(pair.1),
            })
            .collect(),
    }))
}

/// Sums of the rows that have the same key.
fn by<K: Ord>(rows: &[CallDay], key: impl Fn(&CallDay) -> K) -> BTreeMap<K, CallSums> {
    let mut sums: BTreeMap<K, CallSums> = BTreeMap::new();
    for row in rows {
        let (contacts, messages) = sums.entry(key(row)).or_default();
        *messages += row.messages;
        if let Some(more) = row.contacts {
            *contacts = Some(contacts.unwrap_or(0) + more);
        }
    }
    sums
}

/// Every kind of which there is something in either period.
fn kinds(now: &[CallDay], before: &[CallDay], words: ConsoleWords) -> Vec<CallKind> {
    let name = |row: &CallDay| row.kind.clone();
    let (now, before) = (by(now, name), by(before, name));
    let mut names: Vec<&String> = now.keys().chain(before.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let line = |name: &String| {
        let of = |sums: &BTreeMap<String, CallSums>| sums.get(name).copied().unwrap_or_default();
        let pairs = [of(&now), of(&before)];
        CallKind {
            kind: name.clone(),
            contacts: pairs.map(|pair| known(pair.0, words)),
            messages: pairs.map(|pair| words.number(pair.1)),
        }
    };
    names.into_iter().map(line).collect()
}

fn known(count: Option<i64>, words: ConsoleWords) -> String {
    count.map_or_else(|| "–".to_owned(), |count| words.number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_said_is_a_dash_and_not_nought() {
        let row = |day, kind: &str, contacts, messages| CallDay {
            day,
            kind: kind.to_owned(),
            contacts,
            messages,
        };
        let now = [
            row(1, "voltura", Some(4), 10),
            row(2, "voltura", None, 5),
            row(2, "guasto", None, 1),
        ];
        let found = kinds(
            &now,
            &[row(0, "voltura", Some(9), 0)],
            ConsoleWords::ENGLISH,
        );
        let said = |kind: &CallKind| (kind.contacts.join(" "), kind.messages.join(" "));
        assert_eq!(said(&found[0]), ("– –".to_owned(), "1 0".to_owned()));
        assert_eq!(said(&found[1]), ("4 9".to_owned(), "15 0".to_owned()));
    }
}
