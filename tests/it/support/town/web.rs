//! The real router's state over a store, by a clock that stands.

use std::sync::Arc;

use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::token::Signer;
use araldo::domain::{Clock, Ids};
use araldo::intake::Limits;
use araldo::intake::inbox::EventInbox;
use araldo::runtime::{Lifecycle, Wake};
use araldo::store::Store;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::track::Track;
use araldo::web::Web;
use araldo::web::auth::keys::KeyCache;
use araldo::web::console::ConsoleState;
use araldo::web::public::{ContactDetails, Pages};

/// What tracks stops with `lifecycle`.
pub(crate) fn web(store: &Store, clock: &Arc<FixedClock>, lifecycle: &Lifecycle) -> Web {
    let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(Arc::clone(clock), 1));
    let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
    let track = Track::start(
        lifecycle,
        store,
        Arc::clone(&clock),
        Arc::clone(&ids),
        ReceiptHorizon::default(),
    );
    let kinds = Arc::new(CaseKinds::shipped());
    Web {
        door: Arc::default(),
        store: store.clone(),
        clock,
        ids,
        signer: Signer::new(&[7; 32]),
        public_url: "http://127.0.0.1:8080".into(),
        inbox: EventInbox::start(&Lifecycle::new(), store.clone()),
        wake: Arc::new(Wake::default()),
        keys: KeyCache::default(),
        limits: Limits::default(),
        phones: Arc::default(),
        sandbox: None,
        rules: crate::support::shipped_rules(),
        track,
        pages: Arc::new(Pages::new(ContactDetails::default(), kinds)),
        console: Arc::new(ConsoleState::new(Vec::new(), Lifecycle::new())),
    }
}
