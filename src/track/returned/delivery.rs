//! Reports for machines about a delivery (RFC 3464): one group for the mail, one for each recipient.
//! Their words are believed before the sentences around them.

use super::addresses::{first_address, local_part};
use super::fields::ReturnedFields;
use super::opened::{MailPart, OpenedMail};
use super::original::{OriginalMail, copy_in};
use super::report::{RecipientReport, ReturnedClass};
use super::rules::{by_text, judged};
use super::said::{Said, status_in};
use crate::domain::limits::{RETURNED_REASON, RETURNED_RECIPIENTS};
use crate::text::sanitize::excerpt;

const KINDS: [&str; 4] = [
    "message/delivery-status",
    "message/global-delivery-status",
    "message/x-delivery-status",
    "text/delivery-status",
];
const RECIPIENTS: [&str; 4] = [
    "original-recipient",
    "final-recipient",
    "x-actual-recipient",
    "recipient",
];

/// What is said of the mail as a whole, and of each recipient.
pub(super) struct DeliveryReport {
    pub(super) envelope_id: Option<String>,
    recipients: Vec<ReturnedFields>,
}

impl DeliveryReport {
    /// The report in a part that is declared as one, or, where `anywhere`, in one that reads like it.
    pub(super) fn in_mail(mail: &OpenedMail, anywhere: bool) -> Option<Self> {
        let is_declared = |part: &&MailPart| KINDS.contains(&part.kind.as_str());
        let mut declared = mail.parts.iter().filter(is_declared);
        let read = declared.find_map(|part| Self::read(&part.text));
        let alike = |part: &&MailPart| anywhere && reads_like_one(&part.text);
        read.or_else(|| {
            mail.parts
                .iter()
                .filter(alike)
                .find_map(|part| Self::read(&part.text))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let mut whole = ReturnedFields::default();
        let mut recipients: Vec<ReturnedFields> = Vec::new();
        for group in ReturnedFields::groups(text) {
            let names_one = RECIPIENTS.iter().any(|name| group.has(name));
            if names_one || recipients.is_empty() && group.has("action") {
                recipients.push(group);
            } else if let Some(last) = recipients.last_mut()
                && group.has("status")
                && !last.has("status")
            {
                last.complete(group);
            } else {
                whole.complete(group);
            }
        }
        recipients.truncate(RETURNED_RECIPIENTS);
        let envelope_id = whole.get("original-envelope-id").map(str::to_owned);
        (!recipients.is_empty()).then_some(Self {
            envelope_id,
            recipients,
        })
    }

    /// One verdict for each recipient.
    pub(super) fn verdicts(
        &self,
        mail: &OpenedMail,
        original: &OriginalMail,
    ) -> Vec<RecipientReport> {
        let text = mail.text();
        let text = copy_in(&text).0;
        let is_one = self.recipients.len() == 1;
        let around = if is_one { text } else { "" };
        let groups = self.recipients.iter();
        groups
            .map(|group| verdict(group, around, text, original))
            .collect()
    }
}

/// `around`: the sentences beside the report, where they can only mean this recipient.
fn verdict(
    group: &ReturnedFields,
    around: &str,
    text: &str,
    original: &OriginalMail,
) -> RecipientReport {
    let action = group.get("action").and_then(word);
    let status = group.get("status").and_then(status_in);
    let diagnostic = diagnostic(group);
    let said = Said::of(status.as_deref(), &diagnostic);
    let is_success = said
        .status
        .as_deref()
        .is_some_and(|status| status.starts_with('2'));
    let class = match action.as_deref() {
        Some("delayed") => ReturnedClass::Delayed,
        Some("delivered" | "relayed" | "expanded") => ReturnedClass::Delivered,
        None | Some("deliverable") if is_success => ReturnedClass::Delivered,
        _ => failed(&said, around),
    };
    let reason = [diagnostic.as_str(), around]
        .into_iter()
        .find(|text| !text.trim().is_empty());
    RecipientReport {
        recipient: recipient(group, text, original),
        class,
        status: said.status.or(status),
        action,
        reason: excerpt(
            reason.unwrap_or("a report without a reason"),
            RETURNED_REASON,
        ),
    }
}

/// What the server's words leave open, the sentences around them may say.
fn failed(said: &Said, around: &str) -> ReturnedClass {
    let says_little = said
        .status
        .as_deref()
        .is_none_or(|status| status.ends_with(".0.0"));
    let beside = Said {
        status: said.status.clone(),
        ..Said::of(None, around)
    };
    let is_open = by_text(said).is_none() && says_little && !around.is_empty();
    let beside = is_open
        .then(|| by_text(&beside).and_then(|_| judged(&beside)))
        .flatten();
    beside
        .or_else(|| judged(said))
        .unwrap_or(ReturnedClass::Soft)
}

fn recipient(group: &ReturnedFields, text: &str, original: &OriginalMail) -> String {
    if let Some(asked) = group.get("original-recipient").and_then(first_address) {
        return asked;
    }
    let names = RECIPIENTS.iter().filter_map(|name| group.get(name));
    let found = names
        .filter_map(first_address)
        .find(|address| !is_internal(address));
    let found = found.or_else(|| group.get("diagnostic-code").and_then(first_address));
    match found {
        Some(failed) => original.before_forwarding(&failed, text).unwrap_or(failed),
        None => original.to().into_iter().next().unwrap_or_default(),
    }
}

/// Exchange puts names of its directory into the form of an address.
fn is_internal(address: &str) -> bool {
    local_part(address)
        .to_ascii_uppercase()
        .starts_with("IMCEA")
}

/// What their server said, without the word for its kind.
fn diagnostic(group: &ReturnedFields) -> String {
    let names = [
        "diagnostic-code",
        "x-supplementary-info",
        "x-display-name-reason",
    ];
    let said = names.iter().flat_map(|name| group.all(name));
    let said: Vec<&str> = said
        .map(|value| match value.split_once(';') {
            Some((kind, text)) if kind.len() < 12 && !kind.contains(' ') => text.trim(),
            _ => value,
        })
        .collect();
    said.join(" ")
}

/// `failed (permanent)` is `failed`.
fn word(value: &str) -> Option<String> {
    let word = value
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| !word.is_empty())?;
    Some(word.to_ascii_lowercase())
}

fn reads_like_one(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let has = |name: &str| lower.starts_with(name) || lower.contains(&format!("\n{name}"));
    has("final-recipient:") && (has("action:") || has("status:"))
        || has("reporting-mta:") && has("action:")
}
