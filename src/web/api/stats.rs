//! `GET /v1/stats`: sums of what became of messages, grouped as asked.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::Timestamp;
use crate::store::reports::{StatsBy, StatsRow};
use crate::web::Web;
use crate::web::problem::Problem;

/// Days shown when `from` is not given.
const DEFAULT_DAYS: i64 = 30;

/// The parameters of the query.
pub(super) const QUERY: &[&str] = &["from", "to", "by"];

/// What may be asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Ask {
    /// First day or time, `2026-11-22` or RFC 3339; whole UTC days are counted.
    from: Option<String>,
    /// Last day or time, included.
    to: Option<String>,
    /// Comma-separated: `day`, `template`, `version`, `channel`.
    by: Option<String>,
}

/// Answers `{"rows":[..]}`.
pub(crate) async fn get(
    State(web): State<Web>,
    Query(ask): Query<Ask>,
) -> Result<Json<Value>, Problem> {
    let today = web.clock.now().utc_day();
    let to = ask
        .to
        .as_deref()
        .map_or(Ok(today), |text| day("to", text))?;
    let from = ask
        .from
        .as_deref()
        .map_or(Ok(to - DEFAULT_DAYS + 1), |text| day("from", text))?;
    let by = by(ask.by.as_deref().unwrap_or_default())?;
    let rows = web
        .store
        .read()
        .await?
        .reports()
        .stats(from, to, by)
        .await?;
    let rows: Vec<Value> = rows.iter().map(|found| row(found, by)).collect();
    Ok(Json(json!({ "rows": rows })))
}

/// A UTC day of a date or a time.
fn day(field: &str, text: &str) -> Result<i64, Problem> {
    if let Ok(date) = text.parse::<chrono::NaiveDate>() {
        return Ok(Timestamp::from(date.and_time(chrono::NaiveTime::MIN).and_utc()).utc_day());
    }
    Timestamp::parse(text).map(Timestamp::utc_day).map_err(|_| {
        let detail =
            format!("`{field}` is `{text}`; write a date such as 2026-11-22 or a time with a zone");
        Problem::field(format!("/{field}"), detail)
    })
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
    Value::Object(row)
}

/// `2026-11-22`.
fn date(day: i64) -> String {
    Timestamp::from_micros(day * 86_400_000_000)
        .to_utc()
        .date_naive()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_or_times() {
        assert_eq!(day("from", "1970-01-02").unwrap(), 1);
        assert_eq!(day("from", "1970-01-02T00:30:00+01:00").unwrap(), 0);
        assert_eq!(date(1), "1970-01-02");
        assert!(
            day("from", "yesterday")
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
