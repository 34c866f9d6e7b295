//! The connections to one relay: as many as configured, used again, dropped when in doubt.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::{Connection, Relay};
use crate::channel::SendError;

/// After this long without a mail a connection is asked whether it still stands.
const PROBE_AFTER: Duration = Duration::from_secs(10);
/// After this long it is closed: relays limit connections, and would soon close it themselves.
const CLOSE_AFTER: Duration = Duration::from_mins(1);

/// The connections to one relay.
pub(super) struct Pool {
    relay: Relay,
    permits: Semaphore,
    /// The one used last is taken first, so that the others can age and go.
    idle: Mutex<Vec<Connection>>,
}

/// A connection lent to one mail. Dropping it closes it, so that a send which was cut short
/// leaves no half-spoken conversation behind; a finished one is given back.
pub(super) struct Lent<'a> {
    pub(super) connection: Connection,
    /// It has waited in the pool, so it may have ended unnoticed.
    pub(super) waited: bool,
    permit: SemaphorePermit<'a>,
}

impl<'a> Lent<'a> {
    const fn new(connection: Connection, waited: bool, permit: SemaphorePermit<'a>) -> Self {
        Self {
            connection,
            waited,
            permit,
        }
    }
}

impl Pool {
    pub(super) fn new(relay: Relay, connections: usize) -> Self {
        Self {
            relay,
            permits: Semaphore::new(connections),
            idle: Mutex::default(),
        }
    }

    pub(super) const fn relay(&self) -> &Relay {
        &self.relay
    }

    /// An idle connection that still stands, or a new one.
    pub(super) async fn take(&self) -> Result<Lent<'_>, SendError> {
        let permit = self.permit().await?;
        match self.standing().await {
            Some(connection) => Ok(Lent::new(connection, true, permit)),
            None => self.open(permit).await,
        }
    }

    /// A new connection in place of one that had ended while it waited.
    pub(super) async fn replace<'a>(&'a self, ended: Lent<'a>) -> Result<Lent<'a>, SendError> {
        self.open(ended.permit).await
    }

    /// Takes a connection back after its mail, if more can go over it.
    pub(super) fn give_back(&self, lent: Lent<'_>) {
        if lent.connection.is_usable() {
            self.idle().push(lent.connection);
        }
    }

    /// Makes sure a connection stands: at once when one is idle or all are at work.
    pub(super) async fn warm(&self) -> Result<(), SendError> {
        match self.permits.try_acquire() {
            Ok(permit) => {
                let connection = match self.standing().await {
                    Some(connection) => connection,
                    None => Connection::open(&self.relay).await?,
                };
                self.give_back(Lent::new(connection, true, permit));
                Ok(())
            }
            Err(_all_at_work) => Ok(()),
        }
    }

    /// Closes what has been idle too long.
    pub(super) async fn sweep(&self) {
        let old: Vec<_> = self
            .idle()
            .extract_if(.., |waiting| waiting.idle_for() >= CLOSE_AFTER)
            .collect();
        for connection in old {
            connection.quit().await;
        }
    }

    async fn permit(&self) -> Result<SemaphorePermit<'_>, SendError> {
        self.permits
            .acquire()
            .await
            .map_err(|_closed| SendError::NotSent {
                stage: "connect",
                code: None,
                detail: "the daemon is stopping".to_owned(),
                retry_after: None,
                provider_down: false,
            })
    }

    async fn standing(&self) -> Option<Connection> {
        loop {
            let mut connection = self.idle().pop()?;
            let idle_for = connection.idle_for();
            if idle_for >= CLOSE_AFTER {
                connection.quit().await;
            } else if idle_for < PROBE_AFTER || connection.is_alive(&self.relay).await {
                return Some(connection);
            }
        }
    }

    async fn open<'a>(&'a self, permit: SemaphorePermit<'a>) -> Result<Lent<'a>, SendError> {
        let connection = Connection::open(&self.relay).await?;
        Ok(Lent::new(connection, false, permit))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
