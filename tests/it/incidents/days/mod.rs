//! Two days of a distributor's map, told to two hundred clients faster than a thousand times: a whole node
//! looks at the map, by a clock that is moved. What each client heard is compared with what the recording
//! says they must hear: one thread for each outage, no "restored" lost, told twice or told of a map in
//! trouble, no word of an end that moved by too little, and in each text what is new to its reader.
//!
//! Next: `recording` (the log and what it comes to), `truth` (what must be heard), `layer` (the map).

mod layer;
mod recording;
mod truth;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use araldo::domain::clock::FixedClock;
use araldo::domain::{Clock, Timestamp};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Rome;
use serde_json::json;

use self::layer::Layer;
use self::recording::{DAY, DAY_LONG, MapAnswer, Recording, TOWNS, minute_of};
use self::truth::Truth;
use crate::promises::place;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::{TestStore, invariants, postgres, sqlite};

/// Midnight in Rome, when day 1 begins.
const BEGIN: &str = "2026-11-24T00:00:00+01:00";
/// The numbers of a municipality's clients; a handset whose number ends with 05 or less misbehaves.
const NEIGHBOURS: std::ops::RangeInclusive<u32> = 11..=35;
/// Whose messages are shown.
const ONE_CLIENT: (u32, u32) = (92_003, 11);

/// Each message as `CLIENT MICROSECONDS TEMPLATE SUBJECT`.
const MESSAGES: &str = "SELECT c.ref || ' ' || CAST(m.created_at AS TEXT) || ' ' || p.template \
    || ' ' || p.subject FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN client c ON c.id = m.client_id WHERE m.state <> 'suppressed' ORDER BY m.id";
const NOT_DELIVERED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state NOT IN ('delivered', 'suppressed')";
/// What tells nobody says why.
const UNEXPLAINED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state = 'suppressed' AND reason <> 'nothing_new'";
/// What the clock said by itself.
const RECKONED: &str =
    "SELECT type || ' ' || subject FROM event WHERE source = '/v1/clock' ORDER BY id";
const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event";
const INCIDENTS: &str = "SELECT ref FROM incident ORDER BY ref";
const DEAD: &str = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
const FAILING: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM source WHERE name = 'grid' AND fault IS NOT NULL";
const DOUBTFUL: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM source WHERE name = 'grid' AND doubt IS NOT NULL";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_days_of_outages_are_told_as_they_were() {
    let lines = lived(sqlite().await, 2 * DAY).await;
    println!("{}", lines.join("\n"));
    insta::assert_snapshot!("one_client", lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_day_is_told_the_same_on_postgresql() {
    let lines = lived(postgres().await, DAY).await;
    assert_eq!(lines.len(), 12, "{lines:#?}");
}

/// Lives through so many looks and compares; what one client read.
async fn lived(store: TestStore, looks: usize) -> Vec<String> {
    let recording = Recording::read();
    let truth = Truth::of(&recording, looks);
    let clock = Arc::new(FixedClock::at(BEGIN));
    let mut layer = Layer::start().await;
    let settings = layer.settings();
    let node = Node::start_by(store, &settings, Arc::clone(&clock) as Arc<dyn Clock>).await;
    node.import(everybody()).await;
    let begun = Instant::now();
    let made = worth_making(&recording, &truth, looks);
    let mut look = layer.look().await;
    for number in &made {
        let now = moment(minute_of(*number));
        clock.advance(now - clock.now());
        look.answer(*number, recording.answer(*number).clone());
        look = layer.look().await;
        warned(&node, &recording, &truth, *number).await;
        the_clock_spoke(&node, &truth, *number).await;
        node.settled().await;
    }
    node.eye.until(NOT_DELIVERED, 0).await;
    tell_how_fast(&node, (looks, made.len()), begun).await;
    compare(&node, &truth).await;
    let read = read_by_one(&node);
    drop((look, layer));
    invariants::hold_at(&node.running.store, clock.now()).await;
    node.sums_close().await;
    node.stop().await;
    read
}

/// The clients, one a line.
fn everybody() -> String {
    let mut lines = String::new();
    for (town, number) in clients() {
        let pod = format!("IT001E{town:05}{number:03}");
        let client = json!({
            "client": reference(town, number), "name": "Maria Rossi",
            "contacts": [{ "channel": "sms", "address": phone(town, number) }],
            "places": [place(&pod, &format!("{town:06}"))],
        });
        writeln!(lines, "{client}").unwrap();
    }
    lines
}

/// Municipality and number of each.
fn clients() -> impl Iterator<Item = (u32, u32)> {
    let towns = TOWNS.iter().map(|(_, town, _)| *town);
    towns.flat_map(|town| NEIGHBOURS.map(move |number| (town, number)))
}

fn reference(town: u32, number: u32) -> String {
    format!("{town}-{number}")
}

fn phone(town: u32, number: u32) -> String {
    format!("+39000{town:05}{number:02}")
}

/// Looks in which something may come of what the map shows, or of the time: those that differ from the
/// one before, and the next one, because an end takes two; all that are empty; and those at whose
/// time the clock has something to say.
fn worth_making(recording: &Recording, truth: &Truth, looks: usize) -> Vec<usize> {
    let is_empty =
        |look| matches!(recording.answer(look), MapAnswer::Rows(rows) if rows.is_empty());
    let speaks = |look: usize| truth.reckoned.iter().any(|(at, _)| *at == look);
    let is_worth_it = |look: &usize| {
        let changed = recording.changes_at(*look) || recording.changes_at(look.saturating_sub(1));
        changed || is_empty(*look) || speaks(*look) || look + 1 == looks
    };
    (0..looks).filter(is_worth_it).collect()
}

/// Operators see a look that failed, and one that is strange, and nothing else.
async fn warned(node: &Node, recording: &Recording, truth: &Truth, look: usize) {
    let fails = !matches!(recording.answer(look), MapAnswer::Rows(_));
    let at = stamp(minute_of(look));
    assert_eq!(node.eye.number(FAILING).await, i64::from(fails), "{at}");
    if !fails {
        let is_doubtful = i64::from(truth.doubtful.contains(&look));
        assert_eq!(node.eye.number(DOUBTFUL).await, is_doubtful, "{at}");
    }
}

/// Waits until the clock has said what it must by this look. What it says besides, is found at the end.
async fn the_clock_spoke(node: &Node, truth: &Truth, look: usize) {
    let due = truth.reckoned.iter().filter(|(at, _)| *at <= look);
    let due: Vec<&str> = due.map(|(_, said)| said.as_str()).collect();
    until(async || {
        let said = node.eye.texts(RECKONED).await;
        let short = || format!("it said {said:?}, not {due:?}");
        (said.len() >= due.len()).then_some(()).ok_or_else(short)
    })
    .await;
}

async fn tell_how_fast(node: &Node, (looks, made): (usize, usize), begun: Instant) {
    let minutes = u32::try_from(minute_of(looks)).expect("two days");
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{looks} looks, of which {made} were made; {} events, {} messages; in {seconds:.0} s, {:.0} times \
         as fast as it was",
        node.eye.number(EVENTS).await,
        node.eye.texts(MESSAGES).await.len(),
        f64::from(minutes) * 60.0 / seconds
    );
}

async fn compare(node: &Node, truth: &Truth) {
    let told = told(node).await;
    let mut wrong = Vec::new();
    for (town, number) in clients() {
        let client = reference(town, number);
        let words = truth.words.get(&town).map(Vec::as_slice);
        let words = words.unwrap_or_default();
        let line = |word: &truth::Word| line(word.at, word.template, &word.incident);
        let must: Vec<String> = words.iter().map(line).collect();
        let heard = told.get(&client).cloned().unwrap_or_default();
        let lost = must.iter().filter(|word| !heard.contains(word));
        wrong.extend(lost.map(|word| format!("{client} must hear: {word}")));
        let surplus = heard.iter().filter(|word| !must.contains(word));
        wrong.extend(surplus.map(|word| format!("{client} must not hear: {word}")));
        if heard.len() > must.len() {
            wrong.push(format!(
                "{client} hears {}, not {}",
                heard.len(),
                must.len()
            ));
        }
        wrong.extend(misread(&node.texts(&phone(town, number)), words));
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    assert_eq!(node.eye.number(UNEXPLAINED).await, 0);
    let told: usize = told.values().map(Vec::len).sum();
    assert!(told > 1_000, "only {told} messages");
    assert_eq!(node.eye.texts(INCIDENTS).await, truth.incidents());
    let unreadable = i64::try_from(truth.unreadable.len()).expect("a few");
    assert_eq!(node.eye.number(DEAD).await, unreadable, "dead letters");
    let mut said = node.eye.texts(RECKONED).await;
    let mut due: Vec<&str> = truth.reckoned.iter().map(|(_, it)| it.as_str()).collect();
    said.sort();
    due.sort_unstable();
    assert_eq!(said, due);
}

/// What stands on a handset and is not what must be read there.
fn misread(texts: &[String], words: &[truth::Word]) -> Option<String> {
    let is_so = |(text, word): (&String, &truth::Word)| text.contains(&word.says);
    let right = texts.len() == words.len() && texts.iter().zip(words).all(is_so);
    (!right).then(|| format!("a handset shows {texts:#?}, not {words:#?}"))
}

/// Each client's messages in their order.
async fn told(node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in node.eye.texts(MESSAGES).await {
        let parts: Vec<&str> = message.split(' ').collect();
        let [client, created, template, subject] = parts[..] else {
            panic!("{message}");
        };
        let created = Timestamp::from_micros(created.parse().unwrap());
        let at = (created - moment(0)).num_minutes();
        // `incident:7`, or `incident.left:7` of those who left it.
        let (_, incident) = subject.split_once(':').unwrap();
        let heard = told.entry(client.to_owned()).or_default();
        heard.push(line(at, template, incident));
    }
    told
}

fn line(at: i64, template: &str, incident: &str) -> String {
    format!("{} {template} {incident}", stamp(at))
}

/// As the log writes it.
fn stamp(at: i64) -> String {
    let (day, hour, minute) = (at / DAY_LONG + 1, at / 60 % 24, at % 60);
    format!("{day} {hour:02}:{minute:02}")
}

fn moment(minute: i64) -> Timestamp {
    Timestamp::parse(BEGIN).unwrap() + TimeDelta::minutes(minute)
}

/// What one client read, and when; without links, which are others each time.
fn read_by_one(node: &Node) -> Vec<String> {
    let (town, number) = ONE_CLIENT;
    let phone = phone(town, number);
    let inbox = node.inbox(&phone);
    let texts = inbox.iter().zip(node.texts(&phone));
    texts
        .map(|(item, text)| {
            let at = DateTime::<Utc>::from(item.at).with_timezone(&Rome);
            let text = text.split(" http").next().unwrap_or_default();
            format!("{}  {text}", at.format("%d/%m %H:%M"))
        })
        .collect()
}
