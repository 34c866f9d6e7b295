//! Reports in sentences for people, as many servers still write them: whether a mail is one, whom it
//! is about, and what it says. A mail that only speaks of such things, or quotes one, is none: a
//! claim alone is not believed from anybody but a mail system.

use super::addresses::{addresses, first_address, is_daemon, same};
use super::fields::ReturnedFields;
use super::named::{head_of_line, own_text};
use super::opened::OpenedMail;
use super::original::OriginalMail;
use super::phrases::{any, begins, phrases};
use super::report::{RecipientReport, ReturnedClass};
use super::rules::{by_text, judged};
use super::said::{Said, words};
use super::sender::MailSender;
use crate::domain::limits::{
    RETURNED_ADDRESSES, RETURNED_REASON, RETURNED_RECIPIENTS, RETURNED_SAID,
};
use crate::text::sanitize::excerpt;

/// Words without which a number of three digits is no reply code.
const OF_SERVERS: [&str; 7] = [
    "smtp",
    "mailbox",
    "remote server",
    "mail server",
    "casella di posta",
    "recipient",
    "rcpt to",
];

/// A mail that may be a report, and what speaks for it.
pub(super) struct ProseReport<'a> {
    sender: &'a MailSender<'a>,
    mail: &'a OpenedMail,
    original: &'a OriginalMail,
    /// Before the copy of ours.
    text: String,
    folded: String,
}

impl<'a> ProseReport<'a> {
    pub(super) fn of(
        sender: &'a MailSender<'a>,
        mail: &'a OpenedMail,
        original: &'a OriginalMail,
    ) -> Self {
        let whole = mail.text();
        let text = own_text(&whole).to_owned();
        Self {
            sender,
            mail,
            original,
            folded: words(&text),
            text,
        }
    }

    /// Its verdicts; none when this is no report.
    pub(super) fn verdicts(&self) -> Option<Vec<RecipientReport>> {
        let mut recipients = self.recipients();
        if !self.is_report(&recipients) {
            return None;
        }
        if recipients.is_empty() {
            recipients.push(String::new());
        }
        let whole = Said::of(None, &self.text);
        let class = self.class(&whole);
        let each = self.said_of_each(&recipients);
        let about = |(recipient, said): (String, Option<Said>)| {
            self.verdict(recipient, said.as_ref(), &whole, class)
        };
        Some(recipients.into_iter().zip(each).map(about).collect())
    }

    /// `said`: of this recipient alone, where several have a reason each.
    fn verdict(
        &self,
        recipient: String,
        said: Option<&Said>,
        whole: &Said,
        class: ReturnedClass,
    ) -> RecipientReport {
        let is_final = !matches!(class, ReturnedClass::Delayed | ReturnedClass::Delivered);
        let own = said.and_then(judged).filter(|_| is_final);
        let said = said.unwrap_or(whole);
        let class = own.unwrap_or(class);
        let action = match class {
            ReturnedClass::Delayed => "delayed",
            ReturnedClass::Delivered => "delivered",
            _ => "failed",
        };
        RecipientReport {
            recipient,
            class,
            status: said.status.clone(),
            action: Some(action.to_owned()),
            reason: self.reason(said),
        }
    }

    /// Where a report lists several recipients, each with its reason: what follows each of them, up to
    /// the next. One without a reason of its own shares the next one's.
    fn said_of_each(&self, recipients: &[String]) -> Vec<Option<Said>> {
        let mut texts = vec![String::new(); recipients.len()];
        let mut current = None;
        for line in self.text.lines() {
            let head = head_of_line(line);
            let is_it = |known: &String| head.as_ref().is_some_and(|head| same(head, known));
            current = recipients.iter().position(is_it).or(current);
            if let Some(text) = current.and_then(|at| texts.get_mut(at)) {
                text.push_str(line);
                text.push('\n');
            }
        }
        let mut next: Option<Said> = None;
        let mut each: Vec<Option<Said>> = Vec::new();
        for text in texts.iter().rev() {
            let said = Said::of(None, text);
            if recipients.len() > 1 && judged(&said).is_some() {
                next = Some(said);
            }
            each.push(next.clone());
        }
        each.reverse();
        each
    }

    fn is_report(&self, recipients: &[String]) -> bool {
        let sender = self.sender;
        if sender.has("x-failed-recipients") {
            return true;
        }
        let words = phrases();
        let by_subject = sender.subject_has(&words.bounce_subjects) || self.is_delay_by_subject();
        let by_subject = by_subject || sender.subject_has(&words.delivered_subjects);
        let by_text = any(&self.folded, &words.bounce_texts).is_some() || self.is_delay_by_text();
        let by_text = by_text || any(&self.folded, &words.delivered_texts).is_some();
        let is_machine = sender.is_machine();
        if !is_machine && (sender.is_answer_by_subject() || sender.is_forward()) {
            return false;
        }
        let trusted = sender.is_mail_system() || sender.is_null() && sender.is_postmaster();
        if trusted {
            return by_subject || by_text;
        }
        if sender.has("list-id") || begins(&sender.subject, &words.auto_subjects) {
            return false;
        }
        let said = Said::of(None, &self.text);
        let by_code =
            said.code.is_some() && OF_SERVERS.iter().any(|word| self.folded.contains(word));
        let proof = said.status.is_some() || self.has_copy() || by_code || sender.is_null();
        let is_about = !recipients.is_empty();
        // A shop's notices are automatic, too.
        let is_automatic = is_machine && self.has_copy();
        let is_likely = sender.is_null() || sender.is_postmaster() || is_automatic;
        let claims = by_subject && (by_text || rules_know(&said));
        // A person can paste all of a report into a letter, and seldom attaches what it was about.
        let carries = !self.mail.inner.is_empty() && rules_know(&said);
        claims && is_about && proof && (is_likely || carries)
    }

    fn class(&self, said: &Said) -> ReturnedClass {
        let words = phrases();
        let delivered = any(&self.folded, &words.delivered_texts).is_some();
        if delivered && self.sender.subject_has(&words.delivered_subjects) {
            return ReturnedClass::Delivered;
        }
        if self.is_delay_by_subject() || self.is_delay_by_text() {
            return ReturnedClass::Delayed;
        }
        let subject = Said::of(None, &self.sender.subject);
        let by_subject = || by_text(&subject).and_then(|_| judged(&subject));
        let known = by_text(said).and_then(|_| judged(said));
        known
            .or_else(by_subject)
            .or_else(|| judged(said))
            .unwrap_or(ReturnedClass::Soft)
    }

    fn is_delay_by_subject(&self) -> bool {
        let failed = [
            "fail",
            "undeliver",
            "returned mail",
            "mancat",
            "unzustellbar",
        ];
        let is_failure = failed.iter().any(|word| self.sender.subject.contains(word));
        !is_failure && self.sender.subject_has(&phrases().delay_subjects)
    }

    fn is_delay_by_text(&self) -> bool {
        let finally = [
            "permanent error",
            "giving up",
            "given up",
            "permanent failure",
            "permanently",
        ];
        let is_final = finally.iter().any(|word| self.folded.contains(word));
        !is_final && any(&self.folded, &phrases().delay_texts).is_some()
    }

    /// The sentence that a reader would point at, among those in which a rule is looked for.
    fn reason(&self, said: &Said) -> String {
        let end = self.text.floor_char_boundary(RETURNED_SAID);
        let text = self.text.get(..end).unwrap_or_default();
        let lines = || {
            let lines = text.lines().map(str::trim);
            lines.filter(|line| !line.is_empty())
        };
        let decides = |line: &&str| {
            let line = Said::of(None, line);
            by_text(&line).is_some() || line.status.is_some() && line.status == said.status
        };
        let line = lines().find(decides).or_else(|| lines().next());
        excerpt(line.unwrap_or(&self.sender.subject), RETURNED_REASON)
    }

    fn has_copy(&self) -> bool {
        !self.original.fields().is_empty()
    }

    fn recipients(&self) -> Vec<String> {
        let named = self
            .mail
            .fields
            .all("x-failed-recipients")
            .flat_map(addresses);
        let mut found: Vec<String> = named.collect();
        if found.is_empty() {
            found = self.found_in_text();
        }
        let to = self.original.to();
        let ours = found
            .iter()
            .find(|found| to.iter().any(|to| same(to, found)));
        if let Some(ours) = ours
            && to.len() == 1
        {
            return vec![ours.clone()];
        }
        if found.is_empty() {
            return to.into_iter().take(1).collect();
        }
        found.truncate(RETURNED_RECIPIENTS);
        let asked = |failed: String| {
            self.original
                .before_forwarding(&failed, &self.text)
                .unwrap_or(failed)
        };
        let mut asked: Vec<String> = found.into_iter().map(asked).collect();
        asked.dedup();
        asked
    }

    /// Addresses at the beginning of lines; without any, the first address at all.
    fn found_in_text(&self) -> Vec<String> {
        let (writer, readers) = (self.sender.from.as_deref(), self.sender.came_to());
        let from = self.original.fields().get("from").and_then(first_address);
        let is_other = |address: &String| {
            let not = |other: &str| !same(other, address);
            !is_daemon(address)
                && writer.is_none_or(not)
                && from.as_deref().is_none_or(not)
                && readers.iter().all(|reader| not(reader))
        };
        let fields = ReturnedFields::groups(&self.text);
        let stated = fields
            .iter()
            .filter_map(|group| group.get("final-recipient"));
        let stated: Vec<String> = stated.filter_map(first_address).collect();
        if !stated.is_empty() {
            return stated;
        }
        let mut heads: Vec<String> = Vec::new();
        for address in self.text.lines().filter_map(head_of_line).filter(is_other) {
            if heads.len() == RETURNED_ADDRESSES {
                break;
            }
            if !heads.iter().any(|known| same(known, &address)) {
                heads.push(address);
            }
        }
        if heads.is_empty() {
            heads.extend(addresses(&self.text).into_iter().find(is_other));
        }
        heads
    }
}

fn rules_know(said: &Said) -> bool {
    by_text(said).is_some()
}
