//! What a provider calls back over HTTP, before anybody believes it: its proof is looked at first,
//! over the bytes as they came, and only then is anything made of them.
//!
//! Each kind of provider says how its calls are proven and what its words mean; `web::hooks` takes
//! the calls and keeps what they bring. Those of mail services (`email/events`) may tell of many mails. Kannel has hooks of its own.

use futures_util::future::BoxFuture;
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

/// Reads the calls of a service that sends e-mails.
pub trait MailCallbacks: Send + Sync {
    /// All that a call tells, once it is proven; what means nothing here is left out. `now`: by it
    /// a call is too old to be believed.
    fn events<'a>(
        &'a self,
        call: &'a ProviderCall<'a>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<MailEvent>, CallRefused>>;
}

/// What a service tells about one e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailEvent {
    /// The same each time that it is brought, and no other's.
    pub id: String,
    /// What may lead to the message, surest first: our reference, its Message-ID, its return path,
    /// the service's own name.
    pub names: Vec<String>,
    /// Whom it is about, as the service writes it.
    pub recipient: String,
    pub fate: MailFate,
    /// RFC 3463, as `5.1.1`.
    pub status: Option<String>,
    /// What the receiving server or the service said. It may hold addresses.
    pub said: String,
    /// When it happened, by the service's clock.
    pub at: Option<Timestamp>,
}

/// What became of an e-mail by a service's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFate {
    Delivered,
    /// The service goes on trying.
    Delayed,
    /// It came back, and will not be tried again.
    Bounced(Permanence),
    /// The service did not try, or its mail was refused for what it is. It says nothing of the address.
    Refused,
    /// The reader called it unwanted.
    Complained,
}

/// How sure a service is that an address is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permanence {
    Permanent,
    Transient,
    Undetermined,
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
    /// It cannot be proven at this moment: it is to be brought again.
    #[error("{0}")]
    NotNow(String),
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
