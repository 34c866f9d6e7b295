//! One run: a town, its news, and a node or two that tell them through bad weather, until
//! everything that can still happen has happened. The planner, the dispatcher and the store are
//! the product's own; only time, the carriers and death are the simulator's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use araldo::channel::Provider;
use araldo::dispatch::{
    self, Dispatcher, DispatcherParts, FloodGuard, ProviderRoute, ProviderRoutes, StepOutcome,
};
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::Event;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::links::Links;
use araldo::domain::quiet_hours::QuietHours;
use araldo::domain::retry::RetrySchedule;
use araldo::domain::rule::Rule;
use araldo::domain::token::Signer;
use araldo::domain::{Channel, Clock, Ids, NodeId, Timestamp, Tracking};
use araldo::plan::{self, Matcher, Planner};
use araldo::runtime::Wake;
use araldo::store::cluster::nodes::NewNode;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::planning::events::Accept;
use araldo_sandbox::dice::Dice;
use arc_swap::ArcSwap;
use chrono::TimeDelta;
use serde_json::json;

use super::carrier::{Carrier, Kind, trades};
use super::clocks::{Clocks, News};
use super::crash::{POINTS, arm, disarm, until_crash};
use super::ground::{BEGIN, Plot, note_the_known};
use super::town::{Town, blackout, news, rules};
use super::world::{Desk, Weather, World};
use crate::support::node::Eye;

/// Steps after which a run that is not over never will be.
const ENDLESS: u32 = 1_500;

/// Who carries in this run.
#[derive(Debug, Clone)]
pub(super) struct Trade {
    pub(super) name: &'static str,
    pub(super) channel: Channel,
    pub(super) kind: Kind,
}

/// One run under way.
pub(super) struct Story {
    pub(super) plot: Plot,
    pub(super) world: Arc<World>,
    pub(super) town: Town,
    pub(super) rules: Vec<Rule>,
    /// What was told, each piece once, with whether it was news.
    pub(super) told: Vec<Event>,
    /// What the clocks of the sources showed.
    pub(super) clocks: Clocks,
    pub(super) settings: dispatch::DispatcherSettings,
    dice: Dice,
    pub(super) clock: Arc<FixedClock>,
    pub(super) ids: Arc<dyn Ids>,
    matcher: Arc<ArcSwap<Matcher>>,
    trades: Vec<Trade>,
    news: VecDeque<News>,
    node: Option<Dispatcher>,
    nodes: u8,
    may_crash: bool,
    case_kinds: CaseKinds,
    small_area: i64,
    /// How often a node has died.
    pub(super) crashes: u32,
}

impl Story {
    /// The beginning of the run of this seed.
    pub(super) async fn begin(seed: u64, plot: Plot) -> Self {
        let mut dice = Dice::of(seed);
        let clock = Arc::new(FixedClock::at(BEGIN));
        let town = Town::settle(&mut dice);
        let rules = rules(&mut dice);
        let news = news(&town, &mut dice);
        let settings = settings(&mut dice);
        let deaths = *dice.one_of(&[0, 0, 5, 15]);
        let weather = Weather {
            faults: *dice.one_of(&[0, 10, 25, 60]),
            deaths,
            dozing: if deaths > 0 { 4 } else { 0 },
            bad_receipts: *dice.one_of(&[0, 20, 50]),
            meddling: *dice.one_of(&[0, 0, 8]),
            silent: false,
        };
        let trades = trades(&mut dice);
        let mut story = Self::new(seed, plot, town, rules, settings, trades, weather, clock).await;
        story.dice = dice;
        story.news = news.into();
        story
    }

    /// A run of which everything is given; nothing happens by itself.
    #[expect(clippy::too_many_arguments, reason = "all that a run is made of")]
    pub(super) async fn new(
        seed: u64,
        plot: Plot,
        town: Town,
        rules: Vec<Rule>,
        settings: dispatch::DispatcherSettings,
        trades: Vec<Trade>,
        weather: Weather,
        clock: Arc<FixedClock>,
    ) -> Self {
        let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(Arc::clone(&clock), 1));
        let contacts = town.clients.iter().flat_map(|client| &client.contacts);
        let desk = Desk {
            store: plot.store.clone(),
            ids: Arc::clone(&ids),
            horizon: ReceiptHorizon {
                sms: settings.sms_horizon,
                email: settings.email_horizon,
            },
            addresses: contacts.map(|contact| contact.address.clone()).collect(),
            events: Mutex::default(),
        };
        let world = World::new(
            seed,
            weather,
            Arc::clone(&clock),
            Arc::clone(&plot.eye),
            desk,
        );
        let matcher = Matcher::new(rules.clone()).expect("sound rules");
        let mut story = Self {
            plot,
            world: Arc::new(world),
            town,
            rules,
            told: Vec::new(),
            clocks: Clocks::default(),
            settings,
            dice: Dice::of(seed),
            clock,
            ids,
            matcher: Arc::new(ArcSwap::from_pointee(matcher)),
            trades,
            news: VecDeque::new(),
            node: None,
            nodes: 0,
            may_crash: weather.deaths > 0,
            case_kinds: CaseKinds::shipped(),
            // Both ways of planning an area.
            small_area: plan::SMALL_AREA * i64::from(!seed.is_multiple_of(2)),
            crashes: 0,
        };
        story.settle().await;
        story
    }

    async fn settle(&mut self) {
        let clients: Vec<_> = self.town.clients.iter().collect();
        let mut tx = self.plot.store.write().await.expect("the store works");
        tx.clients()
            .put_many(&clients, self.clock.now(), &*self.ids)
            .await
            .expect("clients are kept");
        tx.commit().await.expect("kept");
    }

    /// Bad weather, then calm until nothing is left to happen.
    pub(super) async fn live(&mut self) {
        for _ in 0..self.dice.between(6, 16) {
            self.one_step().await;
        }
        while let Some(news) = self.news.pop_front() {
            self.tell_news(news).await;
        }
        self.until_quiet().await;
    }

    async fn one_step(&mut self) {
        if self.dice.percent(50)
            && let Some(news) = self.news.pop_front()
        {
            self.tell_news(news).await;
        }
        if self.dice.percent(70) {
            self.crash_sometimes();
            self.plan().await;
        }
        if self.dice.percent(15) {
            self.rival_turn().await;
        }
        self.crash_sometimes();
        self.turn().await;
        self.receive().await;
        let pause = match self.dice.between(0, 9) {
            0..=5 => TimeDelta::seconds(self.dice.between(0, 60)),
            6..=8 => TimeDelta::seconds(self.dice.between(60, 1_200)),
            _ => TimeDelta::minutes(self.dice.between(20, 900)),
        };
        self.clock.advance(pause);
    }

    /// Goes on until nothing is due any more, now or ever.
    pub(super) async fn until_quiet(&mut self) {
        self.world.calm_down();
        self.may_crash = false;
        let mut idle = 0;
        for _ in 0..ENDLESS {
            self.plan().await;
            self.receive().await;
            if self.turn().await > 0 {
                idle = 0;
                continue;
            }
            let Some(next) = self.next().await else {
                return;
            };
            let wait = next - self.clock.now();
            if wait > TimeDelta::zero() {
                self.clock.advance(wait);
                idle = 0;
            } else {
                idle += 1;
                assert!(idle < 10, "something is due and nobody does it");
            }
        }
        let restless = self.plot.eye.texts(RESTLESS).await;
        panic!(
            "{ENDLESS} steps, and no end at {}: {restless:?}",
            self.clock.now().as_micros()
        );
    }

    /// A blackout is told and planned.
    pub(super) async fn tell_and_plan(&mut self) {
        self.tell(blackout(self.clock.now())).await;
        self.plan().await;
    }

    /// An event comes in; a second time it is known.
    pub(super) async fn tell(&mut self, event: Event) {
        let mut tx = self.plot.store.write().await.expect("the store works");
        let answer = tx
            .events()
            .accept(std::slice::from_ref(&event), self.clock.now(), &*self.ids)
            .await
            .expect("events are kept");
        tx.commit().await.expect("kept");
        let known = self.told.iter().any(|told| told.id == event.id);
        match &answer[0] {
            Accept::New(id) if !known => {
                let mut events = self.world.desk.events.lock().expect("nobody crashes here");
                events.push(*id);
                self.told.push(event);
            }
            Accept::Duplicate(_) if known => {}
            other => panic!("{other:?} for event {}, known: {known}", event.id),
        }
    }

    /// Plans what is there; a crash ends it where it stands.
    pub(super) async fn plan(&mut self) {
        let planner = Planner::new(
            self.plot.store.clone(),
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::clone(&self.ids),
            Arc::new(Wake::default()),
            plan::PlannerSettings {
                quiet_hours: self.settings.quiet_hours,
                opens: Tracking::Aggregate,
                clicks: true,
                zone: chrono_tz::Europe::Rome,
                contact: json!({ "organisation": { "name": "Sportello" },
                    "contact": { "phone_free": "800 000 000" } }),
                case_kinds: self.case_kinds.clone(),
                small_area: self.small_area,
                material: TimeDelta::minutes(30),
            },
            Arc::clone(&self.matcher),
        );
        let planned = until_crash(Box::pin(planner.drain())).await;
        disarm();
        if let Some(planned) = planned {
            planned.expect("the store works");
        } else {
            self.declare_dead().await;
        }
        note_the_known(&self.plot.eye).await;
    }

    /// Reports that are due come in.
    pub(super) async fn receive(&mut self) {
        let due = self.world.pass_time();
        self.world.desk.keep(&due, self.clock.now()).await;
        note_the_known(&self.plot.eye).await;
    }

    /// One turn of the node; a new one when the last has died. Returns how much it did.
    pub(super) async fn turn(&mut self) -> usize {
        let mut node = match self.node.take() {
            Some(node) => node,
            None => self.start("first").await,
        };
        let no_rival = self
            .world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none();
        if self.may_crash && no_rival {
            let rival = self.start("rival").await;
            self.put_rival(rival);
        }
        let outcome = tokio::select! {
            biased;
            () = self.world.death.notified() => None,
            outcome = until_crash(node.step()) => outcome,
        };
        disarm();
        match outcome {
            Some(Ok(StepOutcome::Did(done))) => {
                self.node = Some(node);
                done
            }
            // Declared dead while it slept: a daemon would end here and be started again.
            Some(Ok(StepOutcome::Dead)) => 1,
            Some(Err(error)) => panic!("the store works, and yet: {error}"),
            None => {
                drop(node);
                self.declare_dead().await;
                1
            }
        }
    }

    /// Ends the nodes and closes the store.
    pub(super) async fn end(self) {
        self.world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.plot.clear().await;
    }

    async fn rival_turn(&mut self) {
        let rival = self
            .world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut rival) = rival else { return };
        let outcome = tokio::select! {
            biased;
            () = self.world.death.notified() => None,
            outcome = until_crash(rival.step()) => outcome,
        };
        match outcome {
            Some(Ok(StepOutcome::Did(_))) => self.put_rival(rival),
            Some(Ok(StepOutcome::Dead)) => {}
            Some(Err(error)) => panic!("the store works, and yet: {error}"),
            None => self.declare_dead().await,
        }
    }

    fn put_rival(&self, rival: Dispatcher) {
        *self
            .world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(rival);
    }

    fn crash_sometimes(&mut self) {
        if self.may_crash && self.dice.percent(30) {
            let point = *self.dice.one_of(&POINTS);
            let spared = self.dice.between(0, 3);
            arm(point, u32::try_from(spared).expect("a few"));
        }
    }

    /// The nodes are gone; it has been quiet for longer than a lease.
    pub(super) async fn declare_dead(&mut self) {
        self.crashes += 1;
        self.node = None;
        self.world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let silent = "UPDATE node SET heartbeat_at = 0 WHERE stopped_at IS NULL";
        self.plot.eye.execute(silent).await;
        if let Eye::Postgres(_) = *self.plot.eye {
            // The server, too, has noticed.
            self.plot.eye.until(HALF_DONE, 0).await;
        }
    }

    async fn start(&mut self, name: &str) -> Dispatcher {
        let id = NodeId::new(self.ids.next());
        self.nodes = (self.nodes + 1) % 200;
        let node = NewNode {
            id,
            slot: self.nodes,
            name: name.to_owned(),
            roles: String::from("dispatch"),
        };
        let mut tx = self.plot.store.write().await.expect("the store works");
        tx.nodes().register(&node).await.expect("a free slot");
        tx.commit().await.expect("kept");
        let lines = self.trades.iter().map(|trade| {
            let carrier: Arc<dyn Provider> = Arc::new(Carrier {
                name: trade.name.to_owned(),
                channel: trade.channel,
                kind: trade.kind,
                world: Arc::clone(&self.world),
            });
            ProviderRoute::new(carrier, None)
        });
        Dispatcher::new(DispatcherParts {
            store: self.plot.store.clone(),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            ids: Arc::clone(&self.ids),
            routes: ProviderRoutes::new(lines.collect()),
            node: id,
            node_name: name.to_owned(),
            links: Links::new(Arc::from("http://localhost"), Signer::new(b"truth"), true),
            settings: self.settings.clone(),
            wake: Arc::new(Wake::default()),
        })
    }

    /// When something is to happen next.
    pub(super) async fn next(&self) -> Option<Timestamp> {
        let next = self.plot.eye.number(NEXT).await;
        let stored = (next < i64::MAX).then(|| Timestamp::from_micros(next));
        stored.into_iter().chain(self.world.next()).min()
    }
}

const NEXT: &str = "SELECT CAST(coalesce(min(x.at), 9223372036854775807) AS BIGINT) FROM
    (SELECT wake_at AS at FROM message WHERE wake_at IS NOT NULL
     UNION ALL SELECT due_at FROM message WHERE state = 'queued') AS x";
/// Transactions that nobody will end any more.
const HALF_DONE: &str = "SELECT CAST(count(*) AS BIGINT) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'";

const RESTLESS: &str = "SELECT channel || ' ' || state || ' ' || coalesce(reason, '') ||
    ' due ' || due_at || ' wake ' || coalesce(CAST(wake_at AS TEXT), '') || ' expires ' ||
    expires_at || ' lease ' || lease_no FROM message
    WHERE wake_at IS NOT NULL OR state IN ('queued', 'leased', 'sending')";

/// Settings as a daemon might have them, with the shares that matter drawn.
pub(super) fn settings(dice: &mut Dice) -> dispatch::DispatcherSettings {
    dispatch::DispatcherSettings {
        window: 8,
        reserved: std::collections::BTreeMap::new(),
        claim: u32::try_from(dice.between(1, 8)).expect("a few"),
        heartbeat: Duration::ZERO,
        node_ttl: TimeDelta::hours(1),
        retry: RetrySchedule {
            base: TimeDelta::seconds(10),
            cap: TimeDelta::minutes(20),
            max_tries: u32::try_from(dice.between(2, 6)).expect("a few"),
        },
        flood: FloodGuard {
            per_hour: dice.between(2, 5),
            per_day: dice.between(5, 9),
        },
        quiet_hours: dice.percent(30).then_some(QuietHours {
            from_minute: 11 * 60,
            to_minute: 13 * 60,
        }),
        reconcile_after: TimeDelta::seconds(dice.between(20, 120)),
        reconcile_attempts: u32::try_from(dice.between(1, 2)).expect("a few"),
        sms_horizon: TimeDelta::hours(24),
        email_horizon: TimeDelta::hours(36),
    }
}
