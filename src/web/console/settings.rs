//! Settings, to look at: nodes and providers for everybody; keys, people and what they did for admins.
//! Changing them is done in the configuration and on the command line. Sources have a page of their
//! own. What people choose for themselves here is `person`'s.

use askama::Template;
use axum::response::Response;
use chrono_tz::Tz;

use crate::domain::role::Right;
use crate::store::access::keys::StoredKey;
use crate::store::access::users::User;
use crate::store::reports::{NodeRow, NodeState};
use crate::store::{StoreError, Tx};
use crate::web::problem::Problem;

use super::audit::line::AuditLine;
use super::shell::{self, Badge, ConsolePart, ConsoleWords, Frame, Visit, When};
use super::state::{Moment, ProviderFace};

/// Offered beside the field; any other IANA name may be typed.
const ZONES: [Tz; 10] = [
    Tz::Europe__Rome,
    Tz::Europe__London,
    Tz::Europe__Paris,
    Tz::Europe__Berlin,
    Tz::Europe__Madrid,
    Tz::Europe__Athens,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::Asia__Tokyo,
    Tz::UTC,
];

struct NodeLine {
    row: NodeRow,
    badge: Badge,
    started: When,
    seen: When,
}

/// What only admins see.
struct Office {
    keys: Vec<(StoredKey, When, Option<When>, Badge)>,
    people: Vec<(User, When, Badge)>,
    audit: Vec<AuditLine>,
}

#[derive(Template)]
#[template(path = "console/settings.html")]
struct SettingsPage {
    frame: Frame,
    store: &'static str,
    public_url: String,
    nodes: Vec<NodeLine>,
    providers: Vec<ProviderFace>,
    /// To whom it is posted what happens.
    sees_webhooks: bool,
    office: Option<Office>,
    /// By whose clock their pages go, if they chose.
    zone: &'static str,
    /// What holds while the field is empty.
    zone_hint: String,
    zones: [Tz; 10],
}

/// `GET /console/settings`.
pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    let web = &visit.web;
    let (now, words) = (visit.moment(), visit.words());
    let mut tx = web.store.read().await?;
    let nodes = tx.reports().nodes(20).await?;
    let office = match visit.may(Right::Administer) {
        true => Some(office(&mut tx, now).await?),
        false => None,
    };
    drop(tx);
    Ok(shell::page(&SettingsPage {
        frame: visit
            .frame(ConsolePart::Settings, words.say("settings-title"))
            .await?,
        store: web.store.kind(),
        public_url: web.public_url.to_string(),
        nodes: nodes.into_iter().map(|row| node(row, now)).collect(),
        providers: web.console.providers.clone(),
        sees_webhooks: visit.may(Right::SeeWebhooks),
        office,
        zone: visit.person.zone.map_or("", Tz::name),
        zone_hint: words.with("settings-zone-hint", "zone", web.console.zone().name()),
        zones: ZONES,
    }))
}

fn node(row: NodeRow, now: Moment) -> NodeLine {
    let tone = match row.state() {
        NodeState::Stopped => "waiting",
        NodeState::Silent => "failed",
        NodeState::Alive => "delivered",
    };
    let word = now.words.of("node-state", row.state().as_str());
    let badge = Badge::new(tone, &word);
    NodeLine {
        badge,
        started: When::new(row.started_at, now),
        seen: When::new(row.heartbeat_at, now),
        row,
    }
}

/// `ended`: the key of the word for how it ended, if it did.
fn validity(ended: Option<&'static str>, words: ConsoleWords) -> Badge {
    match ended {
        Some(key) => Badge::new("waiting", &words.say(key)),
        None => Badge::new("delivered", &words.say("settings-valid")),
    }
}

async fn office(tx: &mut Tx, now: Moment) -> Result<Office, StoreError> {
    let key = |key: StoredKey| {
        let badge = validity(key.revoked_at.map(|_| "settings-revoked"), now.words);
        let used = key.last_used_at.map(|at| When::new(at, now));
        let made = When::new(key.created_at, now);
        (key, made, used, badge)
    };
    let person = |user: User| {
        let badge = validity(user.disabled_at.map(|_| "settings-disabled"), now.words);
        let added = When::new(user.created_at, now);
        (user, added, badge)
    };
    Ok(Office {
        keys: tx.keys().list().await?.into_iter().map(key).collect(),
        people: tx.users().list().await?.into_iter().map(person).collect(),
        audit: tx
            .audit()
            .recent(50)
            .await?
            .into_iter()
            .map(|row| AuditLine::new(row, now))
            .collect(),
    })
}
