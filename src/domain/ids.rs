//! Ids: 64-bit, positive, ordered by time, unique over nodes. Strings at the API's edge,
//! because a JSON number loses digits above 2^53.

use std::sync::Mutex;

use chrono::TimeDelta;

use crate::domain::clock::{Clock, Timestamp};

/// Hands out ids that grow with time.
pub trait Ids: Send + Sync {
    /// The next id: never handed out before, larger than all before it from this source.
    fn next(&self) -> i64;
}

/// Where the ids begin, in milliseconds since 1970: 2024-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 8;
const SEQUENCE_BITS: u32 = 14;

/// 41 bits of milliseconds since 2024, 8 bits of node, 14 bits of sequence.
pub struct TimeOrderedIds<C> {
    clock: C,
    node: i64,
    last: Mutex<(i64, i64)>,
}

impl<C: Clock> TimeOrderedIds<C> {
    /// `node`: 0 to 255, different on each node that writes to the same store.
    pub fn new(clock: C, node: u8) -> Self {
        Self {
            clock,
            node: i64::from(node),
            last: Mutex::new((0, 0)),
        }
    }
}

impl<C: Clock> Ids for TimeOrderedIds<C> {
    fn next(&self) -> i64 {
        let now = self.clock.now().as_micros() / 1_000 - EPOCH_MS;
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A clock set back, or a full millisecond, borrows from the next one: order holds.
        let (millisecond, sequence) = match *last {
            (millisecond, _) if now > millisecond => (now, 0),
            (millisecond, sequence) if sequence + 1 < 1 << SEQUENCE_BITS => {
                (millisecond, sequence + 1)
            }
            (millisecond, _) => (millisecond + 1, 0),
        };
        *last = (millisecond, sequence);
        (millisecond << (NODE_BITS + SEQUENCE_BITS)) | (self.node << SEQUENCE_BITS) | sequence
    }
}

/// The smallest id that can have been made at `at` or later: a bound for queries by time.
#[must_use]
pub fn first_id_at(at: Timestamp) -> i64 {
    (at.as_micros() / 1_000 - EPOCH_MS).max(0) << (NODE_BITS + SEQUENCE_BITS)
}

/// How far apart the ids of two moments are that are so far apart.
#[must_use]
pub const fn ids_within(span: TimeDelta) -> i64 {
    span.num_milliseconds() << (NODE_BITS + SEQUENCE_BITS)
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number that came from [`Ids`] or from the store.
            #[must_use]
            pub const fn new(number: i64) -> Self { Self(number) }
            /// The number, for binding to SQL and for tokens.
            #[must_use]
            pub const fn get(self) -> i64 { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }
    )+ };
}

id! {
    ClientId
    EventId
    /// One rule applied to one event.
    PlanId
    /// One SMS or e-mail.
    MessageId
    CaseId
    IncidentId
    /// What a person says of an incident at the console.
    DeclaredId
    /// One version of a template.
    TemplateVersionId
    /// A text that an operator sends to themselves.
    TestSendId
    /// A tracked link's target.
    LinkId
    /// One run of the daemon on one machine.
    NodeId
    /// A person who may log in to the console.
    UserId
    KeyId
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::FixedClock;

    #[test]
    fn ids_grow_even_when_the_clock_stands_still_or_goes_back() {
        let clock = FixedClock::at("2026-11-22T10:00:00Z");
        let ids = TimeOrderedIds::new(&clock, 3);
        let mut last = ids.next();
        for step in 0..40_000 {
            if step == 20_000 {
                clock.advance(TimeDelta::seconds(-5));
            }
            let next = ids.next();
            assert!(next > last);
            last = next;
        }
        assert!(last >= first_id_at(clock.now()));
    }
}
