//! Bodies that have to be read before it is known who sent them: how much of them is held at once,
//! whoever sends them and however slowly.
//!
//! A place is taken before anything is read. While there is none, whoever has kept us waiting for too
//! long makes room, as connections do (`serving::seat`); what a body means is the handlers'.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::StatusCode;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::domain::limits::{BODY_WITHIN_CROWD, UNPROVEN_BODIES, UNPROVEN_BYTES};
use crate::web::problem::Problem;
use crate::web::request::body;

/// The word of the problem for whoever finds no room.
pub(in crate::web) const CROWDED: &str = "too_many_bodies";

/// The room for such bodies.
#[derive(Debug, Default)]
pub(in crate::web) struct UnprovenBodies(Mutex<HeldBodies>);

#[derive(Debug, Default)]
struct HeldBodies {
    /// Of all of them together.
    bytes: usize,
    next: u64,
    /// The longest held first.
    held: BTreeMap<u64, HeldBody>,
}

#[derive(Debug)]
struct HeldBody {
    bytes: usize,
    since: Instant,
    /// It has to make room.
    go: Arc<Notify>,
}

/// The place of one body; dropping it frees it.
#[derive(Debug)]
pub(in crate::web) struct BodyRoom<'a> {
    room: &'a UnprovenBodies,
    number: u64,
    go: Arc<Notify>,
}

impl UnprovenBodies {
    /// Reads a body of at most `limit` bytes. It counts until its place is dropped.
    pub(in crate::web) async fn read(
        &self,
        request: Request,
        limit: usize,
    ) -> Result<(Bytes, BodyRoom<'_>), Problem> {
        let announced = request.body().size_hint().upper();
        let announced = announced.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = announced.map_or(limit, |bytes| bytes.min(limit));
        let place = self.hold(bytes).ok_or_else(crowded)?;
        let body = tokio::select! {
            biased;
            () = place.go.notified() => Err(crowded()),
            body = body::read(request, limit) => body,
        };
        Ok((body?, place))
    }

    /// A place for so many bytes, if there is one or somebody has to make room.
    fn hold(&self, bytes: usize) -> Option<BodyRoom<'_>> {
        // A limit that an operator raised above the whole room is let in alone.
        let bytes = bytes.min(UNPROVEN_BYTES);
        let now = Instant::now();
        let mut bodies = lock(&self.0);
        while !bodies.has_room(bytes) {
            bodies.send_away_one(now)?;
        }
        let number = bodies.next;
        bodies.next += 1;
        bodies.bytes += bytes;
        let go = Arc::new(Notify::new());
        let held = HeldBody {
            bytes,
            since: now,
            go: Arc::clone(&go),
        };
        bodies.held.insert(number, held);
        Some(BodyRoom {
            room: self,
            number,
            go,
        })
    }
}

impl HeldBodies {
    fn has_room(&self, bytes: usize) -> bool {
        self.held.len() < UNPROVEN_BODIES && self.bytes + bytes <= UNPROVEN_BYTES
    }

    /// Whoever is held longest, if that is too long while others wait.
    fn send_away_one(&mut self, now: Instant) -> Option<()> {
        let (number, held) = self.held.first_key_value()?;
        if now - held.since <= BODY_WITHIN_CROWD {
            return None;
        }
        held.go.notify_one();
        let number = *number;
        self.free(number);
        Some(())
    }

    /// Who was sent away is free already.
    fn free(&mut self, number: u64) {
        if let Some(held) = self.held.remove(&number) {
            self.bytes -= held.bytes;
        }
    }
}

impl Drop for BodyRoom<'_> {
    fn drop(&mut self) {
        lock(&self.room.0).free(self.number);
    }
}

fn lock(bodies: &Mutex<HeldBodies>) -> MutexGuard<'_, HeldBodies> {
    bodies.lock().unwrap_or_else(PoisonError::into_inner)
}

fn crowded() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        CROWDED,
        "too many requests come at once whose signature is not checked yet; send it again",
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_is_held_than_there_is_room_for() {
        let room = UnprovenBodies::default();
        let quarter = UNPROVEN_BYTES / 4;
        let mut places: Vec<_> = (0..4).map(|_| room.hold(quarter).unwrap()).collect();
        assert!(room.hold(1).is_none());
        drop(places.pop());
        let few = room.hold(1).unwrap();
        assert!(room.hold(quarter).is_none());
        drop((places, few));
        let many: Vec<_> = (0..UNPROVEN_BODIES)
            .map(|_| room.hold(0).unwrap())
            .collect();
        assert!(room.hold(0).is_none());
        drop(many);
        assert!(room.hold(UNPROVEN_BYTES * 2).is_some());
        assert_eq!(lock(&room.0).bytes, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_held_longest_makes_room_and_is_counted_once() {
        let room = UnprovenBodies::default();
        let slow = room.hold(UNPROVEN_BYTES).unwrap();
        tokio::time::advance(BODY_WITHIN_CROWD).await;
        assert!(room.hold(1).is_none(), "not too long yet");
        tokio::time::advance(Duration::from_millis(1)).await;
        let next = room.hold(UNPROVEN_BYTES).unwrap();
        // It hears of it although it did not listen at that moment.
        slow.go.notified().await;
        drop(slow);
        assert_eq!(lock(&room.0).bytes, UNPROVEN_BYTES);
        drop(next);
        assert_eq!(lock(&room.0).bytes, 0);
    }
}
