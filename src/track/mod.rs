//! What becomes of a message after a provider took it: receipts, and what readers do.
//!
//! `domain::links` makes the addresses that go into messages. `web` answers them, notes each
//! hit in the [`EngagementBuffer`] and hands each provider's report to the [`ReceiptInbox`];
//! both write in batches. Mails that come back are understood in `returned` and taken by `postbag`.
//! [`verdict`] and `recent` tell persons from machines. States and sums follow in
//! `store::messages::receipts` and `store::messages::engagement`, in the transaction of what moved them.

pub mod buffer;
pub mod inbox;
pub mod postbag;
pub mod recent;
pub mod returned;
pub mod verdict;
pub mod words;

use std::sync::Arc;

pub use buffer::{EngagementBuffer, Hit};
pub use inbox::{NotKept, ReceiptInbox};

use crate::domain::{Clock, Ids};
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::store::messages::receipts::ReceiptHorizon;

/// The two ways in, for `web`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Track {
    pub engagement: EngagementBuffer,
    /// Where providers' reports go.
    pub receipts: ReceiptInbox,
    /// How long a receipt is waited for.
    pub horizon: ReceiptHorizon,
}

impl Track {
    /// Starts both tasks. `horizon`: how long a receipt is waited for.
    #[must_use]
    pub fn start(
        lifecycle: &Lifecycle,
        store: &Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        horizon: ReceiptHorizon,
    ) -> Self {
        let engagement =
            EngagementBuffer::start(lifecycle, store.clone(), Arc::clone(&ids), horizon);
        let receipts = ReceiptInbox::start(lifecycle, store.clone(), clock, ids, horizon);
        Self {
            engagement,
            receipts,
            horizon,
        }
    }
}
