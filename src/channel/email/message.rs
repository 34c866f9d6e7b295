//! How a mail is written: headers, a text and an HTML part, and a signature where configured.
//!
//! The same message gives the same bytes each time (but for the signature's time), so that a
//! repeat is the same mail. Texts come rendered; nothing is escaped or filled in here.
//! Next: `smtp`, which hands the bytes over.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey,
};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use memchr::memchr2;

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
        let address: lettre::Address = email.to.as_str().parse().map_err(ComposeError::Address)?;
        // Given, because it would else be read back from the headers.
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![address.clone()])
            .map_err(ComposeError::Message)?;
        let name = one_line(&email.to_name);
        let to = Mailbox::new((!name.is_empty()).then_some(name), address);
        let mut headers = lettre::Message::builder()
            .envelope(envelope)
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&email.subject))
            .date(system_time(email.date))
            .message_id(Some(self.message_id(reference)))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("Feedback-ID", self.feedback_id(&email.kind)));
        if let Some(url) = &email.unsubscribe_url {
            headers = headers.raw_header(raw("List-Unsubscribe", format!("<{}>", one_line(url))));
            if email.one_click {
                let one_click = "List-Unsubscribe=One-Click".to_owned();
                headers = headers.raw_header(raw("List-Unsubscribe-Post", one_click));
            }
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
    encoded(crlf(text), eight_bit)
}

/// HTML written as one long line is broken at spaces, which browsers read as spaces; not where
/// line breaks are shown.
fn html(text: &str, eight_bit: bool) -> Body {
    let mut text = crlf(text);
    let shows_breaks = |text: &str| text.contains("<pre") || text.contains("<textarea");
    if !lines_fit(&text) && !shows_breaks(&text) {
        text = folded(&text);
    }
    encoded(text, eight_bit)
}

fn encoded(text: String, eight_bit: bool) -> Body {
    let ascii = text.is_ascii();
    let fits = lines_fit(&text) && !text.contains('\0');
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

/// Of a text whose lines end in CRLF.
fn lines_fit(text: &str) -> bool {
    let line = |line: &str| line.strip_suffix('\r').unwrap_or(line).len();
    text.split('\n').all(|it| line(it) <= MAX_LINE)
}

/// Every line break, of whatever kind, becomes CRLF.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = memchr2(b'\r', b'\n', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str("\r\n");
        let broken_by = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + broken_by..];
    }
    out.push_str(rest);
    out
}

fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 256);
    for line in text.split_inclusive('\n') {
        write_folded(&mut out, line);
    }
    out
}

fn write_folded(out: &mut String, mut line: &str) {
    while line.trim_end_matches(['\r', '\n']).len() > MAX_LINE {
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

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders as _};

    use super::*;
    use crate::domain::EmailAddress;

    fn email() -> Email {
        Email {
            to: EmailAddress::parse("maria@example.it").unwrap(),
            to_name: "Maria Rossi".to_owned(),
            subject: "La sua pratica è andata avanti".to_owned(),
            html: "<p>Perché no € – così</p>".to_owned(),
            text: "Perché no € – così\nA presto".to_owned(),
            unsubscribe_url: Some(
                "https://araldo.example.it/u/AbCdEfGhIjKlMnOpQrStUvWx".to_owned(),
            ),
            one_click: true,
            kind: "case-progress".to_owned(),
            date: Timestamp::parse("2026-11-22T10:00:00+01:00").unwrap(),
        }
    }

    fn written(email: &Email, eight_bit: bool) -> String {
        let from = "Araldo <avvisi@example.it>";
        let letterhead = Letterhead::new("relay", from, None).unwrap();
        let reference = Reference("m-42".to_owned());
        String::from_utf8(letterhead.compose(&reference, email, eight_bit).unwrap()).unwrap()
    }

    #[test]
    fn a_mail_has_all_a_careful_receiver_looks_for() {
        let raw = written(&email(), true);
        for header in [
            "From: Araldo <avvisi@example.it>\r\n",
            "To: \"Maria Rossi\" <maria@example.it>\r\n",
            "Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n",
            "Message-ID: <m-42@example.it>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Feedback-ID: case-progress:relay:araldo\r\n",
            "List-Unsubscribe: <https://araldo.example.it/u/AbCdEfGhIjKlMnOpQrStUvWx>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "MIME-Version: 1.0\r\n",
        ] {
            assert!(raw.contains(header), "{header}{raw}");
        }
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some("La sua pratica è andata avanti"));
        assert_eq!(
            mail.body_text(0).unwrap().trim_end(),
            "Perché no € – così\r\nA presto"
        );
        assert!(mail.body_html(0).unwrap().contains("Perché no € – così"));
        assert_eq!(raw, written(&email(), true), "a repeat is the same mail");
    }

    #[test]
    fn a_server_without_8bitmime_gets_seven_bits() {
        let raw = written(&email(), false);
        assert!(raw.is_ascii());
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert!(mail.body_html(0).unwrap().contains("Perché no € – così"));
        assert!(written(&email(), true).contains("Content-Transfer-Encoding: 8bit"));
    }

    #[test]
    fn no_value_can_add_a_header_or_a_part() {
        let mut hostile = email();
        hostile.subject = "Ciao\r\nBcc: tutti@example.it\r\n\r\n<script>".to_owned();
        hostile.to_name = "Maria\"\r\nBcc: altri@example.it\u{202e}".to_owned();
        hostile.kind = "x\r\nX-Evil: 1".to_owned();
        hostile.unsubscribe_url = Some("https://a.it/u\r\nX-Evil: 2".to_owned());
        let raw = written(&hostile, true);
        let mail = MessageParser::default().parse(&raw).unwrap();
        let names: Vec<_> = mail.headers_raw().map(|(name, _)| name).collect();
        assert!(
            !names.iter().any(|name| matches!(*name, "Bcc" | "X-Evil")),
            "{raw}"
        );
        assert_eq!(mail.parts.len(), 3);
        assert_eq!(
            mail.subject(),
            Some("Ciao  Bcc: tutti@example.it    <script>")
        );
    }

    #[test]
    fn lines_stay_below_the_limit_and_read_the_same() {
        let mut long = email();
        long.html = format!("<p>{}</p>", "parola è ".repeat(500));
        long.text = "senza-spazi-è".repeat(200);
        let raw = written(&long, true);
        assert!(raw.split("\r\n").all(|line| line.len() <= MAX_LINE));
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.body_text(0).unwrap().trim_end(), long.text);
        let html = mail.body_html(0).unwrap().replace("\r\n", " ");
        assert_eq!(html.trim_end(), long.html);
        let part = mail.html_part(0).unwrap();
        assert_eq!(part.content_transfer_encoding(), Some("8bit"));
    }

    #[test]
    fn a_signature_covers_what_readers_act_on() {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("dkim");
        std::fs::write(&key_file, "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n").unwrap();
        let dkim = Dkim {
            domain: "example.it".to_owned(),
            selector: "araldo".to_owned(),
            key_file,
        };
        let letterhead = Letterhead::new("relay", "avvisi@example.it", Some(&dkim)).unwrap();
        let reference = Reference("m-42".to_owned());
        let raw = letterhead.compose(&reference, &email(), true).unwrap();
        let mail = MessageParser::default().parse(&raw).unwrap();
        let signature = mail.header_raw("DKIM-Signature").unwrap().to_lowercase();
        for wanted in [
            "a=ed25519-sha256",
            "d=example.it",
            "s=araldo",
            "list-unsubscribe-post",
        ] {
            assert!(signature.contains(wanted), "{signature}");
        }
        std::fs::write(folder.path().join("dkim"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
        let wrong = Letterhead::new("relay", "avvisi@example.it", Some(&dkim))
            .err()
            .unwrap();
        assert!(wrong.to_string().contains("PKCS#1"), "{wrong}");
    }
}
