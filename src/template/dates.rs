//! Dates and times as people read them: in the client's zone and in the language of the text.
//!
//! Values arrive as RFC 3339 times (`2026-11-22T18:02:00+01:00`) or as plain dates
//! (`2026-11-29`). A plain date has no time of day: none is made up for it.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use minijinja::{Error, ErrorKind, State, Value};

use crate::domain::client::HOME_ZONE;
use crate::domain::language::Language;

/// Context key of the client's zone (IANA name).
pub(super) const ZONE: &str = "zone";
/// Context key of the language of the text.
pub(super) const LOCALE: &str = "locale";

/// `date`: "giovedì 26 novembre"; `date("short")`: "26/11".
pub(super) fn date(
    state: &State<'_, '_>,
    value: &Value,
    style: Option<&str>,
) -> Result<String, Error> {
    let (day, _) = read(state, value)?;
    Ok(day_in(language(state), day, Style::read(style)?))
}

/// `time`: "20:30".
pub(super) fn time(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    match read(state, value)? {
        (_, Some(time)) => Ok(clock_face(time)),
        (_, None) => Err(Error::new(
            ErrorKind::InvalidOperation,
            "a plain date has no time of day: use `date` or `datetime`",
        )),
    }
}

/// `datetime`: "giovedì 26 novembre alle 20:30"; `datetime("short")`: "26/11 alle 20:30".
pub(super) fn datetime(
    state: &State<'_, '_>,
    value: &Value,
    style: Option<&str>,
) -> Result<String, Error> {
    let (day, time) = read(state, value)?;
    let language = language(state);
    let day = day_in(language, day, Style::read(style)?);
    Ok(match time {
        None => day,
        Some(time) => format!("{day} {} {}", at(language), clock_face(time)),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Long,
    Short,
}

impl Style {
    fn read(word: Option<&str>) -> Result<Self, Error> {
        match word {
            None | Some("long") => Ok(Self::Long),
            Some("short") => Ok(Self::Short),
            Some(other) => Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("`{other}` is not a style of dates: write \"short\" or nothing"),
            )),
        }
    }
}

/// The language of the text; `None` when it has no names of days here, and gets figures only.
fn language(state: &State<'_, '_>) -> Option<Language> {
    let locale = state.lookup(LOCALE);
    locale
        .as_ref()
        .and_then(Value::as_str)
        .and_then(Language::of)
}

fn day_in(language: Option<Language>, day: NaiveDate, style: Style) -> String {
    let Some(language) = language else {
        return day.to_string();
    };
    let (weekday, month) = (language.days().weekday(&day), language.days().month(&day));
    match (language, style) {
        (Language::Italian, Style::Long) => {
            let number = if day.day() == 1 {
                "1º".to_owned()
            } else {
                day.day().to_string()
            };
            format!("{weekday} {number} {month}")
        }
        (Language::Italian, Style::Short) => format!("{}/{}", day.day(), day.month()),
        (Language::English, Style::Long) => format!("{weekday} {} {month}", day.day()),
        (Language::English, Style::Short) => format!("{} {}", day.day(), &month[..3]),
    }
}

fn at(language: Option<Language>) -> &'static str {
    language.map_or("", |language| language.choose("alle", "at"))
}

fn read(state: &State<'_, '_>, value: &Value) -> Result<(NaiveDate, Option<NaiveTime>), Error> {
    if value.is_none() || value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "there is no date"));
    }
    let text = value.as_str().unwrap_or_default();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        let local: NaiveDateTime = time.with_timezone(&zone(state)).naive_local();
        return Ok((local.date(), Some(local.time())));
    }
    match text.parse::<NaiveDate>() {
        Ok(day) => Ok((day, None)),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidOperation,
            "the value is neither a date such as 2026-11-29 nor a time such as 2026-11-22T18:02:00+01:00",
        )),
    }
}

fn zone(state: &State<'_, '_>) -> Tz {
    let zone = state.lookup(ZONE);
    zone.as_ref()
        .and_then(Value::as_str)
        .and_then(|name| name.parse().ok())
        .unwrap_or(HOME_ZONE)
}

fn clock_face(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}
