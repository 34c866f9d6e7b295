//! Nights in Rome and elsewhere, and every minute of 2026.

use chrono_tz::{Africa, America, Antarctica, Asia, Australia, Europe};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const ZONES: [Tz; 7] = [
    Europe::Rome,
    America::New_York,
    America::Sao_Paulo,
    Australia::Lord_Howe,
    Antarctica::Troll,
    Africa::Casablanca,
    Asia::Kathmandu,
];

fn until(hours: (&str, &str), now: &str, zone: Tz) -> Option<String> {
    let hours = QuietHours::parse(hours.0, hours.1).unwrap();
    let end = hours.until(Timestamp::parse(now).unwrap(), zone)?;
    Some(end.to_utc().with_timezone(&zone).to_rfc3339())
}

#[test]
fn a_night_ends_in_the_morning_of_the_clients_own_zone() {
    let night = ("21:00", "08:00");
    for (now, end) in [
        ("2026-11-22T20:59:59+01:00", None),
        (
            "2026-11-22T21:00:00+01:00",
            Some("2026-11-23T08:00:00+01:00"),
        ),
        (
            "2026-11-23T00:00:00+01:00",
            Some("2026-11-23T08:00:00+01:00"),
        ),
        (
            "2026-11-23T07:59:59.999999+01:00",
            Some("2026-11-23T08:00:00+01:00"),
        ),
        ("2026-11-23T08:00:00+01:00", None),
    ] {
        assert_eq!(until(night, now, Europe::Rome).as_deref(), end, "{now}");
    }
    assert_eq!(
        until(night, "2026-11-22T21:00:00+01:00", America::New_York),
        None
    );
    let siesta = ("13:00", "15:00");
    assert_eq!(
        until(siesta, "2026-07-01T14:00:00+02:00", Europe::Rome).as_deref(),
        Some("2026-07-01T15:00:00+02:00")
    );
    assert_eq!(
        until(siesta, "2026-07-01T15:00:00+02:00", Europe::Rome),
        None
    );
    assert_eq!(
        until(
            ("08:00", "08:00"),
            "2026-07-01T08:00:00+02:00",
            Europe::Rome
        ),
        None
    );
}

#[test]
fn an_end_that_the_clock_skips_is_the_first_moment_after_the_gap() {
    // In Rome 02:00 to 03:00 does not exist on 29 March 2026.
    assert_eq!(
        until(
            ("21:00", "02:30"),
            "2026-03-29T01:59:00+01:00",
            Europe::Rome
        )
        .as_deref(),
        Some("2026-03-29T03:00:00+02:00")
    );
    assert_eq!(
        until(
            ("02:10", "02:50"),
            "2026-03-29T03:00:00+02:00",
            Europe::Rome
        ),
        None
    );
    assert_eq!(
        until(
            ("02:30", "04:00"),
            "2026-03-29T03:00:00+02:00",
            Europe::Rome
        )
        .as_deref(),
        Some("2026-03-29T04:00:00+02:00")
    );
}

#[test]
fn an_end_that_comes_twice_is_the_second() {
    // In Rome 02:00 to 03:00 comes twice on 25 October 2026.
    let night = ("21:00", "02:30");
    for now in [
        "2026-10-25T02:10:00+02:00",
        "2026-10-25T02:40:00+02:00",
        "2026-10-25T02:10:00+01:00",
    ] {
        let end = until(night, now, Europe::Rome);
        assert_eq!(end.as_deref(), Some("2026-10-25T02:30:00+01:00"), "{now}");
    }
    assert_eq!(
        until(night, "2026-10-25T02:30:00+01:00", Europe::Rome),
        None
    );
    assert_eq!(
        until(
            ("02:30", "08:00"),
            "2026-10-25T02:10:00+01:00",
            Europe::Rome
        )
        .as_deref(),
        Some("2026-10-25T08:00:00+01:00"),
        "quiet since the first 02:30"
    );
}

#[test]
fn what_is_no_time_of_day_is_refused_by_name() {
    for given in [
        "",
        "8:00",
        "24:00",
        "12:60",
        "12.30",
        "+1:00",
        "12:3",
        "१२:००",
        "12:000",
    ] {
        let error = QuietHours::parse(given, "08:00").unwrap_err();
        assert!(error.to_string().contains("00:00"), "{error}");
    }
    assert!(QuietHours::parse("08:00", "06:00").is_ok());
    let error = QuietHours::parse("08:00", "06:01").unwrap_err();
    assert!(error.to_string().contains("two hours"), "{error}");
}

#[test]
fn it_is_written_as_it_is_read() {
    let json = r#"{"from":"21:00","to":"08:05"}"#;
    let hours: QuietHours = serde_json::from_str(json).unwrap();
    assert_eq!((hours.from_minute, hours.to_minute), (1_260, 485));
    assert_eq!(serde_json::to_string(&hours).unwrap(), json);
    assert!(serde_json::from_str::<QuietHours>(r#"{"from":"9pm","to":"08:00"}"#).is_err());
}

fn hours() -> impl Strategy<Value = QuietHours> {
    (0..DAY, 0..=DAY - OPEN_AT_LEAST).prop_map(|(from_minute, length)| QuietHours {
        from_minute,
        to_minute: (from_minute + length) % DAY,
    })
}

/// Any second of 2026, or one within hours of a change of the clock in Rome or New York.
fn in_2026() -> impl Strategy<Value = Timestamp> {
    let around = |text: &str| {
        let at = Timestamp::parse(text).unwrap();
        (-36_000_i64..36_000).prop_map(move |seconds| at + TimeDelta::seconds(seconds))
    };
    let start = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    prop_oneof![
        (0_i64..365 * 86_400).prop_map(move |seconds| start + TimeDelta::seconds(seconds)),
        around("2026-03-29T01:00:00Z"),
        around("2026-10-25T01:00:00Z"),
        around("2026-03-08T07:00:00Z"),
        around("2026-11-01T06:00:00Z"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_end_is_never_quiet_itself_and_within_25_hours(
        hours in hours(), now in in_2026(), zone in select(&ZONES[..]),
    ) {
        if let Some(end) = hours.until(now, zone) {
            prop_assert!(now < end && end - now <= TimeDelta::hours(25));
            prop_assert_eq!(hours.until(end, zone), None);
        }
    }

    #[test]
    fn what_the_wall_calls_quiet_is_quiet(
        hours in hours(), now in in_2026(), zone in select(&ZONES[..]),
    ) {
        use chrono::Timelike as _;
        let wall = now.to_utc().with_timezone(&zone);
        let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap();
        let since = (minute + DAY - hours.from_minute) % DAY;
        if since < hours.length() {
            prop_assert!(hours.until(now, zone).is_some());
        }
    }
}
