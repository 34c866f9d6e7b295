//! Dispatch: claim, begin, send, finish. Takes messages off the queue and hands each to a provider,
//! never without a durable attempt row, never again without knowing that the last try failed.
//!
//! It does not decide who is told what (`plan`), nor what receipts mean (`track`). The path of
//! one message: `claim` takes it off the queue, `send` renders it, looks once more, writes the
//! attempt, hands it over and writes the answer; `providers` are the routes with their rates and
//! their health. Beside the path: `recovery` (timers, what nobody knows, what a dead node had in
//! hand) and `test_sends` (what operators send to themselves). `step` does all of it once on the
//! caller's task: how tests step through a node's life.

mod claim;
mod providers;
mod recovery;
mod send;
mod step;
mod test_sends;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

pub use providers::{
    ProviderRoute, ProviderRoutes, ProviderStatus, RateLimiter, SlotSource, StoredRate,
    USED_PERCENT,
};
pub use send::FloodGuard;
pub use step::StepOutcome;

use crate::domain::links::Links;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::retry::RetrySchedule;
use crate::domain::{Channel, Clock, Ids, Lane, NodeId, Timestamp};
use crate::runtime::{Lifecycle, Wake};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError};
use claim::{CachedPlan, PlanCache};
use recovery::{dead_nodes, timers};

/// How long a safety message that may have left waits before it is repeated at a risk.
const SOON: TimeDelta = TimeDelta::seconds(60);

/// How the dispatcher works; from `[dispatch]` of the configuration.
#[derive(Debug, Clone)]
pub struct DispatcherSettings {
    /// Messages that may be between claim and finish at once. Of these, as many may be `unknown` after
    /// a crash as the providers take at once: an attempt begins when a connection is in hand.
    pub window: usize,
    /// Places of the window that only this lane may use.
    pub reserved: BTreeMap<Lane, usize>,
    /// Messages taken off the queue in one batch, 1 to 1,000.
    pub claim: u32,
    /// How often to look for dead nodes.
    pub heartbeat: Duration,
    /// Silence after which a node is declared dead.
    pub node_ttl: TimeDelta,
    pub retry: RetrySchedule,
    /// How many messages one client may get.
    pub flood: FloodGuard,
    /// Quiet hours of clients who set none.
    pub quiet_hours: Option<QuietHours>,
    /// How long a provider may take until it can say what became of a message.
    pub reconcile_after: TimeDelta,
    /// How often a provider must say that it never got a message before it is believed.
    pub reconcile_attempts: u32,
    /// How long a receipt of an SMS may take.
    pub sms_horizon: TimeDelta,
    /// How long a report about an e-mail may take.
    pub email_horizon: TimeDelta,
}

impl DispatcherSettings {
    const fn receipts(&self) -> ReceiptHorizon {
        ReceiptHorizon {
            sms: self.sms_horizon,
            email: self.email_horizon,
        }
    }

    fn horizon(&self, channel: Channel) -> TimeDelta {
        match channel {
            Channel::Sms => self.sms_horizon,
            Channel::Email => self.email_horizon,
        }
    }

    /// When an accepted message is first looked at again: for its fallback, or at the horizon.
    fn first_look(&self, plan: &CachedPlan, channel: Channel, now: Timestamp) -> Timestamp {
        let horizon = now + self.horizon(channel);
        match plan.settings.fallback {
            Some((after_s, other)) if other != channel => {
                horizon.min(now + TimeDelta::seconds(after_s))
            }
            _ => horizon,
        }
    }

    /// When to look first at what nobody knows. A safety message that may be repeated at a risk is
    /// not left alone for longer than [`SOON`]: its reader needs it now, and an answer that is lost
    /// will not come any more.
    fn first_doubt(&self, plan: &CachedPlan, route: &ProviderRoute) -> TimeDelta {
        let patience = self.patience(route);
        if recovery::is_hasty(plan.plan.class, plan.settings.on_unknown) {
            patience.min(SOON)
        } else {
            patience
        }
    }

    /// How long to wait before asking what became of a message: until it has certainly come, and
    /// then until the provider can say so.
    fn patience(&self, route: &ProviderRoute) -> TimeDelta {
        let longest = TimeDelta::from_std(route.provider.capabilities().longest_send);
        longest.unwrap_or(TimeDelta::minutes(10)) + self.reconcile_after
    }

    /// The same; a provider that is not configured any more has had its time.
    fn patience_of(&self, route: Option<&ProviderRoute>) -> TimeDelta {
        route.map_or(self.reconcile_after, |route| self.patience(route))
    }
}

/// What a dispatcher is made of.
pub struct DispatcherParts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub routes: ProviderRoutes,
    /// This run of this node.
    pub node: NodeId,
    pub node_name: String,
    /// Makes the links in messages.
    pub links: Links,
    pub settings: DispatcherSettings,
    /// Woken when messages were queued.
    pub wake: Arc<Wake>,
}

/// The parts, and what the tasks of one dispatcher keep together.
struct Shared {
    parts: DispatcherParts,
    plans: PlanCache,
    writer: send::WriterHandle,
    limit: claim::ConcurrencyLimit,
    noted: tokio::sync::Mutex<Vec<ProviderStatus>>,
}

impl Deref for Shared {
    type Target = DispatcherParts;

    fn deref(&self) -> &DispatcherParts {
        &self.parts
    }
}

/// Carries messages out: as tasks of a daemon ([`Dispatcher::start`]), or step by step on the
/// caller's own ([`Dispatcher::step`]). The same code runs either way.
pub struct Dispatcher {
    shared: Arc<Shared>,
    writer: send::AttemptWriter,
    silent: dead_nodes::SilentNodes,
}

impl Dispatcher {
    /// A dispatcher that does nothing yet. Its node must be registered in the store.
    #[must_use]
    pub fn new(parts: DispatcherParts) -> Self {
        let (task, writer) = send::attempt_writer(
            parts.store.clone(),
            Arc::clone(&parts.clock),
            parts.node,
            parts.settings.clone(),
        );
        let shared = Arc::new(Shared {
            plans: PlanCache::default(),
            writer,
            limit: claim::ConcurrencyLimit::new(parts.settings.window, &parts.settings.reserved),
            noted: tokio::sync::Mutex::default(),
            parts,
        });
        Self {
            shared,
            writer: task,
            silent: dead_nodes::SilentNodes::default(),
        }
    }

    /// Starts dispatching. First takes back what an earlier run of this node left behind.
    pub async fn start(self, lifecycle: &Lifecycle) -> Result<(), StoreError> {
        let Self {
            shared,
            writer,
            silent,
        } = self;
        let silent = dead_nodes::rescue(&shared, &silent, None).await?;
        claim::fetch(&shared).await?;
        lifecycle.spawn("attempt writer", writer.run());
        lifecycle.spawn(
            "rescue",
            dead_nodes::watch(Arc::clone(&shared), silent, lifecycle.clone()),
        );
        lifecycle.spawn(
            "timers",
            timers::watch(Arc::clone(&shared), lifecycle.clone()),
        );
        for lane in Lane::ALL {
            lifecycle.spawn(
                "claim loop",
                claim::claim_loop(Arc::clone(&shared), *lane, lifecycle.clone()),
            );
        }
        for channel in Channel::ALL {
            lifecycle.spawn(
                "test sends",
                test_sends::watch(Arc::clone(&shared), *channel, lifecycle.clone()),
            );
        }
        Ok(())
    }
}

impl Shared {
    /// How long until something in the lane becomes due, at most `longest`.
    async fn until_next_due(&self, lane: Lane, longest: Duration) -> Duration {
        let next = match self.store.read().await {
            Ok(mut tx) => tx.messages().next_due(lane).await.ok().flatten(),
            // The next claim says what is wrong with the store.
            Err(error) => {
                tracing::debug!(error = %error, "cannot see when the next message is due");
                None
            }
        };
        let now = self.clock.now();
        next.and_then(|due| (due - now).to_std().ok())
            .map(|wait| self.clock.sleep_for(wait))
            .map_or(longest, |wait| {
                wait.clamp(Duration::from_millis(5), longest)
            })
    }
}
