//! What columns hold, as our fields want it: a line of text, a list, a truth value, a moment.

use chrono::{Datelike as _, LocalResult, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::Value;

/// A text without blanks around it; numbers and truth values are written out, what is empty is
/// nothing.
pub(super) fn line(value: Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text,
        other => other.to_string(),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Several words: a list, or one text with commas or semicolons in it.
pub(super) fn list(value: Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.into_iter().filter_map(line).collect(),
        other => line(other)
            .unwrap_or_default()
            .split([',', ';'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

/// A shape as it is, or out of the JSON that a column holds. What is neither is passed on, for the
/// event's own check to name it.
pub(super) fn shape(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(serde_json::from_str(&text).unwrap_or(Value::String(text))),
        other => Some(other),
    }
}

/// Yes in the ways databases say it: true, a number that is not zero, a text that does not deny.
pub(super) fn flag(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(
            text.trim().to_lowercase().as_str(),
            "" | "0" | "f" | "false" | "n" | "no"
        ),
        Value::Null => false,
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A day as it is, a time with its zone as it is, a time without one as told in `zone`. Anything
/// else is passed on, for the event's own check to name it.
pub(in crate::source) fn moment(value: Value, zone: Tz) -> Option<String> {
    let text = line(value)?;
    let far = |naive: &NaiveDateTime| !(1000..=9999).contains(&naive.year());
    let naive = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ]
    .iter()
    .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    // No calendar of a zone reaches that far: left as it is, the event's own check names it.
    let naive = naive.filter(|naive| !far(naive));
    let Some(naive) = naive else {
        // PostgreSQL's own output parts day and time by a blank.
        return Some(match text.get(10..11) {
            Some(" ") => text.replacen(' ', "T", 1),
            _ => text,
        });
    };
    let told = match zone.from_local_datetime(&naive) {
        // Told twice in autumn: the first is the one that nobody has waited an hour for in vain.
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        // Skipped in spring: as the clocks before the change would have it.
        LocalResult::None => {
            let hour = chrono::TimeDelta::hours(1);
            let before = naive.checked_sub_signed(hour)?;
            match zone.from_local_datetime(&before).earliest() {
                Some(time) => time.to_utc().checked_add_signed(hour)?,
                None => Utc.from_utc_datetime(&naive),
            }
        }
    };
    Some(told.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
}
