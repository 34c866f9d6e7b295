//! Rows to the JSON form of a client, and the faults of the JSON form back to line and column.

use csv::StringRecord;
use serde_json::{Map, Value, json};

use super::CsvError;
use crate::domain::FieldError;

/// Said once per client.
const OWN: &[&str] = &[
    "client",
    "name",
    "locale",
    "time_zone",
    "preferred",
    "partner",
    "tracking_consent",
    "quiet_from",
    "quiet_to",
];
/// Said once per row.
const PLACE: &[&str] = &[
    "place",
    "kind",
    "municipality",
    "postal_code",
    "lat",
    "lon",
    "tags",
];
const CONTACT: &[&str] = &["sms", "email"];
const TOPIC: &str = "topic.";
/// Columns of a file of rejected rows: passed over, so that it can be corrected and sent again.
const REJECTED: &str = "rejected_";

/// The header must have the reference and no column that would be lost.
pub(super) fn check_header(header: &StringRecord) -> Result<(), CsvError> {
    let known = || {
        let all: Vec<&str> = [OWN, CONTACT, PLACE].concat();
        format!("{}, {TOPIC}NAME", all.join(", "))
    };
    for (at, name) in header.iter().enumerate() {
        if !is_known(name) {
            return Err(CsvError::Header(format!(
                "column {} is called `{name}`; known are: {}",
                at + 1,
                known()
            )));
        }
        if header.iter().take(at).any(|other| other == name) {
            return Err(CsvError::Header(format!(
                "column `{name}` stands there twice"
            )));
        }
    }
    for name in ["client", "name"] {
        if !header.iter().any(|column| column == name) {
            return Err(CsvError::Header(format!(
                "there is no column `{name}`; the first line names the columns: {}",
                known()
            )));
        }
    }
    Ok(())
}

fn is_known(name: &str) -> bool {
    [OWN, CONTACT, PLACE].concat().contains(&name)
        || name
            .strip_prefix(TOPIC)
            .is_some_and(|topic| !topic.is_empty())
        || name.starts_with(REJECTED)
}

/// A client in JSON form, and where its parts stood.
pub(super) struct Flat {
    pub(super) value: Value,
    first: u64,
    contacts: Vec<(u64, &'static str)>,
    places: Vec<u64>,
}

impl Flat {
    /// The line and column of a fault in the JSON form.
    pub(super) fn locate(&self, fault: &FieldError) -> (u64, FieldError) {
        let parts: Vec<&str> = fault.pointer.split('/').skip(1).collect();
        let at = |index: &str| index.parse::<usize>().ok();
        let (line, column) = match parts[..] {
            ["contacts", index, ..] => at(index)
                .and_then(|at| self.contacts.get(at).copied())
                .map_or((self.first, "sms".to_owned()), |(line, column)| {
                    (line, column.to_owned())
                }),
            ["places", index, column, ..] => {
                let line = at(index).and_then(|at| self.places.get(at).copied());
                (line.unwrap_or(self.first), column.to_owned())
            }
            ["topics", topic] => (self.first, format!("{TOPIC}{topic}")),
            ["quiet_hours", ..] => (self.first, "quiet_from".to_owned()),
            [column, ..] => (self.first, column.to_owned()),
            [] => (self.first, "client".to_owned()),
        };
        (line, FieldError::new(column, &*fault.detail))
    }
}

/// Puts the rows of one client together.
pub(super) fn unflatten(
    header: &StringRecord,
    rows: &[StringRecord],
) -> Result<Flat, (u64, FieldError)> {
    let mut flat = Flat {
        value: Value::Null,
        first: rows.first().map_or(0, super::line_of),
        contacts: Vec::new(),
        places: Vec::new(),
    };
    let (mut own, mut topics) = (Map::new(), Map::new());
    let (mut contacts, mut places) = (Vec::new(), Vec::new());
    for row in rows {
        let line = super::line_of(row);
        check_length(header, row, line)?;
        let mut place = Map::new();
        for (name, cell) in header.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            if let Some(column) = CONTACT.iter().find(|column| **column == name) {
                contacts.push(json!({"channel": column, "address": cell}));
                flat.contacts.push((line, column));
            } else if PLACE.contains(&name) {
                place.insert(name.to_owned(), place_cell(name, cell));
            } else if let Some(topic) = name.strip_prefix(TOPIC) {
                say(&mut topics, topic, yes_or_no(cell), name, line)?;
            } else if OWN.contains(&name) {
                say(&mut own, name, cell.into(), name, line)?;
            }
        }
        if !place.is_empty() {
            places.push(Value::Object(place));
            flat.places.push(line);
        }
    }
    let quiet: Map<_, _> = [("quiet_from", "from"), ("quiet_to", "to")]
        .into_iter()
        .filter_map(|(column, name)| Some((name.to_owned(), own.remove(column)?)))
        .collect();
    if !quiet.is_empty() {
        own.insert("quiet_hours".to_owned(), Value::Object(quiet));
    }
    own.insert("contacts".to_owned(), contacts.into());
    own.insert("places".to_owned(), places.into());
    own.insert("topics".to_owned(), Value::Object(topics));
    flat.value = Value::Object(own);
    Ok(flat)
}

fn check_length(
    header: &StringRecord,
    row: &StringRecord,
    line: u64,
) -> Result<(), (u64, FieldError)> {
    if header.len() == row.len() {
        return Ok(());
    }
    let detail = format!(
        "the row has {} cells, the header {}; put cells that hold the delimiter in double quotes",
        row.len(),
        header.len()
    );
    Err((line, FieldError::new("", detail)))
}

/// Notes a value; a later row may repeat it, but not contradict it.
fn say(
    known: &mut Map<String, Value>,
    key: &str,
    value: Value,
    column: &str,
    line: u64,
) -> Result<(), (u64, FieldError)> {
    match known.get(key) {
        Some(earlier) if *earlier != value => {
            let detail = format!("`{column}` is not what an earlier row of this client says");
            Err((line, FieldError::new(column, detail)))
        }
        _ => {
            known.insert(key.to_owned(), value);
            Ok(())
        }
    }
}

fn place_cell(name: &str, cell: &str) -> Value {
    match name {
        "tags" => cell
            .split('|')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .collect(),
        // Where the comma divides decimals, spreadsheets write `44,49`.
        "lat" | "lon" => cell
            .replace(',', ".")
            .parse::<f64>()
            .map_or_else(|_| cell.into(), |number| json!(number)),
        _ => cell.into(),
    }
}

fn yes_or_no(cell: &str) -> Value {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "sì" | "si" | "1" => true.into(),
        "false" | "no" | "0" => false.into(),
        other => other.into(),
    }
}
