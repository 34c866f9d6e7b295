//! What each connection is doing, and since when: so that those that do nothing can be told from
//! those that work, and those that keep us waiting for longest go first when there is no room.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Patience;

/// Between two looks for a free place while all are at work.
const LOOK: Duration = Duration::from_millis(100);
/// When there is no room, this part of the connections that may go goes at once: a flood of new
/// ones must not cost a search for each.
const GOING: usize = 64;
/// Between two log lines about a full room.
const QUIET: Duration = Duration::from_secs(60);

pub struct Room {
    free: Arc<Semaphore>,
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    next: AtomicU64,
    told: Mutex<ClosedSeats>,
}

/// What the log knows of connections that had to go.
#[derive(Default)]
struct ClosedSeats {
    at: Option<Instant>,
    /// Gone since the last line.
    gone: usize,
}

impl ClosedSeats {
    /// How many to tell of now, if it is time for a line.
    fn tell(&mut self, gone: usize, now: Instant) -> Option<usize> {
        self.gone += gone;
        if self.gone == 0 || self.at.is_some_and(|at| now - at <= QUIET) {
            return None;
        }
        self.at = Some(now);
        Some(std::mem::take(&mut self.gone))
    }
}

impl Room {
    /// A room of so many places.
    #[must_use]
    pub fn new(places: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
            taken: Mutex::default(),
            next: AtomicU64::new(0),
            told: Mutex::default(),
        })
    }

    /// A place for the next connection. While all are taken, those that keep us waiting for
    /// longest are asked to go.
    pub(super) async fn place(self: &Arc<Self>, patience: &Patience) -> SeatGuard {
        loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                return self.taken_by(permit);
            }
            self.make_room(patience);
            let free = Arc::clone(&self.free).acquire_owned();
            if let Ok(Ok(permit)) = tokio::time::timeout(LOOK, free).await {
                return self.taken_by(permit);
            }
        }
    }

    /// Ends the connections that have kept us waiting for longest, at least one if there is one.
    pub(super) fn make_room(&self, patience: &Patience) {
        let mut waiting: Vec<(Duration, Arc<Seat>)> = lock(&self.taken)
            .values()
            .filter_map(|seat| Some((seat.keeps_us_waiting(patience)?, Arc::clone(seat))))
            .collect();
        waiting.sort_unstable_by_key(|(waited, _)| Reverse(*waited));
        let going = waiting.len().div_ceil(GOING);
        let gone = waiting[..going]
            .iter()
            .filter(|(_, seat)| seat.send_away(patience))
            .count();
        self.tell(gone);
    }

    /// Lets no connection take a further request.
    pub(super) fn close(&self) {
        for seat in lock(&self.taken).values() {
            seat.closing.store(true, Ordering::Release);
            seat.wakeup.notify_one();
        }
    }

    fn tell(&self, gone: usize) {
        let told = lock(&self.told).tell(gone, Instant::now());
        if let Some(closed) = told {
            tracing::warn!(
                connections.closed = closed,
                "all places for connections are taken; those that keep us waiting for \
                 longest are closed"
            );
        }
    }

    fn taken_by(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> SeatGuard {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat::new());
        lock(&self.taken).insert(number, Arc::clone(&seat));
        SeatGuard {
            seat,
            number,
            room: Arc::clone(self),
            _permit: permit,
        }
    }
}

/// A taken place; dropping it frees it.
pub(super) struct SeatGuard {
    pub(super) seat: Arc<Seat>,
    number: u64,
    room: Arc<Room>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for SeatGuard {
    fn drop(&mut self) {
        lock(&self.room.taken).remove(&self.number);
    }
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing: the next request has not begun.
    Idle = 0,
    /// A request has begun and its head is not whole; also a connection that never said a word.
    Head = 1,
    /// A request is being answered.
    Busy = 2,
    /// A request is being answered, and more of its body is waited for.
    Body = 3,
    /// It was asked to go.
    Gone = 4,
}

/// One connection. Phase and time are one number, so that nobody sees the one without the other.
pub(super) struct Seat {
    begun: Instant,
    /// Milliseconds after `begun`, shifted by [`PHASE_BITS`], and the phase.
    state: AtomicU64,
    /// Since when the peer takes nothing, in milliseconds after `begun`, plus one; 0: it does.
    stalled: AtomicU64,
    /// Something below, or the phase, is the connection's to see to.
    wakeup: Notify,
    leftover: Mutex<Option<Leftover>>,
    closing: AtomicBool,
}

/// What a connection is called for.
pub(super) enum Call {
    /// To go at once.
    Go,
    /// To take no further request.
    Close,
    /// To read off what was left of a body.
    ReadOff(Leftover),
}

/// What nobody read of a request's body, and the guard that keeps its connection busy.
pub(super) struct Leftover {
    pub(super) body: Incoming,
    pub(super) busy: Arc<Busy>,
}

impl Seat {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            state: AtomicU64::new(Phase::Head as u64),
            stalled: AtomicU64::new(0),
            wakeup: Notify::new(),
            leftover: Mutex::default(),
            closing: AtomicBool::new(false),
        }
    }

    /// Bytes came from the peer.
    pub(super) fn heard(&self) {
        let state = self.state.load(Ordering::Acquire);
        if phase(state) == Phase::Idle {
            self.pass(state, Phase::Head);
        }
    }

    /// A request is whole. `None` when the connection was asked to go meanwhile.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Arc<Busy>> {
        loop {
            let state = self.state.load(Ordering::Acquire);
            if phase(state) == Phase::Gone {
                return None;
            }
            if self.pass(state, Phase::Busy) {
                return Some(Arc::new(Busy(Arc::clone(self))));
            }
        }
    }

    /// The peer is waited for in the middle of a body, and had been for `so_far` before.
    pub(super) fn waits(&self, so_far: Duration) {
        let state = self.state.load(Ordering::Acquire);
        if phase(state) == Phase::Busy {
            self.pass_since(
                state,
                Phase::Body,
                self.now().saturating_sub(millis(so_far)),
            );
        }
    }

    /// More of the body came, or nobody waits for it any more.
    pub(super) fn works(&self) {
        let state = self.state.load(Ordering::Acquire);
        if phase(state) == Phase::Body {
            // Whoever is faster sends it away.
            self.pass(state, Phase::Busy);
        }
    }

    /// Whether it was asked to go.
    pub(super) fn is_gone(&self) -> bool {
        phase(self.state.load(Ordering::Acquire)) == Phase::Gone
    }

    /// Completes when it was asked to go.
    pub(super) async fn sent_away(&self) {
        while !self.is_gone() {
            self.wakeup.notified().await;
        }
    }

    /// The peer takes no more of the answer for now.
    pub(super) fn stalls(&self) {
        if self.stalled.load(Ordering::Relaxed) == 0 {
            self.stalled.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// The peer takes the answer.
    pub(super) fn flows(&self) {
        if self.stalled.load(Ordering::Relaxed) != 0 {
            self.stalled.store(0, Ordering::Relaxed);
        }
    }

    /// Completes when the connection is called for something.
    pub(super) async fn called(&self) -> Call {
        loop {
            if self.is_gone() {
                return Call::Go;
            }
            if let Some(leftover) = lock(&self.leftover).take() {
                return Call::ReadOff(leftover);
            }
            if self.closing.swap(false, Ordering::AcqRel) {
                return Call::Close;
            }
            self.wakeup.notified().await;
        }
    }

    /// Leaves what nobody read of a body to the connection, which drops it.
    pub(super) fn leave(&self, leftover: Leftover) {
        *lock(&self.leftover) = Some(leftover);
        self.wakeup.notify_one();
    }

    /// How long it may go on like this: zero when it has outstayed, `None` when nothing is
    /// waited for from the peer.
    pub(super) fn left_to_wait(&self, patience: &Patience) -> Option<Duration> {
        let state = self.state.load(Ordering::Acquire);
        let until = |since: u64, most: Duration| {
            (Duration::from_millis(since) + most).saturating_sub(self.begun.elapsed())
        };
        let waiting = match phase(state) {
            Phase::Idle => Some(until(since(state), patience.idle)),
            Phase::Head => Some(until(since(state), patience.head)),
            Phase::Busy | Phase::Body | Phase::Gone => None,
        };
        let stalled = match self.stalled.load(Ordering::Relaxed) {
            0 => None,
            since => Some(until(since - 1, patience.stalled)),
        };
        waiting.into_iter().chain(stalled).min()
    }

    /// For how long, when it may be sent away for it.
    fn keeps_us_waiting(&self, patience: &Patience) -> Option<Duration> {
        self.kept_waiting(self.state.load(Ordering::Acquire), patience)
    }

    fn kept_waiting(&self, state: u64, patience: &Patience) -> Option<Duration> {
        let waited = Duration::from_millis(self.now().saturating_sub(since(state)));
        let goes = match phase(state) {
            Phase::Idle | Phase::Head => true,
            Phase::Body => waited > patience.body_in_crowd,
            Phase::Busy | Phase::Gone => false,
        };
        goes.then_some(waited)
    }

    fn send_away(&self, patience: &Patience) -> bool {
        let state = self.state.load(Ordering::Acquire);
        let goes = self.kept_waiting(state, patience).is_some();
        let sent = goes && self.pass(state, Phase::Gone);
        if sent {
            self.wakeup.notify_one();
        }
        sent
    }

    fn pass(&self, from: u64, to: Phase) -> bool {
        self.pass_since(from, to, self.now())
    }

    fn pass_since(&self, from: u64, to: Phase, since: u64) -> bool {
        let to = (since << PHASE_BITS) | to as u64;
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    fn now(&self) -> u64 {
        millis(self.begun.elapsed())
    }
}

/// What the phase takes of a state.
const PHASE_BITS: u32 = 3;

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX >> PHASE_BITS)
}

/// Milliseconds after the seat was taken.
const fn since(state: u64) -> u64 {
    state >> PHASE_BITS
}

const fn phase(state: u64) -> Phase {
    match state & ((1 << PHASE_BITS) - 1) {
        0 => Phase::Idle,
        1 => Phase::Head,
        2 => Phase::Busy,
        3 => Phase::Body,
        _ => Phase::Gone,
    }
}

/// Held by a request's body and by its answer; when both are done the connection is idle.
pub(super) struct Busy(Arc<Seat>);

impl Busy {
    pub(super) fn seat(&self) -> &Seat {
        &self.0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let state = self.0.state.load(Ordering::Acquire);
        if matches!(phase(state), Phase::Busy | Phase::Body) {
            self.0.pass(state, Phase::Idle);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_longest_idle_goes_and_who_works_stays() {
        let room = Room::new(3);
        let patience = Patience::default();
        let first = room.place(&patience).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let second = room.place(&patience).await;
        let busy = first.seat.begin().expect("nobody sent it away");
        let _third = room.place(&patience).await;
        let (fourth, ()) = tokio::join!(room.place(&patience), async {
            assert!(matches!(second.seat.called().await, Call::Go));
            drop(second);
        });
        assert!(busy.seat().keeps_us_waiting(&patience).is_none());
        assert!(fourth.seat.begin().is_some());
        assert_eq!(room.free.available_permits(), 0);
    }

    /// A moment's wait for bytes that come in time costs nobody the place; waiting for longer does,
    /// also drop by drop.
    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_body_goes_when_it_comes_too_slowly() {
        let patience = Patience::default();
        let seat = Arc::new(Seat::new());
        let _busy = seat.begin().expect("there");
        seat.waits(Duration::ZERO);
        tokio::time::advance(patience.body_in_crowd).await;
        assert!(!seat.send_away(&patience));
        seat.works();
        seat.waits(Duration::ZERO);
        tokio::time::advance(patience.body_in_crowd).await;
        assert!(!seat.send_away(&patience), "bytes came meanwhile");
        seat.works();
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(!seat.send_away(&patience), "it is we who take so long");
        seat.waits(patience.body_in_crowd);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(seat.send_away(&patience), "it dripped before");
        assert!(seat.is_gone());
    }

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_its_own_patience() {
        let patience = Patience::default();
        let seat = Arc::new(Seat::new());
        let left = || seat.left_to_wait(&patience);
        assert_eq!(left(), Some(patience.head), "it never said a word");
        let busy = seat.begin().expect("there");
        assert_eq!(left(), None);
        seat.stalls();
        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(left(), Some(Duration::from_secs(1)));
        seat.flows();
        drop(busy);
        assert_eq!(left(), Some(patience.idle));
        tokio::time::advance(Duration::from_secs(30)).await;
        seat.heard();
        assert_eq!(left(), Some(patience.head));
        tokio::time::advance(Duration::from_secs(9)).await;
        seat.heard();
        assert_eq!(
            left(),
            Some(Duration::from_secs(1)),
            "one byte buys no time"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_log_tells_of_all_that_went_since_its_last_line() {
        let mut told = ClosedSeats::default();
        let begun = Instant::now();
        assert_eq!(told.tell(0, begun), None);
        assert_eq!(told.tell(3, begun), Some(3));
        assert_eq!(told.tell(200, begun + Duration::from_secs(1)), None);
        assert_eq!(told.tell(7, begun + Duration::from_secs(30)), None);
        assert_eq!(told.tell(0, begun + Duration::from_secs(61)), Some(207));
    }
}
