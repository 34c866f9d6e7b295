//! What really happened: which handset or mailbox got what, and which reports are on their way.
//! The product sees none of this. Beside it the accidents that the seed has in store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use araldo::channel::{Accepted, Outgoing};
use araldo::dispatch::Dispatcher;
use araldo::domain::address::Address;
use araldo::domain::client::SuppressionReason;
use araldo::domain::clock::FixedClock;
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::{Channel, Clock as _, EventId, Ids, MessageId, Timestamp};
use araldo::store::Store;
use araldo::store::messages::receipts::{NewReceipt, ReceiptHorizon};
use araldo_sandbox::dice::Dice;
use chrono::TimeDelta;
use tokio::sync::Notify;

use super::erasure;
use super::ground::note_the_known;
use crate::support::node::Eye;

/// One text or mail that stands on a handset or in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) message: MessageId,
    pub(super) channel: Channel,
    /// The second of two that the provider made of one.
    pub(super) by_provider: bool,
}

/// What a provider does with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Takes it and says so.
    Take,
    /// Takes it and makes two of it.
    TakeTwice,
    /// Takes it; the answer is lost, or no answer anybody can read.
    TakeAndLose,
    /// Takes it only after everybody has given up waiting; the answer is lost.
    TakeLate,
    /// Never gets it, and nobody can tell.
    Lose,
    /// Refuses the address.
    Refuse,
    /// Cannot be reached.
    Down,
    /// Asks to be left alone.
    TooMany,
    /// Does not know us.
    Stranger,
    /// The node dies before it has it.
    DieBefore,
    /// The node dies; it gets it all the same, a little later.
    DieAndTakeLate,
    /// The node dies when it has it.
    DieAfter,
    /// The node sleeps past its lease just before or after, and wakes up.
    Sleep,
}

/// How bad a run is, in times of a hundred.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    pub(super) faults: i64,
    pub(super) deaths: i64,
    pub(super) bad_receipts: i64,
    pub(super) meddling: i64,
    /// The node falls asleep between claim and open.
    pub(super) dozing: i64,
    /// No report ever comes, and no send takes any time.
    pub(super) silent: bool,
}

impl Weather {
    /// Nothing goes wrong.
    pub(super) const FINE: Self = Self {
        faults: 0,
        deaths: 0,
        bad_receipts: 0,
        meddling: 0,
        dozing: 0,
        silent: false,
    };
}

/// A report on its way: when it is delivered.
pub(super) struct Post {
    pub(super) at: Timestamp,
    pub(super) receipt: NewReceipt,
}

/// Something on its way to a provider that nobody waits for any more.
struct Late {
    at: Timestamp,
    provider: String,
    reference: String,
    message: MessageId,
    channel: Channel,
    key_life: Option<TimeDelta>,
}

struct Inner {
    dice: Dice,
    weather: Weather,
    arrivals: Vec<Arrival>,
    /// When each provider first took each reference.
    taken: HashMap<(String, String), Timestamp>,
    late: Vec<Late>,
    posts: Vec<Post>,
    receipts: u64,
    faults: Vec<String>,
}

/// How people and providers reach the store beside the dispatcher.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) horizon: ReceiptHorizon,
    pub(super) addresses: Vec<Address>,
    pub(super) events: Mutex<Vec<EventId>>,
}

impl Desk {
    /// Keeps reports as the callback of a provider does.
    pub(super) async fn keep(&self, receipts: &[NewReceipt], now: Timestamp) {
        if receipts.is_empty() {
            return;
        }
        let mut tx = self.store.write().await.expect("the store works");
        tx.receipts(self.horizon)
            .append(receipts, now, &*self.ids)
            .await
            .expect("reports are kept");
        tx.commit().await.expect("kept");
    }
}

/// The truth of one run.
pub(super) struct World {
    inner: Mutex<Inner>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) eye: Arc<Eye>,
    /// The way in for receipts, and for clients and operators who change their minds.
    pub(super) desk: Desk,
    /// Says that the node is to die now.
    pub(super) death: Notify,
    /// Another node on the same store, while nobody uses it.
    pub(super) rival: Mutex<Option<Dispatcher>>,
}

impl World {
    pub(super) fn new(
        seed: u64,
        weather: Weather,
        clock: Arc<FixedClock>,
        eye: Arc<Eye>,
        desk: Desk,
    ) -> Self {
        Self {
            inner: Mutex::new(Inner {
                dice: Dice::of(seed ^ 0x7275_7468),
                weather,
                arrivals: Vec::new(),
                taken: HashMap::new(),
                late: Vec::new(),
                posts: Vec::new(),
                receipts: 0,
                faults: Vec::new(),
            }),
            clock,
            eye,
            desk,
            death: Notify::new(),
            rival: Mutex::new(None),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody crashes in here")
    }

    /// From here on everything works, and nobody dies.
    pub(super) fn calm_down(&self) {
        let mut inner = self.inner();
        inner.weather = Weather {
            silent: inner.weather.silent,
            ..Weather::FINE
        };
    }

    /// What the next message meets.
    pub(super) fn fate(&self) -> Fate {
        let mut inner = self.inner();
        let Weather { faults, deaths, .. } = inner.weather;
        if inner.dice.percent(deaths) {
            return *inner.dice.one_of(&[
                Fate::DieBefore,
                Fate::DieAndTakeLate,
                Fate::DieAfter,
                Fate::Sleep,
            ]);
        }
        if !inner.dice.percent(faults) {
            return Fate::Take;
        }
        *inner.dice.one_of(&[
            Fate::TakeTwice,
            Fate::TakeAndLose,
            Fate::TakeAndLose,
            Fate::TakeLate,
            Fate::Lose,
            Fate::Lose,
            Fate::Refuse,
            Fate::Down,
            Fate::TooMany,
            Fate::Stranger,
        ])
    }

    /// Whether the node falls asleep now.
    pub(super) fn dozes(&self) -> bool {
        let mut inner = self.inner();
        let chance = inner.weather.dozing;
        inner.dice.percent(chance)
    }

    /// From here on the weather is this.
    pub(super) fn turns(&self, weather: Weather) {
        self.inner().weather = weather;
    }

    /// Whether somebody changes their mind at this very moment.
    pub(super) fn meddling(&self) -> bool {
        let mut inner = self.inner();
        let chance = inner.weather.meddling;
        inner.dice.percent(chance)
    }

    /// Whether reports come before the answer.
    pub(super) fn hurries(&self) -> bool {
        let mut inner = self.inner();
        let chance = inner.weather.bad_receipts;
        inner.dice.percent(chance)
    }

    /// How often a send lets others go first.
    pub(super) fn hesitation(&self) -> i64 {
        let mut inner = self.inner();
        match inner.weather.silent {
            true => 0,
            false => inner.dice.between(0, 3),
        }
    }

    pub(super) fn percent(&self, chance: i64) -> bool {
        self.inner().dice.percent(chance)
    }

    pub(super) fn between(&self, low: i64, high: i64) -> i64 {
        self.inner().dice.between(low, high)
    }

    /// A rule of the game was broken: told at the end, with the seed.
    pub(super) fn broken(&self, what: String) {
        self.inner().faults.push(what);
    }

    pub(super) fn broken_rules(&self) -> Vec<String> {
        self.inner().faults.clone()
    }

    /// The provider has it. `key_life`: how long it knows a reference again.
    pub(super) fn take(
        &self,
        provider: &str,
        outgoing: &Outgoing,
        channel: Channel,
        key_life: Option<TimeDelta>,
        twice: bool,
    ) -> Accepted {
        let now = self.clock.now();
        let mut inner = self.inner();
        let late = Late {
            at: now,
            provider: provider.to_owned(),
            reference: outgoing.reference.0.clone(),
            message: outgoing.message,
            channel,
            key_life,
        };
        inner.land(now);
        let fresh = inner.arrive(&late, false);
        if twice && fresh {
            inner.arrive_again(&late);
        }
        Accepted {
            provider_ref: None,
            code: String::from("202"),
        }
    }

    /// The provider gets it after so long.
    pub(super) fn take_later(
        &self,
        provider: &str,
        outgoing: &Outgoing,
        channel: Channel,
        key_life: Option<TimeDelta>,
        within_s: i64,
    ) {
        let mut inner = self.inner();
        let wait = inner.dice.between(1, within_s);
        let late = Late {
            at: self.clock.now() + TimeDelta::seconds(wait),
            provider: provider.to_owned(),
            reference: outgoing.reference.0.clone(),
            message: outgoing.message,
            channel,
            key_life,
        };
        inner.late.push(late);
    }

    /// Whether a provider that looks for a message finds it; it needs a while to see one.
    pub(super) fn finds(&self, provider: &str, reference: &str, sight: TimeDelta) -> bool {
        let key = (provider.to_owned(), reference.to_owned());
        let now = self.clock.now();
        let mut inner = self.inner();
        inner.land(now);
        let taken = inner.taken.get(&key).copied();
        taken.is_some_and(|at| at + sight <= now)
    }

    /// What was on its way until now has come. Returns the reports that are due.
    pub(super) fn pass_time(&self) -> Vec<NewReceipt> {
        let now = self.clock.now();
        let mut inner = self.inner();
        inner.land(now);
        let (due, still): (Vec<_>, Vec<_>) = inner.posts.drain(..).partition(|p| p.at <= now);
        inner.posts = still;
        due.into_iter().map(|post| post.receipt).collect()
    }

    /// The reports about one message that are on their way, all at once.
    pub(super) fn hurry(&self, message: MessageId) -> Vec<NewReceipt> {
        let mut inner = self.inner();
        let (mine, others): (Vec<_>, Vec<_>) = inner
            .posts
            .drain(..)
            .partition(|post| post.receipt.message == Some(message));
        inner.posts = others;
        mine.into_iter().map(|post| post.receipt).collect()
    }

    /// Somebody changes their mind: a client says STOP or is erased, or an operator withdraws a
    /// message.
    pub(super) async fn meddle(&self) {
        if self.percent(erasure::SHARE) {
            return erasure::erase_somebody(self).await;
        }
        let now = self.clock.now();
        let (address, event) = {
            let mut inner = self.inner();
            let address = inner.dice.one_of(&self.desk.addresses).clone();
            let events = self.desk.events.lock().expect("nobody crashes in here");
            let event = (!events.is_empty()).then(|| *inner.dice.one_of(&events));
            (address, event.filter(|_| inner.dice.percent(30)))
        };
        let mut tx = self.desk.store.write().await.expect("the store works");
        if let Some(event) = event {
            tx.plans()
                .cancel_event(event, now)
                .await
                .expect("withdrawn");
        } else {
            tx.suppressions()
                .suppress(&address, SuppressionReason::Stop, None, now)
                .await
                .expect("stopped");
        }
        tx.commit().await.expect("kept");
        note_the_known(&self.eye).await;
    }

    /// When something is on its way next.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let inner = self.inner();
        let late = inner.late.iter().map(|late| late.at);
        late.chain(inner.posts.iter().map(|post| post.at)).min()
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        self.inner().arrivals.clone()
    }
}

impl Inner {
    /// What was on its way until `now` has come, before anybody else asks or sends.
    fn land(&mut self, now: Timestamp) {
        let (come, still): (Vec<_>, Vec<_>) = self.late.drain(..).partition(|late| late.at <= now);
        self.late = still;
        for late in &come {
            self.arrive(late, false);
        }
    }

    /// It stands on the handset, unless the provider knows the reference. True: it does now.
    fn arrive(&mut self, late: &Late, by_provider: bool) -> bool {
        let key = (late.provider.clone(), late.reference.clone());
        if let (Some(first), Some(life)) = (self.taken.get(&key), late.key_life)
            && late.at < *first + life
        {
            return false;
        }
        self.taken.entry(key).or_insert(late.at);
        self.arrivals.push(Arrival {
            message: late.message,
            channel: late.channel,
            by_provider,
        });
        self.report(late);
        true
    }

    /// The provider makes a second one of its own.
    fn arrive_again(&mut self, late: &Late) {
        self.arrivals.push(Arrival {
            message: late.message,
            channel: late.channel,
            by_provider: true,
        });
        self.report(late);
    }

    /// Reports about one arrival: none, some, in any order, some twice, some before the answer.
    fn report(&mut self, late: &Late) {
        use ReceiptKind::{Accepted, Buffered, Delivered, Undelivered};
        let stories: [&[ReceiptKind]; 7] = [
            &[Delivered],
            &[Delivered],
            &[Buffered, Delivered],
            &[Accepted, Undelivered],
            &[Undelivered],
            &[Delivered, Undelivered],
            &[],
        ];
        let story = *self.dice.one_of(&stories);
        if self.weather.silent {
            return;
        }
        let arrival = self.receipts;
        self.receipts += 1;
        for kind in story {
            let longest = if self.dice.percent(20) { 90_000 } else { 300 };
            let wait = self.dice.between(0, longest);
            let receipt = NewReceipt {
                provider: late.provider.clone(),
                key: format!("{arrival}-{}", kind.as_str()),
                message: Some(late.message),
                kind: *kind,
                code: None,
                detail: None,
                provider_at: None,
                bad_address: false,
            };
            let times = 1 + u32::from(self.dice.percent(self.weather.bad_receipts));
            for _ in 0..times {
                let slip = self.dice.between(0, 60);
                self.posts.push(Post {
                    at: late.at + TimeDelta::seconds(wait + slip),
                    receipt: receipt.clone(),
                });
            }
        }
    }
}
