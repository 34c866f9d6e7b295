//! The connections to one relay: as many as it bears and the settings allow, used again, dropped
//! when in doubt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::allowance::Allowance;
use super::connection::{Connection, Relay};
use crate::channel::{Concern, SendError};
use crate::domain::MessageId;

/// After this long without a mail a connection is asked whether it still stands.
const PROBE_AFTER: Duration = Duration::from_secs(10);
/// After this long it is closed: relays limit connections, and would soon close it themselves.
const CLOSE_AFTER: Duration = Duration::from_mins(1);

/// The connections to one relay.
pub(super) struct Pool {
    relay: Relay,
    /// One for each place of the allowance that is free: who holds one may use or open a
    /// connection.
    places: Arc<Semaphore>,
    state: Mutex<PoolState>,
}

struct PoolState {
    allowance: Allowance,
    /// The one used last is taken first, so that the others can age and go.
    idle: Vec<Connection>,
    /// Kept for messages whose attempts are about to begin.
    held: HashMap<MessageId, KeptConnection>,
    /// Connections lent to a mail.
    lent: usize,
    opening: usize,
}

/// A connection that stands and waits for its mail.
struct KeptConnection {
    connection: Connection,
    place: OwnedSemaphorePermit,
}

/// Keeps a connection for a message; whatever has not been taken goes back when it is dropped.
pub(super) struct Holding<'a> {
    pool: &'a Pool,
    message: MessageId,
}

/// A connection lent to one mail. Dropping it closes it, so that a send which was cut short
/// leaves no half-spoken conversation behind; a finished one is given back.
pub(super) struct Lent<'a> {
    pub(super) connection: Connection,
    /// It has waited in the pool, so it may have ended unnoticed.
    pub(super) waited: bool,
    counted: CountGuard<'a>,
    place: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(relay: Relay, connections: usize) -> Self {
        let allowance = Allowance::new(connections);
        Self {
            relay,
            places: Arc::new(Semaphore::new(allowance.limit())),
            state: Mutex::new(PoolState {
                allowance,
                idle: Vec::new(),
                held: HashMap::new(),
                lent: 0,
                opening: 0,
            }),
        }
    }

    pub(super) const fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Keeps a connection for this message until [`Pool::take`] asks for it.
    pub(super) async fn hold(&self, message: MessageId) -> Result<Holding<'_>, SendError> {
        let lent = self.any().await?;
        let kept = KeptConnection {
            connection: lent.connection,
            place: lent.place,
        };
        self.state().held.insert(message, kept);
        Ok(Holding {
            pool: self,
            message,
        })
    }

    /// The connection that is kept for this message, or any.
    pub(super) async fn take(&self, message: MessageId) -> Result<Lent<'_>, SendError> {
        let kept = self.state().held.remove(&message);
        match kept {
            Some(kept) => Ok(self.lend(kept.connection, true, kept.place)),
            None => self.any().await,
        }
    }

    /// Another connection in the place of one that had ended while it waited.
    pub(super) async fn renew(&self, ended: Lent<'_>) -> Result<Lent<'_>, SendError> {
        drop(ended.connection);
        drop(ended.counted);
        let place = ended.place;
        if let Some(connection) = self.standing().await {
            return Ok(self.lend(connection, true, place));
        }
        match self.open().await {
            Ok(connection) => return Ok(self.lend(connection, false, place)),
            Err(error) => self.give_way(place, error)?,
        }
        self.any().await
    }

    /// An idle connection that still stands, or a new one. A relay that bears no more of them
    /// makes the mail wait for one that stands: while one works there is no reason to rest.
    async fn any(&self) -> Result<Lent<'_>, SendError> {
        loop {
            self.try_one_more();
            let place = self.place().await?;
            if let Some(connection) = self.standing().await {
                return Ok(self.lend(connection, true, place));
            }
            match self.open().await {
                Ok(connection) => return Ok(self.lend(connection, false, place)),
                Err(error) => self.give_way(place, error)?,
            }
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, SendError> {
        let places = Arc::clone(&self.places);
        places.acquire_owned().await.map_err(|_closed| stopping())
    }

    /// Takes a connection back after its mail, if more can go over it.
    pub(super) fn give_back(&self, lent: Lent<'_>) {
        if lent.connection.is_usable() {
            self.keep(lent.connection);
        }
        drop(lent.counted);
    }

    /// Makes sure a connection stands: at once when one is idle or all are at work.
    pub(super) async fn warm(&self) -> Result<(), SendError> {
        self.try_one_more();
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Ok(());
        };
        let connection = match self.standing().await {
            Some(connection) => connection,
            None => match self.open().await {
                Ok(connection) => connection,
                Err(error) => return self.give_way(place, error),
            },
        };
        self.keep(connection);
        Ok(())
    }

    /// Closes what has been idle too long.
    pub(super) async fn sweep(&self) {
        let old: Vec<_> = self
            .state()
            .idle
            .extract_if(.., |waiting| waiting.idle_for() >= CLOSE_AFTER)
            .collect();
        for connection in old {
            connection.quit().await;
        }
    }

    async fn standing(&self) -> Option<Connection> {
        loop {
            let mut connection = self.state().idle.pop()?;
            let idle_for = connection.idle_for();
            if idle_for >= CLOSE_AFTER {
                connection.quit().await;
            } else if idle_for < PROBE_AFTER || connection.is_alive(&self.relay).await {
                return Some(connection);
            }
        }
    }

    async fn open(&self) -> Result<Connection, SendError> {
        let opening = CountGuard::enter(self, |state| &mut state.opening);
        let connection = Connection::open(&self.relay).await?;
        drop(opening);
        if self.state().allowance.granted(Instant::now()) {
            self.places.add_permits(1);
        }
        Ok(connection)
    }

    /// A connection could not be opened. While others stand, or are just being greeted, the relay
    /// works and bears no more: the place goes, and the mail waits for one of them.
    fn give_way(&self, place: OwnedSemaphorePermit, error: SendError) -> Result<(), SendError> {
        let mut state = self.state();
        let works = state.lent + state.idle.len() + state.held.len() > 0;
        let (refused, answered) = match &error {
            SendError::NotSent { concerns, code, .. } => {
                (*concerns != Concern::Recipient, code.is_some())
            }
            _ => (false, false),
        };
        if !(refused && (works || (answered && state.opening > 0))) {
            return Err(error);
        }
        tracing::debug!(%error, connections = state.allowance.limit(), "a relay bears no more connections");
        if state.allowance.refused(Instant::now()) {
            place.forget();
        }
        Ok(())
    }

    /// When all places are taken, one more may be due to be tried.
    fn try_one_more(&self) {
        if self.places.available_permits() == 0 && self.state().allowance.wanted(Instant::now()) {
            self.places.add_permits(1);
        }
    }

    fn lend(&self, connection: Connection, waited: bool, place: OwnedSemaphorePermit) -> Lent<'_> {
        Lent {
            connection,
            waited,
            counted: CountGuard::enter(self, |state| &mut state.lent),
            place,
        }
    }

    fn keep(&self, connection: Connection) {
        self.state().idle.push(connection);
    }

    fn state(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        let kept = self.pool.state().held.remove(&self.message);
        if let Some(kept) = kept {
            self.pool.keep(kept.connection);
            drop(kept.place);
        }
    }
}

/// Counts one connection for as long as it lives.
struct CountGuard<'a> {
    pool: &'a Pool,
    of: fn(&mut PoolState) -> &mut usize,
}

impl<'a> CountGuard<'a> {
    fn enter(pool: &'a Pool, of: fn(&mut PoolState) -> &mut usize) -> Self {
        *of(&mut pool.state()) += 1;
        Self { pool, of }
    }
}

impl Drop for CountGuard<'_> {
    fn drop(&mut self) {
        *(self.of)(&mut self.pool.state()) -= 1;
    }
}

fn stopping() -> SendError {
    SendError::NotSent {
        stage: "stop",
        code: None,
        detail: "the daemon is stopping".to_owned(),
        retry_after: None,
        concerns: Concern::Here,
    }
}
