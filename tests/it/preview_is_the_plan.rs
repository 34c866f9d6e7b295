//! What the preview of an incident says is what planning it does: for thousands of clients with
//! chance's own contacts, bars, wishes and households, for every class and mixture of channels. Half
//! of them are told of a wider incident before.

use std::collections::BTreeMap;
use std::sync::Arc;

use araldo::domain::address::PhonePolicy;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::client::SuppressionReason;
use araldo::domain::clock::FixedClock;
use araldo::domain::event::{Event, IncidentData, IncidentStep};
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::rule::{Audience, ChannelChoice, Rule};
use araldo::domain::{Address, Channel, Class, Clock, Ids, Lane, OnUnknown, Timestamp, Tracking};
use araldo::plan::{self, IncidentPreview, Matcher, Planner};
use araldo::runtime::Wake;
use araldo_sandbox::dice::Dice;
use arc_swap::ArcSwap;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::node::Eye;
use crate::support::{TestStore, postgres, sqlite};

/// More than are planned in one transaction.
const CLIENTS: i64 = 5_100;
/// So few addresses that households share them, also across transactions.
const ADDRESSES: i64 = 6_000;
const TOWN: &str = "037006";
const ROWS: &str = "SELECT i.ref || ' ' || m.client_id || ' ' || m.channel || ' ' || m.state || ' ' \
    || coalesce(m.reason, '-') FROM message m JOIN plan p ON p.id = m.plan_id \
    JOIN incident i ON p.subject = 'incident:' || i.ref";

#[tokio::test]
async fn sqlite_does_what_it_foretold() {
    foretold(sqlite().await, 1).await;
}

#[tokio::test]
async fn postgres_does_what_it_foretold() {
    foretold(postgres().await, 2).await;
}

async fn foretold(store: TestStore, seed: u64) {
    let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
    let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(Arc::clone(&clock), 1));
    let now = clock.now();
    settle(&store, &mut Dice::of(seed), &*clock, &*ids).await;
    let eye = Eye::open(&store.url).await;
    let template = json!({"template": {"id": 1, "name": "said"}});
    let version = json!({"template_version": {"id": 1, "template_id": 1}});
    eye.plant([template, version]).await;
    let matcher = Arc::new(ArcSwap::from_pointee(Matcher::new(rules()).unwrap()));
    let planner = planner(&store, clock, Arc::clone(&ids), Arc::clone(&matcher));
    let places: Vec<_> = (0..CLIENTS / 2).map(|n| format!("P-{n}-0")).collect();
    for service in services() {
        let data = json!({"incident": wider(&service), "kind": "outage", "service": service,
            "area": {"places": places}});
        say(&store, &data, now, &*ids).await;
    }
    planner.drain().await.unwrap();
    let mut expected = BTreeMap::new();
    for service in services() {
        let data = json!({"incident": service, "kind": "outage", "service": service,
            "parent": wider(&service), "area": {"municipalities": [TOWN]}});
        let incident = IncidentData::parse(IncidentStep::Opened, &data).unwrap();
        let mut tx = store.read().await.unwrap();
        let rules = matcher.load_full();
        let preview = plan::preview(&mut tx, &rules, &incident, &data, now).await;
        expected.insert(service.clone(), preview.unwrap());
        drop(tx);
        say(&store, &data, now, &*ids).await;
    }
    planner.drain().await.unwrap();
    let rows = eye.texts(ROWS).await;
    for (service, preview) in expected {
        let own = rows.iter().filter_map(|row| row.strip_prefix(&service));
        assert_eq!(done(own), preview, "{service}, seed {seed}");
        assert!(
            preview.same_address > 0 || preview.clients == 0,
            "{service}"
        );
        assert!(preview.wider_incident > 0, "{service}");
        assert!(preview.sms + preview.email > 0, "{service}");
    }
}

/// The incident of which that of a service is a part.
fn wider(service: &str) -> String {
    format!("wider/{service}")
}

/// An incident opens.
async fn say(store: &TestStore, data: &Value, now: Timestamp, ids: &dyn Ids) {
    let event = json!({"specversion": "1.0", "id": data["incident"], "source": "/oms",
        "type": "incident.opened", "data": data});
    let event = Event::parse(&event, now).unwrap();
    let mut tx = store.write().await.unwrap();
    tx.events().accept([&event], now, ids).await.unwrap();
    tx.commit().await.unwrap();
}

/// The same counts, from the rows that planning left.
fn done<'a>(rows: impl Iterator<Item = &'a str>) -> IncidentPreview {
    let mut preview = IncidentPreview {
        has_rule: true,
        ..IncidentPreview::default()
    };
    let mut best: BTreeMap<String, u8> = BTreeMap::new();
    for row in rows {
        let [client, channel, state, reason] = row.split_whitespace().collect::<Vec<_>>()[..]
        else {
            panic!("{row}");
        };
        let goes = matches!(state, "queued" | "held");
        preview.sms += i64::from(goes && channel == "sms");
        preview.email += i64::from(goes && channel == "email");
        let outcome = match (goes, reason) {
            (true, _) => 4,
            (_, "same_address") => 3,
            (_, "wider_incident") => 2,
            (_, "topic_refused" | "no_consent") => 1,
            _ => 0,
        };
        let best = best.entry(client.to_owned()).or_default();
        *best = outcome.max(*best);
    }
    let of = |outcome| best.values().filter(|one| **one == outcome).count();
    let sum = |outcome| i64::try_from(of(outcome)).unwrap();
    preview.clients = i64::try_from(best.len()).unwrap();
    (preview.unreachable, preview.refused) = (sum(0), sum(1));
    (preview.wider_incident, preview.same_address) = (sum(2), sum(3));
    preview
}

/// The mixtures of channels, each for every class; `two` is told by two rules at once.
fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for class in Class::ALL {
        for (name, channels) in mixtures() {
            rules.push(rule(&format!("{class}-{name}"), *class, channels));
        }
    }
    for (name, class) in [("two", Class::Safety), ("two", Class::Marketing)] {
        rules.push(rule(name, class, vec![ChannelChoice::Preferred]));
    }
    rules
}

fn mixtures() -> [(&'static str, Vec<ChannelChoice>); 2] {
    use ChannelChoice::{Fixed, Preferred};
    let both = vec![Fixed(Channel::Sms), Fixed(Channel::Email)];
    [("preferred", vec![Preferred]), ("both", both)]
}

fn services() -> Vec<String> {
    let mut services: Vec<String> = rules()
        .iter()
        .map(|rule| rule.name.split('/').next().unwrap().to_owned())
        .collect();
    services.dedup();
    services
}

fn rule(service: &str, class: Class, channels: Vec<ChannelChoice>) -> Rule {
    Rule {
        name: format!("{service}/{class}"),
        on: vec!["incident.opened".to_owned()],
        when: Some(format!("incident.service == '{service}'")),
        late: false,
        audience: Audience::IncidentArea,
        template: "said".to_owned(),
        topic: "outages".to_owned(),
        class,
        lane: Lane::Urgent,
        channels,
        fallback: None,
        respects_quiet_hours: true,
        coalesce: None,
        expires: TimeDelta::hours(4),
        on_unknown: OnUnknown::Reconcile,
    }
}

/// Clients with up to three numbers and three mailboxes each, in any order, many of them shared,
/// four of ten barred.
async fn settle(store: &TestStore, dice: &mut Dice, clock: &dyn Clock, ids: &dyn Ids) {
    let phones = PhonePolicy::default();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| araldo::intake::client::parse(&client(number, dice), &phones).unwrap())
        .collect();
    let clients: Vec<_> = clients.iter().collect();
    let now = clock.now();
    let mut tx = store.write().await.unwrap();
    tx.clients().put_many(&clients, now, ids).await.unwrap();
    for number in 0..ADDRESSES {
        for channel in Channel::ALL {
            if dice.percent(40) {
                let address = Address::from_stored(*channel, address(*channel, number));
                let reason = *dice.one_of(SuppressionReason::ALL);
                let mut suppressions = tx.suppressions();
                let barred = suppressions.suppress(&address, reason, None, now);
                barred.await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
}

fn client(number: i64, dice: &mut Dice) -> Value {
    let mut contacts = Vec::new();
    for _ in 0..dice.between(0, 5) {
        let channel = *dice.one_of(Channel::ALL);
        let address = address(channel, dice.between(0, ADDRESSES - 1));
        let contact = json!({"channel": channel, "address": address});
        if !contacts.contains(&contact) {
            contacts.push(contact);
        }
    }
    let places: Vec<Value> = (0..dice.between(1, 2))
        .map(|place| json!({"place": format!("P-{number}-{place}"), "municipality": TOWN}))
        .collect();
    let mut client = json!({"client": format!("C-{number}"), "name": "Maria Rossi",
        "contacts": contacts, "places": places});
    if dice.percent(60) {
        client["preferred"] = json!(dice.one_of(Channel::ALL));
    }
    if dice.percent(50) {
        client["topics"] = json!({"outages": dice.percent(50)});
    }
    client
}

fn address(channel: Channel, number: i64) -> String {
    match channel {
        Channel::Sms => format!("+39333{number:07}"),
        Channel::Email => format!("reader{number}@town.example"),
    }
}

fn planner(
    store: &TestStore,
    clock: Arc<FixedClock>,
    ids: Arc<dyn Ids>,
    matcher: Arc<ArcSwap<Matcher>>,
) -> Planner {
    let settings = plan::PlannerSettings {
        quiet_hours: None,
        opens: Tracking::Aggregate,
        clicks: true,
        zone: chrono_tz::Europe::Rome,
        contact: json!({}),
        case_kinds: CaseKinds::shipped(),
        small_area: 500,
        material: TimeDelta::minutes(30),
    };
    let (store, wake) = ((**store).clone(), Arc::new(Wake::default()));
    Planner::new(store, clock, ids, wake, settings, matcher)
}
