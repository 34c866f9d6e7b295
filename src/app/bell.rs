//! Wakes the other nodes on the same PostgreSQL, and is woken by them. The first ring goes out at
//! once, further ones at most every [`PAUSE`]: a storm must not become one of rings. Each stage
//! also looks by itself, so nothing depends on a ring.

use std::sync::Arc;
use std::time::Duration;

use super::Running;
use crate::config::Config;
use crate::domain::NodeId;
use crate::runtime::{Lifecycle, Wake};
use crate::store::cluster::bell::{Ears, Heard, WakeTopic};
use crate::store::{Store, StoreUrl};

/// Between two rings of one topic.
const PAUSE: Duration = Duration::from_millis(50);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Rings and listens until the daemon stops, if the store can be shared.
pub(super) fn start(config: &Config, running: &Running) {
    if matches!(config.store.url, StoreUrl::Sqlite(_)) {
        return;
    }
    let (node, wake, lifecycle) = (running.id, &running.wake, &running.lifecycle);
    for topic in WakeTopic::ALL {
        let ring = ring(running.store.clone(), node, Arc::clone(wake), *topic);
        lifecycle.spawn("ring", until_stopping(lifecycle, ring));
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

async fn ring(store: Store, node: NodeId, wake: Arc<Wake>, topic: WakeTopic) {
    let asked = match topic {
        WakeTopic::Events => &wake.abroad.events,
        WakeTopic::Messages => &wake.abroad.messages,
    };
    loop {
        asked.notified().await;
        if let Err(error) = store.ring(topic, node).await {
            tracing::debug!(error = %error, "cannot wake other nodes; they look by themselves");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(url: StoreUrl, node: NodeId, wake: Arc<Wake>) {
    loop {
        match Ears::open(&url, node).await {
            Ok(Some(ears)) => hear(ears, &wake).await,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(error = %error, "cannot listen to other nodes; looking by itself meanwhile");
            }
        }
        tokio::time::sleep(STORE_RETRY).await;
    }
}

/// Passes on what is heard until the connection breaks.
async fn hear(mut ears: Ears, wake: &Wake) {
    loop {
        match ears.next().await {
            Ok(Heard::Ring(WakeTopic::Events)) => wake.plan.notify_one(),
            Ok(Heard::Ring(WakeTopic::Messages)) => wake.dispatch.ring(),
            Ok(Heard::Anything) => {
                wake.plan.notify_one();
                wake.dispatch.ring();
            }
            Err(error) => {
                tracing::warn!(error = %error, "the way to other nodes is broken; listening anew");
                return;
            }
        }
    }
}
