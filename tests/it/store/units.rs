//! Units of work: none waits for another in a circle, sums are right within one and go with it, and
//! whoever goes away in the middle of one leaves nothing open behind.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use araldo::domain::PlanId;
use araldo::store::{Store, Tx};
use tokio::sync::Barrier;

use crate::reader::{PLAN, Reader};
use crate::support;
use crate::support::node::Eye;
use crate::support::patience::until_within;

on_both_databases!(sums_are_right_within_a_unit_of_work_and_go_with_it);

/// A plan of another template than [`PLAN`].
const OTHER_PLAN: i64 = 502;

fn open(tx: &mut Tx, plan: i64) {
    tx.engagement()
        .add_anonymous_opens(&[(PlanId::new(plan), 1)]);
}

/// Moves the sums of two plans one after the other, as a batch of answers does, while somebody else
/// does the same.
async fn move_both(store: &Store, plans: [i64; 2], met: &Barrier) {
    let mut tx = store.write().await.unwrap();
    open(&mut tx, plans[0]);
    met.wait().await;
    open(&mut tx, plans[1]);
    tx.commit().await.unwrap();
}

/// On SQLite there is one writer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_move_the_same_sums_in_opposite_order_wait_for_nobody() {
    const ROUNDS: i64 = 50;
    let reader = Reader::on_postgres().await;
    let met = Barrier::new(2);
    for _ in 0..ROUNDS {
        tokio::join!(
            move_both(&reader.store, [PLAN, OTHER_PLAN], &met),
            move_both(&reader.store, [OTHER_PLAN, PLAN], &met),
        );
    }
    let sum = "SELECT CAST(sum(anonymous_opens) AS BIGINT) FROM rollup";
    assert_eq!(reader.number(sum).await, 4 * ROUNDS);
}

async fn seen(tx: &mut Tx) -> i64 {
    let counts = tx.reports().totals_between(0, 40_000).await.unwrap();
    counts.anonymous_opens
}

async fn sums_are_right_within_a_unit_of_work_and_go_with_it(reader: Reader) {
    let mut dropped = reader.store.write().await.unwrap();
    open(&mut dropped, PLAN);
    assert_eq!(seen(&mut dropped).await, 1);
    open(&mut dropped, PLAN);
    drop(dropped);
    let mut kept = reader.store.write().await.unwrap();
    assert_eq!(seen(&mut kept).await, 0);
    open(&mut kept, PLAN);
    assert_eq!(seen(&mut kept).await, 1);
    open(&mut kept, OTHER_PLAN);
    assert_eq!(seen(&mut kept).await, 2);
    open(&mut kept, PLAN);
    kept.commit().await.unwrap();
    let mut tx = reader.store.read().await.unwrap();
    assert_eq!(seen(&mut tx).await, 3);
}

async fn work(store: &Store) {
    let mut tx = store.write().await.unwrap();
    tx.database_time().await.unwrap();
    tx.commit().await.unwrap();
}

/// Goes away when it has been kept waiting so many times; whether the work was done before.
async fn waits_at_most(times: usize, work: impl Future<Output = ()>) -> bool {
    tokio::pin!(work);
    let mut waited = 0;
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(true),
        Poll::Pending if waited == times => Poll::Ready(false),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

/// As a client that hangs up, at each moment at which one can. SQLite's driver sees to it itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_in_the_middle_leaves_no_transaction_open() {
    /// Within the ten seconds after which the server itself ends such a transaction.
    const SOON: Duration = Duration::from_secs(6);
    const OPEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'araldo'
        AND state LIKE 'idle in transaction%'";
    let store = support::postgres().await;
    let eye = Eye::open(&store.url).await;
    for times in 0..200 {
        let mut ends = 0;
        for _ in 0..5 {
            ends += usize::from(waits_at_most(times, work(&store)).await);
        }
        until_within(SOON, async || match eye.number(OPEN).await {
            0 => Ok(()),
            open => Err(format!("{open} transactions stay open after {times} waits")),
        })
        .await;
        if ends == 5 {
            return;
        }
    }
    panic!("no patience was enough for the whole of it");
}
