//! What hits the town: a blackout told from its first minute to its end, works announced, a
//! closure withdrawn, and the small faults of an ordinary day.

use chrono::TimeDelta;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::story::Beat;
use super::town::{DISTRICTS, feeder, pick};
use crate::domain::Timestamp;

/// Seconds from the opening to the end of a small fault.
const SMALL_FAULT: (f64, f64) = (120.0, 300.0);

const CAUSES: [&str; 4] = [
    "guasto in una cabina",
    "un ramo caduto sulla linea",
    "un cavo danneggiato durante uno scavo",
    "un intervento di sicurezza",
];

/// The first minutes, with their seconds: the same each time, so that a newcomer can be told
/// what will happen.
pub(super) fn opening(now: Timestamp) -> Vec<(f64, Beat)> {
    let mut beats = works(now);
    beats.extend(blackout(now));
    beats.extend(closure(now));
    beats
}

/// Valdorsa has no light: told, told again when the cause is known, when it takes longer, and
/// when it is over.
fn blackout(now: Timestamp) -> Vec<(f64, Beat)> {
    let step = |event, data| beat(event, "G-1", data);
    let began = now - TimeDelta::minutes(4);
    vec![
        (
            25.0,
            step(
                "incident.opened",
                json!({
                    "kind": "outage", "service": "electricity", "severity": "severe",
                    "area": { "municipalities": [DISTRICTS[1].code] },
                    "began_at": began, "expected_end": whole_minutes(now, 90),
                }),
            ),
        ),
        (
            70.0,
            step(
                "incident.updated",
                json!({
                    "cause": "guasto su una linea di media tensione",
                    "expected_end": whole_minutes(now, 150),
                    "note": "Una squadra è sul posto. Tenga chiusi frigorifero e congelatore.",
                }),
            ),
        ),
        (
            105.0,
            step(
                "incident.updated",
                json!({
                    "cause": "due guasti sulla stessa linea",
                    "expected_end": whole_minutes(now, 210),
                }),
            ),
        ),
        (
            150.0,
            step(
                "incident.resolved",
                json!({
                    "note": "La linea è stata riparata. Ci dica se da Lei manca ancora la luce.",
                }),
            ),
        ),
    ]
}

/// Works of the week after, early enough for the law.
fn works(now: Timestamp) -> Vec<(f64, Beat)> {
    let begins = whole_minutes(now, 8 * 24 * 60);
    vec![(
        8.0,
        beat(
            "incident.opened",
            "L-1",
            json!({
                "kind": "planned_outage", "service": "electricity", "severity": "minor",
                "area": { "tags": [feeder(&DISTRICTS[2], 0), feeder(&DISTRICTS[2], 1)] },
                "began_at": begins, "expected_end": begins + TimeDelta::hours(3),
                "cause": "sostituzione di un trasformatore",
            }),
        ),
    )]
}

/// A road that turns out to stay open.
fn closure(now: Timestamp) -> Vec<(f64, Beat)> {
    vec![
        (
            120.0,
            beat(
                "incident.opened",
                "V-1",
                json!({
                    "kind": "closure", "severity": "moderate",
                    "area": { "circle": { "lat": 44.148, "lon": 10.633, "radius_km": 1.5 } },
                    "began_at": whole_minutes(now, 60), "expected_end": whole_minutes(now, 240),
                    "cause": "lavori urgenti in Via del Ponte",
                }),
            ),
        ),
        (
            200.0,
            beat(
                "incident.cancelled",
                "V-1",
                json!({
                    "note": "La strada resta aperta.",
                }),
            ),
        ),
    ]
}

/// A small fault on one feeder, and its end.
pub(super) fn small(dice: &mut StdRng, number: u32, now: Timestamp) -> Vec<(f64, Beat)> {
    let district = &DISTRICTS[dice.random_range(0..DISTRICTS.len())];
    let reference = format!("G-{}", number + 2);
    let opened = json!({
        "kind": "outage", "service": "electricity", "severity": "moderate",
        "area": { "tags": [feeder(district, dice.random())] },
        "began_at": now - TimeDelta::minutes(3), "expected_end": whole_minutes(now, 60),
        "cause": pick(dice, &CAUSES),
    });
    let over = dice.random_range(SMALL_FAULT.0..SMALL_FAULT.1);
    vec![
        (0.0, beat("incident.opened", &reference, opened)),
        (over, beat("incident.resolved", &reference, json!({}))),
    ]
}

fn beat(event: &'static str, reference: &str, mut data: Value) -> Beat {
    data["incident"] = reference.into();
    Beat {
        event,
        subject: reference.to_owned(),
        data,
    }
}

/// So many minutes from now, at a full five minutes: nobody promises seconds.
fn whole_minutes(now: Timestamp, minutes: i64) -> Timestamp {
    const STEP: i64 = 300_000_000;
    let then = (now + TimeDelta::minutes(minutes)).as_micros();
    Timestamp::from_micros(then - then.rem_euclid(STEP))
}
