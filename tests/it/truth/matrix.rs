//! The crash matrix: a node dies at every named place, once before and once after each commit on
//! the path of a message; on both databases, with each kind of provider, under each policy. What
//! must come of it is written down first, with its reasons; the runs must equal it. The table in
//! docs/reliability.md is written from here (`ARALDO_WRITE=1`), and compared on every run.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use araldo::domain::clock::FixedClock;
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::rule::{Audience, ChannelChoice, Fallback, Rule};
use araldo::domain::{Channel, Class, Clock as _, Lane, MessageId, OnUnknown};
use araldo::lifecycle::Lifecycle;
use araldo::store::receipts::NewReceipt;
use araldo::track::ReceiptInbox;
use chrono::TimeDelta;
use std::sync::Arc;

use super::carrier::Kind;
use super::checks::what_is_wrong;
use super::crash::{POINTS, arm, disarm};
use super::dice::Dice;
use super::ground::{BEGIN, Ground};
use super::story::{Story, Trade, settings};
use super::town::{Town, blackout, notice_with_a_hole};
use super::world::Weather;
use super::{guarded, on_one_thread};
use crate::support::node::Eye;

const POLICIES: [OnUnknown; 3] = [OnUnknown::Reconcile, OnUnknown::Resend, OnUnknown::Hold];

/// What the death of the node catches half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Catch {
    /// Nothing: no message is `sending`, or what was known is kept.
    Nothing,
    /// Messages that are `sending` and have not left.
    Unsent,
    /// At least one that is `sending` and stands on a handset.
    Sent,
}

/// What comes of one message that was caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It arrives once and is shown as taken.
    Once,
    /// It is sent again: twice, if it had arrived.
    AtRisk,
    /// It is shown as unknown, and stays so without a report.
    Unknown,
}

/// What each place catches.
fn catches(point: &str) -> Catch {
    match point {
        // The attempt is on disk, and nothing has left.
        "open-after-commit" | "send-before" => Catch::Unsent,
        // It has left, and the answer is not on disk. The last four die again while the first
        // death is cleared up.
        "send-after"
        | "close-before-commit"
        | "rescue-before-commit"
        | "rescue-after-commit"
        | "look-before-commit"
        | "look-after-commit" => Catch::Sent,
        // Before the open nothing can have left; after the close everything is known. What is
        // planned or received is done again: its unique keys make one of it.
        _ => Catch::Nothing,
    }
}

/// What each policy makes of a caught message with each kind of provider.
fn end(kind: Kind, policy: OnUnknown) -> End {
    match (policy, kind) {
        // Nobody does anything but wait for a report.
        (OnUnknown::Hold, _) => End::Unknown,
        // The same key again cannot make a second message.
        (_, Kind::Idempotent) => End::Once,
        // It is asked: either it has the message, or says twice that it has not.
        (_, Kind::Askable) => End::Once,
        // Nobody can say, and once is better than twice.
        (OnUnknown::Reconcile, Kind::Blind) => End::Unknown,
        // Nobody can say, and twice is better than never.
        (OnUnknown::Resend, Kind::Blind) => End::AtRisk,
    }
}

/// Lost, twice, unknown: of one message that was caught.
fn expected(point: &str, kind: Kind, policy: OnUnknown) -> (u32, u32, u32) {
    match (catches(point), end(kind, policy)) {
        (Catch::Nothing, _) | (_, End::Once) | (Catch::Unsent, End::AtRisk) => (0, 0, 0),
        (_, End::Unknown) => (0, 0, 1),
        (Catch::Sent, End::AtRisk) => (0, 1, 0),
    }
}

/// One run of the matrix.
#[derive(Debug, Clone, Copy)]
struct Cell {
    point: &'static str,
    kind: Kind,
    policy: OnUnknown,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for point in POINTS {
        for kind in Kind::ALL {
            for policy in POLICIES {
                cells.push(Cell {
                    point,
                    kind,
                    policy,
                });
            }
        }
    }
    cells
}

impl Cell {
    async fn begin(self, ground: &mut Ground) -> Story {
        let clock = Arc::new(FixedClock::at(BEGIN));
        let trades = [("texts", Channel::Sms), ("mails", Channel::Email)];
        let trades = trades.map(|(name, channel)| Trade {
            name,
            channel,
            kind: self.kind,
        });
        let mut settings = settings(&mut Dice::of(0));
        settings.quiet_hours = None;
        settings.claim = 8;
        let weather = Weather {
            silent: true,
            ..Weather::FINE
        };
        let plot = ground.plot().await;
        let rules = vec![self.rule()];
        let town = Town::of_five();
        Story::new(
            0,
            plot,
            town,
            rules,
            settings,
            trades.into(),
            weather,
            clock,
        )
        .await
    }

    fn rule(self) -> Rule {
        Rule {
            name: String::from("tell-all"),
            on: vec![String::from("incident.opened")],
            when: None,
            audience: Audience::IncidentArea,
            template: String::from("incident-started"),
            topic: String::from("outages"),
            class: Class::Safety,
            lane: Lane::Urgent,
            channels: vec![ChannelChoice::Fixed(Channel::Sms)],
            fallback: self.point.starts_with("fallback").then(|| Fallback {
                after: TimeDelta::minutes(20),
                channel: Channel::Email,
            }),
            respects_quiet_hours: false,
            coalesce: None,
            expires: TimeDelta::hours(4),
            on_unknown: self.policy,
        }
    }

    /// Lives up to the place and dies there. Returns the messages that were caught.
    async fn die(self, story: &mut Story) -> HashSet<i64> {
        let now = story.clock.now();
        story.tell(blackout(now)).await;
        let stem = self
            .point
            .split_once("-before")
            .or(self.point.split_once("-after"));
        match stem.map_or("", |(stem, _)| stem) {
            "plan" | "chunk" => self.plan_and_die(story).await,
            "divert" => {
                story.tell(notice_with_a_hole(now)).await;
                story.plan().await;
                self.turn_and_die(story).await;
            }
            "give-back" => {
                story.plan().await;
                story.plot.eye.execute(SPOIL).await;
                self.turn_and_die(story).await;
                story.plot.eye.execute(MEND).await;
            }
            "rescue" => {
                let caught = Self::die_in_the_close(story).await;
                self.turn_and_die(story).await;
                return caught;
            }
            "look" => {
                let caught = Self::die_in_the_close(story).await;
                // Rescues.
                story.turn().await;
                self.until_next(story).await;
                self.turn_and_die(story).await;
                return caught;
            }
            "fallback" => {
                story.plan().await;
                story.turn().await;
                self.until_next(story).await;
                self.turn_and_die(story).await;
            }
            "receipt" => {
                story.plan().await;
                story.turn().await;
                self.report_and_die(story).await;
            }
            _ => {
                story.plan().await;
                self.turn_and_die(story).await;
            }
        }
        sending(story).await
    }

    async fn die_in_the_close(story: &mut Story) -> HashSet<i64> {
        story.plan().await;
        arm("close-before-commit", 0);
        story.turn().await;
        assert_eq!(story.crashes, 1, "nothing was closed");
        sending(story).await
    }

    async fn until_next(self, story: &Story) {
        let next = story.next().await.expect("something to wait for");
        story.clock.advance(next - story.clock.now());
    }

    async fn plan_and_die(self, story: &mut Story) {
        arm(self.point, 0);
        story.plan().await;
    }

    async fn turn_and_die(self, story: &mut Story) {
        arm(self.point, 0);
        story.turn().await;
    }

    /// The task that keeps reports dies; the provider is not answered and reports again.
    async fn report_and_die(self, story: &mut Story) {
        let message = story.world.arrivals()[0].message;
        let receipt = NewReceipt {
            provider: String::from("texts"),
            key: String::from("report-1"),
            message: Some(message),
            kind: ReceiptKind::Delivered,
            code: None,
            detail: None,
            provider_at: None,
            bad_address: false,
        };
        arm(self.point, 0);
        for time in 0..2 {
            let lifecycle = Lifecycle::new();
            let inbox = ReceiptInbox::start(
                &lifecycle,
                story.plot.store.clone(),
                story.clock.clone(),
                Arc::clone(&story.ids),
                story.world.desk.horizon,
            );
            let kept = inbox.take(receipt.clone()).await;
            assert_eq!(kept.is_ok(), time == 1, "{kept:?}");
            lifecycle.stop();
            let crashed = lifecycle.ended(std::time::Duration::from_secs(5)).await;
            story.crashes += u32::try_from(crashed).expect("one at most");
        }
    }

    /// What is wrong with this cell, if anything.
    async fn run(self, ground: &mut Ground) -> Vec<String> {
        let mut story = self.begin(ground).await;
        let caught = self.die(&mut story).await;
        let mut wrong = Vec::new();
        let deaths = 1 + u32::from(self.dies_twice());
        if disarm() || story.crashes != deaths {
            wrong.push(format!("died {} times, not {deaths}", story.crashes));
        }
        let arrived: HashSet<i64> = arrivals(&story).into_iter().collect();
        let had = caught.intersection(&arrived).count();
        let as_said = match catches(self.point) {
            Catch::Nothing => caught.is_empty(),
            Catch::Unsent => !caught.is_empty() && had == 0,
            Catch::Sent => had > 0,
        };
        if !as_said {
            wrong.push(format!(
                "caught {} of which {had} had arrived",
                caught.len()
            ));
        }
        story.until_quiet().await;
        wrong.extend(self.compare(&story, &caught, had).await);
        wrong.extend(what_is_wrong(&story).await);
        story.end().await;
        wrong
    }

    fn dies_twice(self) -> bool {
        self.point.starts_with("rescue") || self.point.starts_with("look")
    }

    async fn compare(self, story: &Story, caught: &HashSet<i64>, had: usize) -> Vec<String> {
        let (lost, twice, unknown) = expected(self.point, self.kind, self.policy);
        let all = arrivals(story);
        let once: HashSet<i64> = all.iter().copied().collect();
        let eye = &story.plot.eye;
        let told = ids(eye, TOLD).await;
        let shown = ids(eye, UNKNOWN).await;
        // Who has neither the text nor a row that says that nobody knows.
        let lost_ones = told.difference(&once).filter(|id| !shown.contains(*id));
        let found_lost = i64::try_from(lost_ones.count()).expect("a few");
        let found_twice = all.len() - once.len();
        let count = |each: u32, of: usize| i64::from(each) * i64::try_from(of).expect("a few");
        let found = (
            found_lost,
            i64::try_from(found_twice).expect("a few"),
            i64::try_from(shown.len()).expect("a few"),
        );
        let wanted = (
            i64::from(lost),
            count(twice, had),
            count(unknown, caught.len()),
        );
        if found == wanted && told.len() >= 5 {
            return Vec::new();
        }
        vec![format!(
            "lost, twice, unknown are {found:?}, not {wanted:?}, of {} told",
            told.len()
        )]
    }
}

const SPOIL: &str = "UPDATE plan SET settings = '{' || settings";
const MEND: &str = "UPDATE plan SET settings = substr(settings, 2)";
const SENDING: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state = 'sending'";
const UNKNOWN: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state = 'unresolved'";
/// Those who were to be told. The text with a hole is told to nobody.
const TOLD: &str = "SELECT CAST(id AS TEXT) FROM message WHERE state <> 'expired'";

async fn sending(story: &Story) -> HashSet<i64> {
    ids(&story.plot.eye, SENDING).await
}

async fn ids(eye: &Eye, sql: &'static str) -> HashSet<i64> {
    let ids = eye.texts(sql).await;
    ids.iter().map(|id| id.parse().expect("a number")).collect()
}

fn arrivals(story: &Story) -> Vec<i64> {
    let arrivals = story.world.arrivals();
    arrivals
        .iter()
        .map(|one| MessageId::get(one.message))
        .collect()
}

/// Runs every cell on one kind of database, on two threads.
fn all_cells(database: &str) {
    let (cells, next) = (cells(), AtomicUsize::new(0));
    let wrong: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                on_one_thread(async {
                    let mut ground = match database {
                        "SQLite" => Ground::sqlite().await,
                        _ => Ground::postgres().await,
                    };
                    while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let found = guarded(cell.run(&mut ground)).await;
                        let mut wrong = wrong.lock().expect("nobody crashes in here");
                        wrong.extend(found.iter().map(|what| format!("{cell:?}: {what}")));
                    }
                });
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody crashed in there");
    assert!(
        wrong.is_empty(),
        "{} faults on {database}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_crash_ends_as_the_table_says_on_sqlite() {
    all_cells("SQLite");
}

#[test]
fn every_crash_ends_as_the_table_says_on_postgresql() {
    all_cells("PostgreSQL");
}

/// The promise above all others.
#[test]
fn the_table_loses_nobody_and_doubles_only_at_a_risk_that_was_taken() {
    for cell in cells() {
        let (lost, twice, _) = expected(cell.point, cell.kind, cell.policy);
        assert_eq!(lost, 0, "{cell:?}");
        let risk = cell.kind == Kind::Blind && cell.policy == OnUnknown::Resend;
        assert!(twice == 0 || risk, "{cell:?}");
    }
}

const BEGINS: &str = "<!-- the crash matrix, written by its test -->\n";
const ENDS: &str = "<!-- the end of the crash matrix -->\n";

fn table() -> String {
    let mut text = String::from(
        "\n| died at | idempotent: reconcile | resend | hold | can be asked: reconcile | resend | hold \
         | blind: reconcile | resend | hold |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for point in POINTS {
        write!(text, "| `{point}` |").expect("text");
        for kind in Kind::ALL {
            for policy in POLICIES {
                let (lost, twice, unknown) = expected(point, kind, policy);
                write!(text, " {lost} {twice} {unknown} |").expect("text");
            }
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

#[test]
fn the_published_table_is_the_one_that_is_run() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reliability.md");
    let text = std::fs::read_to_string(file).expect("docs/reliability.md");
    let (before, rest) = text.split_once(BEGINS).expect("a place for the table");
    let (_, after) = rest.split_once(ENDS).expect("its end");
    let fresh = format!("{before}{BEGINS}{}{ENDS}{after}", table());
    if std::env::var_os("ARALDO_WRITE").is_some() {
        std::fs::write(file, fresh).expect("docs/reliability.md is written");
        return;
    }
    assert!(
        text == fresh,
        "docs/reliability.md is out of date: ARALDO_WRITE=1 cargo test --test it -- truth::matrix"
    );
}
