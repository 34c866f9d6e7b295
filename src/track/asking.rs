//! Providers that are asked for what others call back (`channel::polled`): what became of an SMS 5, 15 and
//! 60 minutes after it was taken, and what clients wrote. By one node at a time, under a claim as that on
//! a mailbox; how far it came is when it last looked, so that what fell due meanwhile is asked about by
//! whoever goes on. What is found goes the way of what is brought (`channel::handover`): each report and
//! each text is kept once, however often it is found.
//!
//! A provider that cannot be asked is asked again later, and shown to people as a mailbox is that
//! cannot be read.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};

use crate::channel::{
    Brought, HandoverDesk, HandoverFate, PolledProvider, Provider, Reference, SendError,
};
use crate::domain::limits::{ASKED_AT_ONCE, INBOX_LONGEST_PAUSE, TEXT_PAGES, TEXTS_LOOKED_BACK};
use crate::domain::{Channel, Clock, MessageId, NodeId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::sources::InboxRow;
use crate::store::{Store, StoreError};

/// How long after a provider took an SMS it is asked what became of it.
const MARKS: [TimeDelta; 3] = [
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(60),
];
/// How often somebody looks which SMS are to be asked about.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The first pause after a fault.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Whoever asks for the first time asks about what is under way.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(60);
/// A text may be written down over there after a later one.
const TEXTS_OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// What a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedFor {
    /// What became of each SMS.
    Statuses,
    Texts,
}

impl AskedFor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Statuses => "statuses",
            Self::Texts => "replies",
        }
    }
}

/// Asks one provider for one thing, as long as the daemon runs.
pub struct ProviderAsking {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub node: NodeId,
    pub provider: Arc<dyn Provider>,
    /// Where what is found is kept.
    pub desk: HandoverDesk,
    pub wanted: AskedFor,
}

/// Why a provider is not asked for now.
#[derive(Debug, thiserror::Error)]
enum AskingFault {
    #[error(transparent)]
    Provider(#[from] SendError),
    #[error("what it says cannot be kept: {0}")]
    Store(#[from] StoreError),
    #[error("what it says cannot be kept now")]
    NotKept,
}

impl ProviderAsking {
    /// What each of these has to be asked for.
    #[must_use]
    pub fn wanted(provider: &dyn Provider) -> Vec<AskedFor> {
        let Some(asked) = provider.polled() else {
            return Vec::new();
        };
        let statuses = asked.tells_statuses().then_some(AskedFor::Statuses);
        let texts = asked.texts_every().map(|_| AskedFor::Texts);
        statuses.into_iter().chain(texts).collect()
    }

    /// Asks until the daemon stops, then lets another node ask.
    pub async fn run(self, lifecycle: Lifecycle) {
        let mut faults = 0_u32;
        while !lifecycle.is_stopping() {
            let pause = tokio::select! {
                looked = Box::pin(self.look()) => self.pause(looked, &mut faults).await,
                () = lifecycle.stopping() => break,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = lifecycle.stopping() => {}
            }
        }
        if let Err(error) = self.let_go().await {
            tracing::warn!(provider.name = self.provider.name(), error = %error,
                "another node will ask the provider only when this one counts as stopped");
        }
    }

    /// One look, if this node is the one that asks.
    async fn look(&self) -> Result<(), AskingFault> {
        let Some(asked) = self.provider.polled() else {
            return Ok(());
        };
        let Some(row) = self.claim().await? else {
            return Ok(());
        };
        let last = row.looked_at;
        let now = self.clock.now();
        match self.wanted {
            AskedFor::Statuses => self.statuses(asked, last, now).await?,
            AskedFor::Texts => self.texts(asked, last, now).await?,
        }
        let mut tx = self.store.write().await?;
        tx.inboxes().looked(&self.name(), self.node, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks about each SMS that came to one of the marks since the last look.
    async fn statuses(
        &self,
        asked: &dyn PolledProvider,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), AskingFault> {
        let last = last.unwrap_or(now - LOOK_BACK);
        for mark in MARKS {
            let mut beyond = MessageId::new(0);
            loop {
                let within = (last - mark, now - mark);
                let mut tx = self.store.read().await?;
                let name = self.provider.name();
                let due = tx.timers().accepted_within(name, within, beyond).await?;
                drop(tx);
                let Some(newest) = due.last().copied() else {
                    break;
                };
                self.ask_about(asked, due).await?;
                beyond = newest;
            }
        }
        Ok(())
    }

    /// One that cannot be asked about is at its next mark; if none can, something is wrong.
    async fn ask_about(
        &self,
        asked: &dyn PolledProvider,
        due: Vec<MessageId>,
    ) -> Result<(), AskingFault> {
        let answers: Vec<Result<(), AskingFault>> = stream::iter(due)
            .map(|message| self.ask_about_one(asked, message))
            .buffer_unordered(ASKED_AT_ONCE)
            .collect()
            .await;
        let answered = answers.iter().any(Result::is_ok);
        for answer in answers {
            match answer {
                Err(AskingFault::Provider(error)) if answered => {
                    tracing::warn!(provider.name = self.provider.name(), error = %error,
                        "a provider does not say what became of an SMS");
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn ask_about_one(
        &self,
        asked: &dyn PolledProvider,
        message: MessageId,
    ) -> Result<(), AskingFault> {
        let reference = Reference::of(message, Channel::Sms);
        match asked.status(&reference).await? {
            Some(report) => self.keep(Brought::Report(report)).await,
            None => Ok(()),
        }
    }

    /// Takes what clients wrote since the last look, page by page.
    async fn texts(
        &self,
        asked: &dyn PolledProvider,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), AskingFault> {
        let since = last.map_or(now - TEXTS_LOOKED_BACK, |last| last - TEXTS_OVERLAP);
        for page in 1..=TEXT_PAGES {
            let found = asked.texts(since, page).await?;
            for text in found.texts {
                self.keep(Brought::Text(text)).await?;
            }
            if !found.is_full {
                return Ok(());
            }
        }
        tracing::warn!(
            provider.name = self.provider.name(),
            "clients wrote more than is read in one look; the rest is lost"
        );
        Ok(())
    }

    /// What cannot be read is passed over; what cannot be kept now is found by the next look.
    async fn keep(&self, brought: Brought) -> Result<(), AskingFault> {
        let provider = self.provider.name().to_owned();
        match self.desk.hand_over(provider, brought).await {
            HandoverFate::Kept | HandoverFate::NotKnown => Ok(()),
            HandoverFate::NotNow => Err(AskingFault::NotKept),
            HandoverFate::Unreadable => {
                tracing::warn!(
                    provider.name = self.provider.name(),
                    "a text that a client wrote cannot be read"
                );
                Ok(())
            }
        }
    }

    /// How the looks do, if this node is the one that looks.
    async fn claim(&self) -> Result<Option<InboxRow>, StoreError> {
        let name = self.name();
        let mut tx = self.store.write().await?;
        let is_ours = tx.inboxes().claim(&name, self.node).await?;
        let known = tx.inboxes().list().await?;
        tx.commit().await?;
        let row = known.into_iter().find(|row| row.name == name);
        Ok(row.filter(|_| is_ours))
    }

    async fn let_go(&self) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        tx.inboxes().release(&self.name(), self.node).await?;
        tx.commit().await
    }

    /// No mailbox can be called so: no name of one has a slash.
    fn name(&self) -> String {
        format!("{}/{}", self.provider.name(), self.wanted.as_str())
    }

    /// How long to wait before the next look; a fault is written down.
    async fn pause(&self, looked: Result<(), AskingFault>, faults: &mut u32) -> Duration {
        let Err(fault) = looked else {
            *faults = 0;
            let every = self.provider.polled().and_then(PolledProvider::texts_every);
            return match self.wanted {
                AskedFor::Statuses => LOOK_EVERY,
                AskedFor::Texts => every.unwrap_or(LOOK_EVERY),
            };
        };
        *faults = faults.saturating_add(1);
        tracing::warn!(provider.name = self.provider.name(), error = %fault,
            asked.faults = *faults, "a provider cannot be asked; trying again");
        if let Err(error) = self.note_fault(&fault.to_string()).await {
            tracing::error!(provider.name = self.provider.name(), error = %error,
                "that a provider cannot be asked could not be written down");
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << (*faults - 1).min(16));
        doubled.min(INBOX_LONGEST_PAUSE)
    }

    async fn note_fault(&self, fault: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        tx.inboxes()
            .failed(&self.name(), self.node, fault, now)
            .await?;
        tx.commit().await
    }
}
