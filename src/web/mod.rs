//! HTTP: the API (`api/`), the console (`console/`), the client's own pages (`public/`) and the
//! providers' callbacks (`hooks/`). Handlers parse, call one stage or the store, and answer;
//! they decide nothing about messages. `auth/` says who is asking.

use std::sync::Arc;

use crate::channel::sandbox::World;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids};
use crate::lifecycle::Wake;
use crate::store::Store;
use crate::track::Track;

pub mod api;
pub mod auth;
pub mod console;
pub mod hooks;
pub mod problem;
pub mod public;

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// Makes and checks the tokens in links.
    pub signer: Signer,
    /// How the outside reaches this daemon, without a trailing slash.
    pub public_url: Arc<str>,
    /// Wakes the planner after an event was stored, the dispatcher after a message was.
    pub wake: Arc<Wake>,
    /// The sandbox's handsets and mailboxes, when a sandbox provider is configured.
    pub sandbox: Option<Arc<World>>,
    /// Takes in receipts and what readers do.
    pub track: Track,
    /// What the client's own pages know beside the store.
    pub pages: Arc<public::Pages>,
    /// What the console keeps in memory.
    pub console: Arc<console::Desk>,
}

/// All routes.
pub fn router(web: Web) -> axum::Router {
    axum::Router::new()
        .merge(api::routes())
        .merge(console::routes())
        .merge(hooks::routes())
        .merge(public::routes())
        .with_state(web)
}
