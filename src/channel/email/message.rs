//! How a mail is written: headers, a text and an HTML part, and a signature where configured.
//!
//! The same message gives the same bytes each time (but for the signature's time), so that a
//! repeat is the same mail. Texts come rendered; nothing is escaped or filled in here.
//! The parts are in `body`, the sender and its signature in `sender`.
//! Next: `smtp`, which hands the bytes over.

mod body;
mod sender;
#[cfg(test)]
mod tests;

use lettre::message::Mailbox;

use self::body::{html, plain, write_part};
use self::sender::{in_ascii, signer};
use super::dkim::{DkimSigner, SigningFailed};
use super::events::MailService;
use super::head::HeaderField;
use super::marks;
use super::smtp::Dkim;
use crate::channel::{Email, Reference, SetupError};
use crate::text::sanitize;

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

/// The last headers, and the empty line behind them.
fn write_kind(out: &mut Vec<u8>, boundary: &str) {
    HeaderField::line(out, "MIME-Version", "1.0");
    let mut kind = HeaderField::begin(out, "Content-Type");
    kind.word("multipart/alternative;");
    kind.word(&format!("boundary=\"{boundary}\""));
    kind.end();
    out.extend_from_slice(b"\r\n");
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
