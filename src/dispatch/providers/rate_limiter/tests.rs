//! The rate limiter with a source of its own and a clock that stands still while nobody waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::permit::Missed;
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

    fn limiter(self: &Arc<Self>, rate: f64, lifecycle: &Lifecycle) -> Arc<RateLimiter> {
        let source = Box::new(Arc::clone(self));
        Arc::new(RateLimiter::per_second(rate, source, lifecycle.clone()))
    }
}

impl SlotSource for Arc<Account> {
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

/// Carries `count` messages at once, each begun in `beginning`; when each left, in order.
async fn carry(
    limiter: &Arc<RateLimiter>,
    lane: Lane,
    count: usize,
    beginning: Duration,
) -> Vec<Duration> {
    let begun = Instant::now();
    let carrier = || {
        let limiter = Arc::clone(limiter);
        async move {
            let permit = limiter.acquire(lane).await.expect("not stopping");
            tokio::time::sleep(beginning).await;
            permit.wait_for_slot(PATIENCE).await.expect("a slot");
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
    let limiter = account.limiter(50.0, &Lifecycle::new());
    let left = carry(&limiter, Lane::Normal, 200, Duration::from_millis(8)).await;
    assert!(busiest_second(&left) <= 50, "{left:?}");
    assert!(left[199] > Duration::from_millis(3_900), "{:?}", left[199]);
    assert!(left[199] < Duration::from_millis(4_400), "{:?}", left[199]);
    assert!(account.sales.load(Ordering::SeqCst) < 30);
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_costs_no_speed_and_bunches_nothing() {
    let account = Account::new(Duration::from_millis(60));
    let limiter = account.limiter(100.0, &Lifecycle::new());
    let left = carry(&limiter, Lane::Bulk, 400, Duration::from_millis(150)).await;
    assert!(busiest_second(&left) <= 100);
    assert!(left[399] < Duration::from_millis(4_800), "{:?}", left[399]);
}

#[tokio::test(start_paused = true)]
async fn three_nodes_share_one_rate() {
    let account = Account::new(Duration::from_millis(3));
    let lifecycle = Lifecycle::new();
    let limiters = [(); 3].map(|()| account.limiter(100.0, &lifecycle));
    let beginning = Duration::from_millis(5);
    let (a, b, c) = tokio::join!(
        carry(&limiters[0], Lane::Normal, 200, beginning),
        carry(&limiters[1], Lane::Normal, 200, beginning),
        carry(&limiters[2], Lane::Normal, 200, beginning),
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
        let limiter = account.limiter(20.0, &lifecycle);
        let since = begun.elapsed();
        let run = carry(&limiter, Lane::Normal, 3, Duration::from_millis(1)).await;
        left.extend(run.into_iter().map(|at| since + at));
    }
    assert!(busiest_second(&left) <= 20, "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn urgent_messages_go_before_all_that_wait() {
    let account = Account::new(Duration::from_millis(1));
    let limiter = account.limiter(20.0, &Lifecycle::new());
    let beginning = Duration::from_millis(1);
    let (bulk, urgent) = tokio::join!(carry(&limiter, Lane::Bulk, 60, beginning), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        carry(&limiter, Lane::Urgent, 3, beginning).await
    });
    assert!(urgent[2] < Duration::from_millis(400), "{urgent:?}");
    assert!(bulk[59] > Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn without_the_store_nothing_departs_and_stopping_does_not_wait() {
    let account = Account::new(Duration::from_millis(1));
    let lifecycle = Lifecycle::new();
    let limiter = account.limiter(20.0, &lifecycle);
    account.away.store(true, Ordering::SeqCst);
    let waits = tokio::time::timeout(Duration::from_mins(1), limiter.acquire(Lane::Urgent)).await;
    assert!(waits.is_err());

    // One that was let through before ends as not sent, and the store need not answer for it.
    account.away.store(false, Ordering::SeqCst);
    let permit = limiter.acquire(Lane::Urgent).await.expect("let through");
    account.away.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(permit.wait_for_slot(PATIENCE).await, Err(Missed));

    lifecycle.stop();
    assert!(limiter.acquire(Lane::Urgent).await.is_none());
    let state = limiter.state();
    assert_eq!((state.waiting, state.permits), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_slept_too_long_does_not_send() {
    let account = Account::new(Duration::from_millis(1));
    // One slot in ten seconds: the one that was missed is not made good.
    let limiter = account.limiter(0.1, &Lifecycle::new());
    let permit = limiter.acquire(Lane::Normal).await.expect("let through");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(permit.wait_for_slot(PATIENCE).await, Err(Missed));
    // Without a rate there is no slot to miss, and yet a lease to outlive.
    let permit = SlotPermit::unlimited();
    tokio::time::sleep(PATIENCE / 2).await;
    assert_eq!(permit.wait_for_slot(PATIENCE).await, Ok(()));
    let permit = SlotPermit::unlimited();
    tokio::time::sleep(PATIENCE + Duration::from_millis(2)).await;
    assert_eq!(permit.wait_for_slot(PATIENCE).await, Err(Missed));
}
