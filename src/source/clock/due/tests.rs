//! Examples from the almanac, and what holds for every case.

use proptest::prelude::*;

use super::*;

const ROME: Tz = chrono_tz::Europe::Rome;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn italy() -> WorkingDays {
    WorkingDays::default()
}

fn in_rome(working_days: &WorkingDays) -> Reckoning<'_> {
    Reckoning {
        zone: ROME,
        working_days,
        times: 3,
    }
}

fn times(since: &str, expected_by: Option<&str>, limit: Option<StateLimit>) -> CaseTimes {
    CaseTimes {
        since: at(since),
        seen: at(since),
        expected_by: expected_by.map(|text| text.parse().unwrap()),
        limit,
    }
}

/// What is said of a case while nothing happens, and when.
fn life(reckoning: &Reckoning<'_>, times: &CaseTimes) -> Vec<(Saying, String)> {
    let (mut step, mut now) = (0, times.seen);
    let mut said = Vec::new();
    loop {
        let thought = reckoning.think(times, step, now);
        said.extend(thought.say.map(|say| (say, now.to_string())));
        step = thought.step;
        let Some(next) = thought.look_at else {
            return said;
        };
        assert!(next > now, "{next} is not later than {now}");
        now = next;
    }
}

fn mornings(days: &[(Saying, &str)]) -> Vec<(Saying, String)> {
    let each = days.iter().map(|(say, day)| (*say, (*day).to_owned()));
    each.collect()
}

use Saying::{DueSoon, Stalled};

#[test]
fn a_state_of_five_working_days_is_spoken_of_on_the_day_before_the_day_after_and_again() {
    let days = italy();
    // A Tuesday; the 8th is a holiday, so that the fifth working day is the 9th.
    let case = times("2026-12-01T10:00:00Z", None, Some(StateLimit::Days(5)));
    let expected = mornings(&[
        (DueSoon, "2026-12-07T07:00:00.000Z"),
        (Stalled(1), "2026-12-10T07:00:00.000Z"),
        (Stalled(2), "2026-12-17T07:00:00.000Z"),
        (Stalled(3), "2026-12-24T07:00:00.000Z"),
    ]);
    assert_eq!(life(&in_rome(&days), &case), expected);
    let reckoning = in_rome(&days);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(reckoning.next_check(&case, 1), Some(day("2026-12-17")));
    assert_eq!(reckoning.next_check(&case, 3), None);
}

#[test]
fn the_patron_day_is_a_setting() {
    let milan = WorkingDays {
        patron: vec![(12, 7)],
    };
    let case = times("2026-12-04T10:00:00Z", None, Some(StateLimit::Days(1)));
    // Friday; Saturday to Tuesday are free; the limit is Wednesday.
    let first = life(&in_rome(&milan), &case)[0].clone();
    assert_eq!(first, (Stalled(1), "2026-12-10T07:00:00.000Z".to_owned()));
    let first = life(&in_rome(&italy()), &case)[0].clone();
    assert_eq!(first, (Stalled(1), "2026-12-09T07:00:00.000Z".to_owned()));
}

#[test]
fn a_promise_counts_before_the_usual_time_and_ends_with_its_day() {
    let days = italy();
    let case = times(
        "2026-11-23T10:00:00Z",
        Some("2026-11-29"),
        Some(StateLimit::Days(2)),
    );
    // Promised by a Sunday: the last working day before is Friday, the first after is Monday.
    let expected = mornings(&[
        (DueSoon, "2026-11-27T07:00:00.000Z"),
        (Stalled(1), "2026-11-30T07:00:00.000Z"),
        (Stalled(2), "2026-12-02T07:00:00.000Z"),
        (Stalled(3), "2026-12-04T07:00:00.000Z"),
    ]);
    assert_eq!(life(&in_rome(&days), &case), expected);
    let case = times("2026-11-23T10:00:00Z", Some("2026-11-26T17:00:00Z"), None);
    let expected = mornings(&[
        (DueSoon, "2026-11-25T07:00:00.000Z"),
        (Stalled(1), "2026-11-27T07:00:00.000Z"),
        (Stalled(2), "2026-12-02T07:00:00.000Z"),
        (Stalled(3), "2026-12-07T07:00:00.000Z"),
    ]);
    assert_eq!(life(&in_rome(&days), &case), expected);
}

#[test]
fn a_promise_that_was_over_before_the_state_began_says_nothing_of_it() {
    let days = italy();
    let old = times(
        "2026-11-23T10:00:00Z",
        Some("2026-11-20"),
        Some(StateLimit::Days(5)),
    );
    let none = CaseTimes {
        expected_by: None,
        ..old
    };
    assert_eq!(life(&in_rome(&days), &old), life(&in_rome(&days), &none));
    let without_limit = CaseTimes { limit: None, ..old };
    assert!(life(&in_rome(&days), &without_limit).is_empty());
}

#[test]
fn hours_are_spoken_of_at_once_also_over_the_nights_of_the_clock_change() {
    let days = italy();
    for since in ["2026-10-24T22:30:00Z", "2027-03-27T22:30:00Z"] {
        let case = times(since, None, Some(StateLimit::Time(TimeDelta::hours(4))));
        let begun = at(since);
        let expected: Vec<(Saying, String)> = (1..=3)
            .map(|number| {
                let later = begun + TimeDelta::hours(4 * i64::from(number));
                (Stalled(number), later.to_string())
            })
            .collect();
        assert_eq!(life(&in_rome(&days), &case), expected);
    }
}

#[test]
fn mornings_are_mornings_on_both_sides_of_the_clock_change() {
    let days = italy();
    for (since, morning) in [
        ("2026-10-22T08:00:00Z", "2026-10-26T07:00:00.000Z"),
        ("2027-03-25T08:00:00Z", "2027-03-30T06:00:00.000Z"),
    ] {
        // Thursday; the one working day is Friday; the second Monday is Easter's.
        let case = times(since, None, Some(StateLimit::Days(1)));
        assert_eq!(
            life(&in_rome(&days), &case)[0],
            (Stalled(1), morning.to_owned())
        );
    }
}

#[test]
fn what_had_passed_when_araldo_heard_of_it_is_no_news() {
    let days = italy();
    let mut case = times("2026-11-02T10:00:00Z", None, Some(StateLimit::Days(5)));
    case.seen = at("2026-11-11T10:00:00Z");
    let said = life(&in_rome(&days), &case);
    let expected = mornings(&[
        (Stalled(2), "2026-11-17T07:00:00.000Z"),
        (Stalled(3), "2026-11-24T07:00:00.000Z"),
    ]);
    assert_eq!(said, expected);
    case.seen = at("2027-03-01T10:00:00Z");
    assert!(life(&in_rome(&days), &case).is_empty());
}

#[test]
fn after_a_long_stop_the_last_threshold_is_said_and_no_other() {
    let days = italy();
    let case = times("2026-11-02T10:00:00Z", None, Some(StateLimit::Days(5)));
    let thought = in_rome(&days).think(&case, 1, at("2026-11-18T12:00:00Z"));
    assert_eq!(thought.say, Some(Stalled(2)));
    assert_eq!((thought.step, thought.look_at.is_some()), (3, true));
    let thought = in_rome(&days).think(&case, 1, at("2028-01-01T12:00:00Z"));
    assert_eq!(thought.say, Some(Stalled(3)));
    assert_eq!((thought.step, thought.look_at), (4, None));
}

#[test]
fn silence_is_counted_in_working_days() {
    let days = italy();
    let silent = in_rome(&days).silent_at(at("2026-11-30T09:00:00Z"), 10);
    assert_eq!(silent.to_string(), "2026-12-15T07:00:00.000Z");
}

fn zones() -> impl Strategy<Value = Tz> {
    prop_oneof![
        Just(ROME),
        Just(chrono_tz::America::New_York),
        Just(chrono_tz::Australia::Lord_Howe),
        Just(chrono_tz::Asia::Beirut),
        Just(chrono_tz::UTC),
    ]
}

fn limits() -> impl Strategy<Value = Option<StateLimit>> {
    prop_oneof![
        Just(None),
        (1_u16..60).prop_map(|days| Some(StateLimit::Days(days))),
        (1_i64..200).prop_map(|hours| Some(StateLimit::Time(TimeDelta::hours(hours)))),
    ]
}

/// Between 2000 and 2060, in seconds.
fn moments() -> impl Strategy<Value = Timestamp> {
    (946_684_800_i64..2_840_140_800).prop_map(|seconds| Timestamp::from_micros(seconds * 1_000_000))
}

prop_compose! {
    fn cases()(since in moments(), late in 0_i64..40, promised in proptest::option::of(-10_i64..80),
        limit in limits()) -> CaseTimes {
        let promised = promised.map(|days| (since + TimeDelta::days(days)).to_utc().date_naive());
        CaseTimes {
            since,
            seen: since + TimeDelta::days(late),
            expected_by: promised.map(Deadline::Day),
            limit,
        }
    }
}

proptest! {
    #[test]
    fn each_threshold_is_said_once_in_order_after_it_was_heard_of(case in cases(), zone in zones(),
        times in 1_u16..6) {
        let days = italy();
        let reckoning = Reckoning { zone, working_days: &days, times };
        let said = life(&reckoning, &case);
        let numbers: Vec<u16> = said.iter().map(|(say, _)| match say {
            DueSoon => 0,
            Stalled(number) => *number,
        }).collect();
        prop_assert!(numbers.is_sorted_by(|one, other| one < other), "{:?}", said);
        prop_assert!(numbers.iter().all(|number| *number <= times));
        for (_, when) in &said {
            prop_assert!(at(when) > case.seen);
        }
    }

    #[test]
    fn whenever_the_clock_looks_it_says_the_same_things_and_none_twice(case in cases(),
        looks in proptest::collection::vec(-200_i64..20_000, 1..40)) {
        let days = italy();
        let reckoning = in_rome(&days);
        let all: Vec<Saying> = life(&reckoning, &case).into_iter().map(|(say, _)| say).collect();
        let (mut step, mut said) = (0, Vec::new());
        // Hours from when it was seen, also backwards: a clock may jump.
        for hours in looks {
            let now = case.seen + TimeDelta::hours(hours);
            let thought = reckoning.think(&case, step, now);
            prop_assert!(thought.step >= step);
            step = thought.step;
            said.extend(thought.say);
        }
        prop_assert!(said.iter().all(|say| all.contains(say)), "{:?} of {:?}", said, all);
        let mut once = said.clone();
        once.dedup();
        prop_assert_eq!(said, once);
    }

    #[test]
    fn days_are_spoken_of_on_mornings_of_working_days(case in cases(), zone in zones()) {
        let days = italy();
        let reckoning = Reckoning { zone, working_days: &days, times: 3 };
        prop_assume!(!matches!(case.limit, Some(StateLimit::Time(_))));
        for (_, when) in life(&reckoning, &case) {
            let local = at(&when).to_utc().with_timezone(&zone);
            prop_assert!(days.is_working_day(local.date_naive()), "{}", local);
            prop_assert_eq!(local.time(), NaiveTime::from_hms_opt(8, 0, 0).unwrap());
        }
    }
}
