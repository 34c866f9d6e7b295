//! A mailbox that is read: by one node at a time, mail by mail. A mail is put away after it is durable
//! here; what could not be kept is found again. A fault lets the mailbox wait, longer each time, and is
//! written down for people.

use std::time::Duration;

use super::Postbag;
use crate::channel::email::inbox::{
    ImapSettings, InboxSettings, Mailbox, MailboxFault, WaitingMail,
};
use crate::domain::NodeId;
use crate::domain::limits::{INBOX_LONGEST_PAUSE, INBOX_MAIL_BYTES};
use crate::runtime::Lifecycle;
use crate::store::StoreError;

/// How often a node looks whether a mailbox that another one reads is free.
const ELSEWHERE: Duration = Duration::from_secs(2);
/// The first pause after a fault.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Reads one mailbox for as long as the daemon runs.
pub struct InboxWatch {
    name: String,
    settings: ImapSettings,
    postbag: Postbag,
    node: NodeId,
}

/// Why a mailbox is not read for now.
#[derive(Debug, thiserror::Error)]
enum WatchFault {
    #[error(transparent)]
    Mailbox(#[from] MailboxFault),
    #[error("what came cannot be kept: {0}")]
    Store(#[from] StoreError),
}

impl InboxWatch {
    #[must_use]
    pub fn new(name: String, settings: &InboxSettings, postbag: Postbag, node: NodeId) -> Self {
        let InboxSettings::Imap(settings) = settings;
        Self {
            name,
            settings: settings.clone(),
            postbag,
            node,
        }
    }

    /// Reads until the daemon stops, then lets go of the mailbox.
    pub async fn run(self, lifecycle: Lifecycle) {
        let mut faults = 0_u32;
        while !lifecycle.is_stopping() {
            let pause = tokio::select! {
                ended = Box::pin(self.read(&mut faults)) => self.pause(ended, &mut faults).await,
                () = lifecycle.stopping() => break,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = lifecycle.stopping() => {}
            }
        }
        if let Err(error) = self.let_go().await {
            tracing::warn!(inbox.name = self.name, error = %error,
                "another node will read the mailbox only when this one counts as stopped");
        }
    }

    /// Reads for as long as it goes well. Ends without a fault when the mailbox is another node's.
    async fn read(&self, faults: &mut u32) -> Result<(), WatchFault> {
        if !self.claim().await? {
            return Ok(());
        }
        let mut mailbox = Mailbox::open(&self.name, &self.settings).await?;
        mailbox.prepare().await?;
        let mut before = Vec::new();
        loop {
            let waiting = self.look(&mut mailbox).await?;
            self.note_look().await?;
            *faults = 0;
            // What came meanwhile is found by another look; mails that will not go away wait.
            if waiting.is_empty() || waiting == before {
                mailbox = mailbox.wait().await?;
            }
            before = waiting;
            if !self.claim().await? {
                return Ok(());
            }
        }
    }

    /// Takes what is unread, as much as one look brings; which mails that were.
    async fn look(&self, mailbox: &mut Mailbox) -> Result<Vec<WaitingMail>, WatchFault> {
        let waiting = mailbox.waiting().await?;
        for mail in &waiting {
            self.take(mailbox, *mail).await?;
        }
        Ok(waiting)
    }

    async fn take(&self, mailbox: &mut Mailbox, mail: WaitingMail) -> Result<(), WatchFault> {
        if mail.size > INBOX_MAIL_BYTES {
            let WaitingMail { uid, size } = mail;
            self.postbag.pass_over(&self.name, uid, size).await?;
            return Ok(mailbox.leave(mail).await?);
        }
        let Some(raw) = mailbox.fetch(mail).await? else {
            return Ok(());
        };
        let taken = self.postbag.take(&raw, &self.name).await?;
        match taken.is_ours {
            true => mailbox.put_away(mail).await?,
            false => mailbox.leave(mail).await?,
        }
        Ok(())
    }

    async fn claim(&self) -> Result<bool, StoreError> {
        let mut tx = self.postbag.store.write().await?;
        let is_ours = tx.inboxes().claim(&self.name, self.node).await?;
        tx.commit().await?;
        Ok(is_ours)
    }

    async fn note_look(&self) -> Result<(), StoreError> {
        let now = self.postbag.clock.now();
        let mut tx = self.postbag.store.write().await?;
        tx.inboxes().looked(&self.name, self.node, now).await?;
        tx.commit().await
    }

    async fn let_go(&self) -> Result<(), StoreError> {
        let mut tx = self.postbag.store.write().await?;
        tx.inboxes().release(&self.name, self.node).await?;
        tx.commit().await
    }

    /// How long to wait before the next try; a fault is written down.
    async fn pause(&self, ended: Result<(), WatchFault>, faults: &mut u32) -> Duration {
        let Err(fault) = ended else {
            return ELSEWHERE;
        };
        *faults = faults.saturating_add(1);
        tracing::warn!(inbox.name = self.name, error = %fault, inbox.faults = *faults,
            "a mailbox cannot be read; trying again");
        if let Err(error) = self.note_fault(&fault.to_string()).await {
            tracing::error!(inbox.name = self.name, error = %error,
                "that a mailbox cannot be read could not be written down");
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << (*faults - 1).min(16));
        doubled.min(INBOX_LONGEST_PAUSE)
    }

    async fn note_fault(&self, fault: &str) -> Result<(), StoreError> {
        let now = self.postbag.clock.now();
        let mut tx = self.postbag.store.write().await?;
        tx.inboxes()
            .failed(&self.name, self.node, fault, now)
            .await?;
        tx.commit().await
    }
}
