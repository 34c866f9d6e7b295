//! How late a trip is, out of what the feed says of its stops.

use super::message::{GtfsStopEvent, GtfsStopTime, GtfsTrip, GtfsTripUpdate};
use crate::domain::Timestamp;

/// `TripDescriptor.ScheduleRelationship`
const CANCELLED: i32 = 3;
const DELETED: i32 = 7;
/// `StopTimeUpdate.ScheduleRelationship`
const SKIPPED: i32 = 1;
const NO_DATA: i32 = 2;

/// No trip is later, or earlier: what says so is a fault of the feed.
const LATEST_DELAY: i64 = 7 * 24 * 3_600;

/// How a trip does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TripState {
    /// So many seconds late at the worst of the stops that are still to come; ahead of time, if that
    /// is negative.
    Late(i64),
    /// It does not run.
    Cancelled,
    /// The feed does not say it.
    Unknown,
}

/// What the feed says of a trip.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TripNow {
    pub(super) state: TripState,
    /// When it reaches its last stop, in seconds since 1970.
    pub(super) until: Option<i64>,
}

impl TripNow {
    /// None: the trip is not to be shown.
    pub(super) fn of(update: &GtfsTripUpdate, trip: &GtfsTrip, now: Timestamp) -> Option<Self> {
        let now = now.as_micros() / 1_000_000;
        let state = match trip.relationship {
            Some(DELETED) => return None,
            Some(CANCELLED) => TripState::Cancelled,
            _ => match worst(&update.stops, now).or(whole(update)) {
                Some(delay) if (-LATEST_DELAY..=LATEST_DELAY).contains(&delay) => {
                    TripState::Late(delay)
                }
                _ => TripState::Unknown,
            },
        };
        let until = update.stops.iter().filter_map(last_time).max();
        Some(Self { state, until })
    }
}

/// The delay of the trip as a whole counts where no stop says more.
fn whole(update: &GtfsTripUpdate) -> Option<i64> {
    let says_nothing = |stop: &GtfsStopTime| delays(stop).next().is_none();
    let delay = update
        .delay
        .filter(|_| update.stops.iter().all(says_nothing));
    delay.map(i64::from)
}

/// A delay holds for the stops behind it until one says something else. So that of a stop that was
/// passed counts as long as stops may lie between it and the next one that is named.
fn worst(stops: &[GtfsStopTime], now: i64) -> Option<i64> {
    let mut worst = None;
    // The stop before: its number, and the delay with which the trip left it.
    let mut carried: Option<(Option<u32>, i64)> = None;
    for stop in stops {
        if stop.relationship == Some(SKIPPED) {
            continue;
        }
        if let Some((before, delay)) = carried
            && !is_passed(stop, now)
            && !follows(before, stop.sequence)
        {
            worst = worst.max(Some(delay));
        }
        carried = delays(stop).last().map(|delay| (stop.sequence, delay));
        if !is_passed(stop, now) {
            worst = worst.max(delays(stop).max());
        }
    }
    // Behind the last one, too.
    worst.max(carried.map(|(_, delay)| delay))
}

/// Whether no stop can lie between.
fn follows(before: Option<u32>, next: Option<u32>) -> bool {
    before.is_some() && before.and_then(|number| number.checked_add(1)) == next
}

fn is_passed(stop: &GtfsStopTime, now: i64) -> bool {
    last_time(stop).is_some_and(|time| time < now)
}

/// When the trip leaves the stop, or reaches it where it ends.
fn last_time(stop: &GtfsStopTime) -> Option<i64> {
    let time = |event: Option<&GtfsStopEvent>| event.and_then(|event| event.time);
    time(stop.departure.as_ref()).or_else(|| time(stop.arrival.as_ref()))
}

/// The delays at a stop: of the arrival, then of the departure.
fn delays(stop: &GtfsStopTime) -> impl Iterator<Item = i64> {
    let has_data = stop.relationship != Some(NO_DATA);
    let events = [&stop.arrival, &stop.departure];
    events
        .into_iter()
        .flatten()
        .filter(move |_| has_data)
        .filter_map(
            |event| match (event.delay, event.time, event.scheduled_time) {
                (Some(delay), _, _) => Some(i64::from(delay)),
                (None, Some(time), Some(scheduled)) => time.checked_sub(scheduled),
                (None, _, _) => None,
            },
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// A stop by its number, minutes from now, and minutes of delay.
    fn stop(sequence: u32, minutes: i64, delay: Option<i32>) -> GtfsStopTime {
        GtfsStopTime {
            sequence: Some(sequence),
            arrival: None,
            departure: Some(GtfsStopEvent {
                delay: delay.map(|delay| delay * 60),
                time: Some(NOW + minutes * 60),
                scheduled_time: None,
            }),
            relationship: None,
        }
    }

    fn now_of(stops: Vec<GtfsStopTime>, relationship: Option<i32>) -> Option<TripNow> {
        let update = GtfsTripUpdate {
            stops,
            ..GtfsTripUpdate::default()
        };
        let trip = GtfsTrip {
            relationship,
            ..GtfsTrip::default()
        };
        let now = Timestamp::from_micros(NOW * 1_000_000);
        TripNow::of(&update, &trip, now)
    }

    /// How many minutes late.
    fn late(stops: Vec<GtfsStopTime>) -> Option<i64> {
        match now_of(stops, None).unwrap().state {
            TripState::Late(seconds) => Some(seconds / 60),
            TripState::Unknown => None,
            TripState::Cancelled => panic!("it runs"),
        }
    }

    #[test]
    fn the_worst_of_the_stops_to_come_counts() {
        let all = vec![
            stop(1, -9, Some(40)),
            stop(2, 1, Some(12)),
            stop(3, 9, Some(3)),
        ];
        assert_eq!(late(all), Some(12));
        assert_eq!(late(vec![stop(1, 1, Some(-2))]), Some(-2));
        assert_eq!(late(Vec::new()), None);
    }

    #[test]
    fn a_delay_holds_for_the_stops_behind_it() {
        // Stops 3 and 4 are not named, and are as late as stop 2 was.
        assert_eq!(
            late(vec![stop(2, -3, Some(15)), stop(5, 9, Some(4))]),
            Some(15)
        );
        // Nothing is named behind it.
        assert_eq!(late(vec![stop(2, -3, Some(15))]), Some(15));
        // From the third stop on nothing is known.
        let mut unknown = stop(3, 2, Some(30));
        unknown.relationship = Some(NO_DATA);
        assert_eq!(
            late(vec![stop(1, -9, Some(15)), stop(2, 1, Some(8)), unknown]),
            Some(8)
        );
        let mut skipped = stop(2, 2, Some(30));
        skipped.relationship = Some(SKIPPED);
        assert_eq!(late(vec![stop(1, 1, Some(8)), skipped]), Some(8));
    }

    #[test]
    fn a_delay_is_counted_where_the_feed_gives_times_alone() {
        let mut timed = stop(1, 12, None);
        timed.departure.as_mut().unwrap().scheduled_time = Some(NOW);
        assert_eq!(late(vec![timed]), Some(12));
        assert_eq!(late(vec![stop(1, 12, None)]), None);
        let update = GtfsTripUpdate {
            delay: Some(600),
            ..GtfsTripUpdate::default()
        };
        let trip = GtfsTrip::default();
        let now = Timestamp::from_micros(NOW * 1_000_000);
        let whole = TripNow::of(&update, &trip, now).unwrap();
        assert_eq!(whole.state, TripState::Late(600));
    }

    #[test]
    fn a_trip_that_does_not_run_is_cancelled_and_a_deleted_one_is_not_shown() {
        let cancelled = now_of(Vec::new(), Some(CANCELLED)).unwrap();
        assert_eq!(cancelled.state, TripState::Cancelled);
        assert_eq!(now_of(Vec::new(), Some(DELETED)), None);
        let until = now_of(vec![stop(1, 3, None), stop(2, 9, None)], None)
            .unwrap()
            .until;
        assert_eq!(until, Some(NOW + 540));
    }
}
