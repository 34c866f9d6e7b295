//! Slots: the arithmetic of a rate that several nodes share. Pure: times are microseconds, given
//! by the caller.
//!
//! The store sells blocks of slots, one interval apart, in the database's time; no slot is sold
//! twice. A slot may be used from its time until [`LATE_US`] later, then it is expired, so a node
//! that wakes up late never sends two at once. A twentieth of the contract is not used. In any
//! second there are then at most the slots of one second and ten milliseconds. The other forty
//! milliseconds of that twentieth cover how far a node may misjudge the database's clock, and the
//! time on the wire, because the provider counts at its end.
//!
//! `rate_limiter` buys and waits; `store::cluster::rate_limit` is the account.

use std::collections::VecDeque;

/// How late a slot may be used.
pub(super) const LATE_US: i64 = 10_000;
/// How fast two clocks may drift apart: one microsecond in so many.
const DRIFT: i64 = 2_000;
/// An answer that is later than this says that the other clock was put back, if the next one says
/// so too; one alone was only slow.
const PUT_BACK_US: i64 = 250_000;
/// The share of the contract that is used, in hundredths.
pub const USED_PERCENT: i32 = 95;

/// How far slots are apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlotRate {
    interval_ns: i64,
}

impl SlotRate {
    /// `rate`: messages a second by contract, above zero.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "between a nanosecond and some days, rounded up"
    )]
    pub(super) fn per_second(rate: f64) -> Self {
        let interval = (1e9 / (rate.clamp(1e-5, 1e9) * f64::from(USED_PERCENT) / 100.0)).ceil();
        Self {
            interval_ns: (interval as i64).max(1),
        }
    }

    /// How long `count` slots last, rounded up.
    pub(super) fn span_us(self, count: u32) -> i64 {
        let span = self.interval_ns.saturating_mul(i64::from(count));
        span / 1_000 + i64::from(span % 1_000 > 0)
    }

    /// How many slots there are in `us`, at least one.
    pub(super) fn slots_in(self, us: i64) -> u32 {
        let slots = us.saturating_mul(1_000) / self.interval_ns;
        u32::try_from(slots.max(1)).unwrap_or(u32::MAX)
    }
}

/// What a node knows of the database's clock.
#[derive(Debug, Default)]
pub(super) struct OtherClock {
    /// Our time less theirs, never too small, and when that was measured.
    offset: Option<(i64, i64)>,
    /// Whether the last answer contradicted that.
    doubted: bool,
}

impl OtherClock {
    /// An answer that was written at `theirs` was here at `ours`. The shortest way tells most.
    pub(super) fn learn(&mut self, theirs: i64, ours: i64) {
        let fresh = ours - theirs;
        let offset = match self.offset {
            None => fresh,
            Some((offset, at)) => {
                let aged = offset + (ours - at) / DRIFT;
                let contradicts = fresh - aged > PUT_BACK_US;
                let convinced = contradicts && self.doubted;
                self.doubted = contradicts && !convinced;
                if convinced { fresh } else { fresh.min(aged) }
            }
        };
        self.offset = Some((offset, ours));
    }

    /// A time of theirs in ours; never early.
    pub(super) fn here(&self, theirs: i64) -> i64 {
        self.offset.map_or(theirs, |(offset, _)| theirs + offset)
    }
}

/// The slots that a node has bought and not yet used, by its own clock.
#[derive(Debug)]
pub(super) struct SlotBuffer {
    rate: SlotRate,
    blocks: VecDeque<Block>,
}

#[derive(Debug)]
struct Block {
    first: i64,
    used: u32,
    count: u32,
}

impl SlotBuffer {
    pub(super) const fn new(rate: SlotRate) -> Self {
        Self {
            rate,
            blocks: VecDeque::new(),
        }
    }

    /// Puts in `count` slots from `first` on.
    pub(super) fn add(&mut self, first: i64, count: u32) {
        self.blocks.push_back(Block {
            first,
            used: 0,
            count,
        });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.blocks
            .iter()
            .map(|b| (b.count - b.used) as usize)
            .sum()
    }

    /// When the slot is that comes after `skipped` others.
    pub(super) fn nth(&self, mut skipped: usize) -> Option<i64> {
        for block in &self.blocks {
            let left = (block.count - block.used) as usize;
            if skipped < left {
                let ahead = u32::try_from(skipped).unwrap_or(u32::MAX);
                return Some(block.first + self.rate.span_us(block.used + ahead));
            }
            skipped -= left;
        }
        None
    }

    /// Takes the first slot.
    pub(super) fn take(&mut self) -> Option<i64> {
        let at = self.nth(0)?;
        if let Some(block) = self.blocks.front_mut() {
            block.used += 1;
            if block.used == block.count {
                self.blocks.pop_front();
            }
        }
        Some(at)
    }

    /// Drops the slots that are expired at `now`.
    pub(super) fn drop_expired(&mut self, now: i64) {
        while self.nth(0).is_some_and(|at| is_expired(at, now)) {
            self.take();
        }
    }
}

/// Whether it is too late at `now` for the slot of `at`.
pub(super) const fn is_expired(at: i64, now: i64) -> bool {
    now > at + LATE_US
}

#[cfg(test)]
mod tests;
