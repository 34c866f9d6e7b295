//! Clients and events: what one of them may hold.

use chrono::TimeDelta;

// ---- Texts. In characters ----

/// A reference: client, case, incident, place, template, topic.
pub const REFERENCE: usize = 200;
/// A free text: note, remark.
pub const PROSE: usize = 2_000;
/// `source` and `subject` of an event.
pub const SOURCE: usize = 500;
/// A path of a request with its query, in bytes, as it is sent.
pub const ADDRESS_LINE_BYTES: usize = 8_192;
/// One value in a path or a query.
pub const ASKED: usize = 1_000;
/// Words of a search that are looked for in the names of clients: each is asked for by itself.
/// Those behind them are passed over, so that more is found and nothing is missed.
pub const SEARCH_WORDS: usize = 8;

// ---- Clients ----

/// A name in characters.
pub const NAME: usize = 200;
/// Contact points of one client.
pub const CONTACTS: usize = 20;
/// Places of one client: each is compared with the others.
pub const PLACES: usize = 500;
/// Tags of one place.
pub const TAGS: usize = 50;
/// Topics one client may have an opinion on.
pub const TOPICS: usize = 100;
/// Characters of the kind of a place.
pub const PLACE_KIND: usize = 50;
/// Characters of a postal code.
pub const POSTAL_CODE: usize = 12;
/// Octets of a mailbox's name (RFC 5321 §4.5.3.1.1).
pub const EMAIL_LOCAL: usize = 64;
/// Octets of a mail domain (RFC 5321 §4.5.3.1.2).
pub const EMAIL_DOMAIN: usize = 255;

// ---- Events ----

/// Variables of one message that is asked for.
pub const VARIABLES: usize = 100;
/// Channels named by one request for a message.
pub const CHANNELS: usize = 3;
/// Items in each list of an area: more than a town has streets, and than a feeder has meters.
pub const AREA_ITEMS: usize = 20_000;
/// Corners of all polygons of an area together: each is looked at for every place.
pub const AREA_CORNERS: usize = 10_000;
/// Kilometres of the radius of a circle: half of Italy.
pub const RADIUS_KM: f64 = 500.0;
/// A wider incident of which nothing was heard for so long, after its end if one was expected, keeps
/// no narrower one from anybody: its end may have been forgotten.
pub const WIDER_SILENCE: TimeDelta = TimeDelta::hours(24);
/// Incidents that are looked at when one is planned, whether it is a part of them: the newest.
pub const WIDER_LOOKED_AT: i64 = 500;
/// Plans about one incident that are looked at for what its clients heard last: the newest.
pub const INCIDENT_TELLINGS: i64 = 500;
/// Places in the area of an outage that are looked at for the municipalities that it hits.
pub const COMPENSATION_PLACES: i64 = 100_000;
/// Classes of `[incidents] compensation`.
pub const COMPENSATION_CLASSES: usize = 20;
/// So long the first page shows that an outage lasted longer than it may.
pub const COMPENSATION_SHOWN: TimeDelta = TimeDelta::days(30);
/// Earlier areas of an incident that are looked at for those whom it does not cover any more: the newest.
pub const LEFT_AREAS: usize = 20;
