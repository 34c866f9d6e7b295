//! One outage of all its rows: a layer has a row for each box in the street that is without current.
//! Their areas add up; it begins with the first and ends with the last.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::layer::LayerRow;
use super::row::{OutageRow, RowPosition};
use super::settings::ArcgisSettings;
use super::shape::area_around;
use crate::domain::Timestamp;
use crate::domain::limits::{ARCGIS_CIRCLES, PROSE, REFERENCE};
use crate::source::mapping::digest;
use crate::source::reader::SourceRecord;
use crate::source::snapshot::Thing;
use crate::text::sanitize;

/// Letters of the digest by which a row that cannot be read is told from others.
const NAME_LETTERS: usize = 16;
/// Names of places that an outage is told with.
const LOCALITIES: usize = 20;

/// What the rows come to, and what is strange about them.
pub(super) fn outages(
    rows: Vec<LayerRow>,
    settings: &ArcgisSettings,
) -> (Vec<Thing>, Option<String>) {
    let mut outages: BTreeMap<String, Vec<OutageRow>> = BTreeMap::new();
    let mut broken: BTreeMap<String, Thing> = BTreeMap::new();
    let (mut exchanged, mut abroad) = (0, 0);
    for row in rows {
        match OutageRow::read(&row, settings) {
            Ok(said) => {
                exchanged += usize::from(said.position == RowPosition::Exchanged);
                abroad += usize::from(said.position == RowPosition::Abroad);
                outages.entry(said.incident.clone()).or_default().push(said);
            }
            Err(why) => {
                let thing = unreadable(row, &why, settings);
                broken.entry(thing.key.clone()).or_insert(thing);
            }
        }
    }
    // An outage with a good row goes on by that one.
    let broken = broken.into_values();
    let broken = broken.filter(|thing| !outages.contains_key(&thing.key));
    let mut things: Vec<Thing> = broken.collect();
    things.extend(outages.into_iter().map(|(key, rows)| Thing {
        key,
        fields: fields(&rows, settings),
    }));
    (things, misplaced(exchanged, abroad))
}

fn misplaced(exchanged: usize, abroad: usize) -> Option<String> {
    match (exchanged, abroad) {
        (0, 0) => None,
        (0, abroad) => Some(format!(
            "{abroad} rows lie outside Italy; their places are not used, their municipalities are"
        )),
        (exchanged, _) => Some(format!(
            "{exchanged} rows have latitude and longitude exchanged; their places are not used, their \
             municipalities are"
        )),
    }
}

/// It is shown, so its outage has not ended, though nothing more can be said. One that does not say of
/// which outage it is, is told from others by what stands in it, but for the numbers and the time that
/// the layer may give it anew.
fn unreadable(mut row: LayerRow, why: &str, settings: &ArcgisSettings) -> Thing {
    let incident = OutageRow::incident(&row, settings);
    let (object, updated) = (&settings.fields.object_id, &settings.fields.updated_at);
    row.retain(|name, _| name != object && name != updated && !name.starts_with("objectid"));
    let text = Value::Object(row).to_string();
    let key = incident.unwrap_or_else(|| {
        let mut name = digest(&text);
        name.truncate(NAME_LETTERS);
        format!("row {name}")
    });
    let record = SourceRecord::unreadable(key, why, &text);
    Thing {
        key: record.place,
        fields: record.fields,
    }
}

fn fields(rows: &[OutageRow], settings: &ArcgisSettings) -> Map<String, Value> {
    // What broke is not planned, though works go on beside it.
    let is_planned = rows.iter().all(|row| row.is_planned);
    let main = rows.iter().find(|row| row.is_planned == is_planned);
    let earliest = |time: fn(&OutageRow) -> Option<Timestamp>| rows.iter().filter_map(time).min();
    let latest = |time: fn(&OutageRow) -> Option<Timestamp>| rows.iter().filter_map(time).max();
    let mut fields = Map::new();
    for (name, value) in [
        ("incident", json!(main.map(|row| &row.incident))),
        (
            "kind",
            json!(if is_planned {
                "planned_outage"
            } else {
                "outage"
            }),
        ),
        ("service", json!("electricity")),
        ("began_at", json!(earliest(|row| row.began_at))),
        ("expected_end", json!(latest(|row| row.expected_end))),
        (
            "cause",
            json!(joined(main.and_then(|row| row.cause.as_ref()), REFERENCE)),
        ),
        (
            "note",
            json!(joined(distinct(rows, |row| row.note.as_ref()), PROSE)),
        ),
        ("customers", json!(customers(rows))),
        (
            "locality",
            json!(joined(
                distinct(rows, |row| row.locality.as_ref())
                    .into_iter()
                    .take(LOCALITIES),
                REFERENCE,
            )),
        ),
        // These may change while nothing happens, and are not compared.
        ("_at", json!(latest(|row| row.updated_at))),
        (
            "_id_object",
            json!(rows.iter().filter_map(|row| row.object).min()),
        ),
    ] {
        fields.insert(name.to_owned(), value);
    }
    fields.extend(area(rows, settings.radius_km));
    fields
}

fn customers(rows: &[OutageRow]) -> i64 {
    let counts = rows.iter().map(|row| row.customers);
    counts.fold(0, i64::saturating_add)
}

/// The municipalities, or what lies around the rows' places. Rows without a place tell their whole
/// municipality: one message too many is better than a person forgotten.
fn area(rows: &[OutageRow], radius_km: Option<f64>) -> [(String, Value); 3] {
    let places = |row: &OutageRow| match (row.position, radius_km) {
        (RowPosition::At(lat, lon), Some(_)) => Some((lat, lon)),
        _ => None,
    };
    let positions: Vec<(f64, f64)> = rows.iter().filter_map(places).collect();
    let shape = radius_km.filter(|_| positions.len() <= ARCGIS_CIRCLES);
    let (circle, geojson) = match shape {
        Some(km) => area_around(positions, km),
        None => (Value::Null, Value::Null),
    };
    let is_whole = |row: &&OutageRow| shape.is_none() || places(row).is_none();
    let whole = rows.iter().filter(is_whole);
    let codes: BTreeSet<&String> = whole.filter_map(|row| row.municipality.as_ref()).collect();
    let codes = match codes.is_empty() {
        true => Value::Null,
        false => json!(codes),
    };
    [
        ("municipalities".to_owned(), codes),
        ("circle".to_owned(), circle),
        ("geojson".to_owned(), geojson),
    ]
}

/// In an order that does not hang on that of the rows.
fn distinct<'a>(
    rows: &'a [OutageRow],
    text: impl Fn(&'a OutageRow) -> Option<&'a String>,
) -> BTreeSet<&'a String> {
    rows.iter().filter_map(text).collect()
}

fn joined<'a>(texts: impl IntoIterator<Item = &'a String>, longest: usize) -> Option<String> {
    let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
    let text = sanitize::excerpt(&texts.join("; "), longest);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(change: &Value) -> LayerRow {
        let mut row = json!({
            "objectid1": 7, "id_interruzione": 5, "causa_disalimentazione": "Guasto",
            "num_cli_disalim": 10, "data_interruzione": "24/11/2026 08:00",
            "data_prev_ripristino": "24/11/2026 12:00", "comune": 92_003,
            "latitudine": 39.29, "longitudine": 8.99,
        });
        let fields = row.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        fields.clone()
    }

    fn settings(more: &str) -> ArcgisSettings {
        toml::from_str(&format!("url = \"https://a.example/0\"\n{more}")).unwrap()
    }

    #[test]
    fn the_rows_of_one_interruption_are_one_outage() {
        let rows = vec![
            row(&json!({})),
            row(&json!({"comune": 92_009, "data_prev_ripristino": "24/11/2026 15:00"})),
            row(&json!({"data_interruzione": "24/11/2026 07:30", "objectid1": 3})),
            row(&json!({"id_interruzione": 6, "causa_disalimentazione": "Lavoro Programmato"})),
        ];
        let (things, doubt) = outages(rows, &settings(""));
        assert_eq!((things.len(), doubt), (2, None));
        let one = &things[0].fields;
        assert_eq!(things[0].key, "5");
        assert_eq!(one["kind"], "outage");
        assert_eq!(one["customers"], 30);
        assert_eq!(one["municipalities"], json!(["092003", "092009"]));
        let at = |text: &str| json!(Timestamp::parse(text).unwrap());
        assert_eq!(one["began_at"], at("2026-11-24T06:30:00Z"));
        assert_eq!(one["expected_end"], at("2026-11-24T14:00:00Z"));
        assert_eq!(one["_id_object"], 3);
        assert_eq!(
            (&one["circle"], &one["geojson"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(things[1].fields["kind"], "planned_outage");
    }

    #[test]
    fn a_radius_tells_around_the_places_and_the_municipality_of_what_has_none() {
        let near = settings("radius_km = 2.0");
        let (one, _) = outages(vec![row(&json!({}))], &near);
        let fields = &one[0].fields;
        assert_eq!(fields["municipalities"], Value::Null);
        assert_eq!(
            fields["circle"],
            json!({"lat": 39.29, "lon": 8.99, "radius_km": 2.0})
        );
        let apart = vec![
            row(&json!({})),
            row(&json!({"latitudine": 39.4})),
            row(&json!({"latitudine": 8.99, "longitudine": 39.29, "comune": 92_009})),
        ];
        let (two, doubt) = outages(apart, &near);
        let fields = &two[0].fields;
        assert_eq!(
            fields["geojson"]["coordinates"].as_array().unwrap().len(),
            2
        );
        assert_eq!(fields["municipalities"], json!(["092009"]));
        assert!(
            doubt
                .unwrap()
                .contains("1 rows have latitude and longitude exchanged")
        );
    }

    #[test]
    fn garbage_is_for_people_and_the_rest_goes_on() {
        let nameless = |object: i64| row(&json!({"id_interruzione": null, "objectid1": object}));
        let lost = row(&json!({"id_interruzione": 6, "comune": "x"}));
        let half = row(&json!({"comune": "x"}));
        let rows = vec![nameless(8), lost, half, row(&json!({}))];
        let (things, _) = outages(rows, &settings(""));
        let keys: Vec<&str> = things.iter().map(|thing| thing.key.as_str()).collect();
        // One is broken and shown, one has a good row besides, one says nothing of itself.
        assert_eq!((keys[0], keys[2]), ("6", "5"));
        assert!(things[1].key.starts_with("row "));
        for (thing, is_broken) in things.iter().zip([true, true, false]) {
            assert_eq!(thing.fields.contains_key("_unreadable"), is_broken);
        }
        // The number that the layer gives it anew makes it nothing else.
        let (again, _) = outages(vec![nameless(9)], &settings(""));
        assert_eq!(again[0], things[1]);
    }
}
