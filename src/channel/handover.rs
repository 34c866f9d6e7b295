//! What a provider brings over a connection of its own, in the place of a call over HTTP: reports, and
//! what clients write. It is handed to whoever keeps it, and the provider is answered when it is durable.
//!
//! `web::hooks` keeps it, as it does what is called back. Where nobody takes, as while the daemon stops,
//! the provider is told to bring it again.

use tokio::sync::{mpsc, oneshot};

use super::callback::{HandsetText, MailEvent, ProviderReport};
use crate::domain::limits::HANDOVERS_WAITING;

/// What a provider brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    Report(ProviderReport),
    Text(HandsetText),
    /// What became of e-mails.
    Mails(Vec<MailEvent>),
    /// A mail that comes back, as it is on the wire.
    Mail(Vec<u8>),
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverFate {
    /// It is durable, or was known.
    Kept,
    /// A report about an SMS that this provider is not known to have had; it may have overtaken the answer.
    NotKnown,
    /// The store does not take it now.
    NotNow,
    /// It cannot be read, however often it is brought.
    Unreadable,
}

/// One thing that was brought, and who waits for what becomes of it.
#[derive(Debug)]
pub struct Handover {
    /// The name from the configuration.
    pub provider: String,
    pub brought: Brought,
    /// Told when it is durable.
    pub answer: oneshot::Sender<HandoverFate>,
}

/// The providers' side. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HandoverDesk(mpsc::Sender<Handover>);

impl HandoverDesk {
    /// A desk, and what is handed over at it.
    #[must_use]
    pub fn open() -> (Self, mpsc::Receiver<Handover>) {
        let (sender, receiver) = mpsc::channel(HANDOVERS_WAITING);
        (Self(sender), receiver)
    }

    /// Returns when it is clear what becomes of it.
    pub async fn hand_over(&self, provider: String, brought: Brought) -> HandoverFate {
        let (answer, answered) = oneshot::channel();
        let handover = Handover {
            provider,
            brought,
            answer,
        };
        match self.0.send(handover).await {
            Ok(()) => answered.await.unwrap_or(HandoverFate::NotNow),
            Err(_) => HandoverFate::NotNow,
        }
    }
}
