//! Ground truth: thousands of small towns, each drawn from a seed, told their news through
//! everything that goes wrong, and compared at the end with what really stood on the handsets.
//!
//! A run that fails prints its seed. `ARALDO_SEED=n cargo test --test it -- truth::one_seed`
//! tells it again; `ARALDO_SEEDS=100000` makes the test below run so many.

mod carrier;
mod cell;
mod checks;
mod clocks;
mod crash;
mod erasure;
mod ground;
mod guards;
mod matrix;
mod story;
mod town;
mod world;

use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures_util::FutureExt as _;
use ground::Ground;
use story::Story;

/// Runs in every test run.
const SEEDS: u64 = 1_000;
/// Runs on PostgreSQL.
const POSTGRES_SEEDS: u64 = 60;
/// Runs shown when more of them fail.
const SHOWN: usize = 5;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var_os(name)?.into_string().ok()?;
    Some(text.parse().expect("a number"))
}

/// One run. What is wrong, if anything.
async fn run(seed: u64, ground: &mut Ground) -> Vec<String> {
    guarded(Box::pin(async {
        let mut story = Story::begin(seed, ground.plot().await).await;
        story.live().await;
        let wrong = checks::what_is_wrong(&story).await;
        story.end().await;
        wrong
    }))
    .await
}

/// What is wrong, a panic included.
async fn guarded(work: impl Future<Output = Vec<String>>) -> Vec<String> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    crash::disarm();
    outcome.unwrap_or_else(|cause| vec![message_of(cause.as_ref())])
}

fn message_of(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().cloned();
    text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| String::from("a panic without words"))
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

type Ended = Mutex<Vec<(u64, Vec<String>)>>;

async fn runs(mut ground: Ground, next: &AtomicU64, upto: u64, failed: &Ended) {
    let begun = Instant::now();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= upto {
            return;
        }
        let wrong = run(seed, &mut ground).await;
        if !wrong.is_empty() {
            let mut failed = failed.lock().expect("nobody crashes in here");
            failed.push((seed, wrong));
            if failed.len() >= 50 {
                return;
            }
        }
        if seed % 1_000 == 999 {
            println!("{} runs after {:.0?}", seed + 1, begun.elapsed());
        }
    }
}

fn all_kept(failed: Ended, runs: u64, database: &str) {
    let mut failed = failed.into_inner().expect("nobody crashed in there");
    failed.sort();
    let shown: Vec<String> = failed
        .iter()
        .take(SHOWN)
        .map(|(seed, wrong)| format!("seed {seed}:\n  {}", wrong.join("\n  ")))
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {runs} runs on {database} broke a promise, seeds {:?}\n{}\nto see one again: \
         ARALDO_SEED=n cargo test --test it -- truth::one_seed",
        failed.len(),
        failed.iter().map(|(seed, _)| seed).collect::<Vec<_>>(),
        shown.join("\n"),
    );
}

#[test]
fn every_promise_is_kept_in_thousands_of_towns() {
    let seeds = number("ARALDO_SEEDS").unwrap_or(SEEDS);
    let from = number("ARALDO_SEEDS_FROM").unwrap_or(0);
    let (next, failed) = (AtomicU64::new(from), Ended::default());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                on_one_thread(async {
                    runs(Ground::sqlite().await, &next, from + seeds, &failed).await;
                });
            });
        }
    });
    println!("{seeds} towns in {:.1?}", begun.elapsed());
    all_kept(failed, seeds, "SQLite");
}

#[test]
fn every_promise_is_kept_on_postgresql() {
    let seeds = number("ARALDO_SEEDS").map_or(POSTGRES_SEEDS, |seeds| seeds / 20);
    let from = number("ARALDO_SEEDS_FROM").unwrap_or(0);
    let (next, failed) = (AtomicU64::new(from), Ended::default());
    on_one_thread(async {
        runs(Ground::postgres().await, &next, from + seeds, &failed).await;
    });
    all_kept(failed, seeds, "PostgreSQL");
}

/// The run of `ARALDO_SEED`, or of the first seed.
#[test]
fn one_seed() {
    let seed = number("ARALDO_SEED").unwrap_or(0);
    let wrong = on_one_thread(async { run(seed, &mut Ground::sqlite().await).await });
    assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
}
