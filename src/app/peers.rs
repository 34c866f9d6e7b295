//! Wakes the other nodes on the same PostgreSQL, and is woken by them. The first notification goes
//! out at once, further ones at most every [`PAUSE`], so that a burst of messages is not a burst of
//! notifications. Each stage also looks by itself, so nothing depends on one.

use std::sync::Arc;
use std::time::Duration;

use super::Running;
use crate::config::Config;
use crate::domain::NodeId;
use crate::runtime::{Lifecycle, Wake};
use crate::store::cluster::notify::{PeerListener, PeerNotice, WakeTopic};
use crate::store::{Store, StoreUrl};

/// Between two notifications of one topic.
const PAUSE: Duration = Duration::from_millis(50);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Notifies and listens until the daemon stops, if the store can be shared.
pub(super) fn start(config: &Config, running: &Running) {
    if matches!(config.store.url, StoreUrl::Sqlite(_)) {
        return;
    }
    let (node, wake, lifecycle) = (running.id, &running.wake, &running.lifecycle);
    for topic in WakeTopic::ALL {
        let notify = notify_peers(running.store.clone(), node, Arc::clone(wake), *topic);
        lifecycle.spawn("notify peers", until_stopping(lifecycle, notify));
    }
    let listen = listen(config.store.url.clone(), node, Arc::clone(wake));
    lifecycle.spawn("listen", until_stopping(lifecycle, listen));
}

fn until_stopping(
    lifecycle: &Lifecycle,
    work: impl Future<Output = ()> + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static {
    let stopping = lifecycle.stopping();
    async move {
        tokio::select! {
            () = work => {}
            () = stopping => {}
        }
    }
}

async fn notify_peers(store: Store, node: NodeId, wake: Arc<Wake>, topic: WakeTopic) {
    let due = match topic {
        WakeTopic::Events => &wake.peers.events,
        WakeTopic::Messages => &wake.peers.messages,
    };
    loop {
        due.notified().await;
        if let Err(error) = store.notify_peers(topic, node).await {
            tracing::debug!(error = %error, "cannot wake other nodes; they look by themselves");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(url: StoreUrl, node: NodeId, wake: Arc<Wake>) {
    loop {
        match PeerListener::open(&url, node).await {
            Ok(Some(listener)) => pass_on(listener, &wake).await,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(error = %error, "cannot listen to other nodes; looking by itself meanwhile");
            }
        }
        tokio::time::sleep(STORE_RETRY).await;
    }
}

/// Wakes this node's stages as other nodes ask, until the connection breaks.
async fn pass_on(mut listener: PeerListener, wake: &Wake) {
    loop {
        match listener.next().await {
            Ok(PeerNotice::Work(WakeTopic::Events)) => wake.plan.notify_one(),
            Ok(PeerNotice::Work(WakeTopic::Messages)) => wake.dispatch.notify_all(),
            Ok(PeerNotice::Anything) => {
                wake.plan.notify_one();
                wake.dispatch.notify_all();
            }
            Err(error) => {
                tracing::warn!(error = %error, "the connection to other nodes broke; listening again");
                return;
            }
        }
    }
}
