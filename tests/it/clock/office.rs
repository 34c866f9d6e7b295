//! An office with clients and their cases, and clocks that are turned by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use araldo::domain::address::PhonePolicy;
use araldo::domain::calendar::WorkingDays;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::{Arrival, Event};
use araldo::domain::{Clock, NodeId, Timestamp, Tracking};
use araldo::plan::{Planner, PlannerSettings};
use araldo::runtime::{Lifecycle, Wake};
use araldo::source::{
    ClockSettings, ClockSource, ClockTurn, CompensationClass, IncidentTimes, RunnerParts,
};
use araldo::store::cluster::nodes::NewNode;
use araldo::template::Source;
use araldo::web::Web;
use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value, json};

use super::crash::{arm, until_crash};
use crate::support::node::Eye;
use crate::support::town::{overlay, web};
use crate::support::{TestStore, shipped_rules};

/// Each event of the clock as `TYPE DATA`.
pub(super) const SAID: &str =
    "SELECT type || ' ' || data FROM event WHERE source = '/v1/clock' ORDER BY id";

/// What the tests go by: two bodies of which one has an address.
pub(super) fn settings() -> ClockSettings {
    ClockSettings {
        zone: chrono_tz::Europe::Rome,
        working_days: WorkingDays {
            patron: vec![(3, 19), (11, 3)],
        },
        stalled_times: 3,
        silent_after_days: 10,
        body_report_at: 5,
        chase_after_days: 2,
        compensation: compensation(),
        survey: None,
        bodies: BTreeMap::from([("distributore".to_owned(), "DISTRIBUTORE".to_owned())]),
        body_names: BTreeMap::new(),
        incidents: IncidentTimes {
            overdue_grace: TimeDelta::minutes(30),
            confirm_after: TimeDelta::minutes(30),
            announce_days: 3,
            remind_at: NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
            material: TimeDelta::minutes(30),
            approval_above: None,
        },
    }
}

/// How long an outage may last, by the size of the town.
fn compensation() -> Vec<CompensationClass> {
    let class = |hours, municipalities: &[&str]| CompensationClass {
        after: TimeDelta::hours(hours),
        service: "electricity".to_owned(),
        municipalities: municipalities.iter().map(|it| (*it).to_owned()).collect(),
    };
    vec![class(8, &["037006"]), class(16, &[])]
}

/// A kind of case besides those that are shipped, whose time is counted in hours.
const BY_THE_HOUR: &str = r#"
[[kind]]
name = "pronto_intervento"
label = { it = "pronto intervento" }
[[kind.state]]
name = "on_the_way"
label = { it = "squadra in arrivo" }
owner = "pronto intervento"
hours = 26
"#;

fn kinds() -> CaseKinds {
    let shipped = include_str!("../../../config/case-kinds.toml");
    CaseKinds::parse(&format!("{shipped}{BY_THE_HOUR}"), "case-kinds.toml").unwrap()
}

/// A store, the planner on it, and the clocks of some nodes.
pub(super) struct Office {
    pub(super) store: TestStore,
    pub(super) clock: Arc<FixedClock>,
    pub(super) eye: Eye,
    pub(super) web: Web,
    planner: Planner,
    settings: ClockSettings,
    clocks: Vec<(NodeId, ClockSource)>,
    nodes: i64,
    events: u32,
}

impl Office {
    /// Opens at this time, with so many nodes.
    pub(super) async fn open(store: TestStore, now: &str, nodes: usize) -> Self {
        Self::open_by(store, now, nodes, settings()).await
    }

    /// The same; its clocks go by these settings.
    pub(super) async fn open_by(
        store: TestStore,
        now: &str,
        nodes: usize,
        settings: ClockSettings,
    ) -> Self {
        let clock = Arc::new(FixedClock::at(now));
        let web = web(&store, &clock, &Lifecycle::new());
        let planner = Planner::new(
            (*store).clone(),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&web.ids),
            Arc::new(Wake::default()),
            planner_settings(),
            shipped_rules(),
        );
        let mut office = Self {
            eye: Eye::open(&store.url).await,
            store,
            clock,
            web,
            planner,
            settings,
            clocks: Vec::new(),
            nodes: 0,
            events: 0,
        };
        office.publish().await;
        for _ in 0..nodes {
            office.start_node().await;
        }
        office
    }

    /// All texts that are shipped, so that no message is held for want of one.
    async fn publish(&self) {
        for (number, source) in (1..).zip(Source::shipped().unwrap()) {
            let template = json!({ "template": { "id": number, "name": source.name } });
            let version = json!({ "template_version": { "id": number, "template_id": number } });
            self.eye.plant([template, version]).await;
        }
    }

    pub(super) async fn start_node(&mut self) {
        self.nodes += 1;
        let node = NodeId::new(self.nodes);
        let mut tx = self.store.write().await.unwrap();
        let new = NewNode {
            id: node,
            slot: u8::try_from(self.nodes).expect("some nodes"),
            name: format!("node-{}", self.nodes),
            roles: "source".to_owned(),
        };
        tx.nodes().register(&new).await.unwrap();
        tx.commit().await.unwrap();
        let parts = RunnerParts {
            store: (*self.store).clone(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            ids: Arc::clone(&self.web.ids),
            wake: Arc::new(Wake::default()),
            node,
        };
        let kinds = Arc::new(kinds());
        self.clocks
            .push((node, ClockSource::new(self.settings.clone(), kinds, parts)));
    }

    /// A client with a telephone; `more`: further fields.
    pub(super) async fn client(&self, reference: &str, phone: &str, more: Value) {
        let mut client = json!({ "client": reference, "name": "Maria Rossi",
            "contacts": [{ "channel": "sms", "address": phone }] });
        overlay(&mut client, &more);
        let client = araldo::intake::client::parse(&client, &PhonePolicy::default()).unwrap();
        let mut tx = self.store.write().await.unwrap();
        let (now, ids) = (self.clock.now(), &*self.web.ids);
        tx.clients().put_many(&[&client], now, ids).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// It is this time now; it may be earlier than it was.
    pub(super) fn set(&self, time: &str) {
        let time = Timestamp::parse(time).unwrap();
        self.clock.advance(time - self.clock.now());
    }

    /// Somebody says of a case how it stands, and it is planned.
    pub(super) async fn say(&mut self, kind: &str, case: &str, state: &str, more: Value) {
        self.tell(kind, case, state, more, false).await;
        self.plan().await;
    }

    /// A source that is new says so of what stands there already.
    pub(super) async fn stands(&mut self, case: &str, state: &str, since: &str) {
        let more = json!({ "time": since });
        self.tell("case.opened", case, state, more, true).await;
        self.plan().await;
    }

    /// The same, and it is not planned yet. `quiet`: it stood there when its source was new.
    pub(super) async fn tell(
        &mut self,
        kind: &str,
        case: &str,
        state: &str,
        mut more: Value,
        quiet: bool,
    ) {
        self.events += 1;
        let now = self.clock.now().to_string();
        let time = more.as_object_mut().unwrap().remove("time");
        let mut data = json!({ "case": case, "client": case.replace("PR", "C"),
            "kind": "voltura", "state": state });
        overlay(&mut data, &more);
        let event = json!({ "specversion": "1.0", "id": format!("{case}-{}", self.events),
            "source": "/crm", "type": kind, "subject": case,
            "time": time.unwrap_or(Value::String(now)), "data": data });
        let event = Event::parse(&event, self.clock.now()).unwrap();
        let mut arrival = Arrival::from(&event);
        arrival.quiet = quiet;
        let mut tx = self.store.write().await.unwrap();
        let (now, ids) = (self.clock.now(), &*self.web.ids);
        tx.events().accept([arrival], now, ids).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn plan(&self) {
        self.planner.drain().await.unwrap();
    }

    /// Every clock looks until it has nothing to say; what was said is planned.
    pub(super) async fn look(&mut self) {
        self.look_only().await;
        self.plan().await;
    }

    /// The same, and nothing is planned yet.
    pub(super) async fn look_only(&mut self) {
        for (_, clock) in &mut self.clocks {
            while clock.turn().await.unwrap() == ClockTurn::More {}
        }
    }

    /// The clock that looks next dies at this place; a new node comes in place of its own, which is
    /// found dead. True: one died.
    pub(super) async fn look_and_die(&mut self, point: &'static str) -> bool {
        let mut dead = None;
        for (place, (node, clock)) in self.clocks.iter_mut().enumerate() {
            arm(point);
            if until_crash(Box::pin(clock.turn())).await.is_none() {
                dead = Some((place, *node));
                break;
            }
        }
        let Some((place, node)) = dead else {
            return false;
        };
        drop(self.clocks.remove(place));
        let mut tx = self.store.write().await.unwrap();
        tx.nodes().stop(node).await.unwrap();
        tx.commit().await.unwrap();
        self.start_node().await;
        true
    }

    /// What the clock has said, each as its type and its data.
    pub(super) async fn said(&self) -> Vec<(String, Value)> {
        let each = self.eye.texts(SAID).await.into_iter();
        let each = each.map(|text| {
            let (kind, data) = text.split_once(' ').expect("two parts");
            (kind.to_owned(), serde_json::from_str(data).expect("JSON"))
        });
        each.collect()
    }

    /// The same in short: `case.stalled PR-1 2`.
    pub(super) async fn said_in_short(&self) -> Vec<String> {
        let said = self.said().await;
        let short = |(kind, data): &(String, Value)| {
            let threshold = data["threshold"].as_u64().unwrap_or(0);
            let about = data["case"].as_str().or(data["body"].as_str());
            format!("{kind} {} {threshold}", about.unwrap_or_default())
        };
        said.iter().map(short).collect()
    }
}

fn planner_settings() -> PlannerSettings {
    PlannerSettings {
        quiet_hours: None,
        opens: Tracking::Aggregate,
        clicks: true,
        zone: chrono_tz::Europe::Rome,
        contact: json!({ "organisation": { "name": "Sportello" },
            "contact": { "phone_free": "800 000 000" } }),
        case_kinds: kinds(),
        small_area: 500,
        material: TimeDelta::minutes(30),
    }
}
