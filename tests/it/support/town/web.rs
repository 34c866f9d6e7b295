//! The real router's state over a store, by a clock that stands.

use std::sync::Arc;

use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::token::Signer;
use araldo::domain::{Clock, Ids, Tracking};
use araldo::intake::Limits;
use araldo::intake::inbox::EventInbox;
use araldo::plan::{Planner, PlannerSettings, SMALL_AREA};
use araldo::runtime::{Lifecycle, Wake};
use araldo::store::Store;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::track::Track;
use araldo::web::Web;
use araldo::web::auth::keys::KeyCache;
use araldo::web::console::ConsoleState;
use araldo::web::public::{ContactDetails, Pages};
use ipnet::IpNet;

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
        Signer::new(&[7; 32]),
    );
    let kinds = Arc::new(CaseKinds::shipped());
    let rehearsal = Planner::new(
        store.clone(),
        Arc::clone(&clock),
        Arc::clone(&ids),
        Arc::new(Wake::default()),
        planning(),
        crate::support::shipped_rules(),
    );
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
        rehearsal: Arc::new(rehearsal),
        sources: Arc::default(),
        track,
        pages: Arc::new(Pages::new(ContactDetails::default(), kinds)),
        console: Arc::new(ConsoleState::new(Vec::new(), Lifecycle::new())),
        private_receivers: Arc::from(["127.0.0.0/8".parse::<IpNet>().unwrap()]),
    }
}

/// As a node plans that nobody configured.
fn planning() -> PlannerSettings {
    PlannerSettings {
        quiet_hours: None,
        opens: Tracking::Aggregate,
        clicks: true,
        zone: chrono_tz::Europe::Rome,
        contact: serde_json::json!({}),
        case_kinds: CaseKinds::shipped(),
        small_area: SMALL_AREA,
        material: chrono::TimeDelta::minutes(30),
    }
}
