//! The parts of a mail: lines that end and break as mail wants them, and the encoding they need.

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;
use memchr::{memchr2, memmem};

/// Longest line of a body, without its CRLF (RFC 5322 §2.1.1).
pub(super) const MAX_LINE: usize = 998;
/// Where long lines of HTML are broken, well before the limit.
const FOLD_AT: usize = 900;

pub(super) fn write_part(out: &mut Vec<u8>, boundary: &str, kind: &str, body: &Body) {
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
pub(super) fn plain(text: &str, eight_bit: bool) -> Body {
    let (text, longest) = crlf(text);
    encoded(text, longest, eight_bit)
}

/// HTML written as one long line is broken at spaces, which browsers read as spaces; not where
/// line breaks are shown.
pub(super) fn html(text: &str, eight_bit: bool) -> Body {
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
