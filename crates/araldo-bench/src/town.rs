//! Made-up people for a measurement: each in one district, reachable under addresses and numbers
//! that lead nowhere. One incident concerns one district.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::json;

use crate::ground::Node;
use araldo::domain::address::Address;
use araldo::domain::client::{Client, ContactPoint, Place, TrackingConsent};
use araldo::domain::event::Event;
use araldo::domain::{Channel, Clock as _};
use araldo::intake::accept;
use araldo::intake::import::Importer;

/// How the people of a district can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Email,
    Sms,
    /// Half of them by SMS and e-mail, half by e-mail; every tenth refused the topic.
    Mixed,
}

/// What happens in a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// The light is out: told at once, in the urgent lane.
    Outage,
    /// Something to know: told by the rules for notices.
    Notice,
}

/// Settles `count` people in a district.
pub(super) async fn settle(
    node: &Node,
    district: usize,
    count: usize,
    reach: Reach,
) -> anyhow::Result<()> {
    let running = &node.running;
    let (clock, ids) = (running.clock.as_ref(), running.ids.as_ref());
    let mut importer = Importer::new(&running.store, clock, ids, false);
    for number in 0..count {
        importer.add(person(district, number, reach), ()).await?;
    }
    importer.finish().await?;
    Ok(())
}

/// Reports something in a district, as a network operator would.
pub(super) async fn report(node: &Node, district: usize, news: News) -> anyhow::Result<()> {
    let running = &node.running;
    let now = running.clock.now();
    let kind = match news {
        News::Outage => "outage",
        News::Notice => "notice",
    };
    let event = json!({
        "specversion": "1.0", "id": format!("bench-{district}"), "source": "/bench",
        "type": "incident.opened", "time": now,
        "data": {
            "incident": format!("B-{district}"), "kind": kind, "service": "electricity",
            "severity": "severe", "area": { "municipalities": [municipality(district)] },
            "began_at": now, "cause": "guasto in cabina"
        }
    });
    let event = Event::parse(&event, now)
        .map_err(|fault| anyhow::anyhow!("{fault}"))
        .context("the measurement's own event")?;
    accept::take(&running.store, &[event], now, running.ids.as_ref()).await?;
    running.wake.events_stored();
    Ok(())
}

fn person(district: usize, number: usize, reach: Reach) -> Client {
    let key = district * 1_000_000 + number;
    let mixed = reach == Reach::Mixed;
    let mut contacts = Vec::with_capacity(2);
    if reach != Reach::Sms {
        contacts.push(contact(Channel::Email, mailbox_of(district, number)));
    }
    if reach == Reach::Sms || mixed && number.is_multiple_of(2) {
        contacts.push(contact(Channel::Sms, number_of(district, number)));
    }
    let mut topics = BTreeMap::new();
    if mixed && number.is_multiple_of(10) {
        topics.insert("outages".to_owned(), false);
    }
    Client {
        client: reference_of(district, number),
        name: format!("Maria Rossi {number}"),
        locale: "it".to_owned(),
        time_zone: chrono_tz::Europe::Rome,
        preferred: None,
        contacts,
        places: vec![Place {
            place: format!("IT001E{key:08}"),
            kind: "pod".to_owned(),
            municipality: Some(municipality(district)),
            postal_code: Some("40121".to_owned()),
            position: None,
            tags: Vec::new(),
        }],
        partner: None,
        topics,
        quiet_hours: None,
        tracking_consent: TrackingConsent::Granted,
    }
}

/// The reference of a person.
pub(super) fn reference_of(district: usize, number: usize) -> String {
    format!("C-{}", district * 1_000_000 + number)
}

/// Where a person's mail goes.
pub(super) fn mailbox_of(district: usize, number: usize) -> String {
    format!("cliente.{}@posta.example", district * 1_000_000 + number)
}

/// Where a person's SMS go.
pub(super) fn number_of(district: usize, number: usize) -> String {
    format!("+39000{:08}", district * 1_000_000 + number)
}

fn contact(channel: Channel, address: String) -> ContactPoint {
    ContactPoint {
        address: Address::from_stored(channel, address),
        verified: true,
    }
}

/// A code that no municipality has.
fn municipality(district: usize) -> String {
    format!("9{district:05}")
}
