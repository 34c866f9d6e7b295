//! A client who is erased while a large audience is being planned: candidates were read before, and
//! yet nobody who is gone gets a message.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::Event;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::{Clock, Ids, Tracking};
use araldo::plan::{self, Planner};
use araldo::runtime::Wake;
use araldo::store::Store;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::{Eye, sums_close};

on_both_databases!(who_is_erased_between_reading_and_writing_gets_no_message);

/// Three chunks of the fan-out.
const CLIENTS: u32 = 12_000;

const AFTERWARDS: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m \
    JOIN erased_client e ON e.client_id = m.client_id";
const ALL: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
const OF_THE_SECOND: &str = "SELECT ref FROM client ORDER BY id LIMIT 8 OFFSET 7000";

/// Where one planner, and no other, is to stand still.
struct Stop {
    spared: u32,
    reached: Sender<()>,
    may_go_on: Receiver<()>,
}

thread_local! {
    static STOP: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

fn stand_still() {
    STOP.with_borrow_mut(|stop| match stop {
        Some(stop) if stop.spared > 0 => stop.spared -= 1,
        _ => {
            if let Some(stop) = stop.take() {
                stop.reached.send(()).expect("the test waits");
                stop.may_go_on.recv().expect("the test goes on");
            }
        }
    });
}

struct Ground {
    clock: Arc<FixedClock>,
    ids: Arc<dyn Ids>,
    store: Store,
}

impl Ground {
    fn planner(&self) -> Planner {
        Planner::new(
            self.store.clone(),
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::clone(&self.ids),
            Arc::new(Wake::default()),
            plan::PlannerSettings {
                quiet_hours: None,
                opens: Tracking::Aggregate,
                clicks: true,
                zone: chrono_tz::Europe::Rome,
                contact: json!({}),
                case_kinds: CaseKinds::shipped(),
                small_area: 0,
                material: chrono::TimeDelta::minutes(30),
            },
            crate::support::shipped_rules(),
        )
    }

    async fn settle(&self) {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let value = json!({ "client": format!("C-{number}"), "name": "Maria Rossi",
                    "contacts": [{ "channel": "email", "address": format!("c{number}@town.example") }],
                    "places": [{ "place": format!("POD-{number}"), "kind": "pod",
                        "municipality": "037006" }] });
                let phones = araldo::domain::address::PhonePolicy::default();
                araldo::intake::client::parse(&value, &phones).expect("a client")
            })
            .collect();
        let clients: Vec<_> = clients.iter().collect();
        let mut tx = self.store.write().await.unwrap();
        let now = self.clock.now();
        tx.clients()
            .put_many(&clients, now, &*self.ids)
            .await
            .unwrap();
        let mut event =
            crate::promises::incident("1", "incident.opened", "2026-11-22T18:00:00Z", "037006");
        event["time"] = now.to_string().into();
        let event = Event::parse(&event, now).expect("an event");
        tx.events().accept([&event], now, &*self.ids).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn erase(&self, reference: &str) {
        let erasing = Erasing {
            now: self.clock.now(),
            ids: &*self.ids,
            actor: "test",
            fresh_pepper: "a pepper of more than thirty-two bytes",
            horizon: ReceiptHorizon::default(),
        };
        let erased = self.store.erase_client(reference, &erasing).await.unwrap();
        assert!(erased.is_some(), "{reference}");
    }
}

async fn who_is_erased_between_reading_and_writing_gets_no_message(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    let clock = Arc::new(FixedClock::at("2026-11-22T18:00:00Z"));
    let ground = Ground {
        ids: Arc::new(TimeOrderedIds::new(Arc::clone(&clock), 1)),
        clock,
        store: store.clone(),
    };
    ground.settle().await;
    let planner = ground.planner();
    fail::cfg_callback("chunk-read", stand_still).expect("the point can be watched");
    let ((reached, at_the_point), (go_on, may_go_on)) = (channel(), channel());
    let planning = std::thread::spawn(move || {
        // The first chunk passes; the candidates of the second are read by then.
        STOP.set(Some(Stop {
            spared: 1,
            reached,
            may_go_on,
        }));
        // Connections are given back by tasks of this runtime, also while its planner stands.
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(planner.drain())
    });
    tokio::task::block_in_place(|| at_the_point.recv()).expect("it comes to the second chunk");
    assert_eq!(eye.number(ALL).await, 4_000);
    for reference in eye.texts(OF_THE_SECOND).await {
        ground.erase(&reference).await;
    }
    go_on.send(()).expect("it waits");
    let planned = tokio::task::block_in_place(|| planning.join());
    planned.expect("it ends").unwrap();
    assert_eq!(eye.number(AFTERWARDS).await, 0);
    assert_eq!(eye.number(ALL).await, i64::from(CLIENTS) - 8);
    sums_close(&eye).await;
}
