//! A mail taken apart into texts, within limits: parts decoded, mails inside it opened as well. What
//! is cut off or wrongly declared is read as far as it goes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::{Encoding, WINDOWS_1252};
use mail_parser::MessageParser;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::fields::ReturnedFields;
use crate::domain::limits::{RETURNED_BYTES, RETURNED_DEPTH, RETURNED_PARTS, RETURNED_TEXT};

/// What was cut off ends in the middle of a byte, without signs that fill up.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Debug, Default)]
pub(super) struct OpenedMail {
    pub(super) fields: ReturnedFields,
    /// `multipart/report` or whatever it says, in lower case.
    pub(super) kind: String,
    pub(super) report_type: Option<String>,
    /// Its texts, those of mails inside it aside.
    pub(super) parts: Vec<MailPart>,
    /// Mails that it carries.
    pub(super) inner: Vec<Self>,
    /// It carries something beside what its writer wrote; pictures of a signature are nothing.
    pub(super) has_files: bool,
}

#[derive(Debug)]
pub(super) struct MailPart {
    pub(super) kind: String,
    pub(super) text: String,
}

/// What a head says of the body.
struct BodyForm {
    kind: String,
    boundary: Option<String>,
    charset: Option<String>,
    report_type: Option<String>,
    encoding: String,
    is_file: bool,
}

impl OpenedMail {
    pub(super) fn read(raw: &[u8]) -> Self {
        let raw = raw.get(..RETURNED_BYTES).unwrap_or(raw);
        let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
        Self::open(
            raw.trim_ascii_start(),
            RETURNED_DEPTH,
            &mut RETURNED_PARTS.clone(),
        )
    }

    /// The text that its writer wrote: plain where there is any.
    pub(super) fn text(&self) -> String {
        let of = |kind: &str| {
            let parts = self.parts.iter().filter(|part| part.kind == kind);
            let texts: Vec<_> = parts.map(|part| part.text.as_str()).collect();
            texts.join("\n")
        };
        let plain = of("text/plain");
        if plain.trim().is_empty() {
            of("text/html")
        } else {
            plain
        }
    }

    pub(super) fn part(&self, kinds: &[&str]) -> Option<&MailPart> {
        let mut parts = self.parts.iter();
        parts.find(|part| kinds.contains(&part.kind.as_str()))
    }

    fn open(raw: &[u8], depth: usize, left: &mut usize) -> Self {
        let (fields, body) = halves(raw);
        let form = BodyForm::of(&fields);
        let mut mail = Self {
            fields,
            kind: form.kind.clone(),
            report_type: form.report_type.clone(),
            ..Self::default()
        };
        mail.take_in(&form, &body, depth, left);
        mail
    }

    fn take_in(&mut self, form: &BodyForm, body: &[u8], depth: usize, left: &mut usize) {
        let (Some(depth), Some(fewer)) = (depth.checked_sub(1), left.checked_sub(1)) else {
            return;
        };
        *left = fewer;
        if form.kind.starts_with("multipart/") {
            let declared = sections(body, form.boundary.as_deref());
            let is_cut = declared.is_empty();
            let sections = if is_cut {
                sections(body, None)
            } else {
                declared
            };
            for section in &sections {
                let (fields, body) = halves(section);
                self.take_in(&BodyForm::of(&fields), &body, depth, left);
            }
            if !sections.is_empty() {
                return;
            }
        }
        self.has_files |= form.is_file;
        match form.kind.as_str() {
            "message/rfc822" | "message/global" | "message/news" | "text/rfc822" => {
                let raw = form.decoded(body);
                self.inner
                    .push(Self::open(raw.trim_ascii_start(), depth, left));
            }
            kind if is_text(kind) => self.parts.push(form.part(body)),
            kind if kind.starts_with("multipart/") => self.parts.push(BodyForm::plain().part(body)),
            _ => {}
        }
    }
}

impl BodyForm {
    fn of(fields: &ReturnedFields) -> Self {
        let said = fields.get("content-type").unwrap_or("text/plain");
        let kind = said.split([';', ' ', '\t']).next().unwrap_or_default();
        let kind = match kind.contains('/') {
            true => kind.to_ascii_lowercase(),
            false => "text/plain".to_owned(),
        };
        let encoding = fields.get("content-transfer-encoding").unwrap_or_default();
        Self {
            is_file: is_file(&kind, fields),
            kind,
            boundary: parameter(said, "boundary"),
            charset: parameter(said, "charset"),
            report_type: parameter(said, "report-type").map(|kind| kind.to_ascii_lowercase()),
            encoding: encoding.trim().to_ascii_lowercase(),
        }
    }

    /// For what is declared as parts and has none.
    fn plain() -> Self {
        Self::of(&ReturnedFields::default())
    }

    fn part(&self, body: &[u8]) -> MailPart {
        let bytes = self.decoded(body);
        let bytes = bytes.get(..RETURNED_TEXT).unwrap_or(&bytes);
        let text = self.in_letters(bytes);
        let text = match self.kind.as_str() {
            "text/html" => html_to_text(&text),
            _ => text,
        };
        MailPart {
            kind: self.kind.clone(),
            text: text.replace("\r\n", "\n").replace('\r', "\n"),
        }
    }

    fn decoded<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        let decoded = match self.encoding.as_str() {
            "base64" => from_base64(body),
            "quoted-printable" => quoted_printable_decode(body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(body), Cow::Owned)
    }

    /// Eight-bit text without a charset is Western European where it is not UTF-8.
    fn in_letters(&self, bytes: &[u8]) -> String {
        let declared = self.charset.as_deref().unwrap_or_default();
        let encoding = match Encoding::for_label(declared.as_bytes()) {
            Some(encoding) if !declared.eq_ignore_ascii_case("us-ascii") => encoding,
            _ if without_cut_letter(bytes).is_some() => encoding_rs::UTF_8,
            _ => WINDOWS_1252,
        };
        encoding.decode(bytes).0.into_owned()
    }
}

/// A field's value in letters: `=?charset?Q?..?=` is decoded (RFC 2047).
pub(super) fn decoded_words(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    let head = format!("Subject: {value}\r\n\r\n");
    let parsed = MessageParser::default().parse_headers(head.as_bytes());
    let subject = parsed.and_then(|mail| mail.subject().map(str::to_owned));
    subject.unwrap_or_else(|| value.to_owned())
}

/// Seconds since 1970 of a Date field.
pub(super) fn date_seconds(value: &str) -> Option<i64> {
    let head = format!("Date: {value}\r\n\r\n");
    let parsed = MessageParser::default().parse_headers(head.as_bytes())?;
    let date = parsed.date()?;
    date.is_valid().then(|| date.to_timestamp())
}

/// The head and the body. A line that is no field ends the head as an empty one does.
fn halves(raw: &[u8]) -> (ReturnedFields, Cow<'_, [u8]>) {
    let mut end = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    let (head, body) = raw.split_at(end);
    let head = String::from_utf8_lossy(head);
    let (fields, rest) = ReturnedFields::head(&head);
    if rest.is_empty() {
        return (fields, Cow::Borrowed(body));
    }
    (fields, Cow::Owned([rest.as_bytes(), body].concat()))
}

/// The parts between the boundaries; without a declared one, the first line that looks like one.
fn sections<'a>(body: &'a [u8], boundary: Option<&str>) -> Vec<&'a [u8]> {
    let lines = || body.split_inclusive(|byte| *byte == b'\n');
    let declared = boundary.map(|boundary| format!("--{boundary}").into_bytes());
    let looks = |line: &&[u8]| {
        let line = line.trim_ascii();
        line.starts_with(b"--") && line.len() > 4 && !line.contains(&b' ') && !line.ends_with(b"--")
    };
    let Some(mark) =
        declared.or_else(|| lines().find(looks).map(|line| line.trim_ascii().to_vec()))
    else {
        return Vec::new();
    };
    let (mut sections, mut begun, mut at) = (Vec::new(), None, 0);
    for line in lines() {
        let after = line.strip_prefix(mark.as_slice()).map(<[u8]>::trim_ascii);
        let is_last = after == Some(b"--".as_slice());
        if is_last || after == Some(b"".as_slice()) {
            sections.extend(begun.and_then(|begun: usize| body.get(begun..at)));
            begun = (!is_last).then_some(at + line.len());
        }
        at += line.len();
    }
    // Cut off: the last part ends with the mail.
    sections.extend(begun.and_then(|begun| body.get(begun..)));
    sections
}

/// Whether a part is something to be kept and not to be read: neither words nor a signature.
fn is_file(kind: &str, fields: &ReturnedFields) -> bool {
    let said = fields.get("content-disposition").unwrap_or_default();
    let said = said.trim_start().to_ascii_lowercase();
    let is_signature = kind.ends_with("-signature");
    let is_shown = fields.has("content-id") || said.starts_with("inline");
    let is_words = kind.starts_with("text/") || kind.starts_with("multipart/");
    let is_picture = kind.starts_with("image/") && is_shown;
    !is_signature && (said.starts_with("attachment") || !is_words && !is_picture)
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || kind.starts_with("message/") || kind == "application/octet-stream"
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    for (at, _) in lower.match_indices(name) {
        let is_whole = lower.get(..at)?.ends_with([';', ' ', '\t', '"']);
        let rest = value.get(at + name.len()..)?.trim_start();
        if let (true, Some(given)) = (is_whole, rest.strip_prefix('=')) {
            let given = given.trim_start();
            let given = match given.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => given.split([';', ' ', '\t']).next(),
            };
            return given.filter(|given| !given.is_empty()).map(str::to_owned);
        }
    }
    None
}

fn from_base64(body: &[u8]) -> Option<Vec<u8>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut letters: Vec<u8> = body.iter().copied().filter(is_letter).collect();
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    LENIENT.decode(letters).ok()
}

/// UTF-8 whose last letter may have been cut.
fn without_cut_letter(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}
