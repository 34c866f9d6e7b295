//! What services tell of mails over HTTP, on its way to the store: many calls in one transaction, each
//! answered when what it tells is durable. The calls are proven (`channel::email::events`), and a service is
//! believed of the mails that it had, and of no others: an event leads to a message by a name of ours, by
//! our return path or by the service's own name for it, never by an address alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::hashed;
use super::joined::{is_same, named};
use super::reports::{complain, quoted};
use crate::channel::{MailEvent, MailFate, Reference};
use crate::domain::limits::{CALL_AHEAD, EVENT_OVERTAKES};
use crate::domain::mail_return::MailProof;
use crate::domain::receipt::ReceiptKind;
use crate::domain::token::{Purpose, Signer};
use crate::domain::{Channel, Clock, Ids, MessageId, Timestamp};
use crate::runtime::{GroupCommit, Lifecycle, Writer, Written};
use crate::store::messages::mails::{MailedMessage, NewMail};
use crate::store::messages::receipts::{NewReceipt, ReceiptHorizon};
use crate::store::{Store, StoreError, Tx};
use crate::track::inbox::NotKept;
use crate::track::returned::{self, ReturnedClass};

/// Names of one event that are looked up.
const TRIED: usize = 5;

/// What one call of a service tells.
#[derive(Debug)]
pub struct ToldMails {
    pub provider: String,
    pub events: Vec<MailEvent>,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldTaken {
    /// What is about mails of ours is durable.
    All,
    /// The same, but an event is about a mail that nobody knows yet: the answer to its own request may
    /// be on its way. It is to be brought again.
    Overtaking,
}

/// Takes such calls in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ToldInbox(GroupCommit<ToldMails, Result<ToldTaken, NotKept>>);

impl ToldInbox {
    /// Starts the task that writes.
    pub(in crate::track) fn start(lifecycle: &Lifecycle, writer: ToldWriter) -> Self {
        Self(GroupCommit::start(lifecycle, "told mails", writer))
    }

    /// Returns when it is durable, or was already known.
    pub async fn take(&self, told: ToldMails) -> Result<ToldTaken, NotKept> {
        self.0.write(told).await.unwrap_or(Err(NotKept))
    }
}

/// Writes many calls at once.
pub(in crate::track) struct ToldWriter {
    pub(in crate::track) store: Store,
    pub(in crate::track) clock: Arc<dyn Clock>,
    pub(in crate::track) ids: Arc<dyn Ids>,
    /// The one that made the tokens of return paths.
    pub(in crate::track) signer: Signer,
    pub(in crate::track) horizon: ReceiptHorizon,
}

impl Writer for ToldWriter {
    type Job = ToldMails;
    type Answer = Result<ToldTaken, NotKept>;

    /// Events of one transaction: others write to the store as well.
    const HEAVIEST: usize = 500;

    fn weight(job: &ToldMails) -> usize {
        job.events.len()
    }

    async fn write(&self, calls: &[ToldMails]) -> Written<Self::Answer> {
        Written::Together(match self.take_all(calls).await {
            Ok(taken) => taken.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::error!(error = %error, calls.refused = calls.len(),
                    "what services tell of e-mails cannot be kept; they will tell it again");
                vec![Err(NotKept); calls.len()]
            }
        })
    }
}

/// What follows from new events, written at the end: messages before bars, as everywhere.
#[derive(Default)]
struct Following {
    receipts: Vec<NewReceipt>,
    /// In the order of messages, which all nodes keep to.
    complaints: BTreeMap<MessageId, MailedMessage>,
}

impl ToldWriter {
    async fn take_all(&self, calls: &[ToldMails]) -> Result<Vec<ToldTaken>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let mut following = Following::default();
        let mut taken = Vec::with_capacity(calls.len());
        for call in calls {
            let mut became = ToldTaken::All;
            for event in &call.events {
                let told = (call.provider.as_str(), event);
                match self.find(&mut tx, told).await? {
                    Some(attempt) => self.enter(&mut tx, told, attempt, &mut following).await?,
                    None if self.may_overtake(event, now) => became = ToldTaken::Overtaking,
                    // A mail of somebody else's, or one that was erased.
                    None => {}
                }
            }
            taken.push(became);
        }
        if !following.receipts.is_empty() {
            let mut receipts = tx.receipts(self.horizon);
            let new = &following.receipts;
            receipts.append(new, now, &*self.ids).await?;
        }
        for mailed in following.complaints.values() {
            complain(&mut tx, mailed, now).await?;
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// The attempt of this provider that an event is about.
    async fn find(
        &self,
        tx: &mut Tx,
        (provider, event): (&str, &MailEvent),
    ) -> Result<Option<(MessageId, i64)>, StoreError> {
        for name in event.names.iter().take(TRIED) {
            let mut attempts = tx.attempts();
            let found = match self.ours(name) {
                Some(message) => {
                    let reference = Reference::of(message, Channel::Email).0;
                    let lease_no = attempts.under_reference(provider, message, &reference);
                    lease_no.await?.map(|lease_no| (message, lease_no))
                }
                None => attempts.under_provider_ref(provider, name).await?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The message of a reference or a Message-ID of ours, or of an address that reports go to.
    fn ours(&self, name: &str) -> Option<MessageId> {
        let by_token = || {
            let (local, _) = name.rsplit_once('@')?;
            let (_, token) = local.rsplit_once('+')?;
            self.signer.open_caseless(Purpose::MailReport, token)
        };
        named(name).or_else(|| by_token().map(MessageId::new))
    }

    /// Whether its message may be there in a moment. Those that we named are there before they leave.
    fn may_overtake(&self, event: &MailEvent, now: Timestamp) -> bool {
        let young = now - EVENT_OVERTAKES..=now + CALL_AHEAD;
        let is_young = event.at.is_some_and(|at| young.contains(&at));
        let has_our_name = || event.names.iter().any(|name| self.ours(name).is_some());
        is_young && !event.names.is_empty() && !has_our_name()
    }

    /// Enters an event once, and notes what follows from it.
    async fn enter(
        &self,
        tx: &mut Tx,
        (provider, event): (&str, &MailEvent),
        (message, lease_no): (MessageId, i64),
        following: &mut Following,
    ) -> Result<(), StoreError> {
        let Some(mailed) = tx.mails().sent(message).await? else {
            return Ok(());
        };
        let (class, now) = (class(event), self.clock.now());
        let key = hashed(&[b"told", provider.as_bytes(), event.id.as_bytes()]);
        let entry = NewMail {
            id: self.ids.next(),
            key: &key,
            inbox: provider,
            class: class.as_str(),
            message: Some(message),
            proof: MailProof::Token,
            status: event.status.as_deref(),
            at: now,
        };
        if !tx.mails().enter(&entry).await? {
            return Ok(());
        }
        match kind(event.fate) {
            None => drop(following.complaints.insert(message, mailed)),
            Some(kind) => following.receipts.push(NewReceipt {
                provider: provider.to_owned(),
                // Of each class an attempt has one report, whatever a service calls its events.
                key: format!("{message}-{lease_no}-{class}"),
                message: Some(message),
                kind,
                code: event.status.clone(),
                detail: Some(quoted(class, &event.said)),
                provider_at: event.at.filter(|at| *at <= now),
                bad_address: class == ReturnedClass::Hard
                    && is_same(&event.recipient, &mailed.address),
            }),
        }
        Ok(())
    }
}

/// What an event means, in the words for returned mails.
fn class(event: &MailEvent) -> ReturnedClass {
    match event.fate {
        MailFate::Delivered => ReturnedClass::Delivered,
        MailFate::Delayed => ReturnedClass::Delayed,
        MailFate::Refused => ReturnedClass::Policy,
        MailFate::Complained => ReturnedClass::Complaint,
        MailFate::Bounced(permanence) => {
            returned::told(event.status.as_deref(), &event.said, permanence)
        }
    }
}

/// What a receipt says. None: a complaint, which bars the address and says nothing of the mail's way.
const fn kind(fate: MailFate) -> Option<ReceiptKind> {
    match fate {
        MailFate::Delivered => Some(ReceiptKind::Delivered),
        MailFate::Delayed => Some(ReceiptKind::Buffered),
        MailFate::Refused => Some(ReceiptKind::Rejected),
        MailFate::Bounced(_) => Some(ReceiptKind::Undelivered),
        MailFate::Complained => None,
    }
}
