//! What a gateway is asked, and what it may answer.

use std::time::Duration;

/// Asked for each SMS. It decides at once; what takes time is an [`Answer`].
pub type Operator = dyn Fn(&Sms<'_>) -> Answer + Send + Sync;

/// A request to `sendsms`: read only as far as somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct Sms<'a> {
    query: &'a str,
}

impl<'a> Sms<'a> {
    pub(super) const fn new(query: &'a str) -> Self {
        Self { query }
    }

    /// What stands behind a name: `to`, `text`, `dlr-url`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let mut fields = form_urlencoded::parse(self.query.as_bytes());
        let found = fields.find(|(its, _)| its == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// Names and values in their order.
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned()
    }

    /// The number it is for; empty when none is named.
    #[must_use]
    pub fn to(&self) -> String {
        self.field("to").unwrap_or_default()
    }
}

/// What the gateway does.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Accepted,
    /// Accepted, after so long.
    Slowly(Duration),
    /// A status and a text.
    Say(u16, &'static str),
    /// As a page that wants a log-in: `302` to there.
    Elsewhere(&'static str),
    /// Accepted, but the answer breaks off after this.
    Cut(&'static str),
    /// No answer ever comes.
    Wait,
    HangUp,
}

/// As Kannel says it.
impl Answer {
    pub const NO_RECEIVER: Self = Self::Say(400, "Missing receiver number, rejected");
    pub const NO_ROOM: Self = Self::Say(503, "Temporal failure, try again later.");
    pub const WRONG_LOGIN: Self = Self::Say(403, "Authorization failed for sendsms");
    pub const REFUSED: Self = Self::Say(400, "Message rejected");
    pub const LISTED: Self = Self::Say(
        403,
        "Number(s) has/have been denied by white- and/or black-lists.",
    );
}
