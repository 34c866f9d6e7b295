//! A server's answer (RFC 5321 §4.2) with its enhanced status code (RFC 3463), and what a server
//! offers (EHLO).

use crate::text::sanitize;

/// An answer of one or more lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmtpReply {
    pub code: u16,
    /// Class, subject, detail, such as 5.1.1.
    pub status: Option<(u16, u16, u16)>,
    /// The lines' texts, joined by line breaks, without the codes.
    pub text: String,
}

/// One line of an answer.
pub(super) enum LineKind {
    More,
    Last,
}

impl SmtpReply {
    /// An answer of which nothing has been read yet.
    pub(super) const fn empty() -> Self {
        Self {
            code: 0,
            status: None,
            text: String::new(),
        }
    }

    /// Takes in one line, without its line break; `None` when it is not SMTP.
    pub(super) fn take(&mut self, line: &[u8]) -> Option<LineKind> {
        let line = String::from_utf8_lossy(line);
        let digits = line.get(..3)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let code: u16 = digits.parse().ok()?;
        if !(200..600).contains(&code) || (self.code != 0 && self.code != code) {
            return None;
        }
        self.code = code;
        let text = line.get(4..).unwrap_or_default();
        let (status, text) = split_status(text);
        self.status = self.status.or(status);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        match line.as_bytes().get(3) {
            None | Some(b' ') => Some(LineKind::Last),
            Some(b'-') => Some(LineKind::More),
            Some(_) => None,
        }
    }

    /// `250`, or `550 5.1.1`.
    pub(super) fn codes(&self) -> String {
        match self.status {
            Some((class, subject, detail)) => format!("{} {class}.{subject}.{detail}", self.code),
            None => self.code.to_string(),
        }
    }

    /// The text on one line, without addresses, at most 200 characters: fit for logs and pages.
    pub(super) fn harmless(&self) -> String {
        let words = self.text.split_whitespace().map(|word| {
            if word.contains('@') {
                "(address)"
            } else {
                word
            }
        });
        sanitize::excerpt(&words.collect::<Vec<_>>().join(" "), 200)
    }

    /// The server's own name for an accepted mail: Postfix, Exim and most services say it.
    pub(super) fn queue_id(&self) -> Option<String> {
        let text = self.text.lines().next_back()?;
        let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
        let lone = || {
            let (first, rest) = text.split_once(' ')?;
            let told = first.eq_ignore_ascii_case("ok") && !rest.contains(' ');
            told.then_some(rest)
        };
        let id = after("queued as ").or_else(|| after("id=")).or_else(lone)?;
        let id = id.split_whitespace().next()?;
        let id = id.trim_matches(['<', '>', '.', ',', ';']);
        (!id.is_empty() && id.len() <= 100).then(|| id.to_owned())
    }
}

fn split_status(text: &str) -> (Option<(u16, u16, u16)>, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut numbers = word.split('.').map(str::parse::<u16>);
    match (
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    ) {
        (Some(Ok(class @ (2 | 4 | 5))), Some(Ok(subject)), Some(Ok(detail)), None) => {
            (Some((class, subject, detail)), rest)
        }
        _ => (None, text),
    }
}

/// What a server said it can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one keyword of EHLO, and a server may offer any mixture"
)]
pub(super) struct Offers {
    /// 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// STARTTLS (RFC 3207).
    pub start_tls: bool,
    /// SMTPUTF8 (RFC 6531).
    pub utf8: bool,
    /// AUTH PLAIN (RFC 4616).
    pub plain: bool,
    /// AUTH LOGIN, as many relays want it.
    pub login: bool,
    /// SIZE (RFC 1870): whether `SIZE=` may be said.
    pub size: bool,
}

impl Offers {
    /// Reads the answer to EHLO.
    pub(super) fn read(reply: &SmtpReply) -> Self {
        let mut offers = Self::default();
        // The first line is the server's name.
        for line in reply.text.lines().skip(1) {
            let mut words = line.split([' ', '=']);
            let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
            match keyword.as_str() {
                "8BITMIME" => offers.eight_bit = true,
                "PIPELINING" => offers.pipelining = true,
                "DSN" => offers.dsn = true,
                "STARTTLS" => offers.start_tls = true,
                "SMTPUTF8" => offers.utf8 = true,
                "SIZE" => offers.size = true,
                "AUTH" => {
                    for mechanism in words {
                        offers.plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                        offers.login |= mechanism.eq_ignore_ascii_case("LOGIN");
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &[&str]) -> Option<SmtpReply> {
        let mut reply = SmtpReply::empty();
        for line in lines {
            reply.take(line.as_bytes())?;
        }
        Some(reply)
    }

    #[test]
    fn codes_text_and_queue_id_are_found() {
        let accepted = reply(&["250 2.0.0 Ok: queued as 4F3A12"]).unwrap();
        assert_eq!(accepted.codes(), "250 2.0.0");
        assert_eq!(accepted.queue_id().as_deref(), Some("4F3A12"));
        let exim = reply(&["250 OK id=1wXyZ-0001-AB"]).unwrap();
        assert_eq!(exim.queue_id().as_deref(), Some("1wXyZ-0001-AB"));
        let service = reply(&["250 Ok 0102018f-1"]).unwrap();
        assert_eq!(service.queue_id().as_deref(), Some("0102018f-1"));
        assert_eq!(reply(&["250 Message accepted"]).unwrap().queue_id(), None);
    }

    #[test]
    fn an_address_in_an_answer_is_not_passed_on() {
        let refused = reply(&["550 5.1.1 <maria@example.it>: no such user"]).unwrap();
        assert_eq!(refused.status, Some((5, 1, 1)));
        assert_eq!(refused.harmless(), "(address) no such user");
    }

    #[test]
    fn what_is_not_smtp_is_not_an_answer() {
        for wrong in [
            "",
            "25",
            "hello there",
            "999 no",
            "HTTP/1.1 200 OK",
            "2é0 x",
        ] {
            assert!(reply(&[wrong]).is_none(), "{wrong}");
        }
        assert!(reply(&["250-first", "550 second"]).is_none());
    }

    #[test]
    fn offers_are_read_whatever_their_case() {
        let ehlo = reply(&[
            "250-mail.example.it",
            "250-PIPELINING",
            "250-SIZE 10240000",
            "250-auth=login plain",
            "250-dsn",
            "250 8BITMIME",
        ])
        .unwrap();
        let offers = Offers::read(&ehlo);
        assert!(offers.pipelining && offers.size && offers.dsn && offers.eight_bit);
        assert!(offers.plain && offers.login);
        assert!(!offers.start_tls && !offers.utf8);
    }
}
