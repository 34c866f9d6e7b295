//! Rules: which event is told to whom, with which template, by which channels, how soon.
//! Read from `config/rules.toml`; matched and applied by `plan`.

use chrono::TimeDelta;

use crate::domain::expression::within_limits;
use crate::domain::limits::CONDITION_BYTES;
use crate::domain::message::{Channel, Class, Lane, OnUnknown};
use crate::text::text_enum::text_enum;

text_enum! {
    /// The clients a rule tells.
    pub enum Audience {
        /// The client whose case it is.
        CaseClient => "case-client",
        /// The partner who looks after that client.
        CaseWatchers => "case-watchers",
        /// Every client with a place in the incident's area.
        IncidentArea => "incident-area",
        /// The clients the event lists by reference.
        Listed => "listed",
    }
}

/// One channel wish of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelChoice {
    /// What the client prefers, else whatever reaches them.
    Preferred,
    /// This channel, when the client has an address on it.
    Fixed(Channel),
}

impl ChannelChoice {
    /// The word in rules and requests: `preferred`, `sms` or `email`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preferred => "preferred",
            Self::Fixed(channel) => channel.as_str(),
        }
    }
}

impl serde::Serialize for ChannelChoice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for ChannelChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        match word.as_ref() {
            "preferred" => Ok(Self::Preferred),
            other => other
                .parse()
                .map(Self::Fixed)
                .map_err(serde::de::Error::custom),
        }
    }
}

text_enum! {
    /// What keeps a message that was taken from being said again by the other channel.
    pub enum FallbackUnless {
        /// A receipt that it arrived, or a sign that a person read it.
        Delivered => "delivered",
        /// A sign that a person read it; that it arrived is not enough.
        Read => "read",
    }
}

text_enum! {
    /// What becomes of a message that waits to be read, and whose reading could not show itself.
    pub enum UnreadableChoice {
        /// The other channel is used all the same: nobody is left out for keeping to himself.
        Send => "send",
        /// It is left at the first channel.
        Skip => "skip",
    }
}

text_enum! {
    /// What became of a message's fallback.
    pub enum FallbackOutcome {
        /// Whether it is read decides, when its time has come.
        Waits => "waits",
        /// The other channel was used.
        Turned => "turned",
        /// It was read in time: the other channel was spared.
        Spared => "spared",
        /// Nobody could know whether it was read, and the rule leaves such as they are.
        Unreadable => "unreadable",
        /// The other channel was wanted, and did not reach the client.
        Unreachable => "unreachable",
    }
}

/// What to do when no receipt came, or nobody read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallback {
    /// How long to wait after acceptance.
    pub after: TimeDelta,
    pub channel: Channel,
    /// What keeps the other channel from being used.
    pub unless: FallbackUnless,
    /// Means something with [`FallbackUnless::Read`] alone.
    pub unreadable: UnreadableChoice,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Unique among the rules.
    pub name: String,
    /// Event types it listens to.
    pub on: Vec<String>,
    /// A minijinja expression over `event`, `case`, `incident`; absent means always.
    pub when: Option<String>,
    /// Whether it tells what was missed when it happened, too.
    pub late: bool,
    pub audience: Audience,
    pub template: String,
    /// What a client may refuse.
    pub topic: String,
    pub class: Class,
    pub lane: Lane,
    /// One message for each entry; duplicates by address are merged.
    pub channels: Vec<ChannelChoice>,
    /// A second channel when the first gives no sign.
    pub fallback: Option<Fallback>,
    /// Whether to wait for the end of the client's quiet hours.
    pub respects_quiet_hours: bool,
    /// At most one message per subject and client in this time; the newest text wins.
    pub coalesce: Option<TimeDelta>,
    /// How long news stays worth telling, counted from when it happened; quiet hours and
    /// `coalesce` do not count.
    pub expires: TimeDelta,
    /// What to do when the wire left it unknown.
    pub on_unknown: OnUnknown,
}

impl Rule {
    /// The topic of its messages: its own, else its template's.
    #[must_use]
    pub fn topic_with(&self, template: Option<&str>) -> String {
        match self.topic.as_str() {
            "" => template.unwrap_or("messages").to_owned(),
            own => own.to_owned(),
        }
    }
}

/// Refuses a condition (`when`) that the engine should not be given, unread.
pub fn condition_within_limits(when: &str) -> Result<(), String> {
    if when.len() > CONDITION_BYTES {
        return Err(format!(
            "the condition has {} bytes; write several rules, each below {CONDITION_BYTES}",
            when.len()
        ));
    }
    within_limits(when).map_err(|excess| format!("{excess}; write several rules"))
}

/// What a plan keeps of its rule, frozen with it: later stages never look at the rules again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlanSettings {
    pub audience: Audience,
    pub channels: Vec<ChannelChoice>,
    /// What to do when the wire left it unknown.
    pub on_unknown: OnUnknown,
    /// Whether to wait for the end of the client's quiet hours.
    pub respects_quiet_hours: bool,
    /// Seconds the news stays worth telling, counted from when it happened.
    pub expires_s: i64,
    /// Seconds after acceptance without a receipt until the fallback, and its channel.
    pub fallback: Option<(i64, Channel)>,
    /// The fallback waits for reading, not for a receipt, and does this with those whose reading cannot
    /// show. Plans of earlier versions lack it.
    #[serde(default)]
    pub unread: Option<UnreadableChoice>,
    /// It answers what its client has just written: neither the STOP that it confirms nor a topic that
    /// is refused keeps it back. No rule says so. Plans of earlier versions lack it.
    #[serde(default)]
    pub answers: bool,
}

impl From<&Rule> for PlanSettings {
    fn from(rule: &Rule) -> Self {
        Self {
            audience: rule.audience,
            channels: rule.channels.clone(),
            on_unknown: rule.on_unknown,
            respects_quiet_hours: rule.respects_quiet_hours,
            expires_s: rule.expires.num_seconds(),
            fallback: rule
                .fallback
                .map(|fallback| (fallback.after.num_seconds(), fallback.channel)),
            unread: rule
                .fallback
                .filter(|fallback| fallback.unless == FallbackUnless::Read)
                .map(|fallback| fallback.unreadable),
            answers: false,
        }
    }
}
