//! A person or firm that is told things: how to reach them, where they are served, what they
//! chose. Parsed from HTTP, NDJSON and CSV by `intake`; kept by `store::people::clients`.

use std::collections::BTreeMap;

use crate::domain::address::Address;
use crate::domain::message::{Channel, Reason};
use crate::domain::quiet_hours::QuietHours;
use crate::text::text_enum::text_enum;

/// Where the clock on the wall is read for a client who named no zone.
pub const HOME_ZONE: chrono_tz::Tz = chrono_tz::Europe::Rome;

text_enum! {
    /// Whether a client's reading may be measured by name.
    pub enum TrackingConsent {
        /// Asked, and said yes.
        Granted => "granted",
        /// Asked, and said no.
        Denied => "denied",
        /// Said yes once, and took it back.
        Withdrawn => "withdrawn",
        Unknown => "unknown",
    }
}

/// A client as the organisation describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The organisation's own reference, unique.
    pub client: String,
    /// Name as used in a salutation; control characters removed, at most 200 characters.
    pub name: String,
    /// Language of the texts: `it`, `en`, ...
    pub locale: String,
    /// Where the clock on the wall is read.
    pub time_zone: chrono_tz::Tz,
    /// The channel the client prefers, if one was named.
    pub preferred: Option<Channel>,
    /// In order of preference within each channel; may be empty (then unreachable).
    pub contacts: Vec<ContactPoint>,
    /// Where the client is served.
    pub places: Vec<Place>,
    /// The partner (agency) who looks after this client.
    pub partner: Option<String>,
    /// Topic to wish; a topic not named is neither refused nor asked for.
    pub topics: BTreeMap<String, bool>,
    /// The client's own quiet hours; the configured ones otherwise.
    pub quiet_hours: Option<QuietHours>,
    /// Whether reading may be measured by name.
    pub tracking_consent: TrackingConsent,
}

/// One way to reach a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPoint {
    pub address: Address,
    /// Whether the client showed that it is theirs.
    pub verified: bool,
}

/// Where a client is served.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Supply point code or the organisation's own, such as `IT001E12345678`.
    pub place: String,
    /// `pod`, `pdr`, `address`, ...
    pub kind: String,
    /// ISTAT code, six digits.
    pub municipality: Option<String>,
    /// Postal code, five digits in Italy.
    pub postal_code: Option<String>,
    /// Latitude and longitude in degrees (WGS 84).
    pub position: Option<(f64, f64)>,
    /// Free tags such as `feeder:BO-12`.
    pub tags: Vec<String>,
}

text_enum! {
    /// Why an address must not be used.
    pub enum SuppressionReason {
        /// The client answered STOP.
        Stop => "stop",
        /// The client unsubscribed from everything.
        Unsubscribed => "unsubscribed",
        /// The address does not exist.
        HardBounce => "hard_bounce",
        /// The client reported the mail as unwanted.
        Complaint => "complaint",
        /// An operator barred it.
        Manual => "manual",
    }
}

impl SuppressionReason {
    /// Whether staff may lift it: what the client decided only the client takes back.
    #[must_use]
    pub const fn staff_may_lift(self) -> bool {
        match self {
            Self::Stop | Self::Unsubscribed => false,
            Self::HardBounce | Self::Complaint | Self::Manual => true,
        }
    }
}

impl From<SuppressionReason> for Reason {
    fn from(reason: SuppressionReason) -> Self {
        match reason {
            SuppressionReason::Stop => Self::Stop,
            SuppressionReason::Unsubscribed => Self::Unsubscribed,
            SuppressionReason::HardBounce => Self::HardBounce,
            SuppressionReason::Complaint => Self::Complaint,
            SuppressionReason::Manual => Self::Manual,
        }
    }
}
