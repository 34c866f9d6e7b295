//! The mailboxes behind the mail server, and what is wrong with some of them.

use std::sync::Arc;
use std::time::Duration;

use super::faults::MailFault;
use super::mail::Mail;
use super::{Body, World};
use crate::smtp::{Act, At, Step};

/// How long a slow mailbox takes.
const SLOW: Duration = Duration::from_secs(3);

impl World {
    /// What a mail server that keeps mails asks at each step.
    pub fn script(self: Arc<Self>) -> impl Fn(Step<'_>) -> Act + Send + Sync + 'static {
        move |step| match step.at {
            At::Rcpt if step.usual.starts_with('2') => self.knows(step.to),
            At::Dot => self.take(step),
            _ => Act::Usual,
        }
    }

    fn knows(&self, to: &str) -> Act {
        let refusal = match MailFault::of(to) {
            Some(MailFault::Bounce) => "550 5.1.1 No such mailbox",
            Some(MailFault::Defer) if self.defers(to) => {
                "450 4.2.0 The mailbox is busy, try again later"
            }
            _ => return Act::Usual,
        };
        self.count_refused();
        Act::Say(refusal)
    }

    fn take(&self, step: Step<'_>) -> Act {
        let mail = Mail::parse(step.mail);
        let reference = mail.header("Message-ID").map(ToOwned::to_owned);
        self.receive(step.to, step.from, Body::Mail(mail), reference.as_deref());
        match MailFault::of(step.to) {
            Some(MailFault::Slow) => Act::Slowly(SLOW),
            Some(MailFault::Drop) => {
                self.count_answer_lost();
                Act::HangUp
            }
            _ => Act::Usual,
        }
    }
}
