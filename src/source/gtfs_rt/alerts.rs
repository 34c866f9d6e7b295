//! Alerts as things that are going on: one for each id, however many stops it lists.

use serde_json::{Map, Value, json};

use super::lines::{Concerned, LineTags};
use super::message::{GtfsAlert, GtfsPeriod};
use super::settings::GtfsSettings;
use super::words::{cause, effect, line_names, long, severity, short, translated};
use crate::domain::Timestamp;
use crate::domain::limits::{EARLIEST, LATEST, REFERENCE};
use crate::source::mapping::digest;
use crate::source::reader::SourceRecord;
use crate::source::snapshot::Thing;

/// From the first period of an alert to the last.
#[derive(Debug, Default, PartialEq)]
struct AlertSpan {
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
}

/// An alert as a thing. Of one that names nobody who has a tag, the error says so.
pub(super) fn alert_thing(
    id: &str,
    alert: &GtfsAlert,
    settings: &GtfsSettings,
    tags: &LineTags,
    now: Timestamp,
) -> Result<Thing, String> {
    let concerned = tags.of(&alert.informed);
    let concerned = concerned.map_err(|detail| format!("alert `{}`: {detail}", short(id)))?;
    if concerned.tags.is_empty() {
        return Err(format!(
            "alert `{}` names no line, and nothing else that `lines` has a tag for: nobody is told \
             of it",
            short(id)
        ));
    }
    let key = alert_key(id);
    let fields = fields(&key, alert, &concerned, settings, now);
    Ok(Thing { key, fields })
}

/// An alert that cannot be read: a person sees it as a dead letter.
pub(super) fn unreadable_thing(id: &str, why: &str) -> Thing {
    let record = SourceRecord::unreadable(alert_key(id), why, "");
    Thing {
        key: record.place,
        fields: record.fields,
    }
}

fn alert_key(id: &str) -> String {
    reference(format!("alert:{id}"))
}

/// A reference that fits, whatever it was made of.
pub(super) fn reference(text: String) -> String {
    if text.len() <= REFERENCE {
        return text;
    }
    let kind = text.split(':').next().unwrap_or_default();
    format!("{kind}:{}", digest(&text))
}

fn fields(
    key: &str,
    alert: &GtfsAlert,
    concerned: &Concerned,
    settings: &GtfsSettings,
    now: Timestamp,
) -> Map<String, Value> {
    let (kind, effect) = effect(alert.effect);
    let text = |text| translated(text, &settings.language);
    let span = AlertSpan::of(&alert.periods);
    let spoken = settings.spoken();
    let service = line_names(&concerned.routes, spoken);
    let fields = json!({
        "incident": key,
        "kind": kind,
        "service": service.as_deref().unwrap_or("transport"),
        "severity": severity(alert.severity),
        "began_at": span.begin,
        "expected_end": span.end,
        "cause": text(alert.header.as_ref()).map(short),
        "note": text(alert.description.as_ref()).map(long),
        "ended": span.end.is_some_and(|end| end <= now),
        "tags": concerned.tags,
        "routes": concerned.routes,
        "stops": concerned.stops,
        "effect": effect,
        "cause_word": cause(alert.cause),
        "url": text(alert.url.as_ref()).map(short),
        "trip_id": null,
        "start_date": null,
        "start_time": null,
        "delay_minutes": null,
        "cancelled": false,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl AlertSpan {
    /// Clients are told of works in ten nights once, not each night.
    fn of(periods: &[GtfsPeriod]) -> Self {
        let begin = periods.iter().map(|period| time(period.start)).min();
        // One without an end has no end; so has an alert without periods.
        let ends: Option<Vec<Timestamp>> = periods.iter().map(|period| time(period.end)).collect();
        let span = Self {
            begin: begin.flatten(),
            end: ends.unwrap_or_default().into_iter().max(),
        };
        match span.end < span.begin {
            true => Self { end: None, ..span },
            false => span,
        }
    }
}

/// A time that can be meant: programs write 0, or the greatest number, for none.
fn time(seconds: Option<u64>) -> Option<Timestamp> {
    let seconds = i64::try_from(seconds?).ok()?;
    let at = Timestamp::from_micros(seconds.checked_mul(1_000_000)?);
    (EARLIEST..=LATEST).contains(&at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::message::{GtfsSelector, GtfsText, GtfsTranslation};
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn now() -> Timestamp {
        time(Some(NOW)).unwrap()
    }

    fn settings() -> GtfsSettings {
        toml::from_str("url = \"https://a.example.it/alerts.pb\"").unwrap()
    }

    fn text(words: &str) -> GtfsText {
        let translation = GtfsTranslation {
            text: Some(words.to_owned()),
            language: None,
        };
        GtfsText {
            translations: vec![translation],
        }
    }

    fn alert(routes: &[&str], periods: &[(u64, u64)]) -> GtfsAlert {
        let selector = |route: &&str| GtfsSelector {
            route_id: Some((*route).to_owned()),
            ..GtfsSelector::default()
        };
        let period = |(start, end): &(u64, u64)| GtfsPeriod {
            start: Some(*start).filter(|time| *time > 0),
            end: Some(*end).filter(|time| *time > 0),
        };
        GtfsAlert {
            periods: periods.iter().map(period).collect(),
            informed: routes.iter().map(selector).collect(),
            effect: Some(1),
            cause: Some(4),
            severity: Some(4),
            header: Some(text("Sciopero")),
            ..GtfsAlert::default()
        }
    }

    fn thing(id: &str, alert: &GtfsAlert) -> Result<Thing, String> {
        let tags = LineTags::new(&settings().lines).unwrap();
        alert_thing(id, alert, &settings(), &tags, now())
    }

    #[test]
    fn an_alert_is_one_thing_with_the_tags_of_its_lines() {
        let thing = thing("A-7", &alert(&["14", "12", "14"], &[(NOW, NOW + 60)])).unwrap();
        assert_eq!(thing.key, "alert:A-7");
        let says = |name: &str| thing.fields[name].clone();
        assert_eq!(says("tags"), json!(["line:12", "line:14"]));
        assert_eq!(says("kind"), "closure");
        assert_eq!(says("service"), "linee 12, 14");
        assert_eq!(says("severity"), "severe");
        assert_eq!(says("cause"), "Sciopero");
        assert_eq!(says("cause_word"), "strike");
        assert_eq!(says("note"), Value::Null);
        assert_eq!(says("ended"), false);
        assert_eq!(says("began_at"), json!(now()));
    }

    #[test]
    fn an_alert_of_ten_nights_is_one_and_ends_with_the_last() {
        let span = |periods: &[(u64, u64)]| AlertSpan::of(&alert(&[], periods).periods);
        let nights = [(NOW + 86_400, NOW + 90_000), (NOW, NOW + 60)];
        let both = span(&nights);
        assert_eq!(both.begin, time(Some(NOW)));
        assert_eq!(both.end, time(Some(NOW + 90_000)));
        assert_eq!(span(&[(NOW, NOW + 60), (NOW + 90, 0)]).end, None);
        assert_eq!(span(&[(0, NOW)]).begin, None);
        assert_eq!(span(&[]), AlertSpan::default());
        assert_eq!(span(&[(NOW, u64::MAX)]).end, None);
        assert_eq!(span(&[(NOW, NOW - 60)]).end, None);
        let over = thing("A", &alert(&["12"], &[(NOW - 90, NOW - 60)])).unwrap();
        assert_eq!(over.fields["ended"], true);
    }

    #[test]
    fn whoever_concerns_nobody_is_said() {
        let fault = thing("A-7", &alert(&[], &[])).unwrap_err();
        assert!(fault.starts_with("alert `A-7` names no line"), "{fault}");
    }

    #[test]
    fn a_long_id_is_told_by_its_digest() {
        let long = reference(format!("delay:{}", "x".repeat(REFERENCE)));
        assert!(long.starts_with("delay:") && long.len() < 60, "{long}");
        assert_eq!(reference("alert:7".to_owned()), "alert:7");
    }
}
