//! Outages that last longer than they may, so that whoever is without may be owed something: by the size of
//! the municipality, as `[incidents] compensation` has it. An event for operators, once for each incident
//! and class; nothing takes it back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::json;

use super::made;
use super::settings::{ClockSettings, CompensationClass};
use crate::domain::Timestamp;
use crate::domain::event::{Arrival, IncidentKind, IncidentState, IncidentStep};
use crate::store::planning::incidents::WatchedIncident;
use crate::store::{StoreError, Tx};

/// What looking at one incident came to.
#[derive(Default)]
pub(super) struct CompensationLook {
    pub(super) made: Vec<Arrival>,
    /// When to look again, if ever.
    pub(super) again: Option<Timestamp>,
}

/// A class of which the time has passed, and when.
struct Passed<'a> {
    class: &'a CompensationClass,
    since: Timestamp,
}

/// Looks how long an outage has lasted by now, or lasted until its end.
pub(super) async fn look(
    tx: &mut Tx,
    seen: &WatchedIncident,
    now: Timestamp,
    settings: &ClockSettings,
) -> Result<CompensationLook, StoreError> {
    let (passed, again) = judge(seen, now, &settings.compensation);
    let mut look = CompensationLook {
        made: Vec::new(),
        again,
    };
    if passed.is_empty() {
        return Ok(look);
    }
    let known = tx.incidents().overlong(seen.id).await?;
    if passed
        .iter()
        .all(|it| known.contains(&it.class.after.num_seconds()))
    {
        return Ok(look);
    }
    // One that cannot be read names none.
    let area = tx.incidents().area(seen.id).await?;
    let towns = tx
        .incidents()
        .municipalities(&area.unwrap_or_default())
        .await?;
    for Passed { class, since } in passed {
        let Some(hit) = hit(&towns, class, &settings.compensation) else {
            continue;
        };
        let after_s = class.after.num_seconds();
        let mut incidents = tx.incidents();
        if incidents
            .enter_overlong(seen.id, after_s, since, &hit, now)
            .await?
        {
            look.made.extend(event(seen, class.after, since, &hit, now));
        }
    }
    Ok(look)
}

/// The classes whose time has passed, and when the next one does.
fn judge<'a>(
    seen: &WatchedIncident,
    now: Timestamp,
    classes: &'a [CompensationClass],
) -> (Vec<Passed<'a>>, Option<Timestamp>) {
    let mut passed = Vec::new();
    let mut again: Option<Timestamp> = None;
    if seen.kind != IncidentKind::Outage || seen.state == IncidentState::Cancelled {
        return (passed, again);
    }
    let began = seen.began_at.unwrap_or(seen.opened_at);
    let own = |class: &&CompensationClass| seen.service.as_ref() == Some(&class.service);
    for class in classes.iter().filter(own) {
        let since = began + class.after;
        match seen.closed_at {
            Some(over) if over < since => {}
            None if now < since => again = Some(again.map_or(since, |at| at.min(since))),
            _ => passed.push(Passed { class, since }),
        }
    }
    (passed, again)
}

/// Of these municipalities those of a class; none when it has none of them. The class that names none has
/// those of no other, and all where nothing is known.
fn hit(
    towns: &BTreeSet<String>,
    class: &CompensationClass,
    classes: &[CompensationClass],
) -> Option<Vec<String>> {
    let same_service = classes
        .iter()
        .filter(|other| other.service == class.service);
    let named: BTreeMap<&String, TimeDelta> = same_service
        .flat_map(|other| other.municipalities.iter().map(|town| (town, other.after)))
        .collect();
    let own = |town: &&String| match named.get(town) {
        Some(after) => *after == class.after,
        None => class.municipalities.is_empty(),
    };
    let hit: Vec<String> = towns.iter().filter(own).cloned().collect();
    let is_for_unknown = class.municipalities.is_empty() && towns.is_empty();
    (is_for_unknown || !hit.is_empty()).then_some(hit)
}

fn event(
    seen: &WatchedIncident,
    after: TimeDelta,
    since: Timestamp,
    hit: &[String],
    now: Timestamp,
) -> Option<Arrival> {
    let step = IncidentStep::Compensation;
    let id = format!("{}:{step}:{}", seen.id, after.num_seconds());
    let data = json!({
        "incident": seen.reference,
        "after_minutes": after.num_minutes(),
        "since": since,
        "municipalities": hit,
    });
    made(step.as_str(), &id, &seen.reference, &data, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::IncidentId;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn class(hours: i64, towns: &[&str]) -> CompensationClass {
        CompensationClass {
            after: TimeDelta::hours(hours),
            service: "electricity".to_owned(),
            municipalities: towns.iter().map(|town| (*town).to_owned()).collect(),
        }
    }

    fn classes() -> Vec<CompensationClass> {
        vec![
            class(8, &["037006"]),
            class(12, &["037020"]),
            class(16, &[]),
        ]
    }

    fn an_outage() -> WatchedIncident {
        WatchedIncident {
            id: IncidentId::new(7),
            reference: "G-77".to_owned(),
            kind: IncidentKind::Outage,
            state: IncidentState::GoingOn,
            service: Some("electricity".to_owned()),
            began_at: Some(at("2026-11-22T06:00:00Z")),
            expected_end: None,
            opened_at: at("2026-11-22T06:10:00Z"),
            closed_at: None,
            told_at: None,
            overdue_for: None,
            reminded_for: None,
            asked_for: None,
            late_notice: false,
        }
    }

    /// How many classes have passed at that time, and when the next one does.
    fn judged(seen: &WatchedIncident, now: &str) -> (usize, Option<Timestamp>) {
        let classes = classes();
        let (passed, again) = judge(seen, at(now), &classes);
        (passed.len(), again)
    }

    #[test]
    fn each_class_has_its_time_from_when_it_began() {
        let seen = an_outage();
        for (now, passed, again) in [
            ("2026-11-22T13:59:59Z", 0, Some("2026-11-22T14:00:00Z")),
            ("2026-11-22T14:00:00Z", 1, Some("2026-11-22T18:00:00Z")),
            ("2026-11-22T18:00:00Z", 2, Some("2026-11-22T22:00:00Z")),
            ("2026-11-23T06:00:00Z", 3, None),
        ] {
            assert_eq!(judged(&seen, now), (passed, again.map(at)), "{now}");
        }
    }

    #[test]
    fn what_is_over_lasted_until_its_end_and_other_things_may_last() {
        let now = "2026-11-23T06:00:00Z";
        let mut over = an_outage();
        over.state = IncidentState::Resolved;
        over.closed_at = Some(at("2026-11-22T18:30:00Z"));
        assert_eq!(
            judged(&over, now),
            (2, None),
            "also when nobody looked then"
        );
        let mut cancelled = over.clone();
        cancelled.state = IncidentState::Cancelled;
        assert_eq!(judged(&cancelled, now), (0, None));
        let mut works = an_outage();
        works.kind = IncidentKind::PlannedOutage;
        assert_eq!(judged(&works, now), (0, None));
        let mut water = an_outage();
        water.service = Some("water".to_owned());
        assert_eq!(judged(&water, now), (0, None));
    }

    #[test]
    fn a_town_belongs_to_one_class() {
        let classes = classes();
        let towns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let of = |names: &[&str], number: usize| {
            let towns: BTreeSet<String> = towns(names);
            hit(&towns, &classes[number], &classes)
        };
        let all = ["037006", "037020", "037099"];
        assert_eq!(of(&all, 0), Some(vec!["037006".to_owned()]));
        assert_eq!(of(&all, 1), Some(vec!["037020".to_owned()]));
        assert_eq!(of(&all, 2), Some(vec!["037099".to_owned()]));
        assert_eq!(of(&["037006"], 2), None);
        assert_eq!(of(&["037099"], 0), None);
        assert_eq!(of(&[], 0), None);
        assert_eq!(of(&[], 2), Some(Vec::new()), "wherever it is");
    }

    #[test]
    fn its_event_says_where_and_since_when_and_is_the_same_made_again() {
        let seen = an_outage();
        let since = at("2026-11-22T14:00:00Z");
        let hit = ["037006".to_owned()];
        let made = |now| event(&seen, TimeDelta::hours(8), since, &hit, at(now)).unwrap();
        let first = made("2026-11-22T14:00:01Z");
        assert_eq!(&*first.kind, "incident.compensation");
        let data: serde_json::Value = serde_json::from_str(&first.data).unwrap();
        let expected = json!({ "incident": "G-77", "after_minutes": 480,
            "since": "2026-11-22T14:00:00.000Z", "municipalities": ["037006"] });
        assert_eq!(data, expected);
        let again = made("2026-11-22T15:00:00Z");
        assert_eq!((again.id, again.data), (first.id, first.data));
    }
}
