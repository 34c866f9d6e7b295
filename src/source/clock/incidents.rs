//! What the clock makes of incidents: it says that an expected end has passed, reminds of planned
//! works, asks whether what was restored is back. Each is made once for the time that it is about;
//! a time that moves has its own. When is pure arithmetic, tested here; whether it still holds when it
//! is planned is asked once more by `plan`.
//!
//! Operators do not wait for this: the first page of the console goes by the times themselves.

use chrono::{Days, TimeDelta, TimeZone as _};
use serde_json::json;

use super::settings::ClockSettings;
use super::{compensation, made};
use crate::domain::Timestamp;
use crate::domain::event::{Arrival, IncidentKind, IncidentState, IncidentStep};
use crate::store::planning::incidents::WatchedIncident;
use crate::store::{StoreError, Tx};

/// When something is to be made of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct IncidentMoment {
    step: IncidentStep,
    /// The time it is about.
    about: Timestamp,
    at: Timestamp,
    /// It would be no news any more.
    is_pointless: bool,
}

/// Events about incidents that are due now, of at most `limit` incidents. That they are made is
/// written down in the same transaction: the caller keeps them in it.
pub(super) async fn due(
    tx: &mut Tx,
    now: Timestamp,
    settings: &ClockSettings,
    limit: i64,
) -> Result<Vec<Arrival>, StoreError> {
    let mut events = Vec::new();
    for mut seen in tx.incidents().on_the_clock(now, limit).await? {
        let again = look(&mut seen, now, settings, |seen, moment| {
            events.extend(event(seen, moment, now));
        });
        let lasts = compensation::look(tx, &seen, now, settings).await?;
        events.extend(lasts.made);
        let again = again.into_iter().chain(lasts.again).min();
        tx.incidents().looked_at(&seen, again).await?;
    }
    Ok(events)
}

/// Makes what is due of one incident and notes it; when to look again, if ever.
fn look(
    seen: &mut WatchedIncident,
    now: Timestamp,
    settings: &ClockSettings,
    mut make: impl FnMut(&WatchedIncident, IncidentMoment),
) -> Option<Timestamp> {
    seen.late_notice = is_announced_late(seen, settings);
    let moments = [
        overdue(seen, settings),
        reminder(seen, now, settings),
        confirm(seen, settings),
    ];
    let mut again: Option<Timestamp> = None;
    for moment in moments.into_iter().flatten() {
        if moment.at > now {
            again = Some(again.map_or(moment.at, |earlier| earlier.min(moment.at)));
            continue;
        }
        match moment.step {
            IncidentStep::Overdue => seen.overdue_for = Some(moment.about),
            IncidentStep::Reminder => seen.reminded_for = Some(moment.about),
            _ => seen.asked_for = Some(moment.about),
        }
        if !moment.is_pointless {
            make(seen, moment);
        }
    }
    again
}

/// Its expected end passes. An end that moves by less than is told is the same end; whoever was told
/// of one that had passed already is given the same grace.
fn overdue(seen: &WatchedIncident, settings: &ClockSettings) -> Option<IncidentMoment> {
    let times = &settings.incidents;
    if seen.state != IncidentState::GoingOn || seen.kind == IncidentKind::Notice {
        return None;
    }
    let (end, told) = (seen.expected_end?, seen.told_at?);
    let least = times.material.max(TimeDelta::microseconds(1));
    if seen
        .overdue_for
        .is_some_and(|said| (end - said).abs() < least)
    {
        return None;
    }
    Some(IncidentMoment {
        step: IncidentStep::Overdue,
        about: end,
        at: end.max(told) + times.overdue_grace,
        is_pointless: false,
    })
}

/// The evening before works begin. Whoever was told since then, or when they have begun, needs no
/// reminder.
fn reminder(
    seen: &WatchedIncident,
    now: Timestamp,
    settings: &ClockSettings,
) -> Option<IncidentMoment> {
    let is_planned = seen.kind == IncidentKind::PlannedOutage;
    if seen.state != IncidentState::GoingOn || !is_planned {
        return None;
    }
    let (begin, told) = (seen.began_at?, seen.told_at?);
    if seen.reminded_for == Some(begin) {
        return None;
    }
    let at = evening_before(begin, settings)?;
    Some(IncidentMoment {
        step: IncidentStep::Reminder,
        about: begin,
        at,
        is_pointless: at <= told || begin <= now,
    })
}

/// Some time after it was restored, if clients were told that it was.
fn confirm(seen: &WatchedIncident, settings: &ClockSettings) -> Option<IncidentMoment> {
    let can_be_back = matches!(
        seen.kind,
        IncidentKind::Outage | IncidentKind::PlannedOutage
    );
    if seen.state != IncidentState::Resolved || !can_be_back {
        return None;
    }
    let end = seen.closed_at?;
    if seen.told_at? < end || seen.asked_for == Some(end) {
        return None;
    }
    Some(IncidentMoment {
        step: IncidentStep::Confirm,
        about: end,
        at: end + settings.incidents.confirm_after,
        is_pointless: false,
    })
}

/// Whether planned works were announced fewer working days before than is due.
fn is_announced_late(seen: &WatchedIncident, settings: &ClockSettings) -> bool {
    let Some(begin) = seen.began_at else {
        return false;
    };
    let day = |at: Timestamp| at.to_utc().with_timezone(&settings.zone).date_naive();
    let days = settings
        .working_days
        .working_days_between(day(seen.opened_at), day(begin));
    seen.kind == IncidentKind::PlannedOutage && days < i64::from(settings.incidents.announce_days)
}

/// When the clock on the wall shows the time of reminders, on the day before; where it skips that
/// time, the end of the gap.
fn evening_before(begin: Timestamp, settings: &ClockSettings) -> Option<Timestamp> {
    let zone = settings.zone;
    let day = begin.to_utc().with_timezone(&zone).date_naive();
    let eve = day.checked_sub_days(Days::new(1))?;
    let wall = eve.and_time(settings.incidents.remind_at);
    // A gap is an hour or less, but for islands that once left out a day.
    let later = (0..=48).map(|half_hours| wall + TimeDelta::minutes(30 * half_hours));
    let mut moments = later.filter_map(|wall| zone.from_local_datetime(&wall).earliest());
    moments.next().map(|at| at.to_utc().into())
}

/// Its id is made of what it is about: made again after a crash, it is the same event.
fn event(seen: &WatchedIncident, moment: IncidentMoment, now: Timestamp) -> Option<Arrival> {
    let IncidentMoment { step, about, .. } = moment;
    let mut data = json!({ "incident": seen.reference });
    match step {
        IncidentStep::Overdue => data["expected_end"] = json!(about),
        IncidentStep::Reminder => data["began_at"] = json!(about),
        _ => {}
    }
    let id = format!("{}:{step}:{}", seen.id, about.as_micros());
    made(step.as_str(), &id, &seen.reference, &data, now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveTime;

    use super::super::settings::IncidentTimes;
    use super::*;
    use crate::domain::IncidentId;
    use crate::domain::calendar::WorkingDays;
    use crate::domain::clock::FixedClock;
    use crate::domain::event::{Event, EventData};
    use crate::domain::ids::TimeOrderedIds;
    use crate::store::{Store, StoreUrl};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn settings() -> ClockSettings {
        ClockSettings {
            zone: chrono_tz::Europe::Rome,
            working_days: WorkingDays::default(),
            stalled_times: 3,
            silent_after_days: 10,
            body_report_at: 5,
            chase_after_days: 2,
            bodies: BTreeMap::new(),
            body_names: BTreeMap::new(),
            compensation: Vec::new(),
            survey: None,
            incidents: IncidentTimes {
                overdue_grace: TimeDelta::minutes(15),
                confirm_after: TimeDelta::minutes(30),
                announce_days: 3,
                remind_at: NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
                material: TimeDelta::minutes(30),
                approval_above: None,
            },
        }
    }

    fn an_incident(kind: IncidentKind, told: &str) -> WatchedIncident {
        WatchedIncident {
            id: IncidentId::new(7),
            reference: "G-77".to_owned(),
            kind,
            state: IncidentState::GoingOn,
            service: None,
            began_at: None,
            expected_end: None,
            opened_at: at(told),
            closed_at: None,
            told_at: Some(at(told)),
            overdue_for: None,
            reminded_for: None,
            asked_for: None,
            late_notice: false,
        }
    }

    /// What is made of it at that time, and when it is looked at again.
    fn thought(seen: &mut WatchedIncident, now: &str) -> (Vec<IncidentStep>, Option<Timestamp>) {
        let mut steps = Vec::new();
        let again = look(seen, at(now), &settings(), |_, moment| {
            steps.push(moment.step);
        });
        (steps, again)
    }

    const NOTHING: (Vec<IncidentStep>, Option<Timestamp>) = (Vec::new(), None);

    #[test]
    fn an_end_that_passes_is_said_once_after_the_grace_and_again_of_another_end() {
        let mut seen = an_incident(IncidentKind::Outage, "2026-11-22T18:00:00Z");
        assert_eq!(
            thought(&mut seen, "2026-11-22T23:00:00Z"),
            NOTHING,
            "no end is known"
        );
        seen.expected_end = Some(at("2026-11-22T20:00:00Z"));
        let waits = (Vec::new(), Some(at("2026-11-22T20:15:00Z")));
        assert_eq!(thought(&mut seen, "2026-11-22T20:14:59Z"), waits);
        let (steps, again) = thought(&mut seen, "2026-11-22T20:15:00Z");
        assert_eq!((steps, again), (vec![IncidentStep::Overdue], None));
        assert_eq!(thought(&mut seen, "2026-11-22T21:00:00Z"), NOTHING, "once");
        seen.expected_end = Some(at("2026-11-22T20:20:00Z"));
        assert_eq!(
            thought(&mut seen, "2026-11-22T21:00:00Z"),
            NOTHING,
            "the same end"
        );
        seen.expected_end = Some(at("2026-11-22T21:30:00Z"));
        let waits = (Vec::new(), Some(at("2026-11-22T21:45:00Z")));
        assert_eq!(thought(&mut seen, "2026-11-22T21:00:00Z"), waits);
        seen.state = IncidentState::Cancelled;
        assert_eq!(thought(&mut seen, "2026-11-22T22:00:00Z"), NOTHING);
    }

    #[test]
    fn what_nobody_was_told_of_or_was_late_already_does_not_hurry() {
        let mut seen = an_incident(IncidentKind::Delay, "2026-11-22T20:10:00Z");
        seen.expected_end = Some(at("2026-11-22T20:00:00Z"));
        let waits = (Vec::new(), Some(at("2026-11-22T20:25:00Z")));
        assert_eq!(thought(&mut seen, "2026-11-22T20:16:00Z"), waits);
        seen.told_at = None;
        assert_eq!(thought(&mut seen, "2026-11-22T23:00:00Z"), NOTHING);
    }

    #[test]
    fn works_are_remembered_the_evening_before_also_when_the_clocks_change_that_night() {
        for (begin, evening) in [
            ("2026-10-25T08:00:00+01:00", "2026-10-24T18:00:00+02:00"),
            ("2026-03-29T08:00:00+02:00", "2026-03-28T18:00:00+01:00"),
            ("2026-11-23T00:30:00+01:00", "2026-11-22T18:00:00+01:00"),
        ] {
            let mut seen = an_incident(IncidentKind::PlannedOutage, "2026-03-01T08:00:00Z");
            seen.began_at = Some(at(begin));
            let (steps, again) = thought(&mut seen, "2026-03-02T08:00:00Z");
            assert_eq!((steps, again), (Vec::new(), Some(at(evening))), "{begin}");
            assert_eq!(thought(&mut seen, evening).0, [IncidentStep::Reminder]);
            assert_eq!(thought(&mut seen, evening), NOTHING, "once");
        }
        let mut seen = an_incident(IncidentKind::PlannedOutage, "2026-11-22T19:00:00+01:00");
        seen.began_at = Some(at("2026-11-23T08:00:00+01:00"));
        assert_eq!(
            thought(&mut seen, "2026-11-22T19:00:01+01:00"),
            NOTHING,
            "just told"
        );
        let mut seen = an_incident(IncidentKind::PlannedOutage, "2026-11-01T19:00:00+01:00");
        seen.began_at = Some(at("2026-11-23T08:00:00+01:00"));
        assert_eq!(
            thought(&mut seen, "2026-11-23T08:00:00+01:00"),
            NOTHING,
            "it has begun"
        );
    }

    #[test]
    fn it_is_asked_once_after_each_end_that_was_told() {
        let mut seen = an_incident(IncidentKind::Outage, "2026-11-22T20:00:00Z");
        seen.state = IncidentState::Resolved;
        seen.closed_at = Some(at("2026-11-22T20:00:00Z"));
        let waits = (Vec::new(), Some(at("2026-11-22T20:30:00Z")));
        assert_eq!(thought(&mut seen, "2026-11-22T20:01:00Z"), waits);
        assert_eq!(
            thought(&mut seen, "2026-11-22T20:30:00Z").0,
            [IncidentStep::Confirm]
        );
        assert_eq!(thought(&mut seen, "2026-11-22T23:00:00Z"), NOTHING, "once");
        seen.closed_at = Some(at("2026-11-22T22:00:00Z"));
        assert_eq!(
            thought(&mut seen, "2026-11-22T23:00:00Z"),
            NOTHING,
            "a quiet end"
        );
        seen.told_at = seen.closed_at;
        assert_eq!(
            thought(&mut seen, "2026-11-22T23:00:00Z").0,
            [IncidentStep::Confirm]
        );
        seen.kind = IncidentKind::Closure;
        seen.asked_for = None;
        assert_eq!(thought(&mut seen, "2026-11-22T23:00:00Z"), NOTHING);
    }

    #[test]
    fn works_announced_within_three_working_days_are_marked() {
        // The 22nd is a Sunday.
        for (begin, late) in [
            ("2026-11-25T08:00:00+01:00", false),
            ("2026-11-24T08:00:00+01:00", true),
        ] {
            let mut seen = an_incident(IncidentKind::PlannedOutage, "2026-11-22T09:00:00+01:00");
            seen.began_at = Some(at(begin));
            thought(&mut seen, "2026-11-22T09:00:00+01:00");
            assert_eq!(seen.late_notice, late, "{begin}");
        }
    }

    #[test]
    fn an_event_of_the_clock_is_the_same_however_often_it_is_made() {
        let seen = an_incident(IncidentKind::Outage, "2026-11-22T18:00:00Z");
        let moment = IncidentMoment {
            step: IncidentStep::Overdue,
            about: at("2026-11-22T20:00:00Z"),
            at: at("2026-11-22T20:15:00Z"),
            is_pointless: false,
        };
        let first = event(&seen, moment, at("2026-11-22T20:15:00Z")).unwrap();
        let again = event(&seen, moment, at("2026-11-22T20:16:00Z")).unwrap();
        let named = (&*first.source, &*first.kind);
        assert_eq!(named, ("/v1/clock", "incident.overdue"));
        assert_eq!(first.id, again.id);
        assert_eq!(first.data, again.data);
    }

    #[tokio::test]
    async fn what_is_made_is_written_down_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("a.db"));
        let store = Store::open(&url, 1).await.unwrap();
        let now = at("2026-11-22T18:00:00Z");
        let clock = FixedClock::at("2026-11-22T18:00:00Z");
        let ids = TimeOrderedIds::new(&clock, 1);
        let opened = json!({"specversion": "1.0", "id": "1", "source": "/oms",
            "type": "incident.opened", "data": {"incident": "G-77", "kind": "outage",
            "area": {"municipalities": ["037006"]}, "expected_end": "2026-11-22T20:00:00Z"}});
        let opened = Event::parse(&opened, now).unwrap();
        let mut tx = store.write().await.unwrap();
        tx.events().accept([&opened], now, &ids).await.unwrap();
        let kept = tx.events().lookup("/oms", "1").await.unwrap().unwrap().id;
        let EventData::Incident(step, data) = &opened.data else {
            panic!("{opened:?}")
        };
        let mut incidents = tx.incidents();
        let applied = incidents.apply(kept, *step, data, now, &ids).await.unwrap();
        incidents.tell(applied.incident.id, kept).await.unwrap();
        for early in ["2026-11-22T18:00:00Z", "2026-11-22T20:14:59Z"] {
            let made = due(&mut tx, at(early), &settings(), 9).await.unwrap();
            assert!(made.is_empty(), "{early}: {made:?}");
        }
        let passed = at("2026-11-22T20:15:00Z");
        let made = due(&mut tx, passed, &settings(), 9).await.unwrap();
        assert_eq!(made.len(), 1);
        assert_eq!(&*made[0].kind, "incident.overdue");
        let again = due(&mut tx, passed, &settings(), 9).await.unwrap();
        assert!(again.is_empty(), "{again:?}");
        let worries = tx.incidents().worries(passed, 9).await.unwrap();
        assert_eq!(worries.len(), 1, "operators see it until it moves or ends");
    }
}
