//! A row of MySQL or MariaDB as JSON: numbers that are exact as numbers, all others as texts, times
//! in ISO 8601, bytes in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};
use sqlx::mysql::types::{MySqlTime, MySqlTimeSign};
use sqlx::mysql::{MySqlColumn, MySqlRow};
use sqlx::{Column as _, MySql, Row as _, Type, TypeInfo as _};

const TO_THE_MICROSECOND: &str = "%Y-%m-%dT%H:%M:%S%.6f";

/// The columns by their names; of two of one name, the later.
pub(super) fn fields(row: &MySqlRow) -> Result<Map<String, Value>, sqlx::Error> {
    let columns = row.columns().iter();
    columns
        .map(|column| Ok((column.name().to_owned(), value(row, column)?)))
        .collect()
}

fn value(row: &MySqlRow, column: &MySqlColumn) -> Result<Value, sqlx::Error> {
    let at = column.ordinal();
    let kind = column.type_info();
    if <u64 as Type<MySql>>::compatible(kind) {
        return Ok(row.try_get_unchecked::<Option<u64>, _>(at)?.into());
    }
    if <i64 as Type<MySql>>::compatible(kind) {
        return Ok(row.try_get_unchecked::<Option<i64>, _>(at)?.into());
    }
    // By its collation, not by its name: a text that is compared byte by byte calls itself binary.
    if <str as Type<MySql>>::compatible(kind) {
        return text(row, at);
    }
    match kind.name() {
        "YEAR" | "BIT" => Ok(row.try_get_unchecked::<Option<u64>, _>(at)?.into()),
        "FLOAT" | "DOUBLE" => real(row, at, kind.name()),
        "DATE" | "TIME" | "DATETIME" | "TIMESTAMP" => time(row, at, kind.name()),
        "DECIMAL" | "ENUM" | "SET" => text(row, at),
        "JSON" => json(row, at),
        "NULL" => Ok(Value::Null),
        _ => {
            let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(at)?;
            Ok(bytes.map(|bytes| STANDARD.encode(bytes)).into())
        }
    }
}

fn text(row: &MySqlRow, at: usize) -> Result<Value, sqlx::Error> {
    let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(at)?;
    Ok(bytes
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .into())
}

fn json(row: &MySqlRow, at: usize) -> Result<Value, sqlx::Error> {
    let text = text(row, at)?;
    let read = text.as_str().map(serde_json::from_str);
    Ok(read.and_then(Result::ok).unwrap_or(text))
}

fn real(row: &MySqlRow, at: usize, name: &str) -> Result<Value, sqlx::Error> {
    if name == "DOUBLE" {
        return Ok(row.try_get_unchecked::<Option<f64>, _>(at)?.into());
    }
    // By way of its digits: 0.1 widened is 0.10000000149011612.
    let number = row.try_get_unchecked::<Option<f32>, _>(at)?;
    let number = number.and_then(|number| number.to_string().parse::<f64>().ok());
    Ok(number.into())
}

fn time(row: &MySqlRow, at: usize, name: &str) -> Result<Value, sqlx::Error> {
    let text = match name {
        "DATE" => row
            .try_get_unchecked::<Option<NaiveDate>, _>(at)?
            .map(|date| date.format("%Y-%m-%d").to_string()),
        "TIME" => row
            .try_get_unchecked::<Option<MySqlTime>, _>(at)?
            .map(|time| hours(&time)),
        name => row
            .try_get_unchecked::<Option<NaiveDateTime>, _>(at)?
            .map(|time| {
                // The session's zone is UTC, in which a TIMESTAMP is shown; a DATETIME has no zone.
                let zone = if name == "TIMESTAMP" { "Z" } else { "" };
                format!("{}{zone}", time.format(TO_THE_MICROSECOND))
            }),
    };
    Ok(text.into())
}

/// It may be a length of time as well: negative, or of more hours than a day has.
fn hours(time: &MySqlTime) -> String {
    let sign = match time.sign() {
        MySqlTimeSign::Negative => "-",
        MySqlTimeSign::Positive => "",
    };
    let (hours, minutes) = (time.hours(), time.minutes());
    let (seconds, microseconds) = (time.seconds(), time.microseconds());
    format!("{sign}{hours:02}:{minutes:02}:{seconds:02}.{microseconds:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_keeps_its_sign_and_its_hours() {
        let shown = |sign, hours| hours_of(sign, hours, 5, 6, 70);
        assert_eq!(shown(MySqlTimeSign::Positive, 4), "04:05:06.000070");
        assert_eq!(shown(MySqlTimeSign::Negative, 120), "-120:05:06.000070");
    }

    fn hours_of(sign: MySqlTimeSign, hour: u32, minute: u8, second: u8, micro: u32) -> String {
        hours(&MySqlTime::new(sign, hour, minute, second, micro).unwrap())
    }
}
