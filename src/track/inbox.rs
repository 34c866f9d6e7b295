//! Providers' reports on their way to the store: many at once, each answered when it is durable.
//!
//! A gateway that sent 10,000 texts reports 10,000 times, one request each. A transaction per
//! report would wait for the disk 10,000 times, so one task takes whatever waits, writes it
//! together, and then answers everyone. No timer: a lone report is written at once.

use tokio::sync::{mpsc, oneshot};

use std::sync::Arc;

use crate::domain::{Clock, Ids};
use crate::runtime::Lifecycle;
use crate::store::messages::receipts::{Appended, NewReceipt, ReceiptHorizon};
use crate::store::{Store, StoreError};

/// Reports that may wait; more of them have to wait outside, in their requests.
const CAPACITY: usize = 1_024;
/// Reports written together.
const BATCH: usize = 256;

/// A report could not be kept. The provider must send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt was not kept; send it again")]
pub struct NotKept;

struct Job {
    receipt: NewReceipt,
    answer: oneshot::Sender<Result<Appended, NotKept>>,
}

/// Takes reports in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ReceiptInbox {
    sender: mpsc::Sender<Job>,
}

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
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let keeper = Keeper {
            store,
            clock,
            ids,
            horizon,
        };
        lifecycle.spawn("receipts", keeper.run(receiver, lifecycle.stopping()));
        Self { sender }
    }

    /// Returns when the report is durable, or was already known.
    pub async fn take(&self, receipt: NewReceipt) -> Result<Appended, NotKept> {
        let (answer, kept) = oneshot::channel();
        let job = Job { receipt, answer };
        self.sender.send(job).await.map_err(|_| NotKept)?;
        kept.await.map_err(|_| NotKept)?
    }
}

/// The one task that writes.
struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    horizon: ReceiptHorizon,
}

impl Keeper {
    async fn run(self, mut receiver: mpsc::Receiver<Job>, stopping: impl Future<Output = ()>) {
        tokio::pin!(stopping);
        let mut jobs = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                taken = receiver.recv_many(&mut jobs, BATCH) => if taken == 0 { return },
                () = &mut stopping, if !receiver.is_closed() => {
                    receiver.close();
                    continue;
                }
            }
            self.keep(&mut jobs).await;
        }
    }

    async fn keep(&self, jobs: &mut Vec<Job>) {
        let (receipts, answers): (Vec<_>, Vec<_>) =
            jobs.drain(..).map(|job| (job.receipt, job.answer)).unzip();
        let outcome = self.write(&receipts).await.inspect_err(|error| {
            tracing::error!(error = %error, receipts.refused = receipts.len(),
                "receipts cannot be kept; the provider will send them again");
        });
        for (place, answer) in answers.into_iter().enumerate() {
            let kept = outcome.as_ref().map_err(|_| NotKept);
            let kept = kept.and_then(|appended| appended.get(place).copied().ok_or(NotKept));
            if answer.send(kept).is_err() {
                tracing::debug!("a provider hung up before its receipt was answered");
            }
        }
    }

    async fn write(&self, receipts: &[NewReceipt]) -> Result<Vec<Appended>, StoreError> {
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
