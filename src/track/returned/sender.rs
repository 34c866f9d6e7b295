//! Who wrote a mail: a mail system, another program, or a person, by its head alone.

use mail_parser::MessageParser;

use super::TRACES;
use super::addresses::{addresses, first_address, is_daemon, local_part, token};
use super::fields::ReturnedFields;
use super::opened::{OpenedMail, decoded_words};
use super::original::bare_id;
use super::phrases::{any, begins, phrases};
use super::said::words;
use crate::domain::limits::RETURNED_ADDRESSES;

/// Where the address stands that a mail came to, surest first.
const CAME_TO: [&str; 6] = [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "to",
];

/// The address of `From`, never what stands in its name or in a comment beside it.
fn author(raw: &str) -> Option<String> {
    let head = format!("From: {raw}\r\n\r\n");
    let mail = MessageParser::new().parse(head.as_bytes())?;
    let address = mail.from()?.first()?.address()?;
    first_address(address)
}

/// What the head shows. Texts are folded.
pub(super) struct MailSender<'a> {
    fields: &'a ReturnedFields,
    pub(super) from: Option<String>,
    /// Folded: for the phrases.
    pub(super) subject: String,
    name: String,
}

impl<'a> MailSender<'a> {
    pub(super) fn of(mail: &'a OpenedMail) -> Self {
        let raw = mail.fields.get("from").unwrap_or_default();
        let from = decoded_words(raw);
        let subject = decoded_words(mail.fields.get("subject").unwrap_or_default());
        // An address alone is no name, but `MAILER-DAEMON` without a domain is one.
        let is_named = from.contains('<') || first_address(&from).is_none();
        let name = from
            .split('<')
            .next()
            .filter(|_| is_named)
            .unwrap_or_default();
        Self {
            fields: &mail.fields,
            from: match mail.fields.all("from").nth(1) {
                // Nobody is its author for certain (RFC 5322 §3.6 allows one).
                Some(_) => None,
                None => author(raw).or_else(|| first_address(&from)),
            },
            subject: words(&subject),
            name: words(name).replace(['"', '\''], "").trim().to_owned(),
        }
    }

    /// A program that carries mail, by its own name.
    pub(super) fn is_mail_system(&self) -> bool {
        let address = self.from.as_deref().unwrap_or_default();
        let named = !self.name.is_empty() && begins(&self.name, &phrases().daemon_names);
        is_daemon(address) && !self.is_postmaster() || named && self.is_postmaster_or_nobody()
    }

    /// A person may write by this name as well.
    pub(super) fn is_postmaster(&self) -> bool {
        let local = self.from.as_deref().map(local_part).unwrap_or_default();
        local.eq_ignore_ascii_case("postmaster")
    }

    /// The envelope's sender is empty: nothing is to be answered (RFC 5321 §4.5.5).
    pub(super) fn is_null(&self) -> bool {
        let path = self
            .fields
            .get("return-path")
            .map(|path| path.replace(' ', ""));
        path.is_some_and(|path| path == "<>" || path.to_ascii_lowercase().contains("mailer-daemon"))
    }

    /// `Auto-Submitted` (RFC 3834), in lower case; none where it says `no`.
    pub(super) fn auto_submitted(&self) -> Option<String> {
        let said = self.fields.get("auto-submitted")?.to_ascii_lowercase();
        let word = said
            .split([';', ' ', '('])
            .next()
            .unwrap_or_default()
            .to_owned();
        (!word.is_empty() && word != "no").then_some(word)
    }

    pub(super) fn is_machine(&self) -> bool {
        self.is_null() || self.auto_submitted().is_some() || self.is_mail_system()
    }

    /// A person's answer or passed-on mail, by its subject.
    pub(super) fn is_answer_by_subject(&self) -> bool {
        begins(&self.subject, &phrases().reply_marks)
    }

    pub(super) fn is_forward(&self) -> bool {
        begins(&self.subject, &phrases().forward_marks)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    pub(super) fn says(&self, name: &str, list: &[&str]) -> bool {
        let mut values = self.fields.all(name).map(str::to_ascii_lowercase);
        values.any(|value| list.iter().any(|word| value.contains(word)))
    }

    pub(super) fn subject_has(&self, list: &[String]) -> bool {
        any(&self.subject, list).is_some()
    }

    /// In-Reply-To, then References from the last.
    pub(super) fn answered(&self) -> Vec<String> {
        let ids = |name: &str| -> Vec<String> {
            let values = self
                .fields
                .all(name)
                .flat_map(|value| value.split('<').skip(1));
            values.filter_map(bare_id).collect()
        };
        let mut answered = ids("in-reply-to");
        for id in ids("references").into_iter().rev() {
            if answered.len() >= TRACES {
                break;
            }
            if !answered.contains(&id) {
                answered.push(id);
            }
        }
        answered
    }

    /// The first addresses that this mail came to.
    pub(super) fn came_to(&self) -> Vec<String> {
        let values = CAME_TO.iter().flat_map(|name| self.fields.all(name));
        let found = values.flat_map(addresses);
        found.take(RETURNED_ADDRESSES).collect()
    }

    /// What stands behind the `+` of those addresses.
    pub(super) fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = Vec::new();
        for address in self.came_to() {
            if tokens.len() == TRACES {
                break;
            }
            if let Some(token) = token(&address)
                && !tokens.iter().any(|known| known == token)
            {
                tokens.push(token.to_owned());
            }
        }
        tokens
    }

    fn is_postmaster_or_nobody(&self) -> bool {
        let address = self.from.as_deref().unwrap_or_default();
        address.is_empty()
            || is_daemon(address)
            || self.is_null()
            || self.has("x-failed-recipients")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wrote_is_the_address_and_not_the_name_beside_it() {
        for head in [
            "\"op@example.it\" <evil@evil.example>",
            "op@example.it <evil@evil.example>",
            "<evil@evil.example> (<op@example.it>)",
            "\"<op@example.it>\" <evil@evil.example>",
            "evil@evil.example",
        ] {
            assert_eq!(author(head).as_deref(), Some("evil@evil.example"), "{head}");
        }
    }
}
