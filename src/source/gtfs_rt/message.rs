//! GTFS-realtime 2.0 as it comes over the wire: of each message, the fields that are used here, by
//! their published numbers. Others are passed over.
//!
//! A feed is taken apart entity by entity: read as one, two bytes of it could fill a hundred in
//! memory, a million times.

use prost::Message as _;

use super::wire::fields;
use crate::domain::limits::{GTFS_ENTITIES, GTFS_ENTITY};

/// The field of a feed that holds its header, and the one that holds an entity.
const HEADER: u64 = 1;
const ENTITY: u64 = 2;
/// The field of an entity that holds its id.
const ID: u64 = 1;

/// A whole feed, whose entities are still bytes.
#[derive(Debug)]
pub struct GtfsFeed<'a> {
    pub(super) header: GtfsHeader,
    entities: Vec<&'a [u8]>,
}

/// An entity, or why it cannot be read, with its id.
pub(super) type ReadEntity = Result<GtfsEntity, (String, String)>;

impl<'a> GtfsFeed<'a> {
    /// Reads an answer. A fault says what it is not.
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut header = None;
        let mut entities = Vec::new();
        for field in fields(bytes) {
            let (number, value) = field.map_err(|detail| no_feed(&detail))?;
            match (number, value) {
                (HEADER, Some(bytes)) => {
                    let read = GtfsHeader::decode(bytes);
                    header = Some(read.map_err(|error| no_feed(&error.to_string()))?);
                }
                (ENTITY, Some(bytes)) => entities.push(bytes),
                _ => {}
            }
            if entities.len() > GTFS_ENTITIES {
                return Err(format!(
                    "it has more than {GTFS_ENTITIES} alerts and trips: ask for less, by an address \
                     that names a region or a line"
                ));
            }
        }
        // An empty answer is a feed in form: of nothing, and without a header.
        let header = header.ok_or_else(|| no_feed("it has no header"))?;
        Ok(Self { header, entities })
    }

    /// Each entity, when it is asked for.
    pub(super) fn entities(&self) -> impl Iterator<Item = ReadEntity> {
        self.entities.iter().map(|bytes| {
            if bytes.len() > GTFS_ENTITY {
                return Err((id(bytes), format!("it is larger than {GTFS_ENTITY} bytes")));
            }
            GtfsEntity::decode(*bytes).map_err(|error| (id(bytes), error.to_string()))
        })
    }
}

fn no_feed(detail: &str) -> String {
    format!("it is no GTFS-realtime feed: {detail}; check `url`")
}

/// The id of an entity that cannot be read otherwise.
fn id(bytes: &[u8]) -> String {
    let mut known = fields(bytes).filter_map(Result::ok);
    let id = known.find_map(|(number, value)| value.filter(|_| number == ID));
    String::from_utf8_lossy(id.unwrap_or_default()).into_owned()
}

/// `FeedHeader`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsHeader {
    /// 1: only what has changed is sent.
    #[prost(int32, optional, tag = "2")]
    pub(super) incrementality: Option<i32>,
    /// Seconds since 1970, as are all times here.
    #[prost(uint64, optional, tag = "3")]
    pub(super) timestamp: Option<u64>,
}

/// `FeedEntity`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsEntity {
    #[prost(string, optional, tag = "1")]
    pub(super) id: Option<String>,
    #[prost(bool, optional, tag = "2")]
    pub(super) is_deleted: Option<bool>,
    #[prost(message, optional, tag = "3")]
    pub(super) trip_update: Option<GtfsTripUpdate>,
    #[prost(message, optional, tag = "5")]
    pub(super) alert: Option<GtfsAlert>,
}

/// `TripUpdate`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsTripUpdate {
    #[prost(message, optional, tag = "1")]
    pub(super) trip: Option<GtfsTrip>,
    #[prost(message, repeated, tag = "2")]
    pub(super) stops: Vec<GtfsStopTime>,
    /// Seconds, where no stop says it better.
    #[prost(int32, optional, tag = "5")]
    pub(super) delay: Option<i32>,
}

/// `TripUpdate.StopTimeUpdate`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsStopTime {
    #[prost(uint32, optional, tag = "1")]
    pub(super) sequence: Option<u32>,
    #[prost(message, optional, tag = "2")]
    pub(super) arrival: Option<GtfsStopEvent>,
    #[prost(message, optional, tag = "3")]
    pub(super) departure: Option<GtfsStopEvent>,
    /// 0 scheduled, 1 skipped, 2 no data, 3 unscheduled.
    #[prost(int32, optional, tag = "5")]
    pub(super) relationship: Option<i32>,
}

/// `TripUpdate.StopTimeEvent`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsStopEvent {
    #[prost(int32, optional, tag = "1")]
    pub(super) delay: Option<i32>,
    #[prost(int64, optional, tag = "2")]
    pub(super) time: Option<i64>,
    #[prost(int64, optional, tag = "4")]
    pub(super) scheduled_time: Option<i64>,
}

/// `TripDescriptor`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsTrip {
    #[prost(string, optional, tag = "1")]
    pub(super) trip_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) start_time: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(super) start_date: Option<String>,
    /// 0 scheduled, 3 cancelled, 7 deleted.
    #[prost(int32, optional, tag = "4")]
    pub(super) relationship: Option<i32>,
    #[prost(string, optional, tag = "5")]
    pub(super) route_id: Option<String>,
}

/// `Alert`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsAlert {
    #[prost(message, repeated, tag = "1")]
    pub(super) periods: Vec<GtfsPeriod>,
    #[prost(message, repeated, tag = "5")]
    pub(super) informed: Vec<GtfsSelector>,
    #[prost(int32, optional, tag = "6")]
    pub(super) cause: Option<i32>,
    #[prost(int32, optional, tag = "7")]
    pub(super) effect: Option<i32>,
    #[prost(message, optional, tag = "8")]
    pub(super) url: Option<GtfsText>,
    #[prost(message, optional, tag = "10")]
    pub(super) header: Option<GtfsText>,
    #[prost(message, optional, tag = "11")]
    pub(super) description: Option<GtfsText>,
    #[prost(int32, optional, tag = "14")]
    pub(super) severity: Option<i32>,
}

/// `TimeRange`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsPeriod {
    #[prost(uint64, optional, tag = "1")]
    pub(super) start: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) end: Option<u64>,
}

/// `EntitySelector`: all that it names must fit together.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsSelector {
    #[prost(string, optional, tag = "1")]
    pub(super) agency_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) route_id: Option<String>,
    #[prost(message, optional, tag = "4")]
    pub(super) trip: Option<GtfsTrip>,
    #[prost(string, optional, tag = "5")]
    pub(super) stop_id: Option<String>,
}

/// `TranslatedString`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsText {
    #[prost(message, repeated, tag = "1")]
    pub(super) translations: Vec<GtfsTranslation>,
}

/// `TranslatedString.Translation`
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct GtfsTranslation {
    #[prost(string, optional, tag = "1")]
    pub(super) text: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) language: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by hand from the published encoding: each key is a field's number times eight, and its
    /// wire type; a length stands before what has one.
    const BY_HAND: &[u8] = &[
        // header: version "2.0", incrementality 0, timestamp 1800000000
        0x0A, 0x0D, 0x0A, 0x03, b'2', b'.', b'0', 0x10, 0x00, 0x18, 0x80, 0xA4, 0xA7, 0xDA, 0x06,
        // entity: id "t", trip_update of 22 bytes
        0x12, 0x1B, 0x0A, 0x01, b't', 0x1A, 0x16, // trip: trip_id "T1", route_id "12"
        0x0A, 0x08, 0x0A, 0x02, b'T', b'1', 0x2A, 0x02, b'1', b'2',
        // stop_time_update: stop_sequence 3, arrival: delay 600, time 128
        0x12, 0x0A, 0x08, 0x03, 0x12, 0x06, 0x08, 0xD8, 0x04, 0x10, 0x80, 0x01,
        // entity: id "a", alert: effect 3
        0x12, 0x07, 0x0A, 0x01, b'a', 0x2A, 0x02, 0x38, 0x03,
    ];

    #[test]
    fn bytes_made_by_hand_are_what_they_say() {
        let feed = GtfsFeed::read(BY_HAND).unwrap();
        assert_eq!(feed.header.timestamp, Some(1_800_000_000));
        assert_eq!(feed.header.incrementality, Some(0));
        let entities: Vec<GtfsEntity> = feed.entities().map(Result::unwrap).collect();
        let update = entities[0].trip_update.clone().unwrap();
        let trip = update.trip.unwrap();
        assert_eq!(entities[0].id.as_deref(), Some("t"));
        assert_eq!(trip.trip_id.as_deref(), Some("T1"));
        assert_eq!(trip.route_id.as_deref(), Some("12"));
        let arrival = update.stops[0].arrival.clone().unwrap();
        assert_eq!(update.stops[0].sequence, Some(3));
        assert_eq!((arrival.delay, arrival.time), (Some(600), Some(128)));
        assert_eq!(entities[1].alert.clone().unwrap().effect, Some(3));
    }

    #[test]
    fn what_is_no_feed_is_said() {
        for (bytes, said) in [
            (&b""[..], "it has no header"),
            (b"<html><body>", "no GTFS-realtime feed"),
            (b"{\"header\": {}}", "no GTFS-realtime feed"),
            (&BY_HAND[..BY_HAND.len() - 1], "breaks off"),
            (&BY_HAND[15..], "it has no header"),
        ] {
            let fault = GtfsFeed::read(bytes).unwrap_err();
            assert!(fault.contains(said), "{fault}");
        }
    }

    #[test]
    fn one_entity_that_cannot_be_read_is_told_by_its_id() {
        let mut bytes = BY_HAND.to_vec();
        // Its alert is said to be a number.
        let at = bytes.len() - 4;
        bytes[at] = 0x28;
        let feed = GtfsFeed::read(&bytes).unwrap();
        let broken: Vec<_> = feed.entities().filter_map(Result::err).collect();
        assert_eq!(broken.len(), 1);
        assert_eq!(broken[0].0, "a");
    }

    #[test]
    fn more_entities_than_are_watched_are_refused_without_being_read() {
        let mut bytes = BY_HAND[..15].to_vec();
        bytes.extend([0x12, 0x00].repeat(GTFS_ENTITIES));
        assert!(GtfsFeed::read(&bytes).is_ok());
        bytes.extend([0x12, 0x00]);
        let fault = GtfsFeed::read(&bytes).unwrap_err();
        assert!(fault.contains("more than 20000"), "{fault}");
    }
}
