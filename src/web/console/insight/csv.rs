//! `GET /console/insight.csv`: the counts by day, template, version and channel.

use axum::http::header;
use axum::response::Response;
use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::{InsightQuery, date};
use crate::domain::money::Currency;
use crate::domain::role::Right;
use crate::insight::{Period, Spent};
use crate::store::reports::{Counts, StatsBy, StatsRow};
use crate::web::cell::guarded;
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// A count and the head of its column.
pub(super) type CountColumn = (&'static str, fn(&Counts) -> i64);

/// The columns after day, template, version and channel.
pub(super) const COUNTS: [CountColumn; 21] = [
    ("planned", |c| c.planned),
    ("suppressed", |c| c.suppressed),
    ("accepted", |c| c.accepted),
    ("delivered", |c| c.delivered),
    ("undelivered", |c| c.undelivered),
    ("unconfirmed", |c| c.unconfirmed),
    ("unknown", |c| c.unknown),
    ("opened", |c| c.opened),
    ("opened_machine", |c| c.opened_machine),
    ("clicked", |c| c.clicked),
    ("clicked_machine", |c| c.clicked_machine),
    ("replied", |c| c.replied),
    ("measurable", |c| c.measurable),
    ("anonymous_opens", |c| c.anonymous_opens),
    ("reporting", |c| c.reporting),
    ("reached", |c| c.reached),
    ("clicks_measurable", |c| c.clicks_measurable),
    ("read_measurable", |c| c.read_measurable),
    ("read", |c| c.read),
    ("confirmed", |c| c.confirmed),
    ("priced", |c| c.priced),
];

/// What the priced messages cost, and in what. Both columns are empty where no price is known.
pub(super) const COST: [&str; 2] = ["cost", "currency"];

/// All days of the span.
pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let Period { from, to } = ask.period(visit.web.moment().day()).of_file()?;
    let by = StatsBy {
        day: true,
        template: true,
        version: true,
        channel: true,
    };
    let mut tx = visit.web.store.read().await?;
    let rows = tx.reports().stats(from, to, by).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-rates.csv\"",
        ),
    ];
    match table(&rows, &visit.web.console.prices().currency) {
        Ok(text) => Ok(strictly((headers, text))),
        Err(error) => {
            tracing::error!(error = %error, "the rates could not be written as CSV");
            Err(Problem::page_failed())
        }
    }
}

fn table(rows: &[StatsRow], currency: &Currency) -> csv::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let keys = ["day", "template", "version", "channel"];
    let counts = COUNTS.map(|(head, _)| head);
    writer.write_record(keys.into_iter().chain(counts).chain(COST))?;
    for row in rows {
        let keys = [
            date(row.day),
            guarded(&row.template),
            row.version.to_string(),
            guarded(&row.channel),
        ];
        let counts = COUNTS.map(|(_, count)| count(&row.counts).to_string());
        let cost = Spent::of(&row.counts).money();
        let cost = cost.map_or_else(Default::default, |money| {
            [money.to_string(), currency.as_str().to_owned()]
        });
        writer.write_record(keys.iter().chain(&counts).chain(&cost))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_begins_a_formula() {
        let row = |template: &str| StatsRow {
            day: 0,
            template: template.to_owned(),
            version: 1,
            channel: "@SUM(A1)".to_owned(),
            counts: Counts::default(),
        };
        let rows = ["=1+1", "say \"hi\", all"].map(row);
        let text = String::from_utf8(table(&rows, &Currency::default()).unwrap()).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].starts_with("day,template,version,channel,planned,suppressed,"));
        assert!(
            lines[1].starts_with("1970-01-01,'=1+1,1,'@SUM(A1),0,0,"),
            "{text}"
        );
        assert!(lines[2].starts_with("1970-01-01,\"say \"\"hi\"\", all\",1,"));
        assert_eq!(lines[0].matches(',').count(), lines[1].matches(',').count());
    }

    #[test]
    fn a_cost_is_exact_and_what_is_not_known_is_empty() {
        use crate::domain::money::Money;
        let row = |priced, cost| StatsRow {
            day: 0,
            template: "t".to_owned(),
            version: 1,
            channel: "sms".to_owned(),
            counts: Counts {
                accepted: 2,
                priced,
                cost: Money::from_micros(cost),
                ..Counts::default()
            },
        };
        let rows = [row(2, 90_001), row(0, 0)];
        let text = String::from_utf8(table(&rows, &Currency::default()).unwrap()).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].ends_with(",priced,cost,currency"), "{text}");
        assert!(lines[1].ends_with(",2,0.090001,EUR"), "{text}");
        assert!(lines[2].ends_with(",0,,"), "{text}");
    }
}
