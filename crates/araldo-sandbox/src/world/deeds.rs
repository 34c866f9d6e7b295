//! What happens in the world some time after something arrived: people read and write back, servers
//! tell what became of a mail, and what waited in the network arrives. By the clock on everybody's
//! wall; whoever runs the world asks again and again what is [due](World::due), and does it.

use std::time::{Duration, UNIX_EPOCH};

use super::people::{ARRIVES_AFTER, Habit, MailNews, of_handset, of_mailbox};
use super::{Body, MAX_INBOXES, Mail, Received, World, links};

/// So much may be under way; what comes beyond it happens to nobody.
const MAX_PENDING: usize = 50_000;
/// When something is tried again that could not be done.
const AGAIN: Duration = Duration::from_secs(60);
/// Nobody writes back sooner after he did than this.
const ONCE_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that somebody does, and that its runner has to do for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The network calls these addresses.
    Report(Vec<String>),
    /// A person follows a link.
    Open(String),
    /// A program asks for all links, and for no more than their heads.
    Scan(Vec<String>),
    /// A handset sends a text. `id`: no other has it.
    Write {
        id: String,
        from: String,
        text: String,
    },
    /// A mail server or a service says what became of a mail.
    Tell {
        id: String,
        mail: String,
        recipient: String,
        news: MailNews,
    },
    /// A program answers with this mail.
    Answer(Vec<u8>),
}

/// What waits for its time.
pub(super) enum Pending {
    Deed(Deed),
    Late(LateSms),
}

/// An SMS that the network keeps for a while.
pub(super) struct LateSms {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) text: String,
    pub(super) reference: Option<String>,
    /// Called once it has arrived.
    pub(super) reports: Vec<String>,
}

impl World {
    /// What is to be done now. Each deed is given out once.
    #[must_use]
    pub fn due(&self) -> Vec<Deed> {
        let now = self.now();
        let mut state = self.state();
        let later = state.pending.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut state.pending, later);
        drop(state);
        let deed = |pending| match pending {
            Pending::Deed(deed) => deed,
            Pending::Late(sms) => self.arrive(sms),
        };
        due.into_values().map(deed).collect()
    }

    /// Has a deed done in a minute that could not be done now.
    pub fn again(&self, deed: Deed) {
        self.schedule(AGAIN, Pending::Deed(deed));
    }

    /// Keeps an SMS in the network.
    pub(super) fn keep_back(&self, sms: LateSms) {
        self.schedule(ARRIVES_AFTER, Pending::Late(sms));
    }

    /// What follows from an arrival.
    pub(super) fn plan(&self, received: &Received) {
        let habits = match received.body {
            Body::Sms(_) => of_handset(&received.to),
            Body::Mail(_) => of_mailbox(&received.to),
        };
        for (after, habit) in habits {
            if let Some(deed) = self.deed(*habit, received) {
                self.schedule(*after, Pending::Deed(deed));
            }
        }
    }

    pub(super) fn schedule(&self, after: Duration, pending: Pending) {
        let due = self.now() + after;
        let mut state = self.state();
        if state.pending.len() >= MAX_PENDING {
            return;
        }
        state.scheduled += 1;
        let key = (due, state.scheduled);
        state.pending.insert(key, pending);
    }

    fn arrive(&self, sms: LateSms) -> Deed {
        let shown = Body::Sms(sms.text);
        self.receive(&sms.to, &sms.from, shown, sms.reference.as_deref());
        Deed::Report(sms.reports)
    }

    fn deed(&self, habit: Habit, received: &Received) -> Option<Deed> {
        match habit {
            Habit::Reads => links(received).into_iter().next().map(Deed::Open),
            Habit::Scans => Some(Deed::Scan(links(received))),
            Habit::Writes(text) => self.may_write(&received.to).then(|| Deed::Write {
                id: name_of(received),
                from: received.to.clone(),
                text: text.to_owned(),
            }),
            Habit::IsAway => {
                let mail = mail_of(received)?;
                self.may_write(&received.to)
                    .then(|| Deed::Answer(away(received, mail)))
            }
            Habit::Tells(news) => Some(Deed::Tell {
                id: format!("{}-{news:?}", name_of(received)),
                mail: mail_of(received)?.header("Message-ID")?.to_owned(),
                recipient: received.to.clone(),
                news,
            }),
        }
    }

    /// Whoever answers each message would answer the answers to his own.
    fn may_write(&self, address: &str) -> bool {
        let now = self.now();
        let mut state = self.state();
        if state.wrote.len() > MAX_INBOXES {
            state.wrote.clear();
        }
        let before = state.wrote.get(address);
        if before.is_some_and(|at| now < *at + ONCE_IN) {
            return false;
        }
        state.wrote.insert(address.to_owned(), now);
        true
    }
}

/// What follows from an arrival is called so, also where the store outlives this world.
fn name_of(received: &Received) -> String {
    let at = received.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("world-{}-{}", at.as_secs(), received.id)
}

const fn mail_of(received: &Received) -> Option<&Mail> {
    match &received.body {
        Body::Mail(mail) => Some(mail),
        Body::Sms(_) => None,
    }
}

/// As programs write that answer for somebody (RFC 3834).
fn away(received: &Received, mail: &Mail) -> Vec<u8> {
    let header = |name: &str| mail.header(name).unwrap_or_default();
    let reply_to = mail.header("Reply-To").unwrap_or(&received.from);
    let (about, subject) = (header("Message-ID"), &mail.subject);
    format!(
        "From: {}\r\nTo: {reply_to}\r\nSubject: Fuori ufficio: {subject}\r\n\
         Message-ID: <{}@away.example>\r\nIn-Reply-To: {about}\r\nReferences: {about}\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nSono fuori ufficio fino a luned\u{ec}.\r\n",
        received.to,
        name_of(received)
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::SystemTime;

    use super::*;

    fn world() -> (Arc<AtomicU64>, World) {
        let hours = Arc::new(AtomicU64::new(0));
        let hands = Arc::clone(&hours);
        let now = move || {
            let passed = hands.load(Ordering::SeqCst) * 3_600;
            SystemTime::UNIX_EPOCH + Duration::from_secs(passed)
        };
        (hours, World::new(now))
    }

    #[test]
    fn a_person_reads_after_three_hours_and_once() {
        let (hours, world) = world();
        let text = Body::Sms("Pratica: https://a.it/s/1".to_owned());
        world.receive("+390009990020", "A", text, None);
        hours.store(2, Ordering::SeqCst);
        assert_eq!(world.due(), []);
        hours.store(3, Ordering::SeqCst);
        assert_eq!(world.due(), [Deed::Open("https://a.it/s/1".to_owned())]);
        assert_eq!(world.due(), []);
    }

    #[test]
    fn who_writes_back_does_so_once_a_day() {
        let (hours, world) = world();
        for _ in 0..3 {
            world.receive("+390009990031", "A", Body::Sms("x".to_owned()), None);
        }
        hours.store(1, Ordering::SeqCst);
        let due = world.due();
        assert!(
            matches!(&due[..], [Deed::Write { from, text, .. }] if from == "+390009990031" && text == "SI"),
            "{due:?}"
        );
        hours.store(25, Ordering::SeqCst);
        world.receive("+390009990031", "A", Body::Sms("x".to_owned()), None);
        hours.store(26, Ordering::SeqCst);
        assert_eq!(world.due().len(), 1);
    }

    #[test]
    fn what_waits_in_the_network_arrives_and_is_reported_then() {
        let (hours, world) = world();
        world.keep_back(LateSms {
            to: "+390009990008".to_owned(),
            from: "A".to_owned(),
            text: "tardi".to_owned(),
            reference: None,
            reports: vec!["http://a.it/1".to_owned()],
        });
        assert_eq!(world.due(), []);
        hours.store(6, Ordering::SeqCst);
        let reports = vec!["http://a.it/1".to_owned()];
        assert_eq!(world.due(), [Deed::Report(reports)]);
        assert_eq!(world.inbox("+390009990008").len(), 1);
    }
}
