//! Pace with a till of its own and a clock that stands still while nobody waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::admission::Missed;
use super::*;

const PATIENCE: Duration = Duration::from_secs(5);

/// An account in memory; its clock is the test's.
struct Account {
    epoch: Instant,
    tat: Mutex<i64>,
    commit: Duration,
    away: AtomicBool,
    sales: AtomicU32,
}

impl Account {
    fn new(commit: Duration) -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            tat: Mutex::new(0),
            commit,
            away: AtomicBool::new(false),
            sales: AtomicU32::new(0),
        })
    }

    fn pace(self: &Arc<Self>, rate: f64, lifecycle: &Lifecycle) -> Arc<Pace> {
        let till = Box::new(Arc::clone(self));
        Arc::new(Pace::per_second(rate, till, lifecycle.clone()))
    }
}

impl Till for Arc<Account> {
    fn buy(&self, wanted: Wanted) -> BoxFuture<'_, Result<Bought, StoreError>> {
        Box::pin(async move {
            if self.away.load(Ordering::SeqCst) {
                return Err(StoreError::Unfit(String::from("away")));
            }
            let now = micros(self.epoch.elapsed());
            let received = Instant::now();
            let first = {
                let mut tat = self.tat.lock().unwrap();
                let first = (*tat).max(now + wanted.lead);
                *tat = first + wanted.span;
                first
            };
            self.sales.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.commit).await;
            Ok(Bought {
                first,
                now,
                received,
            })
        })
    }
}

/// Carries `count` messages at once, each opened in `opening`; when each left, in order.
async fn carry(pace: &Arc<Pace>, lane: Lane, count: usize, opening: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let carrier = || {
        let pace = Arc::clone(pace);
        async move {
            let admission = pace.admit(lane).await.expect("not stopping");
            tokio::time::sleep(opening).await;
            admission.depart(PATIENCE).await.expect("a slot");
            begun.elapsed()
        }
    };
    let mut left = futures_util::future::join_all((0..count).map(|_| carrier())).await;
    left.sort();
    left
}

fn busiest_second(left: &[Duration]) -> usize {
    let second = Duration::from_secs(1);
    let in_window = |(index, first): (usize, &Duration)| {
        left[index..].partition_point(|at| *at < *first + second)
    };
    left.iter().enumerate().map(in_window).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn never_more_than_the_rate_in_any_second_and_nearly_all_of_it() {
    let account = Account::new(Duration::from_millis(4));
    let pace = account.pace(50.0, &Lifecycle::new());
    let left = carry(&pace, Lane::Normal, 200, Duration::from_millis(8)).await;
    assert!(busiest_second(&left) <= 50, "{left:?}");
    assert!(left[199] > Duration::from_millis(3_900), "{:?}", left[199]);
    assert!(left[199] < Duration::from_millis(4_400), "{:?}", left[199]);
    assert!(account.sales.load(Ordering::SeqCst) < 30);
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_costs_no_speed_and_bunches_nothing() {
    let account = Account::new(Duration::from_millis(60));
    let pace = account.pace(100.0, &Lifecycle::new());
    let left = carry(&pace, Lane::Bulk, 400, Duration::from_millis(150)).await;
    assert!(busiest_second(&left) <= 100);
    assert!(left[399] < Duration::from_millis(4_800), "{:?}", left[399]);
}

#[tokio::test(start_paused = true)]
async fn three_nodes_share_one_rate() {
    let account = Account::new(Duration::from_millis(3));
    let lifecycle = Lifecycle::new();
    let paces = [(); 3].map(|()| account.pace(100.0, &lifecycle));
    let opening = Duration::from_millis(5);
    let (a, b, c) = tokio::join!(
        carry(&paces[0], Lane::Normal, 200, opening),
        carry(&paces[1], Lane::Normal, 200, opening),
        carry(&paces[2], Lane::Normal, 200, opening),
    );
    let mut left = [a, b, c].concat();
    left.sort();
    assert!(busiest_second(&left) <= 100);
    assert!(left[599] < Duration::from_millis(6_700), "{:?}", left[599]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_burst() {
    let account = Account::new(Duration::from_millis(1));
    let lifecycle = Lifecycle::new();
    let begun = Instant::now();
    let mut left = Vec::new();
    for _ in 0..20 {
        // Each run buys a block, uses a part of it, and is gone.
        let pace = account.pace(20.0, &lifecycle);
        let since = begun.elapsed();
        let run = carry(&pace, Lane::Normal, 3, Duration::from_millis(1)).await;
        left.extend(run.into_iter().map(|at| since + at));
    }
    assert!(busiest_second(&left) <= 20, "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn urgent_messages_go_before_all_that_wait() {
    let account = Account::new(Duration::from_millis(1));
    let pace = account.pace(20.0, &Lifecycle::new());
    let opening = Duration::from_millis(1);
    let (bulk, urgent) = tokio::join!(carry(&pace, Lane::Bulk, 60, opening), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        carry(&pace, Lane::Urgent, 3, opening).await
    });
    assert!(urgent[2] < Duration::from_millis(400), "{urgent:?}");
    assert!(bulk[59] > Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn without_the_store_nothing_departs_and_stopping_does_not_wait() {
    let account = Account::new(Duration::from_millis(1));
    let lifecycle = Lifecycle::new();
    let pace = account.pace(20.0, &lifecycle);
    account.away.store(true, Ordering::SeqCst);
    let waits = tokio::time::timeout(Duration::from_mins(1), pace.admit(Lane::Urgent)).await;
    assert!(waits.is_err());

    // One that was opened before is closed as not sent, and the store need not answer for it.
    account.away.store(false, Ordering::SeqCst);
    let admission = pace.admit(Lane::Urgent).await.expect("admitted");
    account.away.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(admission.depart(PATIENCE).await, Err(Missed));

    lifecycle.stop();
    assert!(pace.admit(Lane::Urgent).await.is_none());
    let state = pace.state();
    assert_eq!((state.waiting, state.admitted), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_slept_too_long_does_not_send() {
    let account = Account::new(Duration::from_millis(1));
    // One slot in ten seconds: the one that was missed is not made good.
    let pace = account.pace(0.1, &Lifecycle::new());
    let admission = pace.admit(Lane::Normal).await.expect("admitted");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(admission.depart(PATIENCE).await, Err(Missed));
    // Without a rate there is no slot to miss, and yet a lease to outlive.
    let admission = Admission::unlimited();
    tokio::time::sleep(PATIENCE / 2).await;
    assert_eq!(admission.depart(PATIENCE).await, Ok(()));
    let admission = Admission::unlimited();
    tokio::time::sleep(PATIENCE + Duration::from_millis(2)).await;
    assert_eq!(admission.depart(PATIENCE).await, Err(Missed));
}
