//! Signing a written mail, and asking whether a signature of ours holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::canonical::{body_hash, name, parted, value, write_field, write_fields};
use super::key::PrivateKey;
use crate::channel::email::head::HeaderField;
use crate::domain::Timestamp;

/// Headers signed where they stand: those a reader or a mailbox service acts on.
const SIGNED: [&str; 12] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
    "auto-submitted",
];
/// Of these none may be added on the way, which is said by naming them once more than they stand
/// there (§8.15): a reader would see the added one. Not of those that relays add of their own.
const NO_MORE: [&str; 9] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Signs the mails of one sender.
pub struct DkimSigner {
    domain: String,
    selector: String,
    key: PrivateKey,
}

/// The machine gave no random numbers, which RSA needs to hide the key from whoever takes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mail cannot be signed: this machine gives no random numbers")]
pub struct SigningFailed;

impl DkimSigner {
    /// The key of `selector._domainkey.domain`.
    #[must_use]
    pub const fn new(domain: String, selector: String, key: PrivateKey) -> Self {
        Self {
            domain,
            selector,
            key,
        }
    }

    /// The key it signs with.
    #[must_use]
    pub const fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Where receivers look for the public key.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The mail with its signature before it. The time of the signature is the mail's own, so that
    /// a mail that is sent again is the same to the byte.
    pub fn signed(&self, mail: &[u8], at: Timestamp) -> Result<Vec<u8>, SigningFailed> {
        let (fields, body) = parted(mail);
        let names = names(&fields);
        let mut out = Vec::with_capacity(mail.len() + 1_024);
        let mut field = self.unfinished(&mut out, &names, body, at);
        let text = signed_text(&fields, names.iter().map(String::as_str), field.written());
        field.pieces(&STANDARD.encode(self.key.sign(&text)?));
        field.end();
        out.extend_from_slice(mail);
        Ok(out)
    }

    /// Everything but the signature itself.
    fn unfinished<'a>(
        &self,
        out: &'a mut Vec<u8>,
        names: &[String],
        body: &[u8],
        at: Timestamp,
    ) -> HeaderField<'a> {
        let mut field = HeaderField::begin(out, "DKIM-Signature");
        field.word("v=1;");
        field.word(&format!("a={}-sha256;", self.key.kind()));
        field.word("c=relaxed/relaxed;");
        field.word(&format!("d={};", self.domain));
        field.word(&format!("s={};", self.selector));
        field.word(&format!("t={};", at.as_micros().max(0) / 1_000_000));
        for (number, name) in names.iter().enumerate() {
            let end = if number + 1 == names.len() { ';' } else { ':' };
            if number == 0 {
                field.word(&format!("h={name}{end}"));
            } else {
                field.piece(&format!("{name}{end}"));
            }
        }
        field.word(&format!("bh={};", STANDARD.encode(body_hash(body))));
        field.word("b=");
        field
    }
}

/// What a signature of ours is made over, and the signature: taken from a mail that carries one.
pub(super) fn taken_apart(mail: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (fields, body) = parted(mail);
    let (ours, fields) = fields.split_first()?;
    if name(ours) != "dkim-signature" {
        return None;
    }
    // The signature is the last tag, and no other holds a blank.
    let start = memchr::memmem::find(ours, b" b=")? + 3;
    let (unfinished, signature) = ours.split_at(start);
    let tags: String = String::from_utf8_lossy(value(ours))
        .split_ascii_whitespace()
        .collect();
    let tag = |name: &str| tags.split(';').find_map(|tag| tag.strip_prefix(name));
    if tag("bh=")? != STANDARD.encode(body_hash(body)) {
        return None;
    }
    let text = signed_text(fields, tag("h=")?.split(':'), unfinished);
    let signature: Vec<u8> = signature
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    Some((text, STANDARD.decode(signature).ok()?))
}

/// Each signed header as often as it stands there, and once more where none may be added.
fn names(fields: &[&[u8]]) -> Vec<String> {
    let there: Vec<String> = fields.iter().map(|field| name(field)).collect();
    let mut names = Vec::with_capacity(32);
    for signed in SIGNED {
        let count = there.iter().filter(|name| *name == signed).count();
        let more = usize::from(NO_MORE.contains(&signed));
        names.extend(std::iter::repeat_n(signed.to_owned(), count + more));
    }
    names
}

/// The headers, then the signature's own up to its empty `b=` (§3.7).
fn signed_text<'a>(
    fields: &[&[u8]],
    names: impl Iterator<Item = &'a str>,
    unfinished: &[u8],
) -> Vec<u8> {
    let mut text = Vec::with_capacity(2_048);
    write_fields(&mut text, fields, names);
    write_field(&mut text, unfinished);
    text
}
