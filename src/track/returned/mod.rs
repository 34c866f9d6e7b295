//! What a mail means that came back to an address of ours: a report that it did not arrive, or did, a
//! receipt, a complaint, an answer by a program or a person. Pure, for any bytes.
//!
//! [`read`] looks in this order: what was made for machines (`delivery`, `automatic`), then sentences
//! (`prose`) judged by the table of `rules`, then who wrote it (`sender`). It takes nothing in and
//! believes nothing: whether a mail is about one of ours is found out by whoever keeps it.

mod addresses;
mod answer;
mod automatic;
mod delivery;
mod fields;
mod named;
mod opened;
mod original;
mod phrases;
mod prose;
mod report;
mod rules;
mod said;
mod sender;
#[cfg(test)]
mod tests;

pub use report::{RecipientReport, Returned, ReturnedClass, ReturnedHead, Traces};

use self::addresses::token;
use self::automatic::ReaderReport;
use self::delivery::DeliveryReport;
use self::opened::{OpenedMail, date_seconds, decoded_words};
use self::original::{OriginalMail, bare_id};
use self::prose::ProseReport;
use self::sender::MailSender;
use crate::channel::Permanence;
use crate::domain::limits::{RETURNED_ID, RETURNED_REASON};
use crate::text::sanitize::{excerpt, line};

/// Reports within mails that carry them are looked for so deep.
const WRAPPED: usize = 3;
/// Fields of ours, ids and tokens that are handed on.
const TRACES: usize = 20;
/// What is told first where recipients of one mail fared differently.
const WORST_FIRST: [ReturnedClass; 5] = [
    ReturnedClass::Hard,
    ReturnedClass::Policy,
    ReturnedClass::Soft,
    ReturnedClass::Delayed,
    ReturnedClass::Delivered,
];

/// The version of the table that says what servers mean.
#[must_use]
pub fn rules_version() -> u32 {
    rules::rules_version()
}

/// What a service's word for a bounce means, beside what it quotes of the server that refused.
#[must_use]
pub(super) fn told(status: Option<&str>, said: &str, permanence: Permanence) -> ReturnedClass {
    rules::told(status, said, permanence)
}

/// What a mail means. Whatever cannot be read is no report, and says why.
#[must_use]
pub fn read(raw: &[u8]) -> Returned {
    let mail = OpenedMail::read(raw);
    let mut report = &mail;
    for _ in 0..WRAPPED {
        let Some(inner) = wrapped(report) else {
            break;
        };
        report = inner;
    }
    let sender = MailSender::of(report);
    let original = OriginalMail::of(report);
    let mut returned = begun(report, &sender, &original);
    judge(&mut returned, report, &sender, &original);
    for token in MailSender::of(&mail).tokens() {
        if !returned.traces.tokens.contains(&token) {
            returned.traces.tokens.push(token);
        }
    }
    finished(returned, &sender)
}

/// A report that a program passed on inside a mail of its own.
fn wrapped(mail: &OpenedMail) -> Option<&OpenedMail> {
    let inner = mail.inner.first()?;
    let sender = MailSender::of(mail);
    let is_letter = sender.is_answer_by_subject() || sender.is_forward();
    let is_silent = mail.text().trim().is_empty() && !is_letter;
    let is_report = inner.kind == "multipart/report" || MailSender::of(inner).is_mail_system();
    let is_carrier = is_silent || sender.is_machine() && !sender.is_mail_system();
    let has_own = mail.kind == "multipart/report" || DeliveryReport::in_mail(mail, false).is_some();
    (is_report && !has_own && is_carrier).then_some(inner)
}

fn judge(
    returned: &mut Returned,
    mail: &OpenedMail,
    sender: &MailSender<'_>,
    original: &OriginalMail,
) {
    let reader = automatic::complaint(mail, sender, original);
    if let Some(report) = reader.or_else(|| automatic::receipt(mail, sender)) {
        return take_reader(returned, report);
    }
    if let Some((verdicts, envelope_id)) = delivery(mail, sender, original) {
        returned.traces.envelope_id = envelope_id;
        take_verdicts(returned, verdicts);
    } else if let Some(verdicts) = ProseReport::of(sender, mail, original).verdicts() {
        take_verdicts(returned, verdicts);
        returned.message = returned.message.take().or_else(|| id_in(&mail.text()));
    } else {
        take_letter(returned, mail, sender);
    }
    let answered = returned.traces.answered.first().cloned();
    if returned.class != ReturnedClass::NotAReport {
        returned.message = returned.message.take().or(answered);
    }
}

/// A person who passes a report on has its parts in the mail, too.
fn delivery(
    mail: &OpenedMail,
    sender: &MailSender<'_>,
    original: &OriginalMail,
) -> Option<(Vec<RecipientReport>, Option<String>)> {
    let is_declared = mail.kind == "multipart/report";
    let is_answer =
        sender.is_answer_by_subject() || sender.is_forward() || sender.has("in-reply-to");
    if !is_declared && !sender.is_machine() && is_answer {
        return None;
    }
    let anywhere = is_declared || sender.is_machine() || sender.is_postmaster();
    let report = DeliveryReport::in_mail(mail, anywhere)?;
    Some((report.verdicts(mail, original), report.envelope_id))
}

/// A mail without a report: who wrote it, a program or a person, and in answer to something?
fn take_letter(returned: &mut Returned, mail: &OpenedMail, sender: &MailSender<'_>) {
    let from: Vec<String> = sender.from.iter().cloned().collect();
    if let Some(answered) = returned.traces.answered.first() {
        returned.message = Some(answered.clone());
    }
    if automatic::is_challenge(mail, sender) {
        returned.class = ReturnedClass::AutoReply;
        returned.recipients = from;
        "a program asks whether the sender is a person".clone_into(&mut returned.reason);
    } else if let Some(why) = automatic::is_auto_reply(mail, sender) {
        returned.class = ReturnedClass::AutoReply;
        returned.recipients = from;
        returned.reason = format!("a program answered: {why}");
    } else if sender.is_answer_by_subject() || !returned.traces.answered.is_empty() {
        returned.class = ReturnedClass::Reply;
        returned.recipients = from;
        "an answer".clone_into(&mut returned.reason);
        returned.text = answer::own_words(&mail.text());
    } else {
        returned.text = answer::own_words(&mail.text());
    }
}

fn take_reader(returned: &mut Returned, report: ReaderReport) {
    returned.class = report.class;
    returned.recipients = report.recipient.into_iter().collect();
    returned.message = report.message.or_else(|| returned.message.take());
    returned.traces.envelope_id = report.envelope_id;
    returned.reason = report.reason;
}

/// The worst is told first, and only of those of whom it is true.
fn take_verdicts(returned: &mut Returned, verdicts: Vec<RecipientReport>) {
    let of = |class: &ReturnedClass| verdicts.iter().find(|verdict| verdict.class == *class);
    let Some(worst) = WORST_FIRST.iter().find_map(of) else {
        return;
    };
    returned.class = worst.class;
    returned.status.clone_from(&worst.status);
    returned.action.clone_from(&worst.action);
    returned.reason.clone_from(&worst.reason);
    for verdict in verdicts
        .iter()
        .filter(|verdict| verdict.class == worst.class)
    {
        let is_new = !returned.recipients.contains(&verdict.recipient);
        if is_new && !verdict.recipient.is_empty() {
            returned.recipients.push(verdict.recipient.clone());
        }
    }
    returned.each = verdicts;
}

/// A Message-ID in the sentences of a report.
fn id_in(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = lower
        .find("message-id:")
        .or_else(|| lower.find("message id:"))?;
    let rest = text.get(at..)?.lines().next()?;
    rest.contains('<').then(|| bare_id(rest)).flatten()
}

fn begun(mail: &OpenedMail, sender: &MailSender<'_>, original: &OriginalMail) -> Returned {
    let is_empty = mail.fields.is_empty() && mail.text().trim().is_empty();
    let mut traces = Traces {
        tokens: sender.tokens(),
        answered: sender.answered(),
        ..Traces::default()
    };
    let path = original
        .fields()
        .get("return-path")
        .and_then(addresses::first_address);
    traces
        .tokens
        .extend(path.as_deref().and_then(token).map(str::to_owned));
    traces.own_headers = original.fields().beginning("x-araldo-").cloned().collect();
    let field = |name: &str| mail.fields.get(name);
    Returned {
        class: ReturnedClass::NotAReport,
        recipients: Vec::new(),
        status: None,
        action: None,
        message: original.message_id(),
        reason: if is_empty {
            "nothing in it"
        } else {
            "neither a report nor an answer"
        }
        .to_owned(),
        each: Vec::new(),
        traces,
        envelope: ReturnedHead {
            from: sender.from.clone(),
            message_id: field("message-id").and_then(bare_id),
            subject: decoded_words(field("subject").unwrap_or_default()),
            sent_at: field("date").and_then(date_seconds),
            is_automatic: false,
        },
        text: String::new(),
        has_files: mail.has_files,
    }
}

/// Fit to be shown and kept; and whether anything may be sent in answer.
fn finished(mut returned: Returned, sender: &MailSender<'_>) -> Returned {
    let by_person = matches!(
        returned.class,
        ReturnedClass::Reply | ReturnedClass::NotAReport
    );
    let is_bulk = sender.says("precedence", &["bulk", "junk", "list"]) || sender.has("list-id");
    returned.envelope.is_automatic = !by_person || sender.is_machine() || is_bulk;
    if returned.class == ReturnedClass::NotAReport {
        returned.message = None;
    }
    let short = |text: &mut String| *text = excerpt(text, RETURNED_ID);
    returned.reason = excerpt(&returned.reason, RETURNED_REASON);
    returned.envelope.subject = excerpt(&returned.envelope.subject, RETURNED_REASON);
    for id in [
        &mut returned.message,
        &mut returned.envelope.message_id,
        &mut returned.action,
    ] {
        id.iter_mut().for_each(short);
    }
    let traces = &mut returned.traces;
    traces.envelope_id.iter_mut().for_each(short);
    traces.tokens.truncate(TRACES);
    traces.answered.truncate(TRACES);
    traces.own_headers.truncate(TRACES);
    traces
        .tokens
        .iter_mut()
        .chain(&mut traces.answered)
        .for_each(short);
    for (name, value) in &mut traces.own_headers {
        (*name, *value) = (line(name), excerpt(value, RETURNED_ID));
    }
    returned
}
