//! What the nodes buy of a provider's rate, each moment once.

use araldo::store::Store;
use araldo::store::cluster::rate_limit::Wanted;

on_both_databases!(an_account_sells_each_moment_once);

async fn an_account_sells_each_moment_once(store: &Store) {
    let buy = async |span, lead| {
        let wanted = Wanted {
            span,
            lead,
            horizon: 60_000_000,
        };
        let mut tx = store.write().await.unwrap();
        let bought = tx.rate_accounts().buy("gw", wanted).await.unwrap();
        tx.commit().await.unwrap();
        bought
    };
    let first = buy(20_000_000, 0).await;
    assert!(
        (first.first - first.now).abs() < 1_000,
        "the first begins now"
    );
    let second = buy(10_000_000, 0).await;
    assert_eq!(second.first, first.first + 20_000_000);
    let third = buy(10_000_000, 0).await;
    assert_eq!(third.first, second.first + 10_000_000);
    // A lead counts from now, and costs nothing when the account is further ahead.
    assert_eq!(buy(1, 20_000).await.first, third.first + 10_000_000);
    // Put far ahead by a clock that was wrong: the account begins again, a second from now.
    buy(90_000_000, 0).await;
    let anew = buy(1, 0).await;
    let ahead = anew.first - anew.now;
    assert!((900_000..=1_000_000).contains(&ahead), "{ahead} µs ahead");
}
