//! Who of those who want the feed is told something now. Each goes on by itself: one that answers slowly,
//! or not at all, holds up nobody else.
//!
//! One node at a time sends to one receiver: a lease. A node that dies gives it back with all that it
//! held, and lets the next one post again what it had not written down, under the same ids: a receiver
//! passes over an id that it knows. What is posted in one turn is in `turn`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use tokio::sync::Notify;

use super::post::WebhookPoster;
use crate::domain::limits::WEBHOOK_LEASE;
use crate::domain::{Clock, Ids, NodeId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::feed::Webhook;
use crate::store::{Store, StoreError};

/// How often to look for something new, and for whose pause is over.
const EVERY: Duration = Duration::from_secs(1);

/// What a sender works with.
pub struct WebhookParts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// This run of this node.
    pub node: NodeId,
    /// `[webhooks] allow_private`
    pub allowed: Vec<IpNet>,
    /// `[webhooks] give_up`
    pub give_up: TimeDelta,
}

/// Sends the feed to those who want it. One per node.
pub struct WebhookSender {
    pub(super) parts: WebhookParts,
    pub(super) poster: WebhookPoster,
    /// The names of those who have a turn just now.
    busy: Mutex<BTreeSet<String>>,
    /// Whoever had a turn may be told more at once.
    more: Notify,
}

/// A webhook that has a turn; it is free when this is dropped.
struct WebhookUnderWay {
    sender: Arc<WebhookSender>,
    webhook: Webhook,
}

impl WebhookSender {
    /// Connects to nobody yet.
    pub fn new(parts: WebhookParts) -> Result<Self, reqwest::Error> {
        let poster = WebhookPoster::new(&parts.allowed)?;
        Ok(Self {
            parts,
            poster,
            busy: Mutex::default(),
            more: Notify::new(),
        })
    }

    /// Sends until the daemon stops. Each turn is a task of its own, no more of them than webhooks there
    /// may be (`limits::WEBHOOKS`).
    pub async fn run(self: Arc<Self>, lifecycle: Lifecycle) {
        while !lifecycle.is_stopping() {
            match self.take_due().await {
                Ok(due) => {
                    for webhook in due {
                        let under_way = WebhookUnderWay::begin(&self, webhook);
                        lifecycle.spawn("webhook", under_way.tell(lifecycle.clone()));
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "webhooks cannot be sent; trying again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.parts.clock.sleep_for(EVERY)) => {}
                () = self.more.notified() => {}
                () = lifecycle.stopping() => {}
            }
        }
    }

    /// Leases those that are due and have no turn yet.
    async fn take_due(&self) -> Result<Vec<Webhook>, StoreError> {
        let WebhookParts {
            store, clock, node, ..
        } = &self.parts;
        super::number(store).await?;
        let busy: Vec<String> = self.busy().iter().cloned().collect();
        if !self.is_any_due(&busy, clock.now()).await? {
            return Ok(Vec::new());
        }
        let now = clock.now();
        let mut tx = store.write().await?;
        let due = tx
            .webhooks()
            .lease(*node, now, now + WEBHOOK_LEASE, &busy)
            .await?;
        tx.commit().await?;
        Ok(due)
    }

    /// A look that writes nothing: most of the time nobody is to be told anything.
    async fn is_any_due(&self, busy: &[String], now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.parts.store.read().await?;
        let last = tx.feed().span().await?.last;
        let all = tx.webhooks().list().await?;
        let due = |one: &Webhook| one.off_at.is_none() && one.next_at <= now && one.cursor < last;
        Ok(all.iter().any(|one| due(one) && !busy.contains(&one.name)))
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WebhookUnderWay {
    fn begin(sender: &Arc<WebhookSender>, webhook: Webhook) -> Self {
        sender.busy().insert(webhook.name.clone());
        Self {
            sender: Arc::clone(sender),
            webhook,
        }
    }

    /// What fails is looked at again with the next look: the lease is still ours.
    async fn tell(self, lifecycle: Lifecycle) {
        let told = self.sender.turn(&self.webhook, &lifecycle).await;
        let sender = Arc::clone(&self.sender);
        drop(self);
        match told {
            Ok(true) => sender.more.notify_one(),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = %error, "a webhook cannot be sent; trying again");
            }
        }
    }
}

impl Drop for WebhookUnderWay {
    fn drop(&mut self) {
        self.sender.busy().remove(&self.webhook.name);
    }
}
