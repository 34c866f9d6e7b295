//! What a person typed about an incident, and what it says: each fault with its field, and nothing of
//! what was typed lost. It becomes the data of an event, so that the console says nothing that a
//! program could not.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::points::{self, ListNotes};
use crate::domain::FieldError;
use crate::domain::Timestamp;
use crate::domain::area::{Area, Outline};
use crate::domain::event::{IncidentData, IncidentStep};
use crate::domain::limits::{AREA_ITEMS, PASTED_CORNERS};
use crate::web::auth::csrf::FormFields;
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// The fields of all forms about incidents.
const FIELDS: [&str; 19] = [
    "reference",
    "kind",
    "service",
    "severity",
    "municipalities",
    "postal_codes",
    "tags",
    "places",
    "lat",
    "lon",
    "km",
    "geojson",
    "began_at",
    "expected_end",
    "next_update",
    "cause",
    "note",
    "quiet",
    "tell_again",
];
const TEXTS: [&str; 5] = ["kind", "service", "severity", "cause", "note"];
const TIMES: [&str; 3] = ["began_at", "expected_end", "next_update"];
const FLAGS: [&str; 2] = ["quiet", "tell_again"];
const CIRCLE: [&str; 3] = ["lat", "lon", "km"];
/// As browsers write and want a time.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// What a person typed, field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedIncident(BTreeMap<&'static str, String>);

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormFault {
    pub(super) field: &'static str,
    pub(super) said: String,
}

/// What was typed, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReadIncident {
    pub(super) data: IncidentData,
    pub(super) notes: ListNotes,
}

/// By whose clock, and in which words.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormReader {
    pub(super) zone: Tz,
    pub(super) words: ConsoleWords,
}

impl TypedIncident {
    pub(super) fn of_form(fields: &FormFields) -> Self {
        let each = FIELDS.into_iter();
        Self(
            each.map(|name| (name, fields.get(name).to_owned()))
                .collect(),
        )
    }

    /// As a form would have it that says what an event says.
    pub(super) fn of_data(data: &IncidentData, zone: Tz) -> Self {
        let local = |at| local(at, zone);
        let mut typed = Self::default();
        let mut set = |name, value: Option<String>| typed.0.insert(name, value.unwrap_or_default());
        set("reference", Some(data.incident.clone()));
        set("kind", data.kind.map(|kind| kind.to_string()));
        set("service", data.service.clone());
        set("severity", data.severity.clone());
        set("began_at", data.began_at.map(local));
        set("expected_end", data.expected_end.map(local));
        set("next_update", data.next_update.map(local));
        set("cause", data.cause.clone());
        set("note", data.note.clone());
        set("quiet", data.quiet.then(|| "yes".to_owned()));
        let area = data.area.clone().unwrap_or_default();
        set("municipalities", Some(area.municipalities.join(", ")));
        set("postal_codes", Some(area.postal_codes.join(", ")));
        set("tags", Some(area.tags.join(", ")));
        set("places", Some(area.places.join("\n")));
        set(
            "geojson",
            area.geojson.and_then(|it| serde_json::to_string(&it).ok()),
        );
        if let Some(circle) = area.circle {
            set("lat", Some(circle.lat.to_string()));
            set("lon", Some(circle.lon.to_string()));
            let km = f64::from(circle.radius_m) / 1_000.0;
            set("km", Some(km.to_string()));
        }
        typed
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    /// The same for a time, as a browser's field has it by this clock.
    pub(super) fn set_moment(&mut self, name: &'static str, at: Option<Timestamp>, zone: Tz) {
        self.set(name, at.map(|at| local(at, zone)).unwrap_or_default());
    }

    /// What stands in a file joins what was pasted, so that it comes back with the form.
    pub(super) fn add_places(&mut self, file: &[u8]) {
        if !file.is_empty() {
            let pasted = self.get("places").trim_end();
            let all = format!("{pasted}\n{}", points::decoded(file));
            self.set("places", all.trim_start());
        }
    }

    /// The data of the event that this becomes.
    pub(super) fn read(
        &self,
        step: IncidentStep,
        reference: &str,
        reader: FormReader,
    ) -> Result<ReadIncident, Vec<FormFault>> {
        let words = reader.words;
        let mut faults = Vec::new();
        let mut data = Map::new();
        data.insert("incident".to_owned(), reference.into());
        for name in TEXTS.into_iter().filter(|name| self.is_given(name)) {
            data.insert(name.to_owned(), self.get(name).into());
        }
        for name in FLAGS.into_iter().filter(|name| self.is_given(name)) {
            data.insert(name.to_owned(), true.into());
        }
        for name in TIMES.into_iter().filter(|name| self.is_given(name)) {
            match moment(self.get(name), reader.zone) {
                Some(at) => drop(data.insert(name.to_owned(), at.to_string().into())),
                None => faults.push(fault(name, words.say("incidents-fault-time"))),
            }
        }
        let (area, notes) = self.area(words, &mut faults);
        if !area.is_empty() {
            data.insert("area".to_owned(), Value::Object(area));
        } else if step == IncidentStep::Opened && faults.is_empty() {
            faults.push(fault(
                "municipalities",
                words.say("incidents-fault-nowhere"),
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let read = IncidentData::parse(step, &Value::Object(data));
        match read.and_then(|data| data.check().map(|()| data)) {
            Ok(data) => Ok(ReadIncident { data, notes }),
            Err(found) => Err(vec![refused(&found, words)]),
        }
    }

    fn is_given(&self, name: &str) -> bool {
        !self.get(name).trim().is_empty()
    }

    fn area(
        &self,
        words: ConsoleWords,
        faults: &mut Vec<FormFault>,
    ) -> (Map<String, Value>, ListNotes) {
        let mut area = Map::new();
        for name in ["municipalities", "postal_codes", "tags"] {
            let listed: Vec<&str> = points::entries(self.get(name)).collect();
            if !listed.is_empty() {
                area.insert(name.to_owned(), json!(listed));
            }
        }
        let places = points::codes(self.get("places"));
        if places.codes.len() > AREA_ITEMS {
            let most = i64::try_from(AREA_ITEMS).unwrap_or(i64::MAX);
            faults.push(fault("places", words.count("incidents-fault-places", most)));
        } else if !places.codes.is_empty() {
            area.insert("places".to_owned(), json!(places.codes));
        }
        match self.circle() {
            Ok(circle) => area.extend(circle.map(|circle| ("circle".to_owned(), circle))),
            Err(field) => faults.push(fault(field, words.say("incidents-fault-circle"))),
        }
        match self.shape() {
            Ok(shape) => area.extend(shape.map(|shape| ("geojson".to_owned(), shape))),
            Err(wrong) => faults.push(fault("geojson", wrong.said(words))),
        }
        (area, places.notes)
    }

    /// Some people write a comma where others write a point.
    fn circle(&self) -> Result<Option<Value>, &'static str> {
        if !CIRCLE.into_iter().any(|name| self.is_given(name)) {
            return Ok(None);
        }
        let number = |name: &'static str| {
            let text = self.get(name).trim().replace(',', ".");
            let number = text.parse::<f64>().ok();
            number.filter(|it| it.is_finite()).ok_or(name)
        };
        let (lat, lon, km) = (number("lat")?, number("lon")?, number("km")?);
        Ok(Some(json!({ "lat": lat, "lon": lon, "radius_km": km })))
    }

    /// The geometry that was pasted, or that of the feature that was.
    fn shape(&self) -> Result<Option<Value>, WrongShape> {
        if !self.is_given("geojson") {
            return Ok(None);
        }
        let pasted: Value =
            serde_json::from_str(self.get("geojson")).map_err(|_| WrongShape::NoJson)?;
        let geometry = match pasted.get("geometry") {
            Some(geometry) => geometry.clone(),
            None => pasted,
        };
        let area = Area::parse(&json!({ "geojson": geometry }));
        let outline = area.map_err(|error| WrongShape::No(error.detail))?.geojson;
        let corners = outline.as_ref().map_or(0, Outline::corners);
        if corners > PASTED_CORNERS {
            return Err(WrongShape::TooManyCorners);
        }
        if outline.as_ref().is_some_and(Outline::crosses_itself) {
            return Err(WrongShape::Crosses);
        }
        Ok(Some(geometry))
    }
}

/// Why a shape that was pasted is none.
enum WrongShape {
    NoJson,
    No(String),
    TooManyCorners,
    Crosses,
}

impl WrongShape {
    fn said(&self, words: ConsoleWords) -> String {
        match self {
            Self::NoJson => words.say("incidents-fault-json").into_owned(),
            Self::Crosses => words.say("incidents-fault-crosses").into_owned(),
            Self::TooManyCorners => {
                let most = i64::try_from(PASTED_CORNERS).unwrap_or(i64::MAX);
                words.count("incidents-fault-corners", most)
            }
            Self::No(detail) => {
                let detail = FluentValue::from(detail.as_str());
                words.say_with("incidents-fault-refused", &[("detail", detail)])
            }
        }
    }
}

fn fault(field: &'static str, said: impl Into<String>) -> FormFault {
    FormFault {
        field,
        said: said.into(),
    }
}

/// What the event's own rules refuse, at the field that it came from.
fn refused(found: &FieldError, words: ConsoleWords) -> FormFault {
    let named = |name: &&&str| found.pointer.split('/').any(|part| part == **name);
    let of_circle = found.pointer.starts_with("/area/circle").then_some("lat");
    let of_name = (found.pointer == "/incident").then_some("reference");
    let field = FIELDS.iter().find(named).copied();
    let field = field.or(of_circle).or(of_name).unwrap_or("kind");
    let detail = FluentValue::from(found.detail.as_str());
    fault(
        field,
        words.say_with("incidents-fault-refused", &[("detail", detail)]),
    )
}

fn local(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format(LOCAL).to_string()
}

/// A time as a browser's field has it, by this clock; one with a zone of its own is taken, too. None:
/// it is no time, or one that is skipped in spring.
fn moment(text: &str, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = Timestamp::parse(text) {
        return Some(at);
    }
    let seconds = format!("{LOCAL}:%S");
    let local = NaiveDateTime::parse_from_str(text, LOCAL)
        .or_else(|_| NaiveDateTime::parse_from_str(text, &seconds))
        .ok()?;
    let at = zone.from_local_datetime(&local).earliest()?;
    Some(Timestamp::from(at.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const READER: FormReader = FormReader {
        zone: chrono_tz::Europe::Rome,
        words: ConsoleWords::ENGLISH,
    };

    fn typed(fields: &[(&str, &str)]) -> TypedIncident {
        let fields = fields.iter();
        let owned = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        TypedIncident::of_form(&owned.collect())
    }

    fn read(fields: &[(&str, &str)]) -> Result<ReadIncident, Vec<FormFault>> {
        let all = [&[("kind", "outage")][..], fields].concat();
        typed(&all).read(IncidentStep::Opened, "G-1", READER)
    }

    fn fault_of(fields: &[(&str, &str)]) -> &'static str {
        read(fields).unwrap_err()[0].field
    }

    #[test]
    fn what_is_typed_becomes_an_event_and_comes_back_as_it_was() {
        let read = read(&[
            ("municipalities", "037006; 037020"),
            ("places", "IT1\r\nIT1, IT 2"),
            ("lat", "44,5"),
            ("lon", "11.25"),
            ("km", "2.5"),
            ("expected_end", "2026-11-22T20:00"),
            ("note", " A crew is there. "),
            ("quiet", "yes"),
        ])
        .unwrap();
        let data = read.data;
        let area = data.area.clone().unwrap();
        assert_eq!(area.municipalities, ["037006", "037020"]);
        assert_eq!(area.places, ["IT1"]);
        assert_eq!((read.notes.doubles, read.notes.left_out), (1, 1));
        assert_eq!(area.circle.unwrap().radius_m, 2_500);
        let end = Timestamp::parse("2026-11-22T20:00:00+01:00").unwrap();
        assert_eq!(data.expected_end, Some(end));
        assert!(data.quiet);
        let again = TypedIncident::of_data(&data, READER.zone);
        let again = again.read(IncidentStep::Opened, "G-1", READER).unwrap();
        assert_eq!(again.data, data);
    }

    #[test]
    fn each_fault_stands_at_its_field() {
        let town = ("municipalities", "037006");
        let tie = r#"{"type":"Polygon","coordinates":[[[11,44],[12,45],[12,44],[11,45]]]}"#;
        for (fields, field) in [
            (vec![], "municipalities"),
            (vec![("municipalities", "Bologna")], "municipalities"),
            (vec![town, ("expected_end", "soon")], "expected_end"),
            (vec![town, ("began_at", "2026-03-29T02:30")], "began_at"),
            (vec![("lat", "44.5"), ("lon", "x"), ("km", "1")], "lon"),
            (vec![("lat", "99"), ("lon", "11"), ("km", "1")], "lat"),
            (vec![("geojson", "{")], "geojson"),
            (vec![("geojson", r#"{"type":"Point"}"#)], "geojson"),
            (vec![("geojson", tie)], "geojson"),
        ] {
            assert_eq!(fault_of(&fields), field, "{fields:?}");
        }
        let crossed = read(&[("geojson", tie)]).unwrap_err();
        assert!(crossed[0].said.contains("crosses itself"), "{crossed:?}");
    }

    #[test]
    fn a_feature_is_taken_for_its_geometry_and_an_update_needs_no_area() {
        let feature = r#"{"type":"Feature","properties":{},"geometry":
            {"type":"Polygon","coordinates":[[[11,44],[12,44],[12,45],[11,44]]]}}"#;
        let found = read(&[("geojson", feature)]).unwrap().data;
        assert!(found.area.unwrap().covers_position((44.1, 11.5)));
        let update = typed(&[("note", "More soon.")]);
        let update = update.read(IncidentStep::Updated, "G-1", READER).unwrap();
        assert_eq!(update.data.area, None);
    }

    #[test]
    fn a_file_joins_what_was_pasted() {
        let mut typed = typed(&[("places", "IT1")]);
        typed.add_places(b"");
        assert_eq!(typed.get("places"), "IT1");
        typed.add_places(b"IT2;IT3");
        assert_eq!(typed.get("places"), "IT1\nIT2;IT3");
    }
}
