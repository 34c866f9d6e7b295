//! What becomes of a message after a provider took it: receipts, and what readers do.
//!
//! `domain::links` makes the addresses that go into messages. `web` answers them, notes each
//! hit in the [`EngagementBuffer`] and hands each provider's report to the [`ReceiptInbox`];
//! both write in batches. Mails that come back are understood in `returned` and taken by `postbag`, as is
//! what services tell of mails over HTTP; `asking` asks providers that call nothing back; what clients who wrote are answered is `dialogue`'s.
//! [`verdict`] and `recent` tell persons from machines. States and sums follow in
//! `store::messages::receipts` and `store::messages::engagement`, in the transaction of what moved them.

pub mod asking;
pub mod buffer;
pub mod dialogue;
pub mod inbox;
pub mod postbag;
pub mod recent;
pub mod returned;
pub mod verdict;
pub mod words;

use std::sync::Arc;

pub use buffer::{EngagementBuffer, Hit};
pub use inbox::{NotKept, ReceiptInbox};

use self::postbag::{ToldInbox, ToldWriter};
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids};
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::store::messages::receipts::ReceiptHorizon;

/// The ways in, for `web`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Track {
    pub engagement: EngagementBuffer,
    /// Where providers' reports go.
    pub receipts: ReceiptInbox,
    /// Where what services tell of e-mails goes.
    pub told: ToldInbox,
    /// How long a receipt is waited for.
    pub horizon: ReceiptHorizon,
}

impl Track {
    /// Starts their tasks. `horizon`: how long a receipt is waited for; `signer`: the one that made the
    /// tokens.
    #[must_use]
    pub fn start(
        lifecycle: &Lifecycle,
        store: &Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        horizon: ReceiptHorizon,
        signer: Signer,
    ) -> Self {
        let engagement =
            EngagementBuffer::start(lifecycle, store.clone(), Arc::clone(&ids), horizon);
        let writer = ToldWriter {
            store: store.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            signer,
            horizon,
        };
        let receipts = ReceiptInbox::start(lifecycle, store.clone(), clock, ids, horizon);
        Self {
            engagement,
            receipts,
            told: ToldInbox::start(lifecycle, writer),
            horizon,
        }
    }
}
