//! Who carries a message: e-mail relays and SMS gateways behind one trait.
//!
//! A provider is handed one [`Outgoing`] and answers with an acceptance or a [`SendError`] that
//! already says whether it may be tried again: the one who knows the failure decides.
//! It never retries by itself and never touches the store; `dispatch` does both.
//! What they call back is read in `callback`; what they bring over connections of their own goes by `handover`,
//! and what they are asked for by `polled`.
//! Next: `settings` and `build`, then `email/smtp`, `sms/kannel`, `sms/gateway`, `sandbox`.

use std::future::ready;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::domain::{Channel, EmailAddress, MessageId, PhoneNumber, Timestamp};

mod build;
mod callback;
mod caller;
mod descriptors;
pub mod email;
mod handover;
mod over_http;
mod polled;
pub mod sandbox;
mod settings;
pub mod sms;

pub use build::{BuildContext, build, callbacks, install_tls, mail_callbacks};
pub use callback::{
    CallRefused, HandsetText, MailCallbacks, MailEvent, MailFate, Permanence, ProviderCall,
    ProviderCallbacks, ProviderReport, ReportSubject,
};
pub use handover::{Brought, Handover, HandoverDesk, HandoverFate};
pub use polled::{PolledProvider, TextPage};
pub use settings::{ProviderSettings, Rate, RateError, Secret, SetupError};

/// Somebody who carries messages of one channel.
pub trait Provider: Send + Sync {
    /// The name from the configuration (`[provider.NAME]`), used in attempts and receipts.
    fn name(&self) -> &str;
    /// What it carries and what it can promise.
    fn capabilities(&self) -> Capabilities;
    /// Makes sure a connection stands, before the attempt begins; cheap when one does.
    ///
    /// Nothing to do where a pool connects by itself and a failed connect is a definite "not sent".
    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        Box::pin(ready(Ok(())))
    }
    /// Keeps a connection for this message, until [`Provider::send`] takes it or what is returned is
    /// dropped; waits while all are at work. Called before the attempt begins, so that after a crash no
    /// more is unknown than there were connections.
    ///
    /// Nothing to keep where a pool connects by itself: there `concurrency` alone bounds it.
    fn hold(&self, _message: MessageId) -> BoxFuture<'_, Result<HeldConnection<'_>, SendError>> {
        Box::pin(ready(Ok(HeldConnection::default())))
    }
    /// Itself, if it is asked for what others call back.
    fn polled(&self) -> Option<&dyn PolledProvider> {
        None
    }
    /// Hands over one message. Called once per attempt, after the attempt row is durable.
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>>;
    /// Asks what became of an attempt. Only called when `capabilities().can_be_asked`; the others
    /// leave it as it is.
    fn query<'a>(&'a self, _reference: &'a Reference) -> BoxFuture<'a, Result<Found, SendError>> {
        Box::pin(ready(Err(SendError::Unknown {
            stage: "query",
            detail: "this provider has no way to ask what became of a message".to_owned(),
        })))
    }
}

/// A connection that waits for its message; dropped, it is another's.
#[derive(Default)]
pub struct HeldConnection<'a> {
    _held: Option<Box<dyn Send + 'a>>,
}

impl<'a> HeldConnection<'a> {
    /// `held` gives the connection back when it is dropped.
    pub(crate) fn of(held: impl Send + 'a) -> Self {
        Self {
            _held: Some(Box::new(held)),
        }
    }
}

/// What a provider carries and can promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The one channel it carries.
    pub channel: Channel,
    /// A repeat with the same reference within this time cannot become a second message.
    pub idempotent_for: Option<Duration>,
    /// It can be asked by our reference.
    pub can_be_asked: bool,
    /// It reports delivery later.
    pub gives_receipts: bool,
    /// The longest a send may take: reconciling waits at least this long.
    pub longest_send: Duration,
    /// Messages it can take at once: no more attempts are begun and not finished, and so no more are
    /// unknown after a crash.
    pub concurrency: usize,
}

/// Our own stable name for one logical send: Message-ID, idempotency key, custom order id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference(pub String);

impl Reference {
    /// The same for every try of a message.
    #[must_use]
    pub fn of(message: MessageId, channel: Channel) -> Self {
        let letter = match channel {
            Channel::Sms => 's',
            Channel::Email => 'e',
        };
        Self(format!("araldo-{letter}{message}"))
    }

    /// The message that a text names, if it is a reference made by [`Reference::of`].
    #[must_use]
    pub fn message(text: &str) -> Option<MessageId> {
        let number = text.strip_prefix("araldo-")?.strip_prefix(['s', 'e'])?;
        let is_number = number.chars().all(|c| c.is_ascii_digit());
        is_number.then_some(())?;
        number.parse().ok().map(MessageId::new)
    }
}

/// One message, rendered, on its way out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Whose attempt this is.
    pub message: MessageId,
    /// Which attempt: with the message, the key of the attempt row.
    pub lease_no: i64,
    /// Stable over retries of the same logical send.
    pub reference: Reference,
    /// Not worth delivering afterwards; passed on where the protocol has a field for it.
    pub expires_at: Timestamp,
    /// Whether its provider is to report what becomes of it. A test that an operator sends to
    /// themselves has no row that a report could be about.
    pub reported: bool,
    /// The text and its address.
    pub content: Content,
}

/// The text and its address.
#[derive(Debug, Clone)]
pub enum Content {
    Sms {
        to: PhoneNumber,
        /// As the handset shows it; the provider chooses the alphabet by `domain::segments`.
        text: String,
    },
    Email(Box<Email>),
}

#[derive(Debug, Clone)]
pub struct Email {
    pub to: EmailAddress,
    /// The client's name, for the To header.
    pub to_name: String,
    pub subject: String,
    /// The HTML part, CSS inlined.
    pub html: String,
    pub text: String,
    /// Where one-click unsubscribe is posted (RFC 8058), for topics that can be refused.
    pub unsubscribe_url: Option<String>,
    /// Whether one click there is enough (RFC 8058). False for what cannot be refused: then the
    /// address leads to a page that says so and offers the other choices (RFC 2369 §3.2).
    pub one_click: bool,
    /// What the mail is about, for Feedback-ID: rule or template name.
    pub kind: String,
    /// Date header; fixed per message, so that a retry is the same to the byte.
    pub date: Timestamp,
}

/// The provider took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's own name for it, if it gave one.
    pub provider_ref: Option<String>,
    /// The answer's code, such as `250` or `202`.
    pub code: String,
}

/// What a provider says when asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has the message.
    Present(Accepted),
    /// It never got it.
    Absent,
}

/// Whom a definite "not sent" is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// This message, its recipient or his domain: it alone is tried again, the others go on.
    Recipient,
    /// The provider as a whole: away, busy, shutting down.
    Provider,
    /// Neither: this machine, or this daemon.
    Here,
}

/// Why a message was not accepted, and what that means for trying again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It certainly did not leave: try later.
    #[error("not sent at {stage}: {detail}")]
    NotSent {
        /// Where it stopped: `connect`, `rcpt`, `request`, ...
        stage: &'static str,
        /// The answer's code, if there was one.
        code: Option<String>,
        /// What happened, without addresses or text.
        detail: String,
        /// When the provider asked to be left alone until.
        retry_after: Option<Duration>,
        /// Whom it is about.
        concerns: Concern,
    },
    /// Refused by policy: relaying, authentication, SPF, DKIM, a block list. Whether that is one
    /// recipient's wish or our set-up, only what becomes of the others can tell.
    #[error(
        "denied by policy at {stage}: {} {detail}; {}",
        .code.as_deref().unwrap_or_default(),
        what_to_check(.stage)
    )]
    Denied {
        stage: &'static str,
        code: Option<String>,
        /// What the provider said, without addresses or text.
        detail: String,
    },
    #[error("rejected at {stage}: {detail}")]
    Rejected {
        stage: &'static str,
        code: Option<String>,
        /// What the provider said, without addresses or text.
        detail: String,
        /// The address does not exist: suppress it.
        bad_address: bool,
    },
    /// Our own set-up is wrong (401, no credit, TLS name): pauses the provider, costs no try.
    #[error("provider is misconfigured: {detail}")]
    Misconfigured { detail: String },
    /// Bytes may have left and no clear answer came.
    #[error("unknown after {stage}: {detail}")]
    Unknown {
        /// Where the answer was lost.
        stage: &'static str,
        detail: String,
    },
}

/// What is worth a look when a provider denies. `stage`: where; `request` and `submit` are how a gateway
/// of SMS is asked, and it knows nothing of mail.
fn what_to_check(stage: &str) -> &'static str {
    match stage {
        "request" | "submit" => {
            "check the sender, the contract, and whether the gateway takes what it is sent so"
        }
        _ => "check whether the provider wants a log-in, and SPF and DKIM of the sender's domain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_of_sms_is_not_asked_for_records_of_mail() {
        let denied = |stage| {
            let error = SendError::Denied {
                stage,
                code: Some("400".to_owned()),
                detail: "no".to_owned(),
            };
            error.to_string()
        };
        assert!(!denied("request").contains("SPF"), "{}", denied("request"));
        assert!(denied("rcpt").contains("SPF"), "{}", denied("rcpt"));
    }
}
