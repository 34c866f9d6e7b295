//! How a mail is written: headers, a text and an HTML part, and a signature where configured.
//!
//! The same message gives the same bytes each time (but for the signature's time), so that a
//! repeat is the same mail. Texts come rendered; nothing is escaped or filled in here.
//! Next: `smtp`, which hands the bytes over.

use lettre::message::header::ContentTransferEncoding;
use lettre::message::{Body, Mailbox};
use memchr::{memchr2, memmem};

use super::dkim::{DkimSigner, PrivateKey, SigningFailed};
use super::events::MailService;
use super::head::HeaderField;
use super::marks;
use super::smtp::Dkim;
use crate::channel::{Email, Reference, SetupError};
use crate::domain::EmailAddress;
use crate::text::sanitize;

/// Longest line of a body, without its CRLF (RFC 5322 §2.1.1).
const MAX_LINE: usize = 998;
/// Where long lines of HTML are broken, well before the limit.
const FOLD_AT: usize = 900;
/// How a boundary begins: what quoted-printable never contains (RFC 2045 §6.7).
const BOUNDARY: &str = "=_";

/// What all mails of one provider have in common.
pub struct MailComposer {
    /// What stands beside the address; empty for none.
    pub(super) name: String,
    address: String,
    provider: String,
    signer: Option<DkimSigner>,
    service: Option<MailService>,
}

impl MailComposer {
    /// `from` as configured: `Name <address>` or a bare address. Reads the key of the signature.
    pub fn new(provider: &str, from: &str, dkim: Option<&Dkim>) -> Result<Self, SetupError> {
        let wrong = |error: &dyn std::fmt::Display| {
            let wanted = "is no sender such as `Araldo <avvisi@example.it>`";
            SetupError::new(provider, format!("`from` `{from}` {wanted}: {error}"))
        };
        let sender = from.parse().map_err(|error| wrong(&error));
        let sender = sender.and_then(|from: Mailbox| {
            let address = in_ascii(from.email.as_ref()).map_err(|error| wrong(&error))?;
            Ok((sanitize::unbroken(&from.name.unwrap_or_default()), address))
        });
        let signer = dkim.map(|dkim| signer(provider, dkim)).transpose();
        let ((name, address), signer) = match (sender, signer) {
            (Ok(sender), Ok(signer)) => (sender, signer),
            (Err(one), Err(other)) => return Err(one.and(other)),
            (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => return Err(fault),
        };
        Ok(Self {
            name,
            address,
            provider: feedback_word(provider),
            signer,
            service: None,
        })
    }

    /// The same with what this service needs to tell of a mail.
    pub(super) fn marked_for(self, service: Option<MailService>) -> Self {
        Self { service, ..self }
    }

    /// The address mails come from.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What signs the mails, where configured.
    #[must_use]
    pub const fn signer(&self) -> Option<&DkimSigner> {
        self.signer.as_ref()
    }

    /// Writes one mail. `eight_bit`: the server takes bodies beyond ASCII as they are (8BITMIME),
    /// which saves a third of the work. A signed mail goes out in seven bits all the same: a
    /// relay further on that must recode it would break the signature (RFC 6376 §5.3). `reply_to`:
    /// the mailbox for what readers answer, where it is not the sender's.
    pub fn compose(
        &self,
        reference: &Reference,
        email: &Email,
        eight_bit: bool,
        reply_to: Option<&str>,
    ) -> Result<Vec<u8>, ComposeError> {
        if let Err(error) = email.to.as_str().parse::<lettre::Address>() {
            return Err(ComposeError::Address(error));
        }
        let eight_bit = eight_bit && self.signer.is_none();
        let text = plain(&email.text, eight_bit);
        let html = html(&email.html, eight_bit);
        let parts = text.as_ref().len() + html.as_ref().len();
        let mut mail = Vec::with_capacity(parts + 2_048);
        let boundary = format!("{BOUNDARY}{}", safe(&reference.0));
        self.write_head(&mut mail, reference, email, reply_to);
        write_kind(&mut mail, &boundary);
        for (kind, body) in [("plain", text), ("html", html)] {
            write_part(&mut mail, &boundary, kind, &body);
        }
        for piece in ["--", &boundary, "--\r\n"] {
            mail.extend_from_slice(piece.as_bytes());
        }
        match &self.signer {
            None => Ok(mail),
            Some(signer) => Ok(signer.signed(&mail, email.date)?),
        }
    }

    fn write_head(
        &self,
        out: &mut Vec<u8>,
        reference: &Reference,
        email: &Email,
        reply_to: Option<&str>,
    ) {
        let mut from = HeaderField::begin(out, "From");
        from.mailbox(&self.name, &self.address);
        from.end();
        if let Some(address) = reply_to {
            HeaderField::line(out, "Reply-To", address);
        }
        let mut to = HeaderField::begin(out, "To");
        to.mailbox(&sanitize::unbroken(&email.to_name), email.to.as_str());
        to.end();
        let mut subject = HeaderField::begin(out, "Subject");
        subject.text(&sanitize::unbroken(&email.subject));
        subject.end();
        HeaderField::line(out, "Date", &email.date.to_utc().to_rfc2822());
        HeaderField::line(out, "Message-ID", &self.message_id(reference));
        marks::write(out, self.service, &safe(&reference.0));
        for (name, value) in self.extra_headers(email) {
            HeaderField::line(out, name, &value);
        }
    }

    /// What a careful receiver looks for beside addresses, subject, time and name.
    pub(super) fn extra_headers(&self, email: &Email) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("Feedback-ID", self.feedback_id(&email.kind)),
        ];
        if let Some(url) = &email.unsubscribe_url {
            headers.push(("List-Unsubscribe", format!("<{}>", unbroken(url))));
            if email.one_click {
                headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
            }
        }
        headers
    }

    /// Ours, stable over repeats: a receiver that sees it twice can drop the second.
    fn message_id(&self, reference: &Reference) -> String {
        let domain = self
            .address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain);
        format!("<{}@{domain}>", safe(&reference.0))
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
    /// It is written, but not signed.
    #[error(transparent)]
    Signature(#[from] SigningFailed),
}

fn signer(provider: &str, dkim: &Dkim) -> Result<DkimSigner, SetupError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    for (key, value) in [("domain", &dkim.domain), ("selector", &dkim.selector)] {
        if value.is_empty() || !value.chars().all(fits) {
            let wanted = "is no name in DNS: letters, digits, `.`, `-` and `_` (a domain with accents in its `xn--` form)";
            return Err(SetupError::new(
                provider,
                format!("dkim.{key} `{value}` {wanted}"),
            ));
        }
    }
    let key = PrivateKey::read(&dkim.key_file)
        .map_err(|error| SetupError::file(provider, "dkim.key_file", &dkim.key_file, &error))?;
    Ok(DkimSigner::new(
        dkim.domain.clone(),
        dkim.selector.clone(),
        key,
    ))
}

/// A sender is answered by everybody, so its address must be writable by everybody: a domain with
/// accents in its ASCII form, and none in front of it.
fn in_ascii(address: &str) -> Result<String, String> {
    if address.is_ascii() {
        return Ok(address.to_owned());
    }
    let parsed = EmailAddress::parse(address).map_err(|error| error.to_string())?;
    if parsed.as_str().is_ascii() {
        Ok(parsed.as_str().to_owned())
    } else {
        Err("letters beyond ASCII before the `@`".to_owned())
    }
}

/// The last headers, and the empty line behind them.
fn write_kind(out: &mut Vec<u8>, boundary: &str) {
    HeaderField::line(out, "MIME-Version", "1.0");
    let mut kind = HeaderField::begin(out, "Content-Type");
    kind.word("multipart/alternative;");
    kind.word(&format!("boundary=\"{boundary}\""));
    kind.end();
    out.extend_from_slice(b"\r\n");
}

fn write_part(out: &mut Vec<u8>, boundary: &str, kind: &str, body: &Body) {
    let encoding = body.encoding().to_string();
    for piece in [
        "--",
        boundary,
        "\r\nContent-Type: text/",
        kind,
        "; charset=utf-8\r\nContent-Transfer-Encoding: ",
        &encoding,
        "\r\n\r\n",
    ] {
        out.extend_from_slice(piece.as_bytes());
    }
    out.extend_from_slice(body.as_ref());
    out.extend_from_slice(b"\r\n");
}

/// Plain text keeps its lines; one that is too long is encoded.
fn plain(text: &str, eight_bit: bool) -> Body {
    let (text, longest) = crlf(text);
    encoded(text, longest, eight_bit)
}

/// HTML written as one long line is broken at spaces, which browsers read as spaces; not where
/// line breaks are shown.
fn html(text: &str, eight_bit: bool) -> Body {
    let (mut text, mut longest) = crlf(text);
    let shows_breaks = |text: &str| text.contains("<pre") || text.contains("<textarea");
    if longest > MAX_LINE && !shows_breaks(&text) {
        text = folded(&text);
        longest = longest_line(&text);
    }
    encoded(text, longest, eight_bit)
}

/// `longest`: bytes of the text's longest line.
fn encoded(text: String, longest: usize, eight_bit: bool) -> Body {
    let ascii = text.is_ascii();
    // Quoted-printable where a line could be taken for the boundary.
    let fits = longest <= MAX_LINE
        && !text.contains('\0')
        && memmem::find(text.as_bytes(), b"--=_").is_none();
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

/// Of a text whose lines end in CRLF, in bytes.
fn longest_line(text: &str) -> usize {
    text.split("\r\n").map(str::len).max().unwrap_or_default()
}

/// Every line break, of whatever kind, becomes CRLF. With it the bytes of the longest line, which is
/// seen in passing.
fn crlf(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let (mut rest, mut longest) = (text, 0);
    while let Some(at) = memchr2(b'\r', b'\n', rest.as_bytes()) {
        longest = longest.max(at);
        out.push_str(&rest[..at]);
        out.push_str("\r\n");
        let broken_by = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + broken_by..];
    }
    out.push_str(rest);
    (out, longest.max(rest.len()))
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

/// A URL holds no blanks.
fn unbroken(url: &str) -> String {
    let harmless = |c: &char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>');
    url.chars().filter(harmless).collect()
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

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders as _};

    use super::*;
    use crate::domain::{EmailAddress, Timestamp};

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
        let composer = MailComposer::new("relay", from, None).unwrap();
        let reference = Reference("m-42".to_owned());
        String::from_utf8(
            composer
                .compose(&reference, email, eight_bit, None)
                .unwrap(),
        )
        .unwrap()
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
    fn answers_go_to_the_mailbox_that_is_named() {
        let from = "Araldo <avvisi@example.it>";
        let composer = MailComposer::new("relay", from, None).unwrap();
        let reference = Reference("m-42".to_owned());
        let to = Some("risposte+abc@avvisi.example.it");
        let raw = composer.compose(&reference, &email(), true, to).unwrap();
        let raw = String::from_utf8(raw).unwrap();
        assert!(
            raw.contains("\r\nReply-To: risposte+abc@avvisi.example.it\r\n"),
            "{raw}"
        );
        assert!(!written(&email(), true).contains("Reply-To"));
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
    fn a_key_that_cannot_sign_is_refused_with_what_would_be_right() {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("dkim");
        let dkim = |domain: &str| Dkim {
            domain: domain.to_owned(),
            selector: "araldo".to_owned(),
            key_file: key_file.clone(),
        };
        let refusal = |domain: &str, key: &str| {
            std::fs::write(&key_file, key).unwrap();
            let composer = MailComposer::new("relay", "avvisi@example.it", Some(&dkim(domain)));
            composer.err().unwrap().to_string()
        };
        for no_key in ["-----BEGIN PRIVATE KEY-----\n", "c2hvcnQ=", "&&&", ""] {
            let said = refusal("example.it", no_key);
            assert!(said.contains("openssl genrsa"), "{said}");
        }
        let short = include_str!("../../../tests/it/mail/keys/short.pem");
        assert!(refusal("example.it", short).contains("too short"));
        assert!(refusal("perché.it", short).contains("xn--"));
    }

    #[test]
    fn a_sender_with_accents_is_written_in_ascii_or_refused() {
        let address = |from: &str| {
            let composer = MailComposer::new("relay", from, None);
            composer.map(|composer| composer.address().to_owned())
        };
        assert_eq!(
            address("Araldo <a@perché.it>").unwrap(),
            "a@xn--perch-fsa.it"
        );
        assert!(address("perché@example.it").is_err());
        let quoted = MailComposer::new("relay", "\"Gas, luce\" <a@b.it>", None).unwrap();
        assert_eq!(quoted.name, "Gas, luce");
    }
}
