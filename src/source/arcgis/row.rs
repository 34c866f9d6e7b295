//! One row of the layer: what its attributes say, in our words. A row that says nothing that can be told
//! is a dead letter; the others go on.

use chrono::NaiveDateTime;
use chrono_tz::Europe::Rome;
use serde_json::Value;

use super::layer::LayerRow;
use super::settings::ArcgisSettings;
use crate::domain::Timestamp;
use crate::domain::limits::SNAPSHOT_KEY;
use crate::source::mapping::moment;

/// How the layer writes times: by the clocks of Rome.
const WRITTEN: [&str; 2] = ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"];
/// How `moment` reads them.
const READ: &str = "%Y-%m-%d %H:%M:%S";
/// The country's corners, roundly: latitude and longitude of its south-west and its north-east.
const ITALY: [(f64, f64); 2] = [(35.0, 6.0), (47.6, 19.0)];
/// The greatest ISTAT code there can be.
const GREATEST_CODE: u64 = 999_999;

/// What a row says of an outage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutageRow {
    pub(super) incident: String,
    pub(super) is_planned: bool,
    pub(super) cause: Option<String>,
    pub(super) began_at: Option<Timestamp>,
    pub(super) expected_end: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    /// The ISTAT code, six digits.
    pub(super) municipality: Option<String>,
    pub(super) locality: Option<String>,
    pub(super) customers: i64,
    pub(super) note: Option<String>,
    pub(super) position: RowPosition,
    pub(super) object: Option<i64>,
}

/// Where a row lies, as far as that can be believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RowPosition {
    Unsaid,
    At(f64, f64),
    /// It would lie in Italy if its numbers were exchanged.
    Exchanged,
    Abroad,
}

impl OutageRow {
    /// Which outage a row is of.
    pub(super) fn incident(row: &LayerRow, settings: &ArcgisSettings) -> Option<String> {
        let incident = text(row, &settings.fields.incident);
        incident.filter(|it| it.len() <= SNAPSHOT_KEY)
    }

    /// The error says why nothing can be told of the row.
    pub(super) fn read(row: &LayerRow, settings: &ArcgisSettings) -> Result<Self, String> {
        let names = &settings.fields;
        let incident = Self::incident(row, settings);
        let incident =
            incident.ok_or_else(|| format!("its `{}` is missing, or too long", names.incident))?;
        let cause = text(row, &names.cause);
        let began_at = time(row, &names.began_at)?;
        // An end before the beginning says nothing of the end.
        let end = time(row, &names.expected_end)?;
        let expected_end = end.filter(|end| began_at.is_none_or(|began| began <= *end));
        let said = Self {
            incident,
            is_planned: is_planned(cause.as_deref(), settings),
            cause,
            began_at,
            expected_end,
            // Nobody is told by it: garbage in it is no reason to tell nobody.
            updated_at: time(row, &names.updated_at).ok().flatten(),
            municipality: code(row, &names.municipality)?,
            locality: text(row, &names.locality),
            customers: number(row, &names.customers).unwrap_or_default(),
            note: text(row, &names.note),
            position: position(row, &names.lat, &names.lon),
            object: row.get(&names.object_id).and_then(Value::as_i64),
        };
        let is_placed =
            settings.radius_km.is_some() && matches!(said.position, RowPosition::At(..));
        match said.municipality.is_some() || is_placed {
            true => Ok(said),
            false => Err(format!(
                "it names no municipality in `{}`, and no place that can be used",
                names.municipality
            )),
        }
    }
}

fn is_planned(cause: Option<&str>, settings: &ArcgisSettings) -> bool {
    let cause = cause.unwrap_or_default().to_lowercase();
    let mut planned = settings.planned.iter();
    planned.any(|word| word.trim().to_lowercase() == cause)
}

/// A text, or a number as text; nothing where it is empty.
fn text(row: &LayerRow, name: &str) -> Option<String> {
    let text = match row.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        // A column of fractions writes whole numbers so.
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn number(row: &LayerRow, name: &str) -> Option<i64> {
    text(row, name)?.parse().ok()
}

fn time(row: &LayerRow, name: &str) -> Result<Option<Timestamp>, String> {
    let Some(text) = text(row, name) else {
        return Ok(None);
    };
    let naive = WRITTEN
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let told = naive.map(|naive| naive.format(READ).to_string());
    let told = told.and_then(|text| moment(Value::String(text), Rome));
    let time = told.and_then(|text| Timestamp::parse(&text).ok());
    time.map(Some)
        .ok_or_else(|| format!("`{name}` is no time such as 24/11/2026 10:00"))
}

/// A municipality's number, with the zeros that a number loses: 92003 is 092003.
fn code(row: &LayerRow, name: &str) -> Result<Option<String>, String> {
    let Some(text) = text(row, name) else {
        return Ok(None);
    };
    match text.parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(code) if code <= GREATEST_CODE => Ok(Some(format!("{code:06}"))),
        _ => Err(format!("`{name}` is no ISTAT code of a municipality")),
    }
}

fn position(row: &LayerRow, lat: &str, lon: &str) -> RowPosition {
    let degrees = |name: &str| -> Option<f64> {
        let degrees = text(row, name)?.replace(',', ".").parse::<f64>().ok();
        degrees.filter(|degrees| degrees.is_finite() && degrees.abs() > f64::EPSILON)
    };
    match (degrees(lat), degrees(lon)) {
        (Some(lat), Some(lon)) if is_in_italy(lat, lon) => RowPosition::At(lat, lon),
        (Some(lat), Some(lon)) if is_in_italy(lon, lat) => RowPosition::Exchanged,
        (Some(_), Some(_)) => RowPosition::Abroad,
        _ => RowPosition::Unsaid,
    }
}

fn is_in_italy(lat: f64, lon: f64) -> bool {
    let [(south, west), (north, east)] = ITALY;
    (south..=north).contains(&lat) && (west..=east).contains(&lon)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: &Value) -> Result<OutageRow, String> {
        let settings = toml::from_str("url = \"https://a.example/0\"\nradius_km = 2.0").unwrap();
        let mut row = json!({
            "objectid1": 39_928_511, "id_interruzione": 1_011_886_783,
            "causa_disalimentazione": "Guasto", "num_cli_disalim": 238,
            "data_interruzione": "24/11/2026 08:00", "data_prev_ripristino": "24/11/2026 15:00",
            "dataultimoaggiornamento": "", "descrizione_territoriale": "ASSEMINI",
            "comune": 92_003, "latitudine": 39.29, "longitudine": "8,99", "note": null,
        });
        let row = row.as_object_mut().unwrap();
        for (name, value) in change.as_object().unwrap() {
            row.insert(name.clone(), value.clone());
        }
        OutageRow::read(row, &settings)
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_row_is_read_with_its_clock_and_its_code() {
        let row = read(&json!({})).unwrap();
        assert_eq!(row.incident, "1011886783");
        assert_eq!(row.municipality.as_deref(), Some("092003"));
        assert_eq!(row.began_at, Some(at("2026-11-24T07:00:00Z")));
        assert_eq!(row.expected_end, Some(at("2026-11-24T14:00:00Z")));
        assert_eq!((row.updated_at, row.note, row.customers), (None, None, 238));
        assert_eq!(row.position, RowPosition::At(39.29, 8.99));
        assert!(!row.is_planned);
    }

    #[test]
    fn both_causes_are_told_apart() {
        for (cause, is_planned) in [
            ("Guasto", false),
            ("Lavoro Programmato", true),
            (" LAVORO PROGRAMMATO ", true),
            ("Altro", false),
        ] {
            let row = read(&json!({"causa_disalimentazione": cause})).unwrap();
            assert_eq!(row.is_planned, is_planned, "{cause}");
        }
    }

    #[test]
    fn in_summer_and_in_the_doubled_hour_rome_tells_the_time() {
        for (text, time) in [
            ("01/07/2026 08:00", "2026-07-01T06:00:00Z"),
            ("25/10/2026 02:30", "2026-10-25T00:30:00Z"),
            ("29/03/2026 02:30", "2026-03-29T01:30:00Z"),
        ] {
            let row = read(&json!({"data_interruzione": text})).unwrap();
            assert_eq!(row.began_at, Some(at(time)), "{text}");
        }
    }

    #[test]
    fn a_place_that_cannot_be_is_not_believed() {
        for (lat, lon, position) in [
            (json!(8.99), json!(39.29), RowPosition::Exchanged),
            (json!(48.85), json!(2.35), RowPosition::Abroad),
            (json!(0), json!(0), RowPosition::Unsaid),
            (json!(null), json!(8.99), RowPosition::Unsaid),
            (json!("x"), json!(8.99), RowPosition::Unsaid),
        ] {
            let row = read(&json!({"latitudine": lat, "longitudine": lon})).unwrap();
            assert_eq!(row.position, position);
        }
    }

    #[test]
    fn garbage_says_where_it_is() {
        for (change, said) in [
            (
                json!({"id_interruzione": null}),
                "`id_interruzione` is missing",
            ),
            (json!({"comune": "Assemini"}), "`comune` is no ISTAT"),
            (json!({"comune": 1_000_000}), "`comune` is no ISTAT"),
            (json!({"comune": -1}), "`comune` is no ISTAT"),
            (
                json!({"comune": 0, "latitudine": 0}),
                "names no municipality",
            ),
            (
                json!({"data_interruzione": "2026-11-24"}),
                "`data_interruzione` is no time",
            ),
            (
                json!({"data_prev_ripristino": "99/99/2026 10:00"}),
                "is no time",
            ),
        ] {
            let fault = read(&change).unwrap_err();
            assert!(fault.contains(said), "{fault}");
        }
        // Its end before its beginning is no end; its place is enough without a municipality.
        let odd = json!({"data_prev_ripristino": "24/11/2026 07:00", "comune": 0});
        assert_eq!(read(&odd).unwrap().expected_end, None);
    }
}
