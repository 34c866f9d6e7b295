//! `GET /console/insight.xlsx`: the same rows as the CSV as a workbook. Numbers are numbers, days are
//! dates, and texts are cells of text, which no program takes for a formula.
//!
//! The rows come week by week and are written to a file without a name, so that neither a long
//! period nor many templates take memory.

use std::fs::File;
use std::io::{BufWriter, Seek as _};

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::io::ReaderStream;

use super::InsightQuery;
use super::csv::{COST, COUNTS};
use crate::domain::money::{Currency, Money};
use crate::domain::role::Right;
use crate::insight::{Period, Spent};
use crate::store::StoreError;
use crate::store::reports::{StatsBy, StatsRow};
use crate::web::Web;
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Days that are read at once.
const WEEK: i64 = 7;
/// Weeks that wait to be written.
const WAITING: usize = 2;
/// 1970-01-01 as workbooks count days.
const EPOCH: i64 = 25_569;

/// All days of the span.
pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let period = ask.period(visit.web.moment().day()).of_file()?;
    let (weeks, waiting) = channel(WAITING);
    let currency = visit.web.console.prices().currency.clone();
    let writing = tokio::task::spawn_blocking(move || workbook(waiting, &currency));
    let fed = feed(&visit.web, period, weeks).await;
    let written = writing.await.map_err(|_| Problem::away())?;
    fed?;
    let file = written.map_err(|error| {
        tracing::error!(error = %error, "the rates could not be written as a workbook");
        Problem::page_failed()
    })?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-rates.xlsx\"",
        ),
    ];
    let stream = ReaderStream::new(tokio::fs::File::from_std(file));
    Ok(strictly((headers, Body::from_stream(stream))))
}

/// Reads the rows week by week. Whoever writes may have given up: then nobody waits for the rest.
async fn feed(web: &Web, period: Period, weeks: Sender<Vec<StatsRow>>) -> Result<(), StoreError> {
    let by = StatsBy {
        day: true,
        template: true,
        version: true,
        channel: true,
    };
    let mut from = period.from;
    while from <= period.to {
        let to = (from + WEEK - 1).min(period.to);
        let rows = web
            .store
            .read()
            .await?
            .reports()
            .stats(from, to, by)
            .await?;
        if weeks.send(rows).await.is_err() {
            break;
        }
        from = to + 1;
    }
    // Whoever writes learns by this that nothing comes any more.
    drop(weeks);
    Ok(())
}

/// Writes what comes until nothing comes any more.
fn workbook(mut weeks: Receiver<Vec<StatsRow>>, currency: &Currency) -> Result<File, XlsxError> {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet_with_constant_memory()?;
    head(sheet)?;
    let mut line = 1;
    while let Some(rows) = weeks.blocking_recv() {
        for row in &rows {
            let end = write(sheet, line, row, &date)?;
            if let Some(money) = Spent::of(&row.counts).money() {
                sheet.write_number(line, end, units(money))?;
                sheet.write_string(line, end + 1, currency.as_str())?;
            }
            line += 1;
        }
    }
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(BufWriter::new(&mut file))?;
    file.rewind()?;
    Ok(file)
}

fn head(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let keys = ["day", "template", "version", "channel"];
    let counts = COUNTS.map(|(head, _)| head);
    let heads = keys.into_iter().chain(counts).chain(COST);
    for (column, head) in (0..).zip(heads) {
        sheet.write_string_with_format(0, column, head, &bold)?;
    }
    Ok(())
}

/// Writes all but the cost, and says which column comes next.
fn write(
    sheet: &mut Worksheet,
    line: u32,
    row: &StatsRow,
    date: &Format,
) -> Result<u16, XlsxError> {
    sheet.write_number_with_format(line, 0, float(row.day + EPOCH), date)?;
    sheet.write_string(line, 1, row.template.as_str())?;
    sheet.write_number(line, 2, float(row.version))?;
    sheet.write_string(line, 3, row.channel.as_str())?;
    let mut end = 4;
    for (_, count) in COUNTS {
        sheet.write_number(line, end, float(count(&row.counts)))?;
        end += 1;
    }
    Ok(end)
}

/// A cell holds no other numbers; a sum is exact in it up to the milliard.
fn units(money: Money) -> f64 {
    float(money.micros()) / 1_000_000.0
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
const fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read as _};

    use super::*;
    use crate::store::reports::Counts;

    #[test]
    fn a_workbook_is_written_row_by_row_and_begins_as_one() {
        let (weeks, waiting) = channel(WAITING);
        let writing = std::thread::spawn(move || workbook(waiting, &Currency::default()));
        for day in 0..50 {
            let row = StatsRow {
                day,
                template: "=1+1".to_owned(),
                version: 1,
                channel: "sms".to_owned(),
                counts: Counts::default(),
            };
            weeks.blocking_send(vec![row; 100]).unwrap();
        }
        drop(weeks);
        let mut bytes = Vec::new();
        let mut file = BufReader::new(writing.join().unwrap().unwrap());
        file.read_to_end(&mut bytes).unwrap();
        assert!(bytes.starts_with(b"PK"), "a workbook is a ZIP");
        assert!(bytes.len() > 20_000, "{} bytes", bytes.len());
    }
}
