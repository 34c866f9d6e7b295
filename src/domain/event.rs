//! What came in: a CloudEvents 1.0 envelope and, for the types Araldo knows, its data.
//!
//! An event of an unknown type is accepted and kept as [`EventData::Other`]: the operator sees
//! it as unmatched, and a rule may be written for it later. Parsing is all or nothing and every
//! [`FieldError`] has its pointer. How bytes become JSON is `intake`'s business; what an event sets
//! in motion is `plan`'s. The data of each family: `case`, `incident`, `direct`, `body`, `forwarded`; `declared` is
//! where one stands that a person writes at the console.

use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::fields::Fields;
use crate::domain::limits::{REFERENCE, SOURCE};
use crate::text::text_enum::text_enum;
use crate::text::tree::{JsonNode, Tree};

mod arrival;
mod body;
mod case;
mod declared;
mod direct;
mod fingerprint;
mod forwarded;
mod incident;
mod outside;
mod time;
mod wider;

pub use arrival::Arrival;
pub use body::{BODY_STALLED, BodyList, BodyReport, StalledCase};
pub use case::{CaseData, CaseReminder, CaseStep, Deadline};
pub use declared::DeclaredState;
pub use direct::DirectRequest;
pub use forwarded::{BODY_FORWARDED, REPLY_FORWARDED};
pub use incident::{
    Incident, IncidentData, IncidentKind, IncidentState, IncidentStep, incident_subject,
};
pub use outside::from_outside;

/// Whether a stored fingerprint is of the kind that is made now, and can be compared with one.
#[must_use]
pub fn is_comparable(fingerprint: &str) -> bool {
    fingerprint.starts_with(fingerprint::VERSION)
}

/// The type of the event that a direct message request becomes.
pub const MESSAGE_REQUESTED: &str = "message.requested";
/// The type of the event that tells whoever got a wrong message that it was wrong.
pub const MESSAGE_RECTIFIED: &str = "message.rectified";
/// The type of the event that a client's text becomes.
pub const REPLY_RECEIVED: &str = "reply.received";
/// Begins the `source` of what a client's text sets going: the record of it, and an answer that is
/// given at once.
pub const ANSWERS: &str = "/v1/replies/";
/// Begins the `source` of what a person answers to a client; the conversation's number follows.
pub const CONVERSATIONS: &str = "/v1/conversations/";

text_enum! {
    /// What became of a stored event.
    pub enum EventState {
        /// Stored; not looked at yet.
        Received => "received",
        /// Its rules were applied.
        Planned => "planned",
        /// No rule listens to it.
        Unmatched => "unmatched",
        /// It cannot be acted upon; the detail says why.
        Refused => "refused",
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who says so; with `id`, the event's identity.
    pub source: String,
    /// The source's own id for it.
    pub id: String,
    /// CloudEvents `type`, such as `case.state_changed`.
    pub kind: String,
    /// What it is about, as the source names it.
    pub subject: Option<String>,
    /// When it happened: `time`, or the time it was received if that is earlier or `time` is
    /// absent. It never lies ahead, so that a clock gone wrong cannot make everything that comes
    /// later seem old.
    pub occurred_at: Timestamp,
    /// `time`, where it lay ahead of the time it was received: the source's claim.
    pub claimed_at: Option<Timestamp>,
    pub data: EventData,
    /// `data` as it came, without control characters: what rules and templates may look at.
    pub raw: Value,
    /// A hash of what it says: tells a repeat from another event that bears the same id. It does
    /// not depend on how it was carried; see `fingerprint`.
    pub fingerprint: String,
    /// It is taken in and nobody is told: it stood there already when Araldo first looked. No
    /// sender can say so, and a repeat that is not quiet changes nothing of it.
    pub quiet: bool,
    /// It was missed when it happened and found when a source was asked for its present state: only
    /// rules that want such events tell it. No sender can say so, and a repeat changes nothing of it.
    pub late: bool,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one event is looked at after the other, and most are as large"
)]
pub enum EventData {
    /// Something about one case.
    Case(CaseStep, CaseData),
    /// Something about an area.
    Incident(IncidentStep, IncidentData),
    /// Someone asks for one message to one client.
    Direct(DirectRequest),
    /// Cases stand still with a body.
    Body(BodyReport),
    /// Problems of clients are passed on to a body.
    Forwarded(BodyList),
    /// A type Araldo does not know.
    Other,
    /// Stored once, but not readable by this version any more.
    Unreadable(FieldError),
}

impl EventData {
    /// Reads the data of an event of type `kind`; pointers begin at the data itself.
    pub fn parse<N: JsonNode>(kind: &str, data: &N) -> Result<Self, FieldError> {
        if let Ok(step) = kind.parse::<CaseStep>() {
            return CaseData::parse(data).map(|data| Self::Case(step, data));
        }
        if let Ok(step) = kind.parse::<IncidentStep>() {
            return IncidentData::parse(step, &data.value()).map(|data| Self::Incident(step, data));
        }
        if kind == MESSAGE_REQUESTED {
            return DirectRequest::parse(&data.value()).map(Self::Direct);
        }
        if kind == BODY_STALLED {
            return BodyReport::parse(&data.value()).map(Self::Body);
        }
        if kind == BODY_FORWARDED {
            return BodyList::parse(&data.value()).map(Self::Forwarded);
        }
        Ok(Self::Other)
    }

    /// Refuses what must not come in any more, though it can be read: lists without end, times
    /// beyond all calendars. What was stored before there was such a limit is read all the same.
    fn check(&self) -> Result<(), FieldError> {
        match self {
            Self::Case(_, data) => data.check(),
            Self::Incident(_, data) => data.check(),
            Self::Direct(_)
            | Self::Body(_)
            | Self::Forwarded(_)
            | Self::Other
            | Self::Unreadable(_) => Ok(()),
        }
    }
}

impl Event {
    /// Reads a CloudEvents 1.0 JSON object (JSON event format §3).
    /// `received_at` stands in for an absent `time`.
    pub fn parse(value: &Value, received_at: Timestamp) -> Result<Self, FieldError> {
        let mut event = Tree::from(value);
        let tree = data_of(&mut event);
        let envelope = ContextAttributes::read(&event, received_at)?;
        let fingerprint = fingerprint::of(&envelope, &tree);
        let raw = tree.to_value();
        let data = checked(envelope.kind, &raw)?;
        Ok(Self {
            data,
            source: envelope.source.to_owned(),
            id: envelope.id.to_owned(),
            kind: envelope.kind.to_owned(),
            subject: envelope.subject.map(str::to_owned),
            occurred_at: envelope.at.occurred_at,
            claimed_at: envelope.at.claimed_at,
            raw,
            fingerprint,
            quiet: false,
            late: false,
        })
    }
}

/// The data of an event that comes in.
fn checked<N: JsonNode>(kind: &str, data: &N) -> Result<EventData, FieldError> {
    let data = EventData::parse(kind, data).and_then(|data| data.check().map(|()| data));
    data.map_err(|fault| fault.under("/data"))
}

/// Takes `data` out of an event, made fit to be shown; `null` when there is none.
fn data_of<'a>(event: &mut Tree<'a>) -> Tree<'a> {
    let data = match event {
        Tree::Object(fields) => fields.take("data"),
        _ => None,
    };
    let mut data = data.unwrap_or(Tree::Null);
    data.scrub();
    data
}

/// Everything of an event but its data.
struct ContextAttributes<'a> {
    source: &'a str,
    id: &'a str,
    kind: &'a str,
    subject: Option<&'a str>,
    at: time::EventTime,
}

impl<'a> ContextAttributes<'a> {
    fn read(event: &'a Tree<'_>, received_at: Timestamp) -> Result<Self, FieldError> {
        let fields = Fields::of(event, "")?;
        check_version(&fields)?;
        check_content(&fields)?;
        let kind = fields.visible("type", REFERENCE)?;
        Ok(Self {
            source: fields.visible("source", SOURCE)?,
            id: fields.visible("id", REFERENCE)?,
            subject: fields.visible_if("subject", SOURCE)?,
            at: time::EventTime::read(&fields, received_at)?,
            kind,
        })
    }
}

fn check_version(fields: &Fields<'_, Tree<'_>>) -> Result<(), FieldError> {
    match fields.text_if("specversion")? {
        Some("1.0") => Ok(()),
        Some(other) => Err(fields.fault(
            "specversion",
            format!("`specversion` is `{other}`; Araldo reads `1.0`"),
        )),
        None => Err(fields.missing("specversion")),
    }
}

fn check_content(fields: &Fields<'_, Tree<'_>>) -> Result<(), FieldError> {
    if fields.get("data_base64").is_some() {
        return Err(fields.fault(
            "data_base64",
            "send JSON in `data`, or as Base64 in `data_base64`, and not both",
        ));
    }
    match fields.text_if("datacontenttype")? {
        Some(kind) if !is_json(kind) => Err(fields.fault(
            "datacontenttype",
            format!("`datacontenttype` is `{kind}`; Araldo reads `application/json`"),
        )),
        _ => Ok(()),
    }
}

/// Whether a media type is JSON: `application/json`, `text/json` or `.../...+json`.
#[must_use]
pub fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

#[cfg(test)]
mod tests;
