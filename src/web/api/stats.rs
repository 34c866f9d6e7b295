//! `GET /v1/stats`: sums of what became of messages, grouped as asked.
//!
//! Every share has its whole in the same row: `delivered` of `reporting`, `opened` of `measurable`,
//! `clicked` of `clicks_measurable`, `read` of `read_measurable`, `confirmed` and `replied` of
//! `reached`. An SMS cannot be opened: in rows of SMS alone, `opened` is null. In rows that are
//! not grouped by channel both `opened` and `measurable` count the e-mails and nothing else.
//! `cost` is that of the `priced`, of the `accepted`, and null where no price is known; `currency` says in what.
//! `restated` has the days of which evidence turned out wrong after they had ended.
//! `rules_version` says by which rules hits are told from machines' now (docs/reading.md).

use axum::Json;
use axum::extract::State;
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::{Channel, Timestamp};
use crate::insight::Spent;
use crate::store::messages::restated::RestatedDay;
use crate::store::reports::{StatsBy, StatsRow};
use crate::track::verdict::rules;
use crate::web::Web;
use crate::web::day::date;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Days shown when `from` is not given.
const DEFAULT_DAYS: i64 = 30;

/// The parameters of the query.
pub(super) const QUERY: &[&str] = &["from", "to", "by"];

/// What may be asked.
#[derive(Debug, Deserialize)]
pub(crate) struct StatsQuery {
    /// First day or time, `2026-11-22` or RFC 3339; whole days of the organisation's zone are
    /// counted.
    from: Option<String>,
    /// Last day or time, included.
    to: Option<String>,
    /// Comma-separated: `day`, `template`, `version`, `channel`.
    by: Option<String>,
}

/// Answers `{"rows":[..],"rules_version":..}`.
pub(crate) async fn get(
    State(web): State<Web>,
    Query(ask): Query<StatsQuery>,
) -> Result<Json<Value>, Problem> {
    let zone = web.console.zone();
    let given = |field, text: &Option<String>| -> Result<Option<i64>, Problem> {
        text.as_deref()
            .map(|text| day(field, text, zone))
            .transpose()
    };
    let today = web.clock.now().day_in(zone);
    let to = given("to", &ask.to)?.unwrap_or(today);
    let from = given("from", &ask.from)?.unwrap_or(to - DEFAULT_DAYS + 1);
    let by = by(ask.by.as_deref().unwrap_or_default())?;
    let mut tx = web.store.read().await?;
    let rows = tx.reports().stats(from, to, by).await?;
    let rows: Vec<Value> = rows.iter().map(|found| row(found, by)).collect();
    let anew = restated(&tx.restated_days().between(from, to).await?);
    let version = rules::known().version;
    let currency = web.console.prices().currency.as_str();
    Ok(Json(
        json!({ "rows": rows, "restated": anew, "currency": currency, "rules_version": version }),
    ))
}

/// Days whose sums are not those that they ended with: evidence turned out wrong since.
pub(super) fn restated(days: &[RestatedDay]) -> Vec<Value> {
    let day = |found: &RestatedDay| {
        json!({
            "day": date(found.day),
            "restated_at": found.restated_at,
            "corrections": found.messages,
        })
    };
    days.iter().map(day).collect()
}

/// The day of a date, or the one in `zone` of a time.
pub(super) fn day(field: &str, text: &str, zone: Tz) -> Result<i64, Problem> {
    if let Ok(date) = text.parse::<chrono::NaiveDate>() {
        return Ok(i64::from(date.to_epoch_days()));
    }
    let time = Timestamp::parse(text).map_err(|_| {
        let detail =
            format!("`{field}` is `{text}`; write a date such as 2026-11-22 or a time with a zone");
        Problem::field(format!("/{field}"), detail)
    })?;
    Ok(time.day_in(zone))
}

fn by(words: &str) -> Result<StatsBy, Problem> {
    let mut by = StatsBy::default();
    for word in words
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match word {
            "day" => by.day = true,
            "template" => by.template = true,
            "version" => by.version = true,
            "channel" => by.channel = true,
            other => {
                return Err(Problem::field(
                    "/by",
                    format!("`by` holds `{other}`; it takes day, template, version, channel"),
                ));
            }
        }
    }
    Ok(by)
}

fn row(found: &StatsRow, by: StatsBy) -> Value {
    let mut row = Map::new();
    if by.day {
        row.insert("day".into(), date(found.day).into());
    }
    if by.template {
        row.insert("template".into(), found.template.clone().into());
    }
    if by.version {
        row.insert("version".into(), found.version.into());
    }
    if by.channel {
        row.insert("channel".into(), found.channel.clone().into());
    }
    if let Ok(Value::Object(counts)) = serde_json::to_value(found.counts) {
        row.extend(counts);
    }
    row.insert("cost".into(), json!(Spent::of(&found.counts).money()));
    if by.channel && found.channel == Channel::Sms.as_str() {
        row.insert("opened".into(), Value::Null);
    }
    row.insert("rules_version".into(), rules::known().version.into());
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_or_times() {
        let rome = chrono_tz::Europe::Rome;
        assert_eq!(day("from", "1970-01-02", rome).unwrap(), 1);
        assert_eq!(day("from", "1970-01-01T23:30:00Z", rome).unwrap(), 1);
        assert_eq!(day("from", "1970-01-01T23:30:00Z", Tz::UTC).unwrap(), 0);
        assert_eq!(date(1).as_deref(), Some("1970-01-02"));
        assert!(
            day("from", "yesterday", rome)
                .unwrap_err()
                .detail
                .contains("2026-11-22")
        );
    }

    #[test]
    fn an_unknown_group_is_named() {
        assert!(by("template, channel").unwrap().channel);
        assert!(by("zone").unwrap_err().detail.contains("zone"));
    }
}
