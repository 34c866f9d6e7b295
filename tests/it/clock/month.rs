//! A month with three hundred cases: what the clock says is what a calendar on paper says, each
//! threshold once, with one node and with three of which one dies every few hours.

use araldo::domain::Timestamp;
use araldo::domain::calendar::WorkingDays;
use araldo_sandbox::dice::Dice;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use serde_json::json;

use super::crash::POINTS;
use super::office::Office;
use crate::support::TestStore;

on_both_databases!(
    a_month_of_three_hundred_cases_says_each_threshold_once,
    a_month_on_three_nodes_that_die_every_few_hours_says_the_same,
);

const CASES: usize = 300;
/// A Monday morning, before anybody works.
const BEGIN: &str = "2026-11-30T05:00:00Z";
/// How often the clock looks, in hours, and how often in a month.
const EVERY: i64 = 6;
const LOOKS: i64 = 31 * 24 / EVERY;
/// States and how many working days each may last.
const STATES: [(&str, Option<u32>); 5] = [
    ("received", Some(1)),
    ("internal_review", Some(1)),
    ("documents_missing", None),
    ("sent_to_distributor", Some(5)),
    ("waiting_distributor", Some(5)),
];
/// Messages of stalled cases to their clients, and how many clients and events they are about.
const TOLD: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE p.rule = 'case-stalled'";
const TOLD_ONCE: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT DISTINCT m.client_id, p.event_id \
    FROM message m JOIN plan p ON p.id = m.plan_id WHERE p.rule = 'case-stalled') AS x";

/// One stay of a case in a state.
#[derive(Clone, Copy)]
struct Stay {
    case: usize,
    state: usize,
    since: Timestamp,
}

/// What whoever has a calendar says of a stay that ended then: on the morning before its time is
/// over, on the morning after, and again.
fn by_calendar(stay: Stay, until: Timestamp) -> Vec<String> {
    let italy = WorkingDays::default();
    let Some(limit) = STATES[stay.state].1 else {
        return Vec::new();
    };
    let begun = stay.since.to_utc().with_timezone(&chrono_tz::Europe::Rome);
    let begun = begun.date_naive();
    let last = italy.add_working_days(begun, limit);
    let mut before = (1..20).map(|days| last - Days::new(days));
    let before = before.find(|day| italy.is_working_day(*day));
    let mut said = Vec::new();
    let mut note = |kind: &str, threshold: u32, day: NaiveDate| {
        let at = morning(day);
        if at > stay.since && at <= until {
            said.push(format!("case.{kind} PR-{} {threshold}", stay.case));
        }
    };
    note("due_soon", 0, before.expect("a working day in three weeks"));
    for threshold in 1..=3 {
        let passed = italy.add_working_days(begun, limit * threshold);
        note("stalled", threshold, italy.add_working_days(passed, 1));
    }
    said
}

fn morning(day: NaiveDate) -> Timestamp {
    let eight = day.and_time(NaiveTime::from_hms_opt(8, 0, 0).unwrap());
    let at = chrono_tz::Europe::Rome.from_local_datetime(&eight);
    at.unwrap().to_utc().into()
}

/// A case comes into a state that it was not in.
async fn enter(office: &mut Office, case: usize, from: Option<usize>, dice: &mut Dice) -> Stay {
    let state = match from {
        None => 0,
        Some(from) => (from + 1 + dice.place(STATES.len() - 1)) % STATES.len(),
    };
    let kind = match from {
        None => "case.opened",
        Some(_) => "case.state_changed",
    };
    let name = format!("PR-{case}");
    office
        .tell(kind, &name, STATES[state].0, json!({}), false)
        .await;
    Stay {
        case,
        state,
        since: office.now(),
    }
}

async fn a_month_of_three_hundred_cases_says_each_threshold_once(store: TestStore) {
    assert_eq!(live(store, 1, 0).await, 0);
}

async fn a_month_on_three_nodes_that_die_every_few_hours_says_the_same(store: TestStore) {
    let deaths = live(store, 3, 40).await;
    assert!(deaths > 10, "only {deaths} died");
}

/// `deadly`: of a hundred looks so many in which the clock that looks first dies. How many died.
async fn live(store: TestStore, nodes: usize, deadly: i64) -> usize {
    let mut dice = Dice::of(20_261_130);
    let mut office = Office::open(store, BEGIN, nodes).await;
    for case in 0..CASES {
        let phone = format!("+39000{case:07}");
        office.client(&format!("C-{case}"), &phone, json!({})).await;
    }
    let mut stays: Vec<Option<Stay>> = Vec::new();
    let (mut expected, mut deaths) = (Vec::new(), 0);
    for _ in 0..LOOKS {
        office.clock.advance(TimeDelta::hours(EVERY));
        let dies = dice.percent(deadly);
        let point: &&str = dice.one_of(&POINTS);
        if dies && office.look_and_die(point).await {
            deaths += 1;
        }
        office.look().await;
        for stay in stays.iter_mut().filter(|stay| stay.is_some()) {
            if dice.percent(3) {
                let over = stay.take().expect("it stands somewhere");
                expected.extend(by_calendar(over, office.now()));
                let (case, state) = (over.case, over.state);
                if dice.percent(20) {
                    let name = format!("PR-{case}");
                    let end = json!({});
                    office.tell("case.closed", &name, "done", end, false).await;
                } else {
                    *stay = Some(enter(&mut office, case, Some(state), &mut dice).await);
                }
            }
        }
        for case in stays.len()..CASES.min(stays.len() + 10) {
            stays.push(Some(enter(&mut office, case, None, &mut dice).await));
        }
        office.plan().await;
    }
    office.look().await;
    let until = office.now();
    expected.extend(
        stays
            .into_iter()
            .flatten()
            .flat_map(|stay| by_calendar(stay, until)),
    );
    compare(&office, expected).await;
    deaths
}

async fn compare(office: &Office, mut expected: Vec<String>) {
    let mut said = office.said_in_short().await;
    said.retain(|said| said.starts_with("case.") && !said.starts_with("case.silent"));
    let stalled = said.iter().filter(|said| said.starts_with("case.stalled"));
    let stalled = i64::try_from(stalled.count()).expect("some");
    println!(
        "{} times the clock spoke, {stalled} of them to clients",
        said.len()
    );
    assert!(stalled > 200, "only {stalled} stalled");
    expected.sort();
    said.sort();
    assert_eq!(said, expected);
    assert_eq!(office.eye.number(TOLD).await, stalled);
    assert_eq!(office.eye.number(TOLD_ONCE).await, stalled);
}
