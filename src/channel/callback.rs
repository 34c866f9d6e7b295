//! What a provider calls back over HTTP, before anybody believes it: its proof is looked at first,
//! over the bytes as they came, and only then is anything made of them.
//!
//! Each kind of provider says how its calls are proven and what its words mean; `web::hooks` takes
//! the calls and keeps what they bring. Kannel has hooks of its own.

use reqwest::header::HeaderMap;

use crate::domain::receipt::ReceiptKind;
use crate::domain::{MessageId, Timestamp};

/// Reads the calls of one configured provider.
pub trait ProviderCallbacks: Send + Sync {
    /// What a call reports. `None`: it is the provider's, and says nothing that is kept.
    fn report(&self, call: &ProviderCall<'_>) -> Result<Option<ProviderReport>, CallRefused>;

    /// A text that a client wrote back.
    fn text(&self, call: &ProviderCall<'_>) -> Result<HandsetText, CallRefused>;
}

/// A request as it came.
#[derive(Debug, Clone, Copy)]
pub struct ProviderCall<'a> {
    /// Path and query, as the caller wrote them: signatures are made over them.
    pub target: &'a str,
    /// What follows the `?`.
    pub query: &'a str,
    /// The last part of the path: a token of ours, or a secret.
    pub key: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// What a call says about one SMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderReport {
    pub about: ReportSubject,
    pub kind: ReceiptKind,
    /// The provider's own word for it.
    pub code: Option<String>,
    /// When it happened, by the provider's clock.
    pub at: Option<Timestamp>,
    /// The number does not exist.
    pub bad_address: bool,
}

/// How a report names what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportSubject {
    /// By a token of ours: message and lease.
    Attempt(MessageId, i64),
    /// By the reference that we gave it, or by the name that the provider gave it.
    Name(String),
}

/// A text that came from a handset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandsetText {
    /// The provider's name for it: the same each time that it is brought.
    pub id: String,
    /// The number that wrote.
    pub from: String,
    pub text: String,
}

/// Why a call is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallRefused {
    /// Whoever called has not proven to be the provider. They are told nothing.
    #[error("the call does not bear the token, secret or signature of this provider")]
    Unproven,
    /// It is the provider's, and cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// The pairs of a form, or of a query.
pub(super) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

/// The first pair of this name; empty when there is none.
pub(super) fn field<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let mut found = pairs.iter().filter(|(its, _)| its == name);
    found.next().map_or("", |(_, value)| value.as_str())
}
