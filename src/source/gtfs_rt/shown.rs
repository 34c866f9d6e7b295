//! What a feed shows: its alerts as things, its trips with how late they are, and what of it concerns
//! nobody.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::alerts::{alert_thing, reference, unreadable_thing};
use super::lines::{LineTags, named};
use super::message::{GtfsEntity, GtfsFeed, GtfsTripUpdate};
use super::settings::GtfsSettings;
use super::trips::{TripNow, TripState};
use super::words::{line_names, short};
use crate::domain::Timestamp;
use crate::domain::event::IncidentKind;
use crate::domain::language::Language;
use crate::source::snapshot::Thing;

/// A trip as a look shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownTrip {
    pub(super) key: String,
    pub(super) now: TripNow,
    route: String,
    trip: String,
    date: Option<String>,
    /// When it begins, as the timetable has it.
    time: Option<String>,
    /// Of those who use its line.
    tag: String,
}

/// All that a look shows.
#[derive(Debug, Default)]
pub(super) struct GtfsShown {
    pub(super) things: Vec<Thing>,
    pub(super) trips: Vec<ShownTrip>,
    /// The first thing that is strange.
    strange: Option<String>,
    /// Trips that name no line.
    nameless: usize,
}

impl GtfsShown {
    pub(super) fn of(
        feed: &GtfsFeed<'_>,
        settings: &GtfsSettings,
        tags: &LineTags,
        now: Timestamp,
    ) -> Self {
        let mut shown = Self::default();
        let mut keys = HashSet::new();
        for entity in feed.entities() {
            match entity {
                Ok(entity) if entity.is_deleted == Some(true) => {}
                Ok(entity) => shown.add(&entity, settings, tags, now, &mut keys),
                Err((id, why)) => match id.trim() {
                    "" => shown.doubts(format!("something in it cannot be read: {why}")),
                    id => shown.things.push(unreadable_thing(id, &why)),
                },
            }
        }
        shown
    }

    /// What an operator should know.
    pub(super) fn doubt(&self) -> Option<String> {
        let nameless = (self.nameless > 0).then(|| {
            format!(
                "{} of its trips name no line (`route_id`): nobody is told of their delays",
                self.nameless
            )
        });
        self.strange.clone().or(nameless)
    }

    fn doubts(&mut self, doubt: String) {
        self.strange.get_or_insert(doubt);
    }

    fn add(
        &mut self,
        entity: &GtfsEntity,
        settings: &GtfsSettings,
        tags: &LineTags,
        now: Timestamp,
        keys: &mut HashSet<String>,
    ) {
        let id = named(entity.id.as_ref());
        if let Some(alert) = &entity.alert {
            let thing = match id {
                Some(id) => alert_thing(id, alert, settings, tags, now),
                None => Err("an alert has no id to tell it by, and is passed over".to_owned()),
            };
            match thing {
                Ok(thing) => self.things.push(thing),
                Err(doubt) => self.doubts(doubt),
            }
        }
        if let Some(update) = &entity.trip_update {
            self.add_trip(id, update, tags, now, keys);
        }
    }

    fn add_trip(
        &mut self,
        id: Option<&str>,
        update: &GtfsTripUpdate,
        tags: &LineTags,
        now: Timestamp,
        keys: &mut HashSet<String>,
    ) {
        let described = update.trip.clone().unwrap_or_default();
        let route = named(described.route_id.as_ref());
        let trip = named(described.trip_id.as_ref()).or(id);
        let (Some(route), Some(trip)) = (route, trip) else {
            self.nameless += 1;
            return;
        };
        let Some(now) = TripNow::of(update, &described, now) else {
            return;
        };
        let tag = match tags.of_line(route, "") {
            Ok(tag) => tag,
            Err(fault) => return self.doubts(format!("line `{}`: {fault}", short(route))),
        };
        let date = named(described.start_date.as_ref());
        let day = date.map_or_else(String::new, |date| format!(":{date}"));
        let key = format!("delay:{route}:{trip}{day}");
        let shown = ShownTrip {
            key: reference(key),
            now,
            route: route.to_owned(),
            trip: trip.to_owned(),
            date: date.map(str::to_owned),
            time: named(described.start_time.as_ref()).map(str::to_owned),
            tag,
        };
        // Of two updates of one trip, the first counts.
        if keys.insert(shown.key.clone()) {
            self.trips.push(shown);
        }
    }
}

impl ShownTrip {
    /// What it is told with, in the same columns as an alert.
    pub(super) fn fields(&self, language: Language) -> Map<String, Value> {
        let (kind, effect) = match self.now.state {
            TripState::Cancelled => (IncidentKind::Notice, "no_service"),
            TripState::Late(_) | TripState::Unknown => (IncidentKind::Delay, "significant_delays"),
        };
        let minutes = match self.now.state {
            TripState::Late(seconds) => Some(seconds / 60),
            TripState::Cancelled | TripState::Unknown => None,
        };
        let fields = json!({
            "incident": self.key,
            "kind": kind,
            "service": line_names([&self.route], language),
            "severity": null,
            "began_at": null,
            "expected_end": null,
            "cause": null,
            "note": self.note(minutes, language),
            "tags": [self.tag],
            "routes": [self.route],
            "stops": [],
            "effect": effect,
            "cause_word": null,
            "url": null,
            "trip_id": self.trip,
            "start_date": self.date,
            "start_time": self.time,
            "delay_minutes": minutes,
            "cancelled": self.now.state == TripState::Cancelled,
        });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// A sentence for clients.
    fn note(&self, minutes: Option<i64>, language: Language) -> String {
        let trip = match self.time.as_deref().and_then(wall_time) {
            Some(time) => language.choose(
                format!("La corsa delle {time}"),
                format!("The trip that begins at {time}"),
            ),
            None => language.choose("Una corsa", "One trip").to_owned(),
        };
        match minutes {
            Some(minutes) => language.choose(
                format!("{trip} ha circa {minutes} minuti di ritardo."),
                format!("{trip} is about {minutes} minutes late."),
            ),
            None => language.choose(
                format!("{trip} non viene effettuata."),
                format!("{trip} does not run."),
            ),
        }
    }
}

/// `25:10:00`, which is ten past one of the next day, as the clocks show it.
fn wall_time(text: &str) -> Option<String> {
    let mut parts = text.split(':').map(str::parse::<u8>);
    let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
    (minute < 60).then(|| format!("{:02}:{minute:02}", hour % 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_behind_midnight_is_one_of_the_next_day() {
        assert_eq!(wall_time("07:45:00").as_deref(), Some("07:45"));
        assert_eq!(wall_time("25:10:00").as_deref(), Some("01:10"));
        assert_eq!(wall_time("7:5").as_deref(), Some("07:05"));
        assert_eq!(wall_time("soon"), None);
        assert_eq!(wall_time("07:99"), None);
    }
}
