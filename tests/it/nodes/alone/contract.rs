//! The contract with a provider holds for all nodes together, and through the death of one.

use std::time::{Duration, Instant};

use crate::nodes::{OPEN, outage, town};
use crate::support;
use crate::support::alone;
use crate::support::gateways::Gateway;
use crate::support::node::{Node, run};
use crate::support::patience::until_come;

/// The most that any window of one second holds.
fn busiest_second(times: &[Instant]) -> usize {
    let in_window = |(index, first): (usize, &Instant)| {
        times[index..].partition_point(|at| *at < *first + Duration::from_secs(1))
    };
    times.iter().enumerate().map(in_window).max().unwrap_or(0)
}

/// How punctual a busy machine is.
#[derive(Default)]
struct Punctuality {
    wake_ups: u32,
    /// More than ten milliseconds late.
    late: u32,
    /// The latest of all.
    longest: Duration,
}

impl Punctuality {
    /// Watches for as long as `work` takes.
    async fn during(work: impl Future<Output = ()>) -> Self {
        let mut seen = Self::default();
        tokio::pin!(work);
        loop {
            let due = Instant::now() + Duration::from_millis(10);
            tokio::select! {
                () = &mut work => return seen,
                () = tokio::time::sleep_until(due.into()) => {}
            }
            let lateness = due.elapsed();
            seen.wake_ups += 1;
            seen.late += u32::from(lateness > Duration::from_millis(10));
            seen.longest = seen.longest.max(lateness);
        }
    }

    fn share(&self) -> f64 {
        1.0 - f64::from(self.late) / f64::from(self.wake_ups.max(1))
    }
}

/// How many came in each second after the first.
fn by_second(times: &[Instant]) -> Vec<usize> {
    let mut counts = Vec::new();
    for at in times {
        let second = usize::try_from((*at - times[0]).as_secs()).unwrap();
        counts.resize(counts.len().max(second + 1), 0);
        counts[second] += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_keep_one_contract_while_one_dies_and_comes_back() {
    const CLIENTS: usize = 1_500;
    const RATE: f64 = 100.0;
    let _alone = alone().await;
    let gateway = Gateway::slow(Duration::from_millis(20));
    let settings =
        gateway.settings("rate = \"100/s\"\n[dispatch]\nheartbeat = \"1s\"\nlease = \"8s\"");
    let named = |name: &str| format!("[node]\nname = \"{name}\"\n{settings}");
    let store = support::postgres().await;
    let url = store.url.clone();
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let first = Node::start(store, &named("one")).await;
    first.import(town(CLIENTS)).await;
    first.event(&outage()).await;
    first.planned().await;
    let second = run(&url, folders[0].path(), &named("two")).await.unwrap();
    let third = run(&url, folders[1].path(), &named("three")).await.unwrap();
    until_come(500, || gateway.arrivals.total()).await;
    third.lifecycle.abort();
    assert_eq!(third.lifecycle.ended(Duration::ZERO).await, 0);
    drop(third);
    let third = run(&url, folders[2].path(), &named("three")).await.unwrap();

    // What the machine can do: a slot that is slept through is lost, and must be.
    let machine = Punctuality::during(first.eye.until(OPEN, 0)).await;
    let punctual = machine.share();
    let mut times: Vec<_> = gateway.arrivals.times().into_values().flatten().collect();
    times.sort();
    let busiest = busiest_second(&times);
    let took = (times[times.len() - 1] - times[0]).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let used = (times.len() - 1) as f64 / took / RATE;
    println!("arrivals in each second: {:?}", by_second(&times));
    println!(
        "{} arrivals, {used:.3} of the rate, at most {busiest} in a second",
        times.len()
    );
    println!(
        "{punctual:.3} of all wake-ups were in time, the latest came {:?} late",
        machine.longest
    );
    // Whoever counts stands still as well: what came meanwhile is counted in the second after.
    let stretched = RATE * (1.0 + machine.longest.as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let most = busiest as f64;
    assert!(most <= stretched, "{busiest} arrivals in one second");
    // Buying, opening and leaving each wait for a wake-up. Nodes that each kept to a third of the
    // rate, the one that died included, would use two thirds.
    let expected = 0.8 * punctual.powi(3);
    assert!(
        used >= expected,
        "only {used:.3} of the rate was used, where {expected:.3} was possible"
    );
    let counts = gateway.arrivals.by_address();
    assert!(counts.values().all(|count| *count == 1), "somebody got two");
    let unknown = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'unknown'";
    let unknown = usize::try_from(first.eye.number(unknown).await).unwrap();
    assert!(counts.len() + unknown >= CLIENTS);
    first.sums_close().await;
    for node in [second, third] {
        node.lifecycle.stop();
        assert_eq!(node.lifecycle.ended(Duration::from_secs(60)).await, 0);
        node.sign_off().await.unwrap();
    }
    first.stop().await;
}
