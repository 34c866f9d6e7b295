//! Bytes on the wire: commands with their parameters, and a body that cannot end early.

use super::reply::Offers;

/// Which reports a relay that offers DSN is asked for (RFC 3461 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedNotices {
    Nothing,
    Trouble,
    /// These, and that it arrived.
    TroubleAndSuccess,
}

/// Who a mail is from and to, for the envelope; both without control characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope<'a> {
    pub sender: &'a str,
    pub recipient: &'a str,
    /// Our name for it, given back in bounces (RFC 3461 §4.4).
    pub reference: &'a str,
}

impl Envelope<'_> {
    /// Whether it can stand in a command line as it is.
    pub(super) fn is_clean(&self) -> bool {
        let clean = |address: &str| {
            !address.is_empty()
                && address
                    .chars()
                    .all(|c| !c.is_control() && !c.is_whitespace() && c != '<' && c != '>')
        };
        clean(self.sender) && clean(self.recipient)
    }

    /// Whether it needs SMTPUTF8.
    pub(super) const fn needs_utf8(&self) -> bool {
        !self.sender.is_ascii() || !self.recipient.is_ascii()
    }

    /// `MAIL FROM`, asking for what the server offers.
    pub(super) fn write_mail(
        &self,
        out: &mut Vec<u8>,
        offers: Offers,
        size: usize,
        ask: AskedNotices,
    ) {
        out.extend_from_slice(b"MAIL FROM:<");
        out.extend_from_slice(self.sender.as_bytes());
        out.push(b'>');
        if offers.size {
            out.extend_from_slice(b" SIZE=");
            out.extend_from_slice(size.to_string().as_bytes());
        }
        if offers.eight_bit {
            out.extend_from_slice(b" BODY=8BITMIME");
        }
        if offers.utf8 && self.needs_utf8() {
            out.extend_from_slice(b" SMTPUTF8");
        }
        if offers.dsn && ask != AskedNotices::Nothing {
            out.extend_from_slice(b" RET=HDRS ENVID=");
            write_xtext(out, self.reference);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// `RCPT TO`, asking for reports where the server offers them.
    pub(super) fn write_rcpt(&self, out: &mut Vec<u8>, offers: Offers, ask: AskedNotices) {
        out.extend_from_slice(b"RCPT TO:<");
        out.extend_from_slice(self.recipient.as_bytes());
        out.push(b'>');
        if offers.dsn && ask != AskedNotices::Nothing {
            out.extend_from_slice(b" NOTIFY=FAILURE,DELAY");
            if ask == AskedNotices::TroubleAndSuccess {
                out.extend_from_slice(b",SUCCESS");
            }
            if self.recipient.is_ascii() {
                out.extend_from_slice(b" ORCPT=rfc822;");
                write_xtext(out, self.recipient);
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// RFC 3461 §4: printable ASCII but `+` and `=`, the rest as `+` and two hex digits.
fn write_xtext(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if matches!(byte, b'!'..=b'~') && byte != b'+' && byte != b'=' {
            out.push(byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            out.extend_from_slice(&[b'+', HEX[high], HEX[low]]);
        }
    }
}

/// The end of a mail, after [`write_body`].
pub(super) const DOT: &[u8] = b".\r\n";

/// The body, dots doubled (RFC 5321 §4.5.2), without the final dot. A lone CR or LF becomes CRLF:
/// servers that take one for a line's end could be made to see a second mail inside the first.
pub(super) fn write_body(out: &mut Vec<u8>, mail: &[u8]) {
    out.reserve(mail.len() + mail.len() / 32 + 8);
    let mut rest = mail;
    while !rest.is_empty() {
        if rest[0] == b'.' {
            out.push(b'.');
        }
        let end = memchr::memchr2(b'\r', b'\n', rest);
        let line = &rest[..end.unwrap_or(rest.len())];
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
        rest = &rest[line.len()..];
        let broken_by = usize::from(!rest.is_empty()) + usize::from(rest.starts_with(b"\r\n"));
        rest = &rest[broken_by..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(mail: &[u8]) -> String {
        let mut out = Vec::new();
        write_body(&mut out, mail);
        out.extend_from_slice(DOT);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_body_cannot_end_early_or_hide_a_second_mail() {
        assert_eq!(body(b""), ".\r\n");
        assert_eq!(body(b"a\r\nb\r\n"), "a\r\nb\r\n.\r\n");
        assert_eq!(body(b"a"), "a\r\n.\r\n");
        assert_eq!(body(b".a\r\n..\r\n"), "..a\r\n...\r\n.\r\n");
        for smuggled in [
            "x\r\n.\r\ny",
            "x\n.\ny",
            "x\r.\ry",
            "x\n.\r\ny",
            "x\r\n.\ny",
        ] {
            assert_eq!(
                body(smuggled.as_bytes()),
                "x\r\n..\r\ny\r\n.\r\n",
                "{smuggled:?}"
            );
        }
        assert_eq!(body(b"a\n\nb\r\r\n"), "a\r\n\r\nb\r\n\r\n.\r\n");
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_bytes_the_only_lone_dot_is_the_last(
            mail in proptest::collection::vec(
                proptest::sample::select(b".\r\nab".as_slice()), 0..60)
        ) {
            let written = body(&mail);
            let whole = format!("\r\n{written}");
            proptest::prop_assert_eq!(whole.matches("\r\n.\r\n").count(), 1);
            proptest::prop_assert!(whole.ends_with("\r\n.\r\n"));
            let bare = whole.replace("\r\n", "");
            proptest::prop_assert!(!bare.contains(['\r', '\n']));
        }
    }

    #[test]
    fn parameters_are_said_only_where_offered() {
        let envelope = Envelope {
            sender: "avvisi@example.it",
            recipient: "maria+luce@example.it",
            reference: "m-17",
        };
        let plain = Offers::default();
        let mut out = Vec::new();
        envelope.write_mail(&mut out, plain, 9, AskedNotices::Trouble);
        envelope.write_rcpt(&mut out, plain, AskedNotices::Trouble);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "MAIL FROM:<avvisi@example.it>\r\nRCPT TO:<maria+luce@example.it>\r\n"
        );
        let rich = Offers {
            eight_bit: true,
            dsn: true,
            size: true,
            ..plain
        };
        let mut out = Vec::new();
        envelope.write_mail(&mut out, rich, 9, AskedNotices::Trouble);
        envelope.write_rcpt(&mut out, rich, AskedNotices::Trouble);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "MAIL FROM:<avvisi@example.it> SIZE=9 BODY=8BITMIME RET=HDRS ENVID=m-17\r\n\
             RCPT TO:<maria+luce@example.it> NOTIFY=FAILURE,DELAY \
             ORCPT=rfc822;maria+2Bluce@example.it\r\n"
        );
        let mut out = Vec::new();
        envelope.write_rcpt(&mut out, rich, AskedNotices::TroubleAndSuccess);
        assert!(String::from_utf8(out).unwrap().contains("DELAY,SUCCESS "));
    }

    #[test]
    fn an_address_that_breaks_the_line_is_not_clean() {
        for wrong in ["a@b.it>\r\nRCPT TO:<c@d.it", "a b@c.it", "", "a@b.it\0"] {
            let envelope = Envelope {
                sender: "a@b.it",
                recipient: wrong,
                reference: "r",
            };
            assert!(!envelope.is_clean(), "{wrong:?}");
        }
    }
}
