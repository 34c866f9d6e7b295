//! A small town, the news about it, and the rules that tell it: all drawn from the seed.

use std::collections::{BTreeMap, BTreeSet};

use araldo::domain::address::Address;
use araldo::domain::client::{Client, ContactPoint, Place, TrackingConsent};
use araldo::domain::event::Event;
use araldo::domain::rule::{
    Audience, ChannelChoice, Fallback, FallbackUnless, Rule, UnreadableChoice,
};
use araldo::domain::{Channel, Class, Lane, OnUnknown, Timestamp};
use araldo_sandbox::dice::Dice;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::clocks::News;

/// Where the lights go out.
const AREA: &str = "037006";
const ELSEWHERE: &str = "015146";

/// Who lives there, in the simulator's own words.
pub(super) struct Town {
    pub(super) clients: Vec<Client>,
    pub(super) in_area: BTreeSet<String>,
}

impl Town {
    pub(super) fn settle(dice: &mut Dice) -> Self {
        let mut town = Self {
            clients: Vec::new(),
            in_area: BTreeSet::new(),
        };
        for number in 0..dice.between(5, 12) {
            town.add(number, dice);
        }
        town
    }

    fn add(&mut self, number: i64, dice: &mut Dice) {
        let reference = format!("C-{number}");
        let in_area = dice.percent(70);
        if in_area {
            self.in_area.insert(reference.clone());
        }
        let mut contacts = Vec::new();
        // Some households have one telephone for three contracts, some nobody can reach.
        let shared = dice.between(0, 3);
        let owner = if shared == 0 { 0 } else { number + 1 };
        if dice.percent(85) {
            contacts.push((Channel::Sms, format!("+39333000{owner:04}")));
        }
        if dice.percent(60) {
            contacts.push((Channel::Email, format!("reader{owner}@town.example")));
        }
        let contacts = contacts
            .into_iter()
            .map(|(channel, address)| ContactPoint {
                address: Address::from_stored(channel, address),
                verified: true,
            })
            .collect();
        let municipality = if in_area { AREA } else { ELSEWHERE };
        let mut topics = BTreeMap::new();
        if dice.percent(15) {
            topics.insert(String::from("cases"), dice.percent(50));
        }
        self.clients.push(Client {
            client: reference,
            name: format!("Maria di Casa {number:02}"),
            locale: String::from(if dice.percent(70) { "it" } else { "en" }),
            time_zone: chrono_tz::Europe::Rome,
            preferred: *dice.one_of(&[None, Some(Channel::Sms), Some(Channel::Email)]),
            contacts,
            places: vec![Place {
                place: format!("POD-{number}"),
                kind: String::from("pod"),
                municipality: Some(municipality.to_owned()),
                postal_code: None,
                position: None,
                tags: Vec::new(),
            }],
            partner: None,
            topics,
            quiet_hours: None,
            tracking_consent: TrackingConsent::Unknown,
        });
    }

    /// Five households in the area, each with a telephone and a mailbox.
    pub(super) fn of_five() -> Self {
        let mut town = Self {
            clients: Vec::new(),
            in_area: BTreeSet::new(),
        };
        for number in 0..5 {
            town.add(number, &mut Dice::of(0));
            let client = town.clients.last_mut().expect("just added");
            client.preferred = Some(Channel::Sms);
            client.topics.clear();
            client.places[0].municipality = Some(AREA.to_owned());
            client.contacts = [
                (Channel::Sms, format!("+39333000{number:04}")),
                (Channel::Email, format!("reader{number}@town.example")),
            ]
            .map(|(channel, address)| ContactPoint {
                address: Address::from_stored(channel, address),
                verified: true,
            })
            .into();
            town.in_area.insert(client.client.clone());
        }
        town
    }

    /// Whom an event is about, by the simulator's own reading of it.
    pub(super) fn audience(&self, event: &Event) -> BTreeSet<String> {
        match event.raw.get("client").and_then(Value::as_str) {
            Some(client) => BTreeSet::from([client.to_owned()]),
            None => self.in_area.clone(),
        }
    }
}

/// The rules of the run: one for each kind of news.
pub(super) fn rules(dice: &mut Dice) -> Vec<Rule> {
    [
        ("case.opened", "case-opened", Audience::CaseClient),
        ("case.state_changed", "case-progress", Audience::CaseClient),
        ("case.closed", "case-closed", Audience::CaseClient),
        (
            "incident.opened",
            "incident-started",
            Audience::IncidentArea,
        ),
        (
            "incident.updated",
            "incident-updated",
            Audience::IncidentArea,
        ),
        (
            "incident.resolved",
            "incident-restored",
            Audience::IncidentArea,
        ),
    ]
    .into_iter()
    .map(|(on, template, audience)| rule(on, template, audience, dice))
    .collect()
}

/// To the dear channel only where nobody read the cheap one.
fn fallback(channel: Channel, safety: bool) -> Fallback {
    Fallback {
        after: TimeDelta::minutes(20),
        channel,
        unless: match channel {
            Channel::Sms => FallbackUnless::Read,
            Channel::Email => FallbackUnless::Delivered,
        },
        unreadable: match safety {
            true => UnreadableChoice::Send,
            false => UnreadableChoice::Skip,
        },
    }
}

fn rule(on: &str, template: &str, audience: Audience, dice: &mut Dice) -> Rule {
    use ChannelChoice::{Fixed, Preferred};
    let channels: [&[ChannelChoice]; 5] = [
        &[Preferred],
        &[Preferred],
        &[Fixed(Channel::Sms)],
        &[Fixed(Channel::Email)],
        &[Fixed(Channel::Sms), Fixed(Channel::Email)],
    ];
    let safety = audience == Audience::IncidentArea && dice.percent(50);
    Rule {
        name: format!("tell-{template}"),
        on: vec![on.to_owned()],
        when: None,
        late: false,
        audience,
        template: template.to_owned(),
        topic: String::from(if audience == Audience::CaseClient {
            "cases"
        } else {
            "outages"
        }),
        class: if safety {
            Class::Safety
        } else {
            Class::Service
        },
        lane: *dice.one_of(&[Lane::Urgent, Lane::Normal, Lane::Bulk]),
        channels: dice.one_of(&channels).to_vec(),
        fallback: dice
            .percent(30)
            .then(|| fallback(*dice.one_of(&[Channel::Sms, Channel::Email]), safety)),
        respects_quiet_hours: dice.percent(50),
        coalesce: dice.percent(30).then(|| TimeDelta::minutes(2)),
        expires: TimeDelta::minutes(dice.between(20, 600)),
        on_unknown: *dice.one_of(&[OnUnknown::Reconcile, OnUnknown::Resend, OnUnknown::Hold]),
    }
}

/// The news of the run, in the order in which they are told, which need not be theirs.
pub(super) fn news(town: &Town, dice: &mut Dice) -> Vec<News> {
    let mut news = Vec::new();
    for number in 0..dice.between(2, 5) {
        let value = one_piece(town, number, dice);
        news.push(News::of(value, dice));
    }
    if dice.percent(25) {
        let (a, b) = (0, news.len() - 1);
        news.swap(a, b);
    }
    if dice.percent(25) {
        news.push(dice.one_of(&news.clone()).clone());
    }
    news
}

/// The lights went out.
pub(super) fn blackout(at: Timestamp) -> Event {
    let value = json!({ "specversion": "1.0", "id": "E-0", "source": "/town",
        "type": "incident.opened", "subject": "G-77", "time": at,
        "data": { "incident": "G-77", "kind": "outage", "service": "electricity",
            "area": { "municipalities": [AREA] }, "cause": "guasto in cabina" } });
    Event::parse(&value, at).expect("an event of the right form")
}

/// A message whose text is forgotten.
pub(super) fn notice_with_a_hole(at: Timestamp) -> Event {
    let value = json!({ "specversion": "1.0", "id": "E-1", "source": "/town",
        "type": "message.requested", "subject": "D-1", "time": at,
        "data": { "client": "C-0", "template": "notice", "variables": { "title": "avviso" } } });
    Event::parse(&value, at).expect("an event of the right form")
}

fn one_piece(town: &Town, number: i64, dice: &mut Dice) -> Value {
    let client = &dice.one_of(&town.clients).client;
    let (kind, subject, data) = match dice.between(0, 9) {
        0..=3 => {
            let step = *dice.one_of(&["incident.opened", "incident.updated", "incident.resolved"]);
            let data = json!({ "incident": "G-77", "kind": "outage", "service": "electricity",
                "area": { "municipalities": [AREA] }, "cause": "guasto in cabina" });
            (step, String::from("G-77"), data)
        }
        4..=7 => {
            let step = *dice.one_of(&["case.opened", "case.state_changed", "case.closed"]);
            let data = json!({ "case": format!("PR-{client}"), "client": client,
                "kind": "voltura", "state": "sent_to_distributor" });
            (step, format!("PR-{client}"), data)
        }
        roll => {
            let mut variables = json!({ "title": "avviso", "body": "Riaprono martedì." });
            if roll == 9 {
                // A text with a hole.
                variables = json!({ "title": "avviso" });
            }
            let data = json!({ "client": client, "template": "notice", "variables": variables });
            ("message.requested", format!("D-{number}"), data)
        }
    };
    json!({ "specversion": "1.0", "id": format!("E-{number}"), "source": "/town", "type": kind,
        "subject": subject, "data": data })
}
