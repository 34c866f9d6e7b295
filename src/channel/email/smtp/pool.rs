//! The connections to one relay: as many as it bears and the settings allow, used again, dropped
//! when in doubt.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::allowance::Allowance;
use super::connection::{Connection, Relay};
use crate::channel::{Concern, SendError};

/// After this long without a mail a connection is asked whether it still stands.
const PROBE_AFTER: Duration = Duration::from_secs(10);
/// After this long it is closed: relays limit connections, and would soon close it themselves.
const CLOSE_AFTER: Duration = Duration::from_mins(1);

/// The connections to one relay.
pub(super) struct Pool {
    relay: Relay,
    /// One for each place of the allowance that is free: who holds one may use or open a
    /// connection.
    places: Semaphore,
    state: Mutex<PoolState>,
}

struct PoolState {
    allowance: Allowance,
    /// The one used last is taken first, so that the others can age and go.
    idle: Vec<Connection>,
    /// Connections lent to a mail.
    lent: usize,
    opening: usize,
}

/// A connection lent to one mail. Dropping it closes it, so that a send which was cut short
/// leaves no half-spoken conversation behind; a finished one is given back.
pub(super) struct Lent<'a> {
    pub(super) connection: Connection,
    /// It has waited in the pool, so it may have ended unnoticed.
    pub(super) waited: bool,
    counted: CountGuard<'a>,
    _place: SemaphorePermit<'a>,
}

impl Pool {
    pub(super) fn new(relay: Relay, connections: usize) -> Self {
        let allowance = Allowance::new(connections);
        Self {
            relay,
            places: Semaphore::new(allowance.limit()),
            state: Mutex::new(PoolState {
                allowance,
                idle: Vec::new(),
                lent: 0,
                opening: 0,
            }),
        }
    }

    pub(super) const fn relay(&self) -> &Relay {
        &self.relay
    }

    /// An idle connection that still stands, or a new one. A relay that bears no more of them
    /// makes the mail wait for one that stands: while one works there is no reason to rest.
    pub(super) async fn take(&self) -> Result<Lent<'_>, SendError> {
        loop {
            self.try_one_more();
            let place = self.places.acquire().await.map_err(|_closed| stopping())?;
            if let Some(connection) = self.standing().await {
                return Ok(self.lend(connection, true, place));
            }
            match self.open().await {
                Ok(connection) => return Ok(self.lend(connection, false, place)),
                Err(error) => self.give_way(place, error)?,
            }
        }
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
        let Ok(place) = self.places.try_acquire() else {
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
    fn give_way(&self, place: SemaphorePermit<'_>, error: SendError) -> Result<(), SendError> {
        let mut state = self.state();
        let works = state.lent + state.idle.len() > 0;
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

    fn lend<'a>(
        &'a self,
        connection: Connection,
        waited: bool,
        place: SemaphorePermit<'a>,
    ) -> Lent<'a> {
        Lent {
            connection,
            waited,
            counted: CountGuard::enter(self, |state| &mut state.lent),
            _place: place,
        }
    }

    fn keep(&self, connection: Connection) {
        self.state().idle.push(connection);
    }

    fn state(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
