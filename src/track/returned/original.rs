//! The mail of ours that came back inside another: as a part, as its head alone, or as a copy in the
//! text. Says which one it was and to whom it had gone.

use super::addresses::{addresses, domain_part, local_part, same};
use super::fields::{ReturnedFields, is_field};
use super::opened::OpenedMail;

/// Kinds of parts that hold a head and nothing more.
const HEADS: [&str; 5] = [
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
    "text/rfc822-header",
    "message/partial",
];
/// A copied head has one of these; a summary for people does not.
const OF_HEADS: [&str; 7] = [
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "dkim-signature",
    "x-mailer",
    "content-type",
];
/// Fields in a row from which on they are a head.
const ROW: usize = 3;
/// Fields that a relay writes when it passes a mail on to another address.
const FORWARDED: [&str; 6] = [
    "delivered-to",
    "x-forwarded-to",
    "x-forwarded-for",
    "x-original-to",
    "resent-from",
    "resent-to",
];

/// Its head; empty when nothing of it came back.
#[derive(Debug, Clone, Default)]
pub(super) struct OriginalMail(ReturnedFields);

impl OriginalMail {
    /// What a mail carries of ours, in parts or in its text.
    pub(super) fn of(mail: &OpenedMail) -> Self {
        let carried = mail.inner.first().map(|inner| inner.fields.clone());
        let head = || {
            let part = mail.part(&HEADS)?;
            Some(ReturnedFields::head(part.text.trim_start()).0)
        };
        let copied = || copy_in(&mail.text()).1;
        let head = carried.filter(|fields| !fields.is_empty()).or_else(head);
        Self(head.or_else(copied).unwrap_or_default())
    }

    pub(super) fn message_id(&self) -> Option<String> {
        self.0.get("message-id").and_then(bare_id)
    }

    pub(super) fn fields(&self) -> &ReturnedFields {
        &self.0
    }

    /// Whom it was written to.
    pub(super) fn to(&self) -> Vec<String> {
        self.0.all("to").flat_map(addresses).collect()
    }

    /// The address that we wrote to, when mail to it was passed on to the one that failed.
    pub(super) fn before_forwarding(&self, failed: &str, said: &str) -> Option<String> {
        let [to] = <[String; 1]>::try_from(self.to()).ok()?;
        let is_other = !same(&to, failed) && !self.0.has("cc") && !self.0.has("bcc");
        (is_other && self.is_forwarded(&to, failed, said)).then_some(to)
    }

    fn is_forwarded(&self, to: &str, failed: &str, said: &str) -> bool {
        let alike = local_part(to).eq_ignore_ascii_case(local_part(failed))
            || related(domain_part(to), domain_part(failed));
        let holds = |value: &str| addresses(value).iter().any(|address| same(address, to));
        let passed = FORWARDED.iter().any(|name| self.0.all(name).any(holds));
        let taken = self
            .0
            .all("received")
            .any(|value| value.split(" for ").nth(1).is_some_and(holds));
        alike || passed || taken || said.to_lowercase().contains(&to.to_lowercase())
    }
}

/// A Message-ID without its brackets.
pub(super) fn bare_id(value: &str) -> Option<String> {
    let inside = value.split_once('<').map_or(value, |(_, rest)| rest);
    let inside = inside.split('>').next().unwrap_or_default();
    let id = inside.split_whitespace().next().unwrap_or_default();
    (!id.is_empty()).then(|| id.to_owned())
}

/// The text before a copied head, and that head.
pub(super) fn copy_in(text: &str) -> (&str, Option<ReturnedFields>) {
    let (mut at, mut looked_at) = (0, 0);
    let mut was_field = false;
    for line in text.split_inclusive('\n') {
        let begins = is_field(line.trim_end()) && !was_field;
        if begins && at >= looked_at {
            let (before, rest) = text.split_at(at);
            let (fields, after) = ReturnedFields::head(rest);
            if is_head(&fields) {
                return (before, Some(fields));
            }
            // What begins inside it has nothing more: each line is looked at once.
            looked_at = text.len() - after.len();
        }
        was_field = is_field(line.trim_end()) || line.starts_with([' ', '\t']) && was_field;
        at += line.len();
    }
    (text, None)
}

fn is_head(fields: &ReturnedFields) -> bool {
    let is_known = OF_HEADS.iter().any(|name| fields.has(name));
    let is_report = fields.has("reporting-mta") || fields.has("final-recipient");
    fields.len() >= ROW && is_known && !is_report
}

/// One domain is a part of the other.
fn related(one: &str, other: &str) -> bool {
    let below = |low: &str, high: &str| {
        low.strip_suffix(high)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(one, other) || below(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_head_ends_what_the_report_says() {
        let text = "Could not deliver:\n  maria@example.it\n\nReceived: from a\n\tby b\nFrom: <avvisi@example.it>\n\
                    To: maria@example.it\nMessage-ID: <1@example.it>\n\nCiao";
        let (said, head) = copy_in(text);
        assert_eq!(said, "Could not deliver:\n  maria@example.it\n\n");
        let original = OriginalMail(head.unwrap());
        assert_eq!(original.message_id().as_deref(), Some("1@example.it"));
        assert_eq!(original.to(), ["maria@example.it"]);
    }

    #[test]
    fn a_summary_for_people_is_no_copy() {
        let text = "Your message\n\n To: maria@example.it\n Subject: Ciao\n Sent: today\n\nwas not delivered";
        assert_eq!(copy_in(text).0, text);
    }

    #[test]
    fn forwarding_leads_back_to_the_address_that_we_wrote_to() {
        let head = "To: maria@studio.example.it\nReceived: from x by y for <maria@studio.example.it>; today\n";
        let original = OriginalMail(ReturnedFields::head(head).0);
        let before = |failed: &str| original.before_forwarding(failed, "");
        assert_eq!(
            before("rossi@example.com").as_deref(),
            Some("maria@studio.example.it")
        );
        assert_eq!(before("maria@studio.example.it"), None);
        let bare = OriginalMail(ReturnedFields::head("To: lista@example.it\n").0);
        assert_eq!(bare.before_forwarding("rossi@example.com", ""), None);
    }
}
