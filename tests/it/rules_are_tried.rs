//! What a rule is said to come to is what it comes to: a trial has the numbers of the plan that
//! follows, a replay of unchanged rules finds no difference and of changed ones the right one, and a
//! rule whose field was renamed is pointed out. None of them writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use araldo::config::rules;
use araldo::domain::address::PhonePolicy;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::client::SuppressionReason;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::{Arrival, Event};
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::rule::Rule;
use araldo::domain::{Address, Channel, Clock as _, Ids, Reason, Tracking};
use araldo::plan::{Matcher, Planner, PlannerSettings, RuleDoubt, RuleVerdict, WhyUntold};
use araldo::runtime::Wake;
use arc_swap::ArcSwap;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Eye;

on_both_databases!(
    a_trial_has_the_numbers_of_the_plan_and_writes_nothing,
    a_replay_of_what_is_in_force_finds_no_difference,
    a_replay_names_who_would_be_told_no_more_and_who_newly,
    a_rule_whose_field_was_renamed_is_pointed_out,
    a_rule_that_tells_nobody_says_why,
    a_condition_that_cannot_be_evaluated_is_said,
    a_dry_run_says_which_condition_cannot_be_evaluated,
);

/// Clients of the town; every fourth has no address that works.
const CLIENTS: usize = 40;
const TOWN: &str = "037006";
const ROWS: &str = "SELECT CAST((SELECT count(*) FROM event) + (SELECT count(*) FROM plan) \
    + (SELECT count(*) FROM message) + (SELECT count(*) FROM case_file) \
    + (SELECT count(*) FROM incident) AS BIGINT)";
const TOLD: &str = "SELECT e.event_id || ' ' || m.channel || ' ' || m.locale FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    WHERE m.state IN ('queued', 'held')";
const UNTOLD: &str = "SELECT e.event_id || ' ' || m.reason FROM message m \
    JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id \
    WHERE m.state NOT IN ('queued', 'held')";

/// A town with a planner over it.
struct World {
    store: TestStore,
    eye: Eye,
    clock: Arc<FixedClock>,
    ids: Arc<dyn Ids>,
    planner: Planner,
}

impl World {
    async fn on(store: TestStore, rules: Vec<Rule>) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
        let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(Arc::clone(&clock), 1));
        let planner = Planner::new(
            (*store).clone(),
            Arc::<FixedClock>::clone(&clock),
            Arc::clone(&ids),
            Arc::new(Wake::default()),
            settings(),
            Arc::new(ArcSwap::from_pointee(Matcher::new(rules).unwrap())),
        );
        let eye = Eye::open(&store.url).await;
        let template = json!({"template": {"id": 1, "name": "case-opened"}});
        let version = json!({"template_version": {"id": 1, "template_id": 1}});
        eye.plant([template, version]).await;
        let world = Self {
            store,
            eye,
            clock,
            ids,
            planner,
        };
        world.settle().await;
        world
    }

    async fn settle(&self) {
        let phones = PhonePolicy::default();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| araldo::intake::client::parse(&client(number), &phones).unwrap())
            .collect();
        let clients: Vec<_> = clients.iter().collect();
        let now = self.clock.now();
        let mut tx = self.store.write().await.unwrap();
        tx.clients()
            .put_many(&clients, now, &*self.ids)
            .await
            .unwrap();
        let stopped = Address::from_stored(Channel::Sms, number(2));
        let reason = *SuppressionReason::ALL.first().unwrap();
        tx.suppressions()
            .suppress(&stopped, reason, None, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    fn arrival(&self, event: &Value) -> Arrival {
        Arrival::from(&Event::parse(event, self.clock.now()).unwrap())
    }

    /// The event comes, and is planned.
    async fn comes(&self, event: &Value) {
        let now = self.clock.now();
        let arrival = self.arrival(event);
        let mut tx = self.store.write().await.unwrap();
        tx.events()
            .accept([arrival], now, &*self.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.planner.drain().await.unwrap();
        self.clock.advance(TimeDelta::minutes(10));
    }

    /// How many rows begin with this event, by the rest of each.
    async fn counted(&self, sql: &'static str, event: &str) -> BTreeMap<String, i64> {
        let start = format!("{event} ");
        let mut counts = BTreeMap::new();
        for row in self.eye.texts(sql).await {
            if let Some(rest) = row.strip_prefix(&start) {
                *counts.entry(rest.to_owned()).or_default() += 1;
            }
        }
        counts
    }
}

fn settings() -> PlannerSettings {
    PlannerSettings {
        quiet_hours: None,
        opens: Tracking::Aggregate,
        clicks: true,
        zone: chrono_tz::Europe::Rome,
        contact: json!({}),
        case_kinds: CaseKinds::shipped(),
        small_area: 500,
        material: TimeDelta::minutes(30),
    }
}

fn number(client: usize) -> String {
    format!("+39333{client:07}")
}

fn client(of: usize) -> Value {
    let contacts = match of % 4 {
        0 => json!([]),
        1 => json!([{"channel": "email", "address": format!("c{of}@town.example")}]),
        _ => json!([{"channel": "sms", "address": number(of)}]),
    };
    let locale = if of.is_multiple_of(3) { "en" } else { "it" };
    json!({"client": format!("C-{of}"), "name": "Maria Rossi", "locale": locale,
        "contacts": contacts,
        "places": [{"place": format!("P-{of}"), "municipality": TOWN}]})
}

fn case(id: &str, client: usize, kind: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/crm", "type": "case.opened",
        "data": {"case": format!("PR-{id}"), "client": format!("C-{client}"), "kind": kind,
            "state": "received"}})
}

fn outage(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/oms", "type": "incident.opened",
        "data": {"incident": id, "kind": "outage", "area": {"municipalities": [TOWN]}}})
}

fn shipped() -> Vec<Rule> {
    rules::load(None).unwrap()
}

fn named(name: &str) -> Rule {
    shipped().into_iter().find(|it| it.name == name).unwrap()
}

async fn a_trial_has_the_numbers_of_the_plan_and_writes_nothing(store: TestStore) {
    let world = World::on(store, shipped()).await;
    let events = [
        ("o-1", outage("o-1")),
        ("c-1", case("c-1", 1, "voltura")),
        ("c-2", case("c-2", 2, "voltura")),
        ("c-4", case("c-4", 4, "voltura")),
        ("c-x", case("c-x", 4_000, "voltura")),
    ];
    for (id, event) in events {
        let before = world.eye.number(ROWS).await;
        let tried = world
            .planner
            .try_rules(world.arrival(&event))
            .await
            .unwrap();
        assert_eq!(world.eye.number(ROWS).await, before, "{id}");
        let telling = tried.judged.iter();
        let telling = telling.filter(|it| it.verdict == RuleVerdict::Tells);
        let telling: Vec<&str> = telling.map(|it| it.rule.name.as_str()).collect();
        let foretold = &tried.foretold;
        let planned: Vec<&str> = foretold.rules.iter().map(|it| it.rule.as_str()).collect();
        assert_eq!(telling, planned, "{id}");
        world.comes(&event).await;
        let goes: BTreeMap<String, i64> = foretold
            .goes
            .iter()
            .map(|((channel, locale), count)| (format!("{channel} {locale}"), *count))
            .collect();
        assert_eq!(world.counted(TOLD, id).await, goes, "{id}");
        let untold: BTreeMap<String, i64> = foretold
            .untold
            .iter()
            .map(|(reason, count)| (reason.to_string(), *count))
            .collect();
        assert_eq!(world.counted(UNTOLD, id).await, untold, "{id}");
    }
    let told = world.eye.texts(TOLD).await;
    assert!(told.len() > CLIENTS / 2, "{}", told.len());
}

async fn a_replay_of_what_is_in_force_finds_no_difference(store: TestStore) {
    let world = World::on(store, shipped()).await;
    for client in 0..10 {
        world
            .comes(&case(&format!("c-{client}"), client, "voltura"))
            .await;
    }
    world.comes(&outage("o-1")).await;
    let before = world.eye.number(ROWS).await;
    let since = world.clock.now() - TimeDelta::days(7);
    let replay = world
        .planner
        .replay(shipped(), since)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.eye.number(ROWS).await, before);
    assert_eq!((replay.events, replay.cut), (11, None));
    assert_eq!((replay.newly.count, replay.no_longer.count), (0, 0));
    for rule in &replay.rules {
        assert_eq!(rule.matched.0, rule.matched.1, "{rule:?}");
        assert_eq!(rule.told.0, rule.told.1, "{rule:?}");
    }
    let matched: i64 = replay.rules.iter().map(|rule| rule.matched.0).sum();
    assert_eq!(matched, 11);
    let told: i64 = replay.rules.iter().map(|rule| rule.told.0).sum();
    let channels: i64 = replay.channels.values().map(|(then, _)| then).sum();
    assert_eq!((told, told > 20), (channels, true));
}

async fn a_replay_names_who_would_be_told_no_more_and_who_newly(store: TestStore) {
    let mut narrow = named("case-opened");
    narrow.when = Some("event.data.kind == 'voltura'".to_owned());
    let world = World::on(store, vec![narrow.clone()]).await;
    world.comes(&case("c-1", 1, "voltura")).await;
    world.comes(&case("c-2", 3, "subentro")).await;
    world.comes(&case("c-3", 5, "voltura")).await;
    let mut other = narrow;
    other.when = Some("event.data.kind == 'subentro' or event.data.case == 'PR-c-3'".to_owned());
    let since = world.clock.now() - TimeDelta::days(7);
    let replay = world
        .planner
        .replay(vec![other], since)
        .await
        .unwrap()
        .unwrap();
    let rule = &replay.rules[0];
    assert_eq!((rule.matched, rule.told), ((2, 2), (2, 2)), "{rule:?}");
    let mut tx = world.store.read().await.unwrap();
    let newly = tx.reports().references(&replay.newly.first).await.unwrap();
    let no_longer = tx
        .reports()
        .references(&replay.no_longer.first)
        .await
        .unwrap();
    assert_eq!(
        (newly, no_longer),
        (vec!["C-3".to_owned()], vec!["C-1".to_owned()])
    );
    drop(tx);
    world.clock.advance(TimeDelta::days(8));
    let since = world.clock.now() - TimeDelta::days(7);
    let later = world
        .planner
        .replay(shipped(), since)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((later.events, later.oldest), (0, None));
}

async fn a_rule_whose_field_was_renamed_is_pointed_out(store: TestStore) {
    let mut renamed = named("case-opened");
    "renamed".clone_into(&mut renamed.name);
    renamed.when = Some("event.data.stato == 'received'".to_owned());
    let mut unheard = named("case-closed");
    "unheard".clone_into(&mut unheard.name);
    unheard.on = vec!["case.openned".to_owned()];
    "case-opened".clone_into(&mut unheard.template);
    let matches = named("case-opened");
    let world = World::on(store, vec![renamed, unheard, matches]).await;
    world.comes(&case("c-1", 1, "voltura")).await;
    let found = world.planner.rules_of_late().await.unwrap();
    assert!(found.is_whole);
    let of = |name: &str| found.rules.iter().find(|it| it.rule.name == name).unwrap();
    let field = "event.data.stato".to_owned();
    let nearest = Some("event.data.state".to_owned());
    let expected = RuleDoubt::NoSuchField { field, nearest };
    assert_eq!(of("renamed").doubt, Some(expected));
    let nearest = Some("case.opened".to_owned());
    assert_eq!(
        of("unheard").doubt,
        Some(RuleDoubt::NoSuchEvent { nearest })
    );
    let sound = of("case-opened");
    let figures = sound.figures.as_ref().unwrap();
    assert_eq!(
        (figures.matched, figures.told, sound.doubt.clone()),
        (1, 1, None)
    );
}

async fn a_rule_that_tells_nobody_says_why(store: TestStore) {
    let mut lost = named("case-closed");
    "case-opend".clone_into(&mut lost.template);
    let world = World::on(store, vec![named("case-opened"), lost]).await;
    world.comes(&case("c-1", 4_000, "voltura")).await;
    let found = world.planner.rules_of_late().await.unwrap().rules;
    assert_eq!(found[0].untold, Some(WhyUntold::NobodyKnown));
    let expected = RuleDoubt::NoTemplate {
        template: "case-opend".to_owned(),
        nearest: Some("case-opened".to_owned()),
    };
    assert_eq!((&found[0].doubt, &found[1].doubt), (&None, &Some(expected)));
    world.comes(&case("c-2", 4, "voltura")).await;
    let found = world.planner.rules_of_late().await.unwrap().rules;
    let because = Some(WhyUntold::Because(Reason::NoContact));
    assert_eq!(found[0].untold, because);
    world.comes(&case("c-3", 1, "voltura")).await;
    let found = world.planner.rules_of_late().await.unwrap().rules;
    assert_eq!(found[0].untold, None);
}

async fn a_condition_that_cannot_be_evaluated_is_said(store: TestStore) {
    let mut broken = named("case-opened");
    broken.when = Some("range(1000000000)|list|length > 1".to_owned());
    let world = World::on(store, vec![named("case-opened")]).await;
    let since = world.clock.now();
    world.comes(&case("c-1", 1, "voltura")).await;
    let replay = world.planner.replay(vec![broken], since).await;
    let replay = replay.unwrap().unwrap();
    let rule = &replay.rules[0];
    assert_eq!((rule.matched, rule.unclear), ((1, 0), 1));
    assert!(rule.fault.is_some(), "{rule:?}");
}

async fn a_dry_run_says_which_condition_cannot_be_evaluated(store: TestStore) {
    let mut broken = named("case-opened");
    broken.when = Some("range(1000000000)|list|length > 1".to_owned());
    let world = World::on(store, vec![broken]).await;
    let event = world.arrival(&case("c-1", 1, "voltura"));
    let told = world.planner.rehearse(&event).await.unwrap();
    let why = told.nobody().unwrap();
    assert!(why.contains("condition of `case-opened`"), "{why}");
}
