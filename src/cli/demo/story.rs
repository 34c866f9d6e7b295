//! What happens in the town, in order: a busy first minute, a blackout, then ordinary days
//! without end. The story knows no clock on the wall: its times count from its beginning and
//! `teller` makes them faster or slower.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use super::{cases, faults, town};
use crate::domain::Timestamp;

/// Cases of the first minute; fewer in a small town.
const CASES: u32 = 300;
/// Seconds in which they open.
const BUSY: f64 = 60.0;
/// Seconds between two steps of a case of the first minute.
const BUSY_PACE: f64 = 25.0;
/// Seconds between two steps of a case of an ordinary day.
const ORDINARY_PACE: f64 = 150.0;
/// Seconds between two new cases on an ordinary day, at least and at most.
const NEXT_CASE: (f64, f64) = (5.0, 20.0);
/// Seconds to the first small fault, and between two.
const FIRST_FAULT: f64 = 330.0;
const NEXT_FAULT: (f64, f64) = (400.0, 900.0);

/// Something that happens, as an event would say it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Beat {
    pub(super) event: &'static str,
    /// What it is about.
    pub(super) subject: String,
    pub(super) data: Value,
}

pub(super) struct DemoStory {
    clients: u32,
    dice: StdRng,
    /// By time; what happens at the same time, in the order it was thought of.
    pending: BTreeMap<(Duration, u64), Beat>,
    thought_of: u64,
    cases: u32,
    faults: u32,
    next_case: Duration,
    next_fault: Duration,
}

impl DemoStory {
    /// The first minutes, for a town of so many clients.
    pub(super) fn new(clients: u32, now: Timestamp) -> Self {
        let mut story = Self {
            clients,
            dice: StdRng::seed_from_u64(u64::from(clients)),
            pending: BTreeMap::new(),
            thought_of: 0,
            cases: 0,
            faults: 0,
            next_case: Duration::from_secs_f64(BUSY),
            next_fault: Duration::from_secs_f64(FIRST_FAULT),
        };
        let cases = CASES.min(clients);
        for number in 0..cases {
            let at = BUSY * f64::from(number) / f64::from(cases);
            story.open_case(Duration::from_secs_f64(at), BUSY_PACE, now);
        }
        story.add(Duration::ZERO, faults::opening(now));
        story
    }

    /// When something happens next.
    pub(super) fn next_at(&self) -> Duration {
        let told = self.pending.keys().next().map(|(at, _)| *at);
        let ordinary = self.next_case.min(self.next_fault);
        told.map_or(ordinary, |told| told.min(ordinary))
    }

    /// All that has happened by `at` and was not given out before. `now`: the time on the wall.
    pub(super) fn until(&mut self, at: Duration, now: Timestamp) -> Vec<Beat> {
        while self.next_case <= at {
            let begins = self.next_case;
            self.open_case(begins, ORDINARY_PACE, now);
            self.next_case = begins + self.some_seconds(NEXT_CASE);
        }
        while self.next_fault <= at {
            let begins = self.next_fault;
            let fault = faults::small(&mut self.dice, self.faults, now);
            self.faults += 1;
            self.add(begins, fault);
            self.next_fault = begins + self.some_seconds(NEXT_FAULT);
        }
        let later = self.pending.split_off(&(at + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.pending, later)
            .into_values()
            .collect()
    }

    fn open_case(&mut self, at: Duration, pace: f64, now: Timestamp) {
        let client = town::reference(self.dice.random_range(0..self.clients));
        self.cases += 1;
        let life = cases::life(&mut self.dice, (self.cases, &client), pace, now);
        self.add(at, life);
    }

    fn add(&mut self, begins: Duration, beats: Vec<(f64, Beat)>) {
        for (after, beat) in beats {
            let at = begins + Duration::from_secs_f64(after);
            self.pending.insert((at, self.thought_of), beat);
            self.thought_of += 1;
        }
    }

    fn some_seconds(&mut self, (least, most): (f64, f64)) -> Duration {
        Duration::from_secs_f64(self.dice.random_range(least..most))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::event::Event;

    const MINUTE: Duration = Duration::from_secs(60);

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
    }

    fn count(beats: &[Beat], event: &str) -> usize {
        beats.iter().filter(|beat| beat.event == event).count()
    }

    #[test]
    fn the_first_minute_is_busy_and_the_blackout_is_over_within_three() {
        let mut story = DemoStory::new(2_000, now());
        assert_eq!(story.next_at(), Duration::ZERO);
        let first = story.until(MINUTE, now());
        assert!(count(&first, "case.opened") >= 300);
        assert!(count(&first, "case.state_changed") > 200);
        assert_eq!(count(&first, "incident.opened"), 2);
        let then = story.until(3 * MINUTE, now());
        assert_eq!(count(&then, "incident.updated"), 2);
        assert_eq!(count(&then, "incident.resolved"), 1);
    }

    #[test]
    fn ordinary_days_go_on_without_end_and_calmly() {
        let mut story = DemoStory::new(2_000, now());
        story.until(10 * MINUTE, now());
        for minute in 11..400 {
            let beats = story.until(minute * MINUTE, now());
            assert!(
                (1..80).contains(&beats.len()),
                "{} in one minute",
                beats.len()
            );
        }
        assert!(
            story.pending.len() < 500,
            "what is thought of ahead is bounded"
        );
    }

    #[test]
    fn every_beat_is_an_event_the_intake_understands() {
        let mut story = DemoStory::new(50, now());
        let beats = story.until(30 * MINUTE, now());
        for beat in beats {
            let event = json!({
                "specversion": "1.0", "id": "1", "source": "/demo", "type": beat.event,
                "data": beat.data,
            });
            let event = Event::parse(&event, now());
            assert!(event.is_ok(), "{beat:?}: {event:?}");
        }
    }
}
