//! How nodes on one PostgreSQL wake each other. A notification is a hint and nothing more: a node
//! that misses it finds the work at its next look. When to notify, `app::peers` decides.

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::domain::NodeId;
use crate::store::{Backend, Doing as _, Store, StoreError, StoreUrl, database::open};
use crate::text::text_enum::text_enum;

/// What PostgreSQL calls it.
const CHANNEL: &str = "araldo";

text_enum! {
    /// What there is to do.
    pub enum WakeTopic {
        Events => "events",
        Messages => "messages",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerNotice {
    Work(WakeTopic),
    /// The connection was lost and is back: anything may have been missed.
    Anything,
}

/// Listens to the other nodes, on a connection of its own.
pub struct PeerListener {
    listener: PgListener,
    me: String,
}

impl PeerListener {
    /// Begins to listen. None: the store is not shared, and nobody notifies.
    pub async fn open(url: &StoreUrl, me: NodeId) -> Result<Option<Self>, StoreError> {
        let StoreUrl::Postgres(url) = url else {
            return Ok(None);
        };
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(open::postgres_options(url)?)
            .await
            .doing("listen to other nodes")?;
        let mut listener = PgListener::connect_with(&pool)
            .await
            .doing("listen to other nodes")?;
        // The pool is the listener's own, for when it must connect again.
        listener.ignore_pool_close_event(true);
        listener
            .listen(CHANNEL)
            .await
            .doing("listen to other nodes")?;
        Ok(Some(Self {
            listener,
            me: me.get().to_string(),
        }))
    }

    /// Waits for the next notification from another node.
    pub async fn next(&mut self) -> Result<PeerNotice, StoreError> {
        loop {
            let received = self
                .listener
                .try_recv()
                .await
                .doing("listen to other nodes")?;
            let Some(notification) = received else {
                return Ok(PeerNotice::Anything);
            };
            // A newer node may notify of what this one does not know.
            if let Some((topic, from)) = notification.payload().split_once(' ')
                && from != self.me
                && let Ok(topic) = topic.parse()
            {
                return Ok(PeerNotice::Work(topic));
            }
        }
    }
}

impl Store {
    /// Notifies the other nodes, if there may be any.
    pub async fn notify_peers(&self, topic: WakeTopic, me: NodeId) -> Result<(), StoreError> {
        if let Backend::Postgres(pool) = &self.pools.write {
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(format!("{} {}", topic.as_str(), me.get()))
                .execute(pool)
                .await
                .doing("wake other nodes")?;
        }
        Ok(())
    }
}
