//! From a record, in their words, to an event, in ours. Each of our fields names a column, or is an
//! expression over `record`; words of their states are exchanged for ours.
//!
//! The event's id is made of their key and of what tells two states of a record apart, never of our
//! clock: what is read twice is the same event. Nothing is looked up here: whether a case was known
//! before is said by the runner, who has the store.

mod field;
mod shown;
mod standing;
mod values;

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use self::field::Field;
use self::values::{flag, line, list, shape};
use super::reader::{HANDED_IN, STOOD_THERE, SourceRecord, UNREADABLE};
use super::settings::{CaseFields, IncidentFields, WatchSettings};
use super::snapshot::{BACK, GONE_AT, TURN, VANISHED};
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{Arrival, CaseStep, IncidentKind, IncidentStep, from_outside};
use crate::domain::limits::REFERENCE;
use crate::domain::{FieldError, Timestamp};
use crate::text::tree::Tree;

pub(super) use self::standing::StandingThere;
pub(super) use self::values::moment;
pub use field::MappingError;

/// Any source that is not Araldo's: a mapping may choose no type that somebody outside may not send.
const OUTSIDE: &str = "/mapping";

/// What a source is about whose records are events already.
const WHOLE: &str = "event";

/// Turns the records of one source into events. Without fields of a case or an incident, each
/// record is an event as it is.
#[derive(Debug)]
pub struct Mapping {
    /// `source` of its events.
    source: Arc<str>,
    /// Where times without a zone are told.
    zone: Tz,
    subject: &'static str,
    fields: Vec<(&'static str, Field)>,
    area: Vec<(&'static str, Field)>,
    version: Option<Field>,
    changed_at: Option<Field>,
    event: Option<Field>,
    ended: Option<Field>,
    states: std::collections::BTreeMap<String, String>,
    kinds: Arc<CaseKinds>,
}

/// A record in our words; what kind of event it is hangs on what is known already.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The reference of the case or incident.
    pub subject: String,
    /// When it changed over there, as the mapping says it, or what carried it here.
    pub changed_at: Option<Timestamp>,
    /// Their system says that it stood there before, and is no change.
    pub stood_there: bool,
    /// A state of theirs that `states` does not list; it was passed on as it is.
    pub unlisted: Option<String>,
    id: String,
    over: bool,
    /// The event's type, where the mapping chooses it.
    kind: Option<String>,
    data: Value,
}

/// `source` of the events of a source: nobody outside may send such.
#[must_use]
pub fn source_of(name: &str) -> String {
    format!("/v1/sources/{name}")
}

impl Mapping {
    /// Reads the settings. An error names the field whose expression cannot be read.
    pub fn new(
        name: &str,
        settings: &WatchSettings,
        kinds: Arc<CaseKinds>,
    ) -> Result<Self, MappingError> {
        let mut mapping = Self {
            source: source_of(name).into(),
            zone: settings.time_zone,
            subject: "case",
            fields: Vec::new(),
            area: Vec::new(),
            version: None,
            changed_at: None,
            event: None,
            ended: None,
            states: settings.states.clone(),
            kinds,
        };
        match (&settings.case, &settings.incident) {
            (Some(case), _) => mapping.of_case(case)?,
            (None, Some(incident)) => mapping.of_incident(incident)?,
            (None, None) => mapping.subject = WHOLE,
        }
        Ok(mapping)
    }

    fn of_case(&mut self, case: &CaseFields) -> Result<(), MappingError> {
        for (name, text) in [
            ("case", Some(&case.case)),
            ("client", Some(&case.client)),
            ("kind", Some(&case.kind)),
            ("state", Some(&case.state)),
            ("owner", case.owner.as_ref()),
            ("expected_by", case.expected_by.as_ref()),
            ("note", case.note.as_ref()),
        ] {
            self.fields.extend(Field::named(name, text)?);
        }
        self.version = Field::read("version", case.version.as_ref())?;
        self.changed_at = Field::read("changed_at", case.changed_at.as_ref())?;
        self.event = Field::read("event", case.event.as_ref())?;
        Ok(())
    }

    fn of_incident(&mut self, incident: &IncidentFields) -> Result<(), MappingError> {
        self.subject = "incident";
        for (name, text) in [
            ("incident", Some(&incident.incident)),
            ("kind", Some(&incident.kind)),
            ("service", incident.service.as_ref()),
            ("severity", incident.severity.as_ref()),
            ("began_at", incident.began_at.as_ref()),
            ("expected_end", incident.expected_end.as_ref()),
            ("cause", incident.cause.as_ref()),
            ("note", incident.note.as_ref()),
            ("parent", incident.parent.as_ref()),
            ("next_update", incident.next_update.as_ref()),
            ("quiet", incident.quiet.as_ref()),
        ] {
            self.fields.extend(Field::named(name, text)?);
        }
        for (name, text) in [
            ("municipalities", incident.area.municipalities.as_ref()),
            ("postal_codes", incident.area.postal_codes.as_ref()),
            ("tags", incident.area.tags.as_ref()),
            ("places", incident.area.places.as_ref()),
            ("polygon", incident.area.polygon.as_ref()),
            ("circle", incident.area.circle.as_ref()),
            ("geojson", incident.area.geojson.as_ref()),
        ] {
            self.area.extend(Field::named(name, text)?);
        }
        self.version = Field::read("version", incident.version.as_ref())?;
        self.changed_at = Field::read("changed_at", incident.changed_at.as_ref())?;
        self.event = Field::read("event", incident.event.as_ref())?;
        self.ended = Field::read("ended", incident.ended.as_ref())?;
        Ok(())
    }

    /// `source` of the events it makes.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the kind and the state of this event about a case are described: if not, clients read
    /// the words as they are.
    #[must_use]
    pub fn is_described(&self, event: &Arrival) -> bool {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        let word = |name: &str| data[name].as_str().unwrap_or_default();
        !self.is_of_cases() || self.kinds.state(word("kind"), word("state")).is_some()
    }

    /// Whether its events are about cases; else they are about incidents.
    #[must_use]
    pub fn is_of_cases(&self) -> bool {
        self.subject == "case"
    }

    /// Whether its records are events already, each with a source and a type of its own.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.subject == WHOLE
    }

    /// What the record says, in our words. A fault names our field.
    pub fn map(&self, record: &SourceRecord) -> Result<Mapped, FieldError> {
        if let Some(Value::String(why)) = record.fields.get(UNREADABLE) {
            return Err(FieldError::new("", why.as_str()));
        }
        if self.is_whole() {
            return Ok(whole(record));
        }
        let mut data = Map::new();
        let mut unlisted = None;
        for (name, field) in &self.fields {
            let value = field.value(name, record)?;
            if *name == "quiet" {
                if flag(&value) {
                    data.insert((*name).to_owned(), Value::Bool(true));
                }
                continue;
            }
            let value = match *name {
                "began_at" | "expected_end" | "expected_by" | "next_update" => {
                    moment(value, self.zone)
                }
                "state" => line(value).map(|word| self.state(word, &mut unlisted)),
                _ => line(value),
            };
            if let Some(value) = value {
                data.insert((*name).to_owned(), Value::String(value));
            }
        }
        let area = self.area(record)?;
        if !area.is_empty() {
            data.insert("area".to_owned(), Value::Object(area));
        }
        let over = self.is_over(record, &data)?;
        let data = Value::Object(data);
        let subject = data[self.subject].as_str().unwrap_or_default().to_owned();
        let chosen = text("event", self.event.as_ref(), record)?;
        Ok(Mapped {
            id: self.id(&subject, record, (&data, over, chosen.as_deref()))?,
            subject,
            // What vanished says when it changed while it was shown, and not when it ended.
            changed_at: match record.fields.get(VANISHED) {
                Some(Value::Bool(true)) => None,
                _ => self.changed_at(record)?.or(record.handed_in()),
            },
            stood_there: record.stood_there(),
            unlisted,
            over,
            kind: chosen
                .or_else(|| self.opened_again(record, over))
                .or_else(|| called_off(record, &data, over)),
            data,
        })
    }

    /// The event. `known`: its case or incident was heard of before. `quiet`: nobody is told.
    pub fn event(
        &self,
        mapped: &Mapped,
        known: bool,
        quiet: bool,
        received_at: Timestamp,
    ) -> Result<Arrival, FieldError> {
        if self.is_whole() {
            let mut arrival = Arrival::parse(Tree::from(&mapped.data), received_at)?;
            from_outside(&arrival.source, &arrival.kind)?;
            arrival.quiet = quiet;
            return Ok(arrival);
        }
        let kind = match mapped.kind.as_deref() {
            None => self.step(mapped, known),
            Some(chosen) => {
                from_outside(OUTSIDE, chosen).map_err(|fault| self.explained(fault))?;
                chosen
            }
        };
        let event = json!({
            "specversion": "1.0",
            "id": mapped.id,
            "source": &*self.source,
            "type": kind,
            "subject": mapped.subject,
            "time": mapped.changed_at.unwrap_or(received_at),
            "data": mapped.data,
        });
        let mut arrival = Arrival::parse(Tree::from(&event), received_at)
            .map_err(|fault| self.explained(fault))?;
        arrival.quiet = quiet;
        Ok(arrival)
    }

    /// Our check names our field; whoever mends it looks for theirs.
    fn explained(&self, mut fault: FieldError) -> FieldError {
        let last = fault.pointer.rsplit('/').next().unwrap_or_default();
        let name = match last {
            "subject" => self.subject,
            "time" => "changed_at",
            "id" => "version",
            "type" => "event",
            name => name,
        };
        let of_event = match name {
            "changed_at" => self.changed_at.as_ref(),
            "version" => self.version.as_ref(),
            "event" => self.event.as_ref(),
            _ => None,
        };
        let mut of_data = self.fields.iter().chain(&self.area);
        let of_data = of_data.find(|(known, _)| *known == name);
        if let Some(field) = of_event.or(of_data.map(|(_, field)| field)) {
            fault.detail = format!("{} (`{name}` comes from {})", fault.detail, field.origin());
        }
        fault
    }

    fn step(&self, mapped: &Mapped, known: bool) -> &'static str {
        let case = self.subject == "case";
        match (case, mapped.over, known) {
            (true, true, _) => CaseStep::Closed.as_str(),
            (true, false, true) => CaseStep::StateChanged.as_str(),
            (true, false, false) => CaseStep::Opened.as_str(),
            (false, true, _) => IncidentStep::Resolved.as_str(),
            (false, false, true) => IncidentStep::Updated.as_str(),
            (false, false, false) => IncidentStep::Opened.as_str(),
        }
    }

    /// What comes back after its end is known, and begins all the same.
    fn opened_again(&self, record: &SourceRecord, over: bool) -> Option<String> {
        let is_back = record.fields.get(BACK) == Some(&Value::Bool(true)) && !over;
        let step = match self.is_of_cases() {
            true => CaseStep::Opened.as_str(),
            false => IncidentStep::Opened.as_str(),
        };
        is_back.then(|| step.to_owned())
    }

    fn state(&self, word: String, unlisted: &mut Option<String>) -> String {
        if let Some(ours) = self.states.get(&word) {
            return ours.clone();
        }
        if !self.states.is_empty() && !self.states.values().any(|ours| *ours == word) {
            *unlisted = Some(word.clone());
        }
        word
    }

    fn area(&self, record: &SourceRecord) -> Result<Map<String, Value>, FieldError> {
        let mut area = Map::new();
        for (name, field) in &self.area {
            let value = field.value(name, record)?;
            let part = match *name {
                "polygon" | "circle" | "geojson" => shape(value),
                _ => Some(list(value))
                    .filter(|words| !words.is_empty())
                    .map(|words| json!(words)),
            };
            area.extend(part.map(|part| ((*name).to_owned(), part)));
        }
        Ok(area)
    }

    fn is_over(
        &self,
        record: &SourceRecord,
        data: &Map<String, Value>,
    ) -> Result<bool, FieldError> {
        if let Some(ended) = &self.ended {
            return Ok(flag(&ended.value("ended", record)?));
        }
        let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(self.kinds.is_final(word("kind"), word("state")))
    }

    fn changed_at(&self, record: &SourceRecord) -> Result<Option<Timestamp>, FieldError> {
        let Some(field) = &self.changed_at else {
            return Ok(None);
        };
        let Some(text) = moment(field.value("changed_at", record)?, self.zone) else {
            return Ok(None);
        };
        let time = Timestamp::parse(&text);
        time.map(Some)
            .map_err(|error| FieldError::new("/changed_at", error.to_string()))
    }

    /// Whether a record says how a thing stands and no version of theirs tells its states apart: then what it
    /// said before may be news again.
    #[must_use]
    pub fn goes_by_what_is_shown(&self, record: &SourceRecord) -> bool {
        self.version.is_none() && record.fields.contains_key(TURN)
    }

    /// Their key and version; without a version, what the event says stands for it. A long one is
    /// kept as its hash.
    fn id(
        &self,
        subject: &str,
        record: &SourceRecord,
        (data, over, kind): (&Value, bool, Option<&str>),
    ) -> Result<String, FieldError> {
        let version = text("version", self.version.as_ref(), record)?;
        // What is said again, after its end or after something else was said, is news again.
        let turn = record.fields.get(TURN).and_then(Value::as_u64);
        // What it is about may stay the same while the mapping makes another step of it.
        let says = match (turn.filter(|turn| *turn > 1), kind) {
            (None, None) => json!([data, over]),
            (turn, kind) => json!([data, over, turn, kind]),
        };
        let version = version.unwrap_or_else(|| digest(&says.to_string()));
        let id = format!("{subject}:{version}");
        Ok(match id.chars().count() <= REFERENCE {
            true => id,
            false => digest(&id),
        })
    }
}

/// Planned works that were gone before they began do not take place. That they are gone is believed after
/// another look, and by then they may seem to have begun.
fn called_off(record: &SourceRecord, data: &Value, over: bool) -> Option<String> {
    let time = |value: Option<&Value>| Timestamp::parse(value?.as_str()?).ok();
    let gone_at = time(record.fields.get(GONE_AT))?;
    let begin = time(data.get("began_at"))?;
    let are_works = data["kind"].as_str() == Some(IncidentKind::PlannedOutage.as_str());
    let are_off = over && are_works && gone_at < begin;
    are_off.then(|| IncidentStep::Cancelled.as_str().to_owned())
}

/// A record that is an event already.
fn whole(record: &SourceRecord) -> Mapped {
    let word = |name: &str| record.fields.get(name).and_then(Value::as_str);
    let mut fields = record.fields.clone();
    fields.retain(|name, _| ![HANDED_IN, STOOD_THERE].contains(&name.as_str()));
    Mapped {
        subject: word("subject").unwrap_or_default().to_owned(),
        changed_at: word("time")
            .and_then(|text| Timestamp::parse(text).ok())
            .or(record.handed_in()),
        stood_there: record.stood_there(),
        unlisted: None,
        id: String::new(),
        over: false,
        kind: None,
        data: Value::Object(fields),
    }
}

fn text(
    name: &str,
    field: Option<&Field>,
    record: &SourceRecord,
) -> Result<Option<String>, FieldError> {
    let value = field.map(|field| field.value(name, record)).transpose()?;
    Ok(value.and_then(line))
}

/// 128 bits of SHA-256, in hex: enough that two states of one case never share one.
pub(super) fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let half: [u8; 16] = std::array::from_fn(|at| hash[at]);
    format!("{:032x}", u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests;
