//! Whole feeds, look after look, as the runner leads it.

use prost::Message as _;

use super::message::{
    GtfsAlert, GtfsEntity, GtfsHeader, GtfsSelector, GtfsStopEvent, GtfsStopTime, GtfsTrip,
    GtfsTripUpdate,
};
use super::*;
use crate::domain::limits::SNAPSHOT_DOUBTFUL_LOOKS;

const NOW: u64 = 1_800_000_000;

#[derive(Clone, PartialEq, prost::Message)]
struct WholeFeed {
    #[prost(message, optional, tag = "1")]
    header: Option<GtfsHeader>,
    #[prost(message, repeated, tag = "2")]
    entities: Vec<GtfsEntity>,
}

fn alert(id: &str, route: &str) -> GtfsEntity {
    let selector = |stop: u8| GtfsSelector {
        route_id: Some(route.to_owned()),
        stop_id: Some(stop.to_string()),
        ..GtfsSelector::default()
    };
    GtfsEntity {
        id: Some(id.to_owned()),
        alert: Some(GtfsAlert {
            informed: (0..9).map(selector).collect(),
            effect: Some(4),
            ..GtfsAlert::default()
        }),
        ..GtfsEntity::default()
    }
}

fn trip(id: &str, minutes: i32) -> GtfsEntity {
    let stop = GtfsStopTime {
        departure: Some(GtfsStopEvent {
            delay: Some(minutes * 60),
            ..GtfsStopEvent::default()
        }),
        ..GtfsStopTime::default()
    };
    of_trip(id, None, vec![stop])
}

fn of_trip(id: &str, relationship: Option<i32>, stops: Vec<GtfsStopTime>) -> GtfsEntity {
    GtfsEntity {
        id: Some(id.to_owned()),
        trip_update: Some(GtfsTripUpdate {
            trip: Some(GtfsTrip {
                trip_id: Some(id.to_owned()),
                start_time: Some("07:45:00".to_owned()),
                start_date: Some("20270115".to_owned()),
                relationship,
                route_id: Some("12".to_owned()),
            }),
            stops,
            delay: None,
        }),
        ..GtfsEntity::default()
    }
}

/// A feed that is looked at once a minute.
struct Watched {
    settings: GtfsSettings,
    cursor: Option<Cursor>,
    looks: u64,
    limit: usize,
}

impl Watched {
    fn new() -> Self {
        Self {
            settings: toml::from_str("url = \"https://a.example.it/feed.pb\"").unwrap(),
            cursor: None,
            looks: 0,
            limit: 1_000,
        }
    }

    fn now(&self) -> u64 {
        NOW + self.looks * 60
    }

    fn look(&mut self, entities: Vec<GtfsEntity>) -> SourceLook {
        self.looks += 1;
        let header = GtfsHeader {
            timestamp: Some(self.now()),
            incrementality: None,
        };
        self.look_at(header, entities).unwrap()
    }

    fn look_at(
        &mut self,
        header: GtfsHeader,
        entities: Vec<GtfsEntity>,
    ) -> Result<SourceLook, SourceFault> {
        let header = Some(header);
        let bytes = WholeFeed { header, entities }.encode_to_vec();
        let feed = GtfsFeed::read(&bytes).unwrap();
        let now = Timestamp::from_micros(i64::try_from(self.now()).unwrap() * 1_000_000);
        let memory = GtfsMemory::read(self.cursor.as_ref());
        let look = memory.take(&feed, &self.settings, self.limit, now)?;
        let kept = look.cursor.as_ref().map(|cursor| cursor.0.to_string());
        let kept = kept.map(|text| Cursor(serde_json::from_str(&text).unwrap()));
        self.cursor = kept.or(self.cursor.take());
        Ok(look)
    }

    /// What a look tells: the place, how late, and whether it ended.
    fn tells(&mut self, entities: Vec<GtfsEntity>) -> Vec<(String, Option<i64>, bool)> {
        let look = self.look(entities);
        let said = |record: &crate::source::reader::SourceRecord| {
            let late = record.fields["delay_minutes"].as_i64();
            (record.place.clone(), late, record.fields["ended"] == true)
        };
        look.records.iter().map(said).collect()
    }
}

fn told(trip: &str, minutes: i64, is_over: bool) -> (String, Option<i64>, bool) {
    (format!("delay:12:{trip}:20270115"), Some(minutes), is_over)
}

#[test]
fn a_delay_is_told_when_it_crosses_at_each_step_and_when_it_is_over() {
    let mut feed = Watched::new();
    for (minutes, tells) in [
        (9, vec![]),
        (10, vec![told("T", 10, false)]),
        (9, vec![]),
        (11, vec![]),
        (19, vec![]),
        (22, vec![told("T", 22, false)]),
        (29, vec![]),
        (12, vec![]),
        (21, vec![]),
        (41, vec![told("T", 41, false)]),
        (6, vec![]),
        (4, vec![told("T", 41, true)]),
        (9, vec![]),
        (0, vec![]),
        (10, vec![told("T", 10, false)]),
    ] {
        assert_eq!(feed.tells(vec![trip("T", minutes)]), tells, "{minutes}");
    }
}

#[test]
fn a_trip_that_is_late_again_is_another_turn_and_begins_again() {
    let mut feed = Watched::new();
    let first = feed.look(vec![trip("T", 10)]).records;
    assert_eq!(first[0].fields["_turn"], 1);
    assert_eq!(first[0].fields["_back"], false);
    assert_eq!(first[0].fields["tags"], serde_json::json!(["line:12"]));
    assert_eq!(first[0].fields["service"], "linea 12");
    let note = "La corsa delle 07:45 ha circa 10 minuti di ritardo.";
    assert_eq!(first[0].fields["note"], note);
    feed.look(vec![trip("T", 0)]);
    let again = feed.look(vec![trip("T", 10)]).records;
    assert_eq!(again[0].fields["_turn"], 2);
    assert_eq!(again[0].fields["_back"], true);
}

#[test]
fn a_trip_that_does_not_run_is_told_and_taken_back() {
    let mut feed = Watched::new();
    let cancelled = || of_trip("T", Some(3), Vec::new());
    let look = feed.look(vec![cancelled()]);
    assert_eq!(look.records[0].fields["kind"], "notice");
    assert_eq!(look.records[0].fields["cancelled"], true);
    assert!(feed.look(vec![cancelled()]).records.is_empty());
    let runs = feed.look(vec![trip("T", 30)]).records;
    assert_eq!(runs[0].fields["delay_minutes"], 30);
    // In the same words as before, and news all the same.
    let again = feed.look(vec![cancelled()]).records;
    assert_ne!(again[0].fields["_turn"], look.records[0].fields["_turn"]);
    assert_eq!(
        feed.look(vec![trip("T", 1)]).records[0].fields["ended"],
        true
    );
}

#[test]
fn a_trip_that_is_not_shown_any_more_ends_after_two_looks() {
    let mut feed = Watched::new();
    let others = || vec![trip("A", 0), trip("B", 0), trip("C", 0)];
    let mut all = others();
    all.push(trip("T", 15));
    assert_eq!(feed.tells(all.clone()), [told("T", 15, false)]);
    assert!(feed.tells(others()).is_empty());
    // Back again: nothing had happened.
    assert!(feed.tells(all).is_empty());
    assert!(feed.tells(others()).is_empty());
    assert_eq!(feed.tells(others()), [told("T", 15, true)]);
    assert!(feed.tells(others()).is_empty());
}

#[test]
fn an_empty_feed_ends_nothing_and_says_so() {
    let mut feed = Watched::new();
    let late: Vec<_> = (0..9).map(|at| trip(&format!("T{at}"), 15)).collect();
    feed.look([late.clone(), vec![alert("A", "12")]].concat());
    for _ in 0..2 * SNAPSHOT_DOUBTFUL_LOOKS {
        let look = feed.look(vec![alert("A", "12")]);
        assert!(look.records.is_empty());
        assert!(
            look.doubt
                .unwrap()
                .starts_with("it shows 0 trips, where it showed 9")
        );
    }
    let back = feed.look([late, vec![alert("A", "12")]].concat());
    assert!(back.records.is_empty());
    assert_eq!(back.doubt, None);
    // A person has looked.
    let memory = GtfsMemory::read(feed.cursor.as_ref());
    feed.cursor = Some(Cursor(memory.believing()));
    assert_eq!(
        feed.look(Vec::new()).records.len(),
        1,
        "the alert ends at once"
    );
    assert_eq!(feed.look(Vec::new()).records.len(), 9);
}

#[test]
fn a_trip_whose_last_stop_has_passed_is_over_whatever_the_feed_shows() {
    let mut feed = Watched::new();
    let arrives = i64::try_from(NOW + 600).unwrap();
    let late: Vec<_> = (0..9)
        .map(|at| {
            let stop = GtfsStopTime {
                departure: Some(GtfsStopEvent {
                    delay: Some(900),
                    time: Some(arrives),
                    scheduled_time: None,
                }),
                ..GtfsStopTime::default()
            };
            of_trip(&format!("T{at}"), None, vec![stop])
        })
        .collect();
    assert_eq!(feed.look(late).records.len(), 9);
    feed.looks += 30;
    assert!(feed.look(Vec::new()).records.is_empty());
    feed.looks += 10;
    assert_eq!(feed.look(Vec::new()).records.len(), 9);
}

#[test]
fn a_feed_that_stands_still_ends_nothing_and_an_older_copy_says_nothing() {
    let mut feed = Watched::new();
    feed.look(vec![trip("T", 15), trip("U", 0)]);
    let made_at = feed.now();
    let header = |timestamp| GtfsHeader {
        timestamp: Some(timestamp),
        incrementality: None,
    };
    feed.looks += 1;
    let older = feed.look_at(header(made_at - 30), vec![trip("T", 40)]);
    assert_eq!(older, Ok(SourceLook::default()));
    feed.looks += 30;
    for _ in 0..3 {
        let look = feed.look_at(header(made_at), vec![trip("U", 0)]).unwrap();
        assert!(look.records.is_empty());
        let doubt = look.doubt.unwrap();
        assert!(
            doubt.starts_with("it is out of date: it was made 31 minutes ago"),
            "{doubt}"
        );
    }
    let memory = GtfsMemory::read(feed.cursor.as_ref());
    let now = Timestamp::from_micros(i64::try_from(feed.now()).unwrap() * 1_000_000);
    assert!(memory.unchanged(&feed.settings, now).doubt.is_some());
}

#[test]
fn a_feed_of_differences_is_refused() {
    let mut feed = Watched::new();
    let header = GtfsHeader {
        timestamp: Some(NOW),
        incrementality: Some(1),
    };
    let fault = feed.look_at(header, Vec::new()).unwrap_err().to_string();
    assert!(fault.contains("(DIFFERENTIAL)"), "{fault}");
}

#[test]
fn an_alert_of_many_stops_is_one_record_and_ends_when_it_is_gone() {
    let mut feed = Watched::new();
    let both = || vec![alert("A", "12"), alert("B", "14")];
    let look = feed.look(both());
    let places: Vec<_> = look.records.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["alert:A", "alert:B"]);
    assert!(feed.look(both()).records.is_empty());
    feed.look(vec![alert("B", "14")]);
    let over = feed.look(vec![alert("B", "14")]).records;
    assert_eq!(over[0].place, "alert:A");
    assert_eq!(over[0].fields["ended"], true);
    assert_eq!(over[0].fields["tags"], serde_json::json!(["line:12"]));
}

#[test]
fn what_concerns_nobody_is_a_doubt() {
    let mut feed = Watched::new();
    let look = feed.look(vec![alert("A", "")]);
    assert!(look.records.is_empty());
    assert!(look.doubt.unwrap().starts_with("alert `A` names no line"));
    let mut nameless = trip("T", 40);
    if let Some(update) = &mut nameless.trip_update
        && let Some(trip) = &mut update.trip
    {
        trip.route_id = None;
    }
    let look = feed.look(vec![nameless]);
    assert!(look.records.is_empty());
    assert!(
        look.doubt
            .unwrap()
            .starts_with("1 of its trips name no line")
    );
}

#[test]
fn what_finds_no_room_in_a_look_comes_with_the_next() {
    let mut feed = Watched::new();
    feed.limit = 2;
    let all = || {
        let late = (0..4).map(|at| trip(&format!("T{at}"), 15));
        late.chain([alert("A", "12")]).collect::<Vec<_>>()
    };
    let mut places = Vec::new();
    for more in [true, true, false] {
        let look = feed.look(all());
        assert!(look.records.len() <= 2);
        assert_eq!(look.more, more);
        places.extend(look.records.into_iter().map(|record| record.place));
    }
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 5);
}
