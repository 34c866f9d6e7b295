//! What most commands need: settings, an open store, the time, new ids.

use std::sync::Arc;

use crate::app::{AppError, COMMAND_SLOT, clock_of};
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::ids::TimeOrderedIds;
use crate::domain::{Clock, Ids};
use crate::store::{Store, StoreUrl};

/// Settings, an open store, the time, new ids.
pub struct Context {
    pub config: Config,
    /// The store, its schema up to date.
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// Ids that no node hands out.
    pub ids: Arc<dyn Ids>,
}

impl Context {
    /// Opens the configured store, and goes by its time.
    pub async fn open(config: Config) -> Result<Self, AppError> {
        let store = Store::open(&config.store.url, config.store.connections).await?;
        let clock = clock_of(&store, &config, Arc::new(SystemClock)).await?;
        let ids = TimeOrderedIds::new(Arc::clone(&clock), COMMAND_SLOT);
        Ok(Self {
            config,
            store,
            clock,
            ids: Arc::new(ids),
        })
    }
}

/// That no store is where one was looked for, and what to do.
pub(super) fn no_store(url: &StoreUrl) -> String {
    let missing = match url {
        StoreUrl::Sqlite(path) => format!("there is no store `{}`", path.display()),
        // Its address may hold a password.
        StoreUrl::Postgres(_) => "there is no store in the database of `[store] url`".to_owned(),
    };
    format!("{missing}; say which one with --config FILE, or make one with `araldo migrate`")
}
