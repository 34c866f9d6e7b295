//! How a mail is written: headers, a text and an HTML part, and a signature where configured.
//!
//! The same message gives the same bytes each time (but for the signature's time), so that a
//! repeat is the same mail. Texts come rendered; nothing is escaped or filled in here.
//! Next: `smtp`, which hands the bytes over.

use std::time::{Duration, SystemTime};

use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey,
};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use super::smtp::Dkim;
use crate::channel::{Email, Reference, SetupError};
use crate::domain::Timestamp;

/// Longest line of a body, without its CRLF (RFC 5322 §2.1.1).
const MAX_LINE: usize = 998;
/// Where long lines of HTML are broken, well before the limit.
const FOLD_AT: usize = 900;

/// Headers signed besides the required From: those a reader or a mailbox service acts on.
const SIGNED: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "Auto-Submitted",
];

/// What all mails of one provider have in common.
pub struct Letterhead {
    from: Mailbox,
    provider: String,
    dkim: Option<DkimConfig>,
}

impl Letterhead {
    /// `from` as configured: `Name <address>` or a bare address. Reads the key of the signature.
    pub fn new(provider: &str, from: &str, dkim: Option<&Dkim>) -> Result<Self, SetupError> {
        let from = from.parse().map_err(|error| {
            let wanted = "is no sender such as `Araldo <avvisi@example.it>`";
            SetupError::new(provider, format!("`from` `{from}` {wanted}: {error}"))
        })?;
        let dkim = dkim.map(|dkim| signature(provider, dkim)).transpose()?;
        Ok(Self {
            from,
            provider: feedback_word(provider),
            dkim,
        })
    }

    /// The address mails come from.
    #[must_use]
    pub fn address(&self) -> &str {
        self.from.email.as_ref()
    }

    /// Writes one mail. `eight_bit`: the server takes bodies beyond ASCII as they are (8BITMIME),
    /// which saves a third of the work.
    pub fn compose(
        &self,
        reference: &Reference,
        email: &Email,
        eight_bit: bool,
    ) -> Result<Vec<u8>, ComposeError> {
        let address = email.to.as_str().parse().map_err(ComposeError::Address)?;
        let name = one_line(&email.to_name);
        let to = Mailbox::new((!name.is_empty()).then_some(name), address);
        let mut headers = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&email.subject))
            .date(system_time(email.date))
            .message_id(Some(self.message_id(reference)))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("Feedback-ID", self.feedback_id(&email.kind)));
        if let Some(url) = &email.unsubscribe_url {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            headers = headers
                .raw_header(raw("List-Unsubscribe", format!("<{}>", one_line(url))))
                .raw_header(raw("List-Unsubscribe-Post", one_click));
        }
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", safe(&reference.0)))
            .singlepart(part(ContentType::TEXT_PLAIN, plain(&email.text, eight_bit)))
            .singlepart(part(ContentType::TEXT_HTML, html(&email.html, eight_bit)));
        let mut message = headers.multipart(parts).map_err(ComposeError::Message)?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(message.formatted())
    }

    /// Ours, stable over repeats: a receiver that sees it twice can drop the second.
    fn message_id(&self, reference: &Reference) -> String {
        format!("<{}@{}>", safe(&reference.0), self.from.email.domain())
    }

    /// What mailbox services group complaints by: kind, provider, sender.
    fn feedback_id(&self, kind: &str) -> String {
        format!("{}:{}:araldo", feedback_word(kind), self.provider)
    }
}

/// A mail that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The domain takes it for an address, RFC 5322 does not.
    #[error("the address cannot stand in a header: {0}")]
    Address(lettre::address::AddressError),
    /// A header that must be there is not.
    #[error("the mail cannot be written: {0}")]
    Message(lettre::error::Error),
}

fn signature(provider: &str, dkim: &Dkim) -> Result<DkimConfig, SetupError> {
    let wrong = |error: &dyn std::fmt::Display| {
        SetupError::file(provider, "dkim.key_file", &dkim.key_file, error)
    };
    let text = std::fs::read_to_string(&dkim.key_file).map_err(|error| wrong(&error))?;
    let (text, algorithm) = if text.contains("-----BEGIN") {
        (text.as_str(), DkimSigningAlgorithm::Rsa)
    } else {
        (text.trim(), DkimSigningAlgorithm::Ed25519)
    };
    let key = DkimSigningKey::new(text, algorithm).map_err(|error| {
        let wanted = "want an RSA key in PKCS#1 form (`openssl genrsa -traditional 2048`) or an Ed25519 seed in base64";
        wrong(&format!("{error}; {wanted}"))
    })?;
    Ok(DkimConfig::new(
        dkim.selector.clone(),
        dkim.domain.clone(),
        key,
        SIGNED.map(HeaderName::new_from_ascii_str).to_vec(),
        DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        },
    ))
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn part(kind: ContentType, body: Body) -> SinglePart {
    SinglePart::builder().header(kind).body(body)
}

/// Plain text keeps its lines; one that is too long is encoded.
fn plain(text: &str, eight_bit: bool) -> Body {
    encoded(crlf(text, false), eight_bit)
}

/// HTML written as one long line is broken at spaces, which browsers read as spaces; not where
/// line breaks are shown.
fn html(text: &str, eight_bit: bool) -> Body {
    let shows_breaks = text.contains("<pre") || text.contains("<textarea");
    encoded(crlf(text, !shows_breaks), eight_bit)
}

fn encoded(text: String, eight_bit: bool) -> Body {
    let ascii = text.is_ascii();
    let fits = text.split("\r\n").all(|line| line.len() <= MAX_LINE) && !text.contains('\0');
    if fits && (ascii || eight_bit) {
        let encoding = if ascii {
            ContentTransferEncoding::SevenBit
        } else {
            ContentTransferEncoding::EightBit
        };
        return Body::dangerous_pre_encoded(text.into_bytes(), encoding);
    }
    Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .unwrap_or_else(Body::new)
}

/// Every line break, of whatever kind, becomes CRLF.
fn crlf(text: &str, fold: bool) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        write_line(&mut out, &rest[..at], fold);
        out.push_str("\r\n");
        let broken_by = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + broken_by..];
    }
    write_line(&mut out, rest, fold);
    out
}

fn write_line(out: &mut String, mut line: &str, fold: bool) {
    while fold && line.len() > MAX_LINE {
        let mut head = line.as_bytes().iter().take(FOLD_AT);
        let Some(space) = head.rposition(|byte| *byte == b' ') else {
            break;
        };
        out.push_str(&line[..space]);
        out.push_str("\r\n");
        line = &line[space + 1..];
    }
    out.push_str(line);
}

/// Nothing in a header may break its line or turn its reading direction.
fn one_line(text: &str) -> String {
    let harmless = |c: char| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let text: String = text
        .chars()
        .filter(|c| harmless(*c))
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect();
    text.trim().to_owned()
}

/// Only what may stand in a Message-ID and a boundary as it is.
fn safe(reference: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let safe = reference.chars().map(|c| if fits(c) { c } else { '-' });
    safe.take(60).collect()
}

/// Feedback-ID is split at colons.
fn feedback_word(text: &str) -> String {
    safe(text).replace('.', "-")
}

fn system_time(at: Timestamp) -> SystemTime {
    let micros = u64::try_from(at.as_micros()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}
