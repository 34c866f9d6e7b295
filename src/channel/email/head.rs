//! The headers of a mail (RFC 5322 §2.2, RFC 2047): folded before column 78, text beyond ASCII
//! encoded so that every reader gives it back as it was.
//!
//! Written here and not by `lettre`, whose lines break inside a run of encoded words in a way that
//! loses blanks. Values come on one line; who calls has seen to that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Where lines are broken (RFC 5322 §2.1.1 asks for 78), in bytes.
const FOLD: usize = 78;
/// Longest line that holds an encoded word (RFC 2047 §2).
const ENCODED_FOLD: usize = 76;
/// Bytes that one encoded word can carry: 75 characters, twelve of them around it (RFC 2047 §2).
const ENCODED: usize = 45;
/// A longer word in a text is encoded: only so can it be broken.
const LONG: usize = 60;
/// What stands around the base64 of an encoded word.
const AROUND: usize = "=?utf-8?B??=".len();

/// One header while it is written.
pub(super) struct HeaderField<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    /// Where its last line starts.
    line: usize,
}

impl<'a> HeaderField<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>, name: &str) -> Self {
        let start = out.len();
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        Self {
            out,
            start,
            line: start,
        }
    }

    /// A whole header on one line, whatever its length.
    pub(super) fn line(out: &'a mut Vec<u8>, name: &str, value: &str) {
        let field = Self::begin(out, name);
        field.out.push(b' ');
        field.out.extend_from_slice(value.as_bytes());
        field.end();
    }

    /// All of it so far.
    pub(super) fn written(&self) -> &[u8] {
        &self.out[self.start..]
    }

    /// A word after a blank, on a line of its own when it does not fit.
    pub(super) fn word(&mut self, word: &str) {
        self.word_after(1, word);
    }

    /// A word that follows so many blanks. The first stays beside the colon: on a line of its own,
    /// some readers take the blank before it for a part of the value.
    fn word_after(&mut self, blanks: usize, word: &str) {
        let first = self.out.ends_with(b":");
        if !first && self.column() + blanks + word.len() > FOLD {
            self.fold();
        }
        self.out.extend(std::iter::repeat_n(b' ', blanks));
        self.out.extend_from_slice(word.as_bytes());
    }

    /// What may begin on a new line, and has no blank before it when it need not.
    pub(super) fn piece(&mut self, piece: &str) {
        if self.column() + piece.len() > FOLD {
            self.fold();
            self.out.push(b' ');
        }
        self.out.extend_from_slice(piece.as_bytes());
    }

    /// ASCII that may be broken anywhere.
    pub(super) fn pieces(&mut self, mut text: &str) {
        while !text.is_empty() {
            if self.column() >= FOLD {
                self.fold();
                self.out.push(b' ');
            }
            let (piece, rest) = text.split_at(text.len().min(FOLD - self.column()));
            self.out.extend_from_slice(piece.as_bytes());
            text = rest;
        }
    }

    /// Text for people. From the first word that needs it to the last, it is encoded.
    pub(super) fn text(&mut self, text: &str) {
        if is_plain(text) && self.column() + 1 + text.len() <= FOLD {
            self.out.push(b' ');
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        let (before, encoded, after) = parted(text);
        self.words(before);
        self.encoded(encoded);
        self.words(after);
    }

    /// Words between single blanks or more; all blanks are kept.
    fn words(&mut self, text: &str) {
        let mut blanks = 1;
        for word in text.split(' ') {
            if word.is_empty() {
                blanks += 1;
            } else {
                self.word_after(blanks, word);
                blanks = 1;
            }
        }
    }

    /// A text as encoded words, none of which begins or ends inside a character.
    fn encoded(&mut self, mut text: &str) {
        while !text.is_empty() {
            let room = ENCODED_FOLD.saturating_sub(self.column() + 1 + AROUND) / 4 * 3;
            let fits = text.floor_char_boundary(room.min(ENCODED));
            // A short text goes to a line of its own sooner than into two words.
            let short = text.len() <= ENCODED && !self.out.ends_with(b":");
            if fits == 0 || (short && fits < text.len()) {
                self.fold();
            }
            let room = ENCODED_FOLD.saturating_sub(self.column() + 1 + AROUND) / 4 * 3;
            let (word, rest) = text.split_at(text.floor_char_boundary(room.min(ENCODED)));
            self.out.extend_from_slice(b" =?utf-8?B?");
            self.out.extend_from_slice(STANDARD.encode(word).as_bytes());
            self.out.extend_from_slice(b"?=");
            text = rest;
        }
    }

    /// A person or an organisation and the address: atom, quoted or encoded, as the name needs.
    pub(super) fn mailbox(&mut self, name: &str, address: &str) {
        let quoted = || format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
        if name.is_empty() {
            return self.word(address);
        }
        if name.bytes().all(is_atom) {
            self.word(name);
        } else if is_plain(name) && quoted().len() <= LONG {
            self.word(&quoted());
        } else {
            self.encoded(name);
        }
        self.word(&format!("<{address}>"));
    }

    /// The end of its last line.
    pub(super) fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }

    fn fold(&mut self) {
        self.out.extend_from_slice(b"\r\n");
        self.line = self.out.len();
    }

    fn column(&self) -> usize {
        self.out.len() - self.line
    }
}

/// What a reader takes as it stands: no letters beyond ASCII, nothing that looks encoded.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?")
}

/// The words before the first that must be encoded, from there to the last such, and the rest.
fn parted(text: &str) -> (&str, &str, &str) {
    let must = |word: &str| !is_plain(word) || word.len() > LONG;
    let mut span: Option<(usize, usize)> = None;
    let mut at = 0;
    for word in text.split(' ') {
        if must(word) {
            let start = span.map_or(at, |(start, _)| start);
            span = Some((start, at + word.len()));
        }
        at += word.len() + 1;
    }
    let Some((start, end)) = span else {
        return (text, "", "");
    };
    let before = text[..start].trim_end_matches(' ');
    let after = text[end..].trim_start_matches(' ');
    // More than one blank beside encoded words would not be kept by every reader: encoded as well.
    let start = if start - before.len() > 1 {
        before.len() + 1
    } else {
        start
    };
    let end = if text.len() - after.len() - end > 1 {
        text.len() - after.len() - 1
    } else {
        end
    };
    (before, &text[start..end], after)
}

/// RFC 5322 §3.2.3.
const fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, text: &str) -> String {
        let mut out = Vec::new();
        let mut field = HeaderField::begin(&mut out, name);
        field.text(text);
        field.end();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_must_be_is_encoded() {
        assert_eq!(text("Subject", "Una prova"), "Subject: Una prova\r\n");
        assert_eq!(
            text("Subject", "La pratica è andata avanti"),
            "Subject: La pratica =?utf-8?B?w6g=?= andata avanti\r\n"
        );
        assert_eq!(
            text("Subject", "=?utf-8?B?YQ==?= no"),
            "Subject: =?utf-8?B?PT91dGYtOD9CP1lRPT0/PQ==?= no\r\n"
        );
    }

    #[test]
    fn lines_are_broken_at_blanks_which_are_kept() {
        assert_eq!(
            text("Subject", &"parola  ".repeat(12)[..94]),
            format!(
                "Subject: {}parola\r\n  {}parola\r\n",
                "parola  ".repeat(7),
                "parola  ".repeat(3)
            )
        );
    }

    #[test]
    fn an_encoded_word_ends_between_characters() {
        let written = text("Subject", &"è😀".repeat(30));
        for line in written.lines() {
            assert!(line.len() <= ENCODED_FOLD, "{line}");
            let word = line.split_once("?B?").unwrap().1.trim_end_matches("?=");
            assert!(String::from_utf8(STANDARD.decode(word).unwrap()).is_ok());
        }
    }

    #[test]
    fn a_name_is_written_as_plainly_as_it_can_be() {
        let mailbox = |name: &str| {
            let mut out = Vec::new();
            HeaderField::begin(&mut out, "To").mailbox(name, "a@b.it");
            String::from_utf8(out).unwrap()
        };
        assert_eq!(mailbox(""), "To: a@b.it");
        assert_eq!(mailbox("Araldo"), "To: Araldo <a@b.it>");
        assert_eq!(
            mailbox("Rossi, \"M\\\""),
            "To: \"Rossi, \\\"M\\\\\\\"\" <a@b.it>"
        );
        assert_eq!(mailbox("Niccolò"), "To: =?utf-8?B?TmljY29sw7I=?= <a@b.it>");
    }
}
