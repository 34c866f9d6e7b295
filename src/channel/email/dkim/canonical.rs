//! The relaxed forms of a header and a body (RFC 6376 §3.4): what relays do to blanks and folds
//! on the way changes nothing in them.

use memchr::memchr;
use ring::digest::{Context, Digest, SHA256};

/// The headers of a mail, each with its folded lines, and its body.
pub(super) fn parted(mail: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut fields = Vec::with_capacity(16);
    let mut rest = mail;
    while !rest.is_empty() && !rest.starts_with(b"\r\n") {
        let (field, after) = rest.split_at(length(rest));
        fields.push(field);
        rest = after;
    }
    (fields, rest.strip_prefix(b"\r\n").unwrap_or(rest))
}

/// Bytes of the first header: up to a line that does not begin with a blank.
fn length(head: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = memchr(b'\n', &head[at..]) {
        at += end + 1;
        if !matches!(head.get(at), Some(b' ' | b'\t')) {
            return at;
        }
    }
    head.len()
}

/// The name of a header in lower case.
pub(super) fn name(field: &[u8]) -> String {
    let name = &field[..memchr(b':', field).unwrap_or(field.len())];
    String::from_utf8_lossy(name).trim().to_ascii_lowercase()
}

/// What stands after the colon.
pub(super) fn value(field: &[u8]) -> &[u8] {
    memchr(b':', field).map_or(&[], |colon| &field[colon + 1..])
}

/// Name and value on one line, without the line's end (§3.4.2).
pub(super) fn write_field(out: &mut Vec<u8>, field: &[u8]) {
    out.extend_from_slice(name(field).as_bytes());
    out.push(b':');
    write_single_spaced(out, value(field).trim_ascii_start());
}

/// The headers of `names`, in that order. A name that stands there twice means the header above
/// the last (§5.4.2), and when there is none, that there must be none.
pub(super) fn write_fields<'a>(
    out: &mut Vec<u8>,
    fields: &[&[u8]],
    names: impl Iterator<Item = &'a str>,
) {
    let mut left: Vec<_> = fields.iter().map(|field| (name(field), *field)).collect();
    for wanted in names {
        if let Some(at) = left.iter().rposition(|(name, _)| name == wanted) {
            write_field(out, left.remove(at).1);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// The hash of a body in its relaxed form (§3.4.4): single blanks, none at the ends of lines, no
/// empty lines at the end.
pub(super) fn body_hash(body: &[u8]) -> Digest {
    let mut hash = Context::new(&SHA256);
    let mut empty = 0;
    let mut line = Vec::with_capacity(1_024);
    let mut rest = body;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        line.clear();
        write_single_spaced(&mut line, &rest[..end]);
        rest = &rest[end..];
        if line.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty) {
            hash.update(b"\r\n");
        }
        line.extend_from_slice(b"\r\n");
        hash.update(&line);
    }
    hash.finish()
}

/// Blanks in a row become one, those at the end none; the ends of folded lines are taken out.
fn write_single_spaced(out: &mut Vec<u8>, text: &[u8]) {
    let mut blank = false;
    for byte in text.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        match byte {
            b' ' | b'\t' => blank = true,
            byte => {
                if std::mem::take(&mut blank) {
                    out.push(b' ');
                }
                out.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(mail: &str, names: &[&str]) -> String {
        let (fields, _) = parted(mail.as_bytes());
        let mut out = Vec::new();
        write_fields(&mut out, &fields, names.iter().copied());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_is_reduced_as_it_says() {
        // RFC 6376 §3.4.5
        let mail = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(fields(mail, &["a", "b"]), "a:X\r\nb:Y Z\r\n");
        let (_, body) = parted(mail.as_bytes());
        let same = ring::digest::digest(&SHA256, b" C\r\nD E\r\n");
        assert_eq!(body_hash(body).as_ref(), same.as_ref());
    }

    #[test]
    fn a_name_said_twice_means_the_header_above_or_none() {
        let mail = "A: 1\r\nA: 2\r\n\r\n";
        assert_eq!(fields(mail, &["a", "a", "a"]), "a:2\r\na:1\r\n");
        assert_eq!(fields(mail, &["b"]), "");
    }

    #[test]
    fn an_empty_body_is_hashed_as_nothing() {
        let nothing = ring::digest::digest(&SHA256, b"");
        for body in ["", "\r\n", "\r\n \t\r\n\r\n"] {
            assert_eq!(body_hash(body.as_bytes()).as_ref(), nothing.as_ref());
        }
    }
}
