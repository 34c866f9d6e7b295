//! What a person typed about an incident, and what it says: each fault with its field, and nothing of
//! what was typed lost. It becomes the data of an event, so that the console says nothing that a
//! program could not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::points::{self, ListNotes};
use crate::domain::FieldError;
use crate::domain::Timestamp;
use crate::domain::area::{Area, Outline};
use crate::domain::event::{IncidentData, IncidentStep};
use crate::domain::limits::{AREA_ITEMS, PASTED_CORNERS};
use crate::text::folded::fold;
use crate::web::auth::csrf::FormFields;
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// The fields of all forms about incidents.
const FIELDS: [&str; 20] = [
    "reference",
    "kind",
    "service",
    "service_other",
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
const TEXTS: [&str; 4] = ["kind", "severity", "cause", "note"];
const TIMES: [&str; 3] = ["began_at", "expected_end", "next_update"];
/// Of these, those that lie ahead.
const AHEAD: [&str; 2] = ["expected_end", "next_update"];
/// How long ago one of them may be: filling in a form takes time.
const LATE: TimeDelta = TimeDelta::minutes(5);
const FLAGS: [&str; 2] = ["quiet", "tell_again"];
const CIRCLE: [&str; 3] = ["lat", "lon", "km"];
/// The services there are to choose from, by the word that events say.
pub(super) const SERVICES: [&str; 7] = [
    "electricity",
    "gas",
    "water",
    "heating",
    "telecom",
    "waste",
    "transport",
];
/// The choice of a service that is none of these, and is typed.
pub(super) const OTHER_SERVICE: &str = "other";
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
pub(super) struct FormReader<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: Tz,
    pub(super) words: ConsoleWords,
    pub(super) known: &'a KnownToForm,
}

/// What is known already of that which a form is about.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownToForm {
    /// Of the spellings of what was pasted, those of supply points that there are.
    pub(super) places: BTreeSet<String>,
    /// The expected end as it stands, which may have passed.
    pub(super) end: Option<Timestamp>,
    /// Of the names of municipalities, the codes and names of those that bear them, under the name as it
    /// is searched.
    pub(super) towns: BTreeMap<String, Vec<(String, String)>>,
}

impl TypedIncident {
    pub(super) fn of_form(fields: &FormFields) -> Self {
        let each = FIELDS.into_iter();
        let mut typed = Self(
            each.map(|name| (name, fields.get(name).to_owned()))
                .collect(),
        );
        typed.add_ticked("municipalities", fields.names_after("town-"));
        typed.add_ticked("tags", fields.names_after("zone-"));
        typed
    }

    /// What was ticked on the map joins what was typed.
    fn add_ticked<'a>(&mut self, field: &'static str, ticked: impl Iterator<Item = &'a str>) {
        let typed = self.get(field).to_owned();
        let mut all: Vec<&str> = points::entries(&typed).collect();
        let before = all.len();
        for code in ticked {
            if !all.contains(&code) {
                all.push(code);
            }
        }
        if all.len() > before {
            self.set(field, all.join(", "));
        }
    }

    /// As a form would have it that says what an event says.
    pub(super) fn of_data(data: &IncidentData, zone: Tz) -> Self {
        let local = |at| local(at, zone);
        let mut typed = Self::default();
        let mut set = |name, value: Option<String>| typed.0.insert(name, value.unwrap_or_default());
        set("reference", Some(data.incident.clone()));
        set("kind", data.kind.map(|kind| kind.to_string()));
        let is_listed = |service: &&String| SERVICES.contains(&service.as_str());
        let (listed, other) = match &data.service {
            Some(service) if !is_listed(&service) => {
                (Some(OTHER_SERVICE.to_owned()), Some(service.clone()))
            }
            listed => (listed.clone(), None),
        };
        set("service", listed);
        set("service_other", other);
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
        reader: FormReader<'_>,
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
                Some(at)
                    if AHEAD.contains(&name)
                        && at < reader.now - LATE
                        && !self.is_end_as_known(name, reader) =>
                {
                    faults.push(fault(name, words.say("incidents-fault-past")));
                }
                Some(at) => drop(data.insert(name.to_owned(), at.to_string().into())),
                None => faults.push(fault(name, words.say("incidents-fault-time"))),
            }
        }
        match self.service() {
            Ok(service) => data.extend(service.map(|it| ("service".to_owned(), it.into()))),
            Err(field) => faults.push(fault(field, words.say("incidents-fault-service"))),
        }
        let (area, notes) = self.area(reader, &mut faults);
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

    fn is_end_as_known(&self, name: &str, reader: FormReader<'_>) -> bool {
        let known = reader.known.end.map(|end| local(end, reader.zone));
        name == "expected_end" && known.as_deref() == Some(self.get(name).trim())
    }

    /// One of the list, or what is typed where it is another. Nobody is to write a word of their own
    /// for one that has a code: rules and other incidents would not know it.
    fn service(&self) -> Result<Option<String>, &'static str> {
        match self.get("service").trim() {
            "" => Ok(None),
            OTHER_SERVICE => match self.get("service_other").trim() {
                "" => Err("service_other"),
                typed => Ok(Some(typed.to_owned())),
            },
            listed if SERVICES.contains(&listed) => Ok(Some(listed.to_owned())),
            _ => Err("service"),
        }
    }

    fn area(
        &self,
        reader: FormReader<'_>,
        faults: &mut Vec<FormFault>,
    ) -> (Map<String, Value>, ListNotes) {
        let (words, mut area) = (reader.words, Map::new());
        match self.towns(reader.known) {
            Ok(towns) if towns.is_empty() => {}
            Ok(towns) => drop(area.insert("municipalities".to_owned(), json!(towns))),
            Err((name, codes)) => {
                let values = [
                    ("name", FluentValue::from(name)),
                    ("codes", FluentValue::from(codes)),
                ];
                let said = words.say_with("incidents-fault-several", &values);
                faults.push(fault("municipalities", said));
            }
        }
        for name in ["postal_codes", "tags"] {
            let listed: Vec<&str> = points::entries(self.get(name)).collect();
            if !listed.is_empty() {
                area.insert(name.to_owned(), json!(listed));
            }
        }
        let places = points::codes(self.get("places"), &reader.known.places);
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

    /// Codes, those of names included; an error: a name that several bear, and their codes.
    fn towns(&self, known: &KnownToForm) -> Result<Vec<String>, (String, String)> {
        let code = |entry: &str| match known.towns.get(&fold(entry)).map(Vec::as_slice) {
            Some([(code, _)]) => Ok(code.clone()),
            Some([_, _, ..]) => {
                let several = known.towns[&fold(entry)].iter();
                let codes: Vec<&str> = several.map(|(code, _)| code.as_str()).collect();
                Err((entry.to_owned(), codes.join(", ")))
            }
            _ => Ok(entry.to_owned()),
        };
        points::entries(self.get("municipalities"))
            .map(code)
            .collect()
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
mod tests;
