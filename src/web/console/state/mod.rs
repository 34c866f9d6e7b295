//! What the console keeps in memory, and the list of providers it is given by `app`. Nothing here
//! must survive a restart.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono_tz::Tz;
use tokio::sync::{Mutex, Semaphore};

use crate::domain::client::HOME_ZONE;
use crate::domain::language::Language;
use crate::domain::money::UnitPrices;
use crate::domain::promise::Dialogue;
use crate::domain::{Channel, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::reports::DeliveryFunnel;
use crate::template::Workshop;
use crate::template::stored::StoredTemplates;
use crate::web::Web;
use crate::web::console::shell::ConsoleWords;
use crate::web::door::CachedAnswer;
use crate::web::problem::Problem;

mod declaring;
mod funnels;
mod signing_in;
mod snapshot;
mod throughput;

pub use declaring::DeclareSettings;
use funnels::Funnels;
pub use signing_in::SignInSettings;
pub(crate) use snapshot::{Snapshot, URGENT_WAIT, is_paused};
use throughput::Meter;
pub(crate) use throughput::Throughput;

/// Previews of unsaved mails kept; the oldest go first.
const PREVIEWS: usize = 64;

/// When a page is made, whose clock its exact times go by, and in which words it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) zone: Tz,
    pub(crate) words: ConsoleWords,
}

impl Moment {
    /// The day, counted from 1970-01-01.
    pub(crate) fn day(self) -> i64 {
        self.at.day_in(self.zone)
    }
}

/// A configured provider, for the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFace {
    /// `[provider.NAME]`.
    pub name: String,
    /// `smtp`, `kannel`, `http`, `sandbox` and the like.
    pub kind: String,
    pub channel: Channel,
}

/// What the console keeps in memory.
pub struct ConsoleState {
    /// The versions that sent messages were written from.
    pub(crate) sent: StoredTemplates,
    pub(crate) providers: Vec<ProviderFace>,
    pub(crate) lifecycle: Lifecycle,
    zone: Tz,
    language: Language,
    pub(crate) declaring: DeclareSettings,
    prices: UnitPrices,
    /// When people answer clients, and how soon they promise to.
    pub(crate) dialogue: Dialogue,
    pub(crate) sign_in: SignInSettings,
    /// Where what an operator typed is tried.
    pub(crate) texts: Workshop,
    snapshot: CachedAnswer<Result<Arc<Snapshot>, Problem>>,
    funnels: Funnels,
    meter: Mutex<Meter>,
    previews: Mutex<VecDeque<(String, String)>>,
    /// One replay of the last days at a time: each reads a good part of the store.
    pub(crate) replays: Semaphore,
}

impl ConsoleState {
    /// `lifecycle`: live pages end when the daemon stops.
    #[must_use]
    pub fn new(providers: Vec<ProviderFace>, lifecycle: Lifecycle) -> Self {
        Self {
            sent: StoredTemplates::for_looking(Workshop::default()),
            providers,
            lifecycle,
            zone: HOME_ZONE,
            language: Language::English,
            declaring: DeclareSettings::default(),
            prices: UnitPrices::default(),
            dialogue: Dialogue::default(),
            sign_in: SignInSettings::default(),
            texts: Workshop::default(),
            snapshot: CachedAnswer::default(),
            funnels: Funnels::default(),
            meter: Mutex::default(),
            previews: Mutex::default(),
            replays: Semaphore::const_new(1),
        }
    }

    /// Whose days and clock the pages and figures go by (`[upkeep] zone`); Rome's until said
    /// otherwise.
    #[must_use]
    pub const fn in_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Whose days and clock the pages and figures go by.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// In which language the pages are for whoever chose none (`[console] language`); English until
    /// said otherwise.
    #[must_use]
    pub const fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// What the settings say of incidents that people declare.
    #[must_use]
    pub fn declaring(mut self, settings: DeclareSettings) -> Self {
        self.declaring = settings;
        self
    }

    /// What is not sent yet would cost.
    #[must_use]
    pub fn pricing(mut self, prices: UnitPrices) -> Self {
        self.prices = prices;
        self
    }

    /// What is not sent yet would cost, and in which currency all is told.
    pub(crate) const fn prices(&self) -> &UnitPrices {
        &self.prices
    }

    /// What the settings say of answers to clients.
    #[must_use]
    pub fn promising(mut self, dialogue: Dialogue) -> Self {
        self.dialogue = dialogue;
        self
    }

    /// What the settings say of how people come in.
    #[must_use]
    pub fn signing_in(mut self, settings: SignInSettings) -> Self {
        self.sign_in = settings;
        self
    }

    /// The words for whoever chose no language.
    pub(crate) const fn words(&self) -> ConsoleWords {
        ConsoleWords::new(self.language)
    }

    /// Notes from now on how quickly messages go out.
    pub fn watch(web: &Web) {
        throughput::watch(web);
    }

    /// What is going on, at most a second old: however many look, the store is asked once.
    pub(crate) async fn now(&self, web: &Web) -> Result<Arc<Snapshot>, Problem> {
        let taken = async { Ok(Arc::new(Snapshot::take(web, web.moment()).await?)) };
        self.snapshot.or(&*web.clock, taken).await
    }

    /// How far the messages of an incident got.
    pub(crate) async fn funnel(
        &self,
        web: &Web,
        incident: i64,
    ) -> Result<DeliveryFunnel, StoreError> {
        self.funnels.of(web, incident).await
    }

    /// Notes how many were accepted since the beginning, and says how many that makes in a
    /// minute; nothing until it has looked for some seconds.
    pub(crate) async fn throughput(&self, now: Timestamp, accepted: i64) -> Throughput {
        self.meter.lock().await.note(now, accepted)
    }

    /// Keeps an unsaved mail for the frame that will ask for it.
    pub(crate) async fn keep_preview(&self, key: String, html: String) {
        let mut previews = self.previews.lock().await;
        if previews.len() >= PREVIEWS {
            previews.pop_front();
        }
        previews.push_back((key, html));
    }

    /// A mail kept before.
    pub(crate) async fn preview(&self, key: &str) -> Option<String> {
        let previews = self.previews.lock().await;
        previews
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, html)| html.clone())
    }
}

impl Web {
    /// Now, by the organisation's clock and in its words. Pages for a person take theirs of `Visit`.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            at: self.clock.now(),
            zone: self.console.zone,
            words: self.console.words(),
        }
    }
}
