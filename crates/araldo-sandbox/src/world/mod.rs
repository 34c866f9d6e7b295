//! What the virtual handsets and mailboxes received: the ground truth, in memory, bounded.
//!
//! Nothing here knows Araldo's store. What a page or a virtual reader sees is what arrived on
//! the wire.
//!
//! Some addresses misbehave, so that failure can be seen without waiting for one; behind some is somebody
//! who reads or writes back (`people`). All of them are in docs/sandbox.md; those that any number and any
//! mailbox of the sandbox may have:
//!
//! | address | what happens | ends as |
//! |---|---|---|
//! | `+39000…01` | taken, then reported as not delivered | `undelivered` |
//! | `+39000…02` | taken, never reported as delivered | `unconfirmed` |
//! | `+39000…03` | the gateway answers 503 | tried again, `failed` |
//! | `+39000…04` | arrives, but the gateway's answer is lost | `unknown`, then `delivered` |
//! | `+39000…05` | arrives; reports come twice and in the wrong order | `delivered` |
//! | `bounce@…` | 550 5.1.1, no such mailbox | `rejected`, address suppressed |
//! | `defer@…` | 450 the first two times | `accepted` at the third try |
//! | `slow@…` | the answer takes three seconds | `accepted` |
//! | `drop@…` | arrives, but the connection breaks before the answer | `unknown` |
//!
//! A mailbox's word may be followed by `+`, `.` or `-` and anything, or stand after a `+`:
//! `bounce.7@town.example`, `maria+drop@town.example`.
//!
//! `handsets` and `mailboxes` do so, at the gateway and at the mail server; `deeds` is what happens later,
//! `answers` what somebody types.

mod answers;
mod deeds;
mod faults;
mod gsm;
mod handsets;
mod mail;
mod mailboxes;
mod people;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::broadcast;

pub use deeds::Deed;
pub use mail::{Mail, links, pictures};
pub use people::MailNews;

use deeds::Pending;

/// Inboxes kept; the one that got nothing for the longest time goes first.
const MAX_INBOXES: usize = 5_000;
/// Items kept in each.
const MAX_ITEMS: usize = 20;
/// What a slow listener may lag behind before it misses items.
const MAX_LAG: usize = 1_024;
/// References remembered, twice over, to tell doubles.
const MAX_REFERENCES: usize = 200_000;

/// All handsets and mailboxes.
pub struct World {
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
    state: Mutex<State>,
    live: broadcast::Sender<Arc<Received>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Counts up from 1 over all inboxes.
    pub id: i64,
    /// The handset's number or the mailbox's address.
    pub to: String,
    /// As it stands on the wire: sender name, or the envelope's sender.
    pub from: String,
    pub at: SystemTime,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The text on the handset.
    Sms(String),
    Mail(Mail),
}

/// One handset or mailbox at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    pub address: String,
    /// All that ever arrived, also what is no longer kept.
    pub total: u64,
    pub newest: Arc<Received>,
}

/// The truth in numbers, to hold the store's numbers against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth {
    /// SMS that arrived on handsets.
    pub sms: u64,
    /// Mails that arrived in mailboxes.
    pub mails: u64,
    /// Items whose reference had arrived before, among the last 200,000 or more.
    pub doubles: u64,
    /// Refused by plan: no such mailbox, come back later, no room.
    pub refused: u64,
    /// Taken while the answer was lost by plan.
    pub answers_lost: u64,
}

#[derive(Default)]
struct State {
    last_id: i64,
    inboxes: HashMap<String, Kept>,
    /// By the newest item's id: who was reached last.
    order: BTreeMap<i64, String>,
    truth: Truth,
    seen: HashSet<String>,
    seen_before: HashSet<String>,
    deferrals: HashMap<String, u32>,
    /// By when it is due, and in which order it was thought of.
    pending: BTreeMap<(SystemTime, u64), Pending>,
    scheduled: u64,
    /// When each address last wrote back.
    wrote: HashMap<String, SystemTime>,
}

#[derive(Default)]
struct Kept {
    total: u64,
    items: VecDeque<Arc<Received>>,
}

impl World {
    /// Nobody has received anything. `now`: the clock on everybody's wall.
    #[must_use]
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            now: Box::new(now),
            state: Mutex::default(),
            live: broadcast::Sender::new(MAX_LAG),
        }
    }

    /// Puts something into an inbox and tells those who listen. `reference` is the sender's own
    /// name for it: the same one again is a double. Gives back the item's id.
    pub fn receive(&self, to: &str, from: &str, body: Body, reference: Option<&str>) -> i64 {
        let at = self.now();
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        let received = Arc::new(Received {
            id,
            to: to.to_owned(),
            from: from.to_owned(),
            at,
            body,
        });
        state.keep(Arc::clone(&received), reference);
        drop(state);
        self.plan(&received);
        if self.live.send(received).is_err() {
            tracing::trace!("nobody is looking at the sandbox");
        }
        id
    }

    /// Everything that arrives from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Received>> {
        self.live.subscribe()
    }

    /// The handsets, the one reached last first.
    #[must_use]
    pub fn handsets(&self, limit: usize) -> Vec<Inbox> {
        self.inboxes(limit, |body| matches!(body, Body::Sms(_)))
    }

    /// The mailboxes, the one reached last first.
    #[must_use]
    pub fn mailboxes(&self, limit: usize) -> Vec<Inbox> {
        self.inboxes(limit, |body| matches!(body, Body::Mail(_)))
    }

    fn inboxes(&self, limit: usize, is_wanted: impl Fn(&Body) -> bool) -> Vec<Inbox> {
        let state = self.state();
        let addresses = state.order.values().rev();
        addresses
            .filter_map(|address| state.inboxes.get(address).map(|kept| (address, kept)))
            .filter_map(|(address, kept)| {
                Some(Inbox {
                    address: address.clone(),
                    total: kept.total,
                    newest: Arc::clone(kept.items.back()?),
                })
            })
            .filter(|inbox| is_wanted(&inbox.newest.body))
            .take(limit)
            .collect()
    }

    /// What is kept of one handset or mailbox, the newest first.
    #[must_use]
    pub fn inbox(&self, address: &str) -> Vec<Arc<Received>> {
        let state = self.state();
        let kept = state.inboxes.get(address);
        kept.map(|kept| kept.items.iter().rev().cloned().collect())
            .unwrap_or_default()
    }

    /// One item of a handset or mailbox, if it is still kept.
    #[must_use]
    pub fn item(&self, address: &str, id: i64) -> Option<Arc<Received>> {
        let items = self.inbox(address);
        items.into_iter().find(|item| item.id == id)
    }

    /// The truth in numbers.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.state().truth
    }

    fn now(&self) -> SystemTime {
        (self.now)()
    }

    fn count_refused(&self) {
        self.state().truth.refused += 1;
    }

    fn count_answer_lost(&self) {
        self.state().truth.answers_lost += 1;
    }

    /// Whether a mailbox that defers still does: the first two times.
    fn defers(&self, address: &str) -> bool {
        let mut state = self.state();
        if state.deferrals.len() > MAX_INBOXES {
            state.deferrals.clear();
        }
        let times = state.deferrals.entry(address.to_owned()).or_default();
        *times += 1;
        *times <= 2
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, received: Arc<Received>, reference: Option<&str>) {
        match received.body {
            Body::Sms(_) => self.truth.sms += 1,
            Body::Mail(_) => self.truth.mails += 1,
        }
        if reference.is_some_and(|reference| !self.is_new(reference)) {
            self.truth.doubles += 1;
        }
        self.order.insert(received.id, received.to.clone());
        let kept = self.inboxes.entry(received.to.clone()).or_default();
        if let Some(newest) = kept.items.back() {
            self.order.remove(&newest.id);
        }
        kept.total += 1;
        kept.items.push_back(received);
        if kept.items.len() > MAX_ITEMS {
            kept.items.pop_front();
        }
        if self.inboxes.len() > MAX_INBOXES
            && let Some((_, longest_ago)) = self.order.pop_first()
        {
            self.inboxes.remove(&longest_ago);
        }
    }

    /// Remembers between one and two times [`MAX_REFERENCES`].
    fn is_new(&mut self, reference: &str) -> bool {
        if self.seen.len() >= MAX_REFERENCES {
            self.seen_before = std::mem::take(&mut self.seen);
        }
        !self.seen_before.contains(reference) && self.seen.insert(reference.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        World::new(|| SystemTime::UNIX_EPOCH)
    }

    fn sms(text: &str) -> Body {
        Body::Sms(text.to_owned())
    }

    #[test]
    fn an_inbox_keeps_its_newest_items_and_counts_all() {
        let world = world();
        for count in 0..25 {
            world.receive("+390000000010", "ARALDO", sms(&count.to_string()), None);
        }
        world.receive("+390000000011", "ARALDO", sms("other"), None);
        let items = world.inbox("+390000000010");
        assert_eq!(items.len(), MAX_ITEMS);
        assert_eq!(items[0].body, sms("24"));
        let inboxes = world.handsets(10);
        assert_eq!(inboxes.len(), 2);
        assert_eq!(inboxes[0].address, "+390000000011");
        assert_eq!(inboxes[1].total, 25);
        assert_eq!(world.mailboxes(10), []);
    }

    #[test]
    fn memory_is_bounded_and_the_longest_silent_inbox_goes_first() {
        let world = world();
        for number in 0..MAX_INBOXES + 10 {
            world.receive(&format!("+39{number}"), "A", sms("x"), None);
            world.receive("+39-kept", "A", sms("x"), None);
        }
        assert_eq!(world.handsets(usize::MAX).len(), MAX_INBOXES);
        assert_eq!(world.inbox("+390").len(), 0);
        assert_eq!(world.inbox("+39-kept").len(), MAX_ITEMS);
    }

    #[test]
    fn a_double_is_told_by_its_reference() {
        let world = world();
        for reference in [Some("a"), Some("b"), Some("a"), None, None] {
            world.receive("+391", "A", sms("x"), reference);
        }
        assert_eq!(world.truth().doubles, 1);
        assert_eq!(world.truth().sms, 5);
    }

    #[tokio::test]
    async fn who_listens_hears_what_arrives() {
        let world = world();
        let mut live = world.subscribe();
        world.receive("+391", "A", sms("ciao"), None);
        let heard = live.recv().await.unwrap();
        assert_eq!(heard.body, sms("ciao"));
        assert_eq!(heard.id, 1);
    }
}
