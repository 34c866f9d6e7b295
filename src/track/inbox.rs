//! Providers' reports on their way to the store: many in one transaction, each answered when it is
//! durable. A gateway that sent 10,000 texts reports 10,000 times, one request each.

use std::sync::Arc;

use crate::domain::{Clock, Ids};
use crate::runtime::{GroupCommit, Lifecycle, Writer, Written};
use crate::store::messages::receipts::{Appended, NewReceipt, ReceiptHorizon};
use crate::store::{Store, StoreError};

/// A report could not be kept. The provider must send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt was not kept; send it again")]
pub struct NotKept;

/// Takes reports in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ReceiptInbox(GroupCommit<NewReceipt, Result<Appended, NotKept>>);

impl ReceiptInbox {
    /// Starts the task that writes.
    #[must_use]
    pub fn start(
        lifecycle: &Lifecycle,
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        horizon: ReceiptHorizon,
    ) -> Self {
        let writer = ReceiptWriter {
            store,
            clock,
            ids,
            horizon,
        };
        Self(GroupCommit::start(lifecycle, "receipts", writer))
    }

    /// Returns when the report is durable, or was already known.
    pub async fn take(&self, receipt: NewReceipt) -> Result<Appended, NotKept> {
        self.0.write(receipt).await.unwrap_or(Err(NotKept))
    }
}

struct ReceiptWriter {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    horizon: ReceiptHorizon,
}

impl Writer for ReceiptWriter {
    type Job = NewReceipt;
    type Answer = Result<Appended, NotKept>;

    async fn write(&self, receipts: &[NewReceipt]) -> Written<Self::Answer> {
        Written::Together(match self.append(receipts).await {
            Ok(appended) => appended.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::error!(error = %error, receipts.refused = receipts.len(),
                    "receipts cannot be kept; the provider will send them again");
                vec![Err(NotKept); receipts.len()]
            }
        })
    }
}

impl ReceiptWriter {
    async fn append(&self, receipts: &[NewReceipt]) -> Result<Vec<Appended>, StoreError> {
        let mut tx = self.store.write().await?;
        let appended = tx
            .receipts(self.horizon)
            .append(receipts, self.clock.now(), &*self.ids)
            .await?;
        fail::fail_point!("receipt-before-commit");
        tx.commit().await?;
        fail::fail_point!("receipt-after-commit");
        Ok(appended)
    }
}
