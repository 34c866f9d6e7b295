//! A month with some hundred cases: what the clock says, and at which look, is what a calendar on paper
//! says, each threshold once, with one node and with three of which one dies every few hours. Two of the
//! months have the night in them in which an hour is skipped or comes twice, and holidays.

use araldo::domain::Timestamp;
use araldo_sandbox::dice::Dice;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use serde_json::{Value, json};

use super::crash::POINTS;
use super::office::{Office, settings};
use crate::support::TestStore;

on_both_databases!(
    a_month_of_three_hundred_cases_says_each_threshold_once,
    a_month_on_three_nodes_that_die_every_few_hours_says_the_same,
    a_month_in_which_an_hour_is_skipped_says_each_threshold_once,
    a_month_in_which_an_hour_comes_twice_says_each_threshold_once,
);

/// A month of cases.
#[derive(Clone, Copy)]
struct Month {
    /// A Monday morning, before anybody works.
    begin: &'static str,
    cases: usize,
    nodes: usize,
    /// Of a hundred looks so many in which the clock that looks first dies.
    deadly: i64,
    /// The Sunday in whose night the clocks change, if there is one.
    changes: Option<&'static str>,
}

/// At which hours of a day, by UTC, the clock looks: offices open at six or at seven.
const LOOKS: [u32; 5] = [5, 6, 7, 13, 20];
/// At which of them cases move.
const BUSY: [u32; 2] = [13, 20];
/// So often it looks in the night in which the clocks change.
const BY_NIGHT: TimeDelta = TimeDelta::minutes(30);
/// States and how long each may last; the last one is of a kind of its own.
const STATES: [(&str, Option<StateTime>); 6] = [
    ("received", Some(StateTime::Days(1))),
    ("internal_review", Some(StateTime::Days(1))),
    ("documents_missing", None),
    ("sent_to_distributor", Some(StateTime::Days(5))),
    ("waiting_distributor", Some(StateTime::Days(5))),
    ("on_the_way", Some(StateTime::Hours(26))),
];
/// What the clock said as `TYPE MICROSECONDS DATA`.
const SAID: &str = "SELECT type || ' ' || CAST(occurred_at AS TEXT) || ' ' || data FROM event \
    WHERE source = '/v1/clock' AND type IN ('case.stalled', 'case.due_soon') ORDER BY id";
/// Messages of stalled cases to their clients, and how many clients and events they are about.
const TOLD: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE p.rule = 'case-stalled'";
const TOLD_ONCE: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT DISTINCT m.client_id, p.event_id \
    FROM message m JOIN plan p ON p.id = m.plan_id WHERE p.rule = 'case-stalled') AS x";

#[derive(Clone, Copy)]
enum StateTime {
    /// Working days.
    Days(u32),
    Hours(i64),
}

/// One stay of a case in a state.
#[derive(Clone, Copy)]
struct Stay {
    case: usize,
    state: usize,
    since: Timestamp,
}

/// Something that is to be said, and from when on.
type Due = (String, Timestamp);

/// What whoever has a calendar says of a stay that ended then: on the morning before its time is
/// over, on the morning after, and again; or as soon as its hours have passed.
fn by_calendar(stay: Stay, until: Timestamp) -> Vec<Due> {
    let italy = settings().working_days;
    let mut said = Vec::new();
    let mut note = |kind: &str, threshold: u32, at: Timestamp| {
        if at > stay.since && at <= until {
            let words = format!("case.{kind} PR-{} {threshold}", stay.case);
            said.push((words, at));
        }
    };
    match STATES[stay.state].1 {
        None => {}
        Some(StateTime::Hours(hours)) => {
            for threshold in 1..=3 {
                let passed = TimeDelta::hours(hours * i64::from(threshold));
                note("stalled", threshold, stay.since + passed);
            }
        }
        Some(StateTime::Days(limit)) => {
            let begun = stay.since.to_utc().with_timezone(&chrono_tz::Europe::Rome);
            let begun = begun.date_naive();
            let last = italy.add_working_days(begun, limit);
            let mut before = (1..20).map(|days| last - Days::new(days));
            let before = before.find(|day| italy.is_working_day(*day));
            let before = before.expect("a working day in three weeks");
            note("due_soon", 0, morning(before));
            for threshold in 1..=3 {
                let passed = italy.add_working_days(begun, limit * threshold);
                let after = italy.add_working_days(passed, 1);
                note("stalled", threshold, morning(after));
            }
        }
    }
    said
}

fn morning(day: NaiveDate) -> Timestamp {
    let eight = day.and_time(NaiveTime::from_hms_opt(8, 0, 0).unwrap());
    let at = chrono_tz::Europe::Rome.from_local_datetime(&eight);
    at.unwrap().to_utc().into()
}

impl Month {
    /// When the clock looks.
    fn looks(self) -> Vec<Timestamp> {
        let begin = Timestamp::parse(self.begin).unwrap().to_utc();
        let hours = (1..31 * 24).map(|hour| begin + TimeDelta::hours(hour));
        let by_day = hours.filter(|at| LOOKS.contains(&at.hour()));
        let by_night = self.changes.map(|sunday| {
            let evening: DateTime<Utc> = format!("{sunday}T00:00:00Z").parse().unwrap();
            (-2..8).map(move |half_hours| evening + BY_NIGHT * half_hours)
        });
        let all = by_day.chain(by_night.into_iter().flatten());
        let mut all: Vec<Timestamp> = all.map(Timestamp::from).collect();
        all.sort();
        all
    }
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
    let (name, word) = (format!("PR-{case}"), STATES[state].0);
    let more = match STATES[state].1 {
        Some(StateTime::Hours(_)) => json!({ "kind": "pronto_intervento" }),
        _ => json!({}),
    };
    office.tell(kind, &name, word, more, false).await;
    Stay {
        case,
        state,
        since: office.now(),
    }
}

async fn a_month_of_three_hundred_cases_says_each_threshold_once(store: TestStore) {
    let month = Month {
        begin: "2026-11-30T05:00:00Z",
        cases: 300,
        nodes: 1,
        deadly: 0,
        changes: None,
    };
    assert_eq!(live(store, month).await, 0);
}

async fn a_month_on_three_nodes_that_die_every_few_hours_says_the_same(store: TestStore) {
    let month = Month {
        begin: "2026-11-30T05:00:00Z",
        cases: 300,
        nodes: 3,
        deadly: 40,
        changes: None,
    };
    let deaths = live(store, month).await;
    assert!(deaths > 10, "only {deaths} died");
}

/// With Easter Monday, and the day of the patron on a Thursday.
async fn a_month_in_which_an_hour_is_skipped_says_each_threshold_once(store: TestStore) {
    let month = Month {
        begin: "2026-03-16T05:00:00Z",
        cases: 120,
        nodes: 3,
        deadly: 25,
        changes: Some("2026-03-29"),
    };
    let deaths = live(store, month).await;
    assert!(deaths > 10, "only {deaths} died");
}

/// With the day of the patron on a Tuesday, after All Saints on a Sunday.
async fn a_month_in_which_an_hour_comes_twice_says_each_threshold_once(store: TestStore) {
    let month = Month {
        begin: "2026-10-12T05:00:00Z",
        cases: 120,
        nodes: 3,
        deadly: 25,
        changes: Some("2026-10-25"),
    };
    let deaths = live(store, month).await;
    assert!(deaths > 10, "only {deaths} died");
}

/// How many clocks died.
async fn live(store: TestStore, month: Month) -> usize {
    let mut dice = Dice::of(20_261_130);
    let mut office = Office::open(store, month.begin, month.nodes).await;
    for case in 0..month.cases {
        let phone = format!("+39000{case:07}");
        office.client(&format!("C-{case}"), &phone, json!({})).await;
    }
    let mut stays: Vec<Option<Stay>> = Vec::new();
    let (mut expected, mut deaths) = (Vec::new(), 0);
    let looks = month.looks();
    for look in &looks {
        office.clock.advance(*look - office.now());
        let dies = dice.percent(month.deadly);
        let point: &&str = dice.one_of(&POINTS);
        if dies && office.look_and_die(point).await {
            deaths += 1;
        }
        office.look().await;
        if BUSY.contains(&look.to_utc().hour()) {
            move_on(&mut office, &mut stays, &mut expected, &mut dice).await;
            for case in stays.len()..month.cases.min(stays.len() + month.cases / 15) {
                stays.push(Some(enter(&mut office, case, None, &mut dice).await));
            }
        }
        office.plan().await;
    }
    office.look().await;
    let until = office.now();
    let going_on = stays.into_iter().flatten();
    expected.extend(going_on.flat_map(|stay| by_calendar(stay, until)));
    compare(&office, &looks, expected, month.cases).await;
    deaths
}

/// Some of the cases move or end.
async fn move_on(
    office: &mut Office,
    stays: &mut [Option<Stay>],
    expected: &mut Vec<Due>,
    dice: &mut Dice,
) {
    for stay in stays.iter_mut().filter(|stay| stay.is_some()) {
        if !dice.percent(7) {
            continue;
        }
        let over = stay.take().expect("it stands somewhere");
        expected.extend(by_calendar(over, office.now()));
        let (case, state) = (over.case, over.state);
        if dice.percent(20) {
            let name = format!("PR-{case}");
            let end = json!({});
            office.tell("case.closed", &name, "done", end, false).await;
        } else {
            *stay = Some(enter(office, case, Some(state), dice).await);
        }
    }
}

async fn compare(office: &Office, looks: &[Timestamp], expected: Vec<Due>, cases: usize) {
    // Each is said by the first look at or after its moment.
    let by_look = expected.into_iter().map(|(words, at)| {
        let look = looks.iter().find(|look| **look >= at);
        format!("{words} at {}", look.expect("a look after it"))
    });
    let mut expected: Vec<String> = by_look.collect();
    let said = office.eye.texts(SAID).await.into_iter();
    let mut said: Vec<String> = said.map(|text| in_short(&text)).collect();
    let stalled = said.iter().filter(|said| said.starts_with("case.stalled"));
    let stalled = i64::try_from(stalled.count()).expect("some");
    println!(
        "{} times the clock spoke, {stalled} of them to clients",
        said.len()
    );
    let least = i64::try_from(cases * 2 / 3).expect("some");
    assert!(stalled > least, "only {stalled} stalled");
    expected.sort();
    said.sort();
    assert_eq!(said, expected);
    assert_eq!(office.eye.number(TOLD).await, stalled);
    assert_eq!(office.eye.number(TOLD_ONCE).await, stalled);
}

fn in_short(text: &str) -> String {
    let mut parts = text.splitn(3, ' ');
    let mut part = || parts.next().expect("three parts");
    let (kind, micros, data) = (part(), part(), part());
    let at = Timestamp::from_micros(micros.parse().expect("a number"));
    let data: Value = serde_json::from_str(data).expect("JSON");
    let case = data["case"].as_str().expect("a case");
    format!("{kind} {case} {} at {at}", data["threshold"])
}
