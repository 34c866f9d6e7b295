//! How far a list has been read: the greatest time or number of its items, or the last item's word.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::page::found;
use crate::domain::Timestamp;
use crate::domain::limits::CLOCK_SKEW;
use crate::source::fault::SourceFault;
use crate::source::http::FeedValidator;
use crate::source::reader::Cursor;
use crate::text::sanitize;

/// Letters of a place of theirs that a doubt repeats.
const SHOWN_LETTERS: usize = 60;

/// The cursor of a list that is read on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FeedPlace {
    /// As it stands in the items: a text or a number.
    pub(super) since: Option<Value>,
    /// What the feed said of its last answer, and a digest of the address that was asked.
    pub(super) validator: Option<(String, FeedValidator)>,
}

impl FeedPlace {
    /// What cannot be read is the beginning: what comes again is known by its events' ids.
    pub(super) fn read(cursor: Option<&Cursor>) -> Self {
        let read = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        read.unwrap_or_default()
    }

    pub(super) fn since(&self) -> Option<String> {
        match self.since.as_ref()? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// How far a list came.
#[derive(Debug, PartialEq)]
pub(super) struct FeedReach {
    /// Never before where it began.
    pub(super) since: Option<Value>,
    /// An item lies ahead of time: it is taken, and the place stays before it.
    pub(super) ahead: Option<String>,
}

/// How far these items reach. `path`: where an item says it.
pub(super) fn reached(
    before: Option<&Value>,
    items: &[Value],
    path: &str,
    now: Timestamp,
) -> Result<FeedReach, SourceFault> {
    let fits = |value: &&Value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Number(_) => true,
        _ => false,
    };
    let values = items.iter().filter_map(|item| found(item, path));
    let values: Vec<&Value> = values.filter(fits).collect();
    if values.is_empty() && !items.is_empty() {
        return Err(SourceFault::Unexpected(format!(
            "`cursor`: no item has a text or a number in `{path}`"
        )));
    }
    let is_ahead = |value: &&&Value| time(value).is_some_and(|time| time > now + CLOCK_SKEW);
    let ahead = values.iter().find(is_ahead);
    let ahead = ahead.map(|value| {
        let shown = sanitize::excerpt(&value.to_string(), SHOWN_LETTERS);
        format!("an item lies ahead of time ({shown}): is a clock wrong over there?")
    });
    let mut since = before.cloned();
    for value in values.into_iter().filter(|value| !is_ahead(&value)) {
        if since.as_ref().is_none_or(|since| is_behind(value, since)) {
            since = Some(value.clone());
        }
    }
    Ok(FeedReach { since, ahead })
}

/// Whether a value lies behind another one. Words that have no order are taken as they come.
fn is_behind(value: &Value, since: &Value) -> bool {
    if let (Some(value), Some(since)) = (value.as_i64(), since.as_i64()) {
        return value > since;
    }
    if let (Some(value), Some(since)) = (value.as_f64(), since.as_f64()) {
        return value > since;
    }
    if let (Some(value), Some(since)) = (time(value), time(since)) {
        return value > since;
    }
    match (value.as_str(), since.as_str()) {
        (Some(value), Some(since)) if is_day(value) && is_day(since) => value > since,
        _ => value != since,
    }
}

fn time(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?).ok()
}

/// A day, and maybe a time without a zone: `2026-11-24`, `2026-11-24 10:00:00`.
fn is_day(text: &str) -> bool {
    let form = b"0000-00-00";
    text.len() >= form.len()
        && form
            .iter()
            .zip(text.bytes())
            .all(|(form, letter)| match form {
                b'0' => letter.is_ascii_digit(),
                form => *form == letter,
            })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reach(before: Value, values: &[Value]) -> Value {
        let items: Vec<Value> = values.iter().map(|it| json!({"a": {"b": it}})).collect();
        let before = Some(before).filter(|it| !it.is_null());
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let reach = reached(before.as_ref(), &items, "a.b", now).unwrap();
        json!([reach.since, reach.ahead.is_some()])
    }

    #[test]
    fn the_greatest_counts_and_it_never_goes_back() {
        for (before, values, since) in [
            (json!(null), vec![json!(3), json!(9), json!(5)], json!(9)),
            (json!(10), vec![json!(3)], json!(10)),
            (json!(null), vec![json!(1.5), json!(2)], json!(2)),
            (
                json!(null),
                vec![
                    json!("2026-11-24T10:00:00+01:00"),
                    json!("2026-11-24T09:30:00Z"),
                ],
                json!("2026-11-24T09:30:00Z"),
            ),
            (
                json!("2026-11-24 09:00:00"),
                vec![json!("2026-11-24 10:00:00"), json!("2026-11-24 08:00:00")],
                json!("2026-11-24 10:00:00"),
            ),
            (json!("x9"), vec![json!("x10"), json!("a2")], json!("a2")),
            (json!(7), vec![json!(null), json!(8)], json!(8)),
            (json!(7), vec![], json!(7)),
        ] {
            assert_eq!(reach(before, &values), json!([since, false]), "{values:?}");
        }
    }

    #[test]
    fn a_time_ahead_carries_the_place_nowhere() {
        let values = [json!("2026-11-24T09:00:00Z"), json!("2036-01-01T00:00:00Z")];
        let expected = json!(["2026-11-24T09:00:00Z", true]);
        assert_eq!(reach(json!(null), &values), expected);
    }

    #[test]
    fn items_without_a_place_are_a_fault() {
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        assert!(reached(None, &[json!({"b": 1})], "a", now).is_err());
    }
}
