//! Where a row stands: what it has in the cursor's columns. Which of two rows comes first is their
//! database's to say; here it is only known where no collation and no time zone can change it.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Number, Value};

use crate::domain::Timestamp;
use crate::domain::limits::CLOCK_SKEW;
use crate::source::fault::SourceFault;
use crate::source::reader::Cursor;

const DATE: &str = "%Y-%m-%d";
/// The zone furthest ahead of UTC is 14 hours.
const ANY_ZONE: TimeDelta = TimeDelta::hours(15);
const SECONDS_OF_A_DAY: i64 = 86_400;

/// A value for each of the cursor's columns, in their order: a text or a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Position(pub(super) Vec<Value>);

impl Position {
    /// The place as the store kept it: `{"updated_at": "..", "id": 7}`.
    pub(super) fn read(cursor: &Cursor, columns: &[String]) -> Result<Self, SourceFault> {
        let value = |column: &String| match cursor.0.get(column.as_str()) {
            Some(value @ (Value::String(_) | Value::Number(_))) => Ok(value.clone()),
            _ => Err(SourceFault::Unexpected(format!(
                "the place that is kept has no `{column}`: was `cursor` changed? Say from where to \
                 read with `araldo source rewind`"
            ))),
        };
        let values: Result<_, SourceFault> = columns.iter().map(value).collect();
        values.map(Self)
    }

    /// The place as the store keeps it.
    pub(super) fn cursor(&self, columns: &[String]) -> Cursor {
        let named = columns.iter().cloned().zip(self.0.iter().cloned());
        Cursor(Value::Object(named.collect()))
    }

    /// A column's value as a text, for a database that casts it.
    pub(super) fn text(&self, column: usize) -> String {
        self.0.get(column).map(shown).unwrap_or_default()
    }

    /// Which one comes first; `None`: only their database knows.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        for (value, other) in self.0.iter().zip(&other.0) {
            match order(value, other)? {
                Ordering::Equal => {}
                apart => return Some(apart),
            }
        }
        Some(Ordering::Equal)
    }

    /// Its first column is a time that lies further ahead than clocks may differ; one without a zone
    /// may be of any zone.
    pub(super) fn is_ahead(&self, now: Timestamp) -> bool {
        let first = self.0.first().and_then(Value::as_str);
        first.is_some_and(|text| is_beyond(text, now))
    }

    /// Its first column is a text, and neither a time nor a number in letters.
    pub(super) fn begins_with_words(&self) -> bool {
        let first = self.0.first().and_then(Value::as_str);
        first.is_some_and(|text| !is_time_or_number(text))
    }

    /// The place so much earlier, if the first column is a time; `least` are the least values there
    /// are, for the other columns.
    pub(super) fn before(&self, overlap: Duration, least: &Self) -> Option<Self> {
        if overlap.is_zero() {
            return None;
        }
        let first = earlier(self.0.first()?.as_str()?, overlap)?;
        let others = least.0.iter().skip(1).cloned();
        Some(Self(
            std::iter::once(Value::from(first)).chain(others).collect(),
        ))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.0.iter().map(shown).collect();
        f.write_str(&values.join(" / "))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn order(value: &Value, other: &Value) -> Option<Ordering> {
    if value == other {
        return Some(Ordering::Equal);
    }
    match (value, other) {
        (Value::Number(value), Value::Number(other)) => order_of_numbers(value, other),
        (Value::String(value), Value::String(other)) => order_of_texts(value, other),
        _ => None,
    }
}

/// Times that are written in one form are in the order of their texts, and so is what differs in
/// digits alone, be it a number or a text. Other texts are in the order of a collation.
fn order_of_texts(value: &str, other: &str) -> Option<Ordering> {
    let is_known = match (form(value), form(other)) {
        (Some(form), Some(other)) => form == other,
        (None, None) => differ_in_digits(value, other),
        _ => false,
    };
    is_known.then(|| value.cmp(other))
}

/// `PR-0009` and `PR-0010`, `9.25` and `9.50`. Not where the greater number is the lesser value.
fn differ_in_digits(value: &str, other: &str) -> bool {
    let has_exponent = value.contains(['e', 'E']) && value.parse::<f64>().is_ok();
    let turns = value.starts_with('-') || value.ends_with("BC") || has_exponent;
    let fits = |(a, b): (u8, u8)| a == b || (a.is_ascii_digit() && b.is_ascii_digit());
    !turns && value.len() == other.len() && value.bytes().zip(other.bytes()).all(fits)
}

fn order_of_numbers(value: &Number, other: &Number) -> Option<Ordering> {
    match (whole(value), whole(other)) {
        (Some(value), Some(other)) => Some(value.cmp(&other)),
        _ => value.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn whole(number: &Number) -> Option<i128> {
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from))
}

/// Whether a look can go back from it, or it is a number in letters.
pub(super) fn is_time_or_number(text: &str) -> bool {
    after_date(text).is_some() || text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// What stands behind the date that a text begins with.
fn after_date(text: &str) -> Option<&str> {
    let (date, rest) = text.split_at_checked(10)?;
    let is_of_date = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    date.bytes().enumerate().all(is_of_date).then_some(rest)
}

/// Whether a text is a time after `now`, by more than its form leaves open.
fn is_beyond(text: &str, now: Timestamp) -> bool {
    let year = text.split('-').next().unwrap_or_default();
    if text == "infinity" || (year.len() > 4 && year.bytes().all(|byte| byte.is_ascii_digit())) {
        return true;
    }
    let text = text.replacen(' ', "T", 1);
    let read = |end: &str| Timestamp::parse(&format!("{text}{end}")).ok();
    // PostgreSQL leaves the minutes of a zone out.
    if let Some(time) = read("").or_else(|| read(":00")) {
        return time > now + CLOCK_SKEW;
    }
    let time = read("Z").or_else(|| read("T00:00:00Z"));
    time.is_some_and(|time| time > now + ANY_ZONE)
}

/// How a time is written: what stands between date and hour, and the zone.
fn form(text: &str) -> Option<(&str, &str)> {
    let rest = after_date(text)?;
    if text.ends_with("BC") {
        return None;
    }
    let between = rest.get(..1).unwrap_or_default();
    let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "T :.".contains(c));
    Some((between, zone))
}

/// A time so much earlier, in the form in which it was written. A date goes back by whole days, and
/// by one more, because its day is not over.
fn earlier(text: &str, by: Duration) -> Option<String> {
    let seconds = i64::try_from(by.as_secs()).ok()? + i64::from(by.subsec_nanos() > 0);
    if text.len() == 10 {
        let days = TimeDelta::try_days(seconds / SECONDS_OF_A_DAY + 1)?;
        let date = NaiveDate::parse_from_str(text, DATE).ok()?;
        return Some(date.checked_sub_signed(days)?.format(DATE).to_string());
    }
    form(text)?;
    let (to_the_second, rest) = text.split_at_checked(19)?;
    let format = match to_the_second.as_bytes().get(10)? {
        b'T' => "%Y-%m-%dT%H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S",
    };
    let time = NaiveDateTime::parse_from_str(to_the_second, format).ok()?;
    let time = time.checked_sub_signed(TimeDelta::try_seconds(seconds)?)?;
    Some(format!("{}{rest}", time.format(format)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn position(values: Value) -> Position {
        Position(serde_json::from_value(values).unwrap())
    }

    #[test]
    fn a_place_is_kept_by_the_names_of_its_columns() {
        let columns = ["at".to_owned(), "id".to_owned()];
        let place = position(json!(["2026-11-24 10:00:00+00", 7]));
        let cursor = place.cursor(&columns);
        assert_eq!(cursor.0, json!({"at": "2026-11-24 10:00:00+00", "id": 7}));
        assert_eq!(Position::read(&cursor, &columns), Ok(place.clone()));
        assert_eq!(place.to_string(), "2026-11-24 10:00:00+00 / 7");
        let fault = Position::read(&Cursor(json!({"at": "x"})), &columns).unwrap_err();
        assert!(fault.to_string().contains("no `id`"), "{fault}");
    }

    #[test]
    fn numbers_and_times_of_one_form_have_an_order_and_texts_have_none() {
        let order = |a: Value, b: Value| position(json!([a])).order(&position(json!([b])));
        let time = "2026-11-24 10:00:00";
        assert_eq!(order(json!(2), json!(10)), Some(Ordering::Less));
        assert_eq!(order(json!(u64::MAX), json!(-1)), Some(Ordering::Greater));
        assert_eq!(order(json!(1.5), json!(1)), Some(Ordering::Greater));
        assert_eq!(order(json!("a"), json!("a")), Some(Ordering::Equal));
        assert_eq!(order(json!("a"), json!("B")), None);
        assert_eq!(order(json!(-5), json!("a")), None);
        let later = format!("{time}.5+00");
        assert_eq!(
            order(json!(format!("{time}+00")), json!(later)),
            Some(Ordering::Less)
        );
        // Two forms of one time: bytes would say that they are apart.
        let other = "2026-11-24T09:00:00+02:00";
        assert_eq!(order(json!(later), json!(other)), None);
        let rows = [json!([time, "b"]), json!([time, "a"])].map(position);
        assert_eq!(rows[0].order(&rows[1]), None);
    }

    #[test]
    fn texts_that_differ_in_digits_alone_have_their_order() {
        let order = |a: &str, b: &str| position(json!([a])).order(&position(json!([b])));
        for (lesser, greater) in [("PR-0009", "PR-0010"), ("9.25", "9.50"), ("è-1/a", "è-2/a")] {
            assert_eq!(order(lesser, greater), Some(Ordering::Less));
            assert_eq!(order(greater, lesser), Some(Ordering::Greater));
        }
        for (value, other) in [
            // As texts and as numbers they have two orders.
            ("9", "10"),
            ("-5", "-3"),
            ("1e-05", "1e-07"),
            ("0044-03-15 BC", "0043-03-15 BC"),
            // As a version and as a text.
            ("1.10.1", "1.9.10"),
            ("PR-9", "pr-8"),
        ] {
            assert_eq!(order(value, other), None, "{value}, {other}");
        }
    }

    #[test]
    fn a_look_goes_back_in_the_form_in_which_the_time_is_written() {
        let back = |text: &str, by: u64| earlier(text, Duration::from_secs(by));
        for (text, by, expected) in [
            (
                "2026-01-01 00:01:00.25+00",
                120,
                "2025-12-31 23:59:00.25+00",
            ),
            ("2026-11-24T10:00:00Z", 60, "2026-11-24T09:59:00Z"),
            ("2026-11-24 10:00:00", 1, "2026-11-24 09:59:59"),
            ("2026-03-01", 60, "2026-02-28"),
            ("2026-03-03", 86_400, "2026-03-01"),
        ] {
            assert_eq!(back(text, by).as_deref(), Some(expected));
        }
        for text in [
            "-infinity",
            "",
            "PR-7",
            "2026-11-24 10:00",
            "città da vedere",
        ] {
            assert_eq!(back(text, 60), None, "{text}");
        }
    }

    #[test]
    fn what_lies_ahead_is_told_in_every_form_of_a_time() {
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        for (text, ahead) in [
            ("2026-11-24 10:04:00+00", false),
            ("2026-11-24 10:06:00+00", true),
            ("2026-11-24T10:06:00.5+01:00", false),
            ("2026-11-25 00:59:00", false),
            ("2026-11-25 01:01:00", true),
            ("2026-11-25", false),
            ("2026-11-26", true),
            ("12026-01-01 00:00:00", true),
            ("infinity", true),
            ("-infinity", false),
            ("30/11/2026", false),
        ] {
            assert_eq!(position(json!([text, 1])).is_ahead(now), ahead, "{text}");
        }
        assert!(!position(json!([7])).is_ahead(now));
    }

    #[test]
    fn only_a_time_goes_back_and_the_other_columns_to_their_least() {
        let least = position(json!(["-infinity", -5]));
        let minute = Duration::from_mins(1);
        let back = |values: Value, by| position(values).before(by, &least);
        assert_eq!(
            back(json!(["2026-11-24 10:00:00", 7]), minute),
            Some(position(json!(["2026-11-24 09:59:00", -5])))
        );
        assert_eq!(back(json!([7, 7]), minute), None);
        assert_eq!(
            back(json!(["2026-11-24 10:00:00", 7]), Duration::ZERO),
            None
        );
    }
}
