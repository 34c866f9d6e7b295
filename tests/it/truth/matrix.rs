//! The crash matrix: a node dies at every named place, once before and once after each commit on
//! the path of a message; on both databases, with each kind of provider, under each policy. What
//! must come of it is written down first, with its reasons; the runs must equal it. The table in
//! docs/reliability.md is written from here (`ARALDO_WRITE=1`), and compared on every run.
//! How one run goes is in `cell`.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use araldo::domain::OnUnknown;

use super::carrier::Kind;
use super::cell::Cell;
use super::crash::POINTS;
use super::ground::Ground;
use super::{guarded, on_one_thread};

const POLICIES: [OnUnknown; 3] = [OnUnknown::Reconcile, OnUnknown::Resend, OnUnknown::Hold];

/// What the death of the node catches half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Catch {
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
pub(super) fn catches(point: &str) -> Catch {
    match point {
        // The attempt is on disk, and nothing has left.
        "begin-after-commit" | "send-before" => Catch::Unsent,
        // It has left, and the answer is not on disk. The last four die again while the first
        // death is cleared up.
        "send-after"
        | "finish-before-commit"
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
        // Nobody does anything but wait for a report; or nobody can say, and once is better than
        // twice.
        (OnUnknown::Hold, _) | (OnUnknown::Reconcile, Kind::Blind) => End::Unknown,
        // The same key again cannot make a second message. Or it is asked: either it has the
        // message, or says twice that it has not.
        (_, Kind::Idempotent | Kind::Askable) => End::Once,
        // Nobody can say, and twice is better than never.
        (OnUnknown::Resend, Kind::Blind) => End::AtRisk,
    }
}

/// Lost, twice, unknown: of one message that was caught.
pub(super) fn expected(point: &str, kind: Kind, policy: OnUnknown) -> (u32, u32, u32) {
    match (catches(point), end(kind, policy)) {
        (Catch::Nothing, _) | (_, End::Once) | (Catch::Unsent, End::AtRisk) => (0, 0, 0),
        (_, End::Unknown) => (0, 0, 1),
        (Catch::Sent, End::AtRisk) => (0, 1, 0),
    }
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
                        let found = guarded(Box::pin(cell.run(&mut ground))).await;
                        let mut wrong = wrong.lock().expect("nobody crashes in here");
                        wrong.extend(
                            found
                                .iter()
                                .map(|what| format!("{cell:?} on {database}: {what}")),
                        );
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
