//! Settings, to look at: nodes and providers for everybody; keys, people and what they did for admins.
//! Changing them is done in the configuration and on the command line. Sources have a page of their
//! own.

use askama::Template;
use axum::response::Response;

use crate::domain::role::Right;
use crate::store::access::audit::AuditRow;
use crate::store::access::keys::StoredKey;
use crate::store::access::users::User;
use crate::store::reports::{NodeRow, NodeState};
use crate::store::{StoreError, Tx};
use crate::web::problem::Problem;

use super::shell::{self, Badge, ConsolePart, Frame, Visit, When};
use super::state::{Moment, ProviderFace};

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
    audit: Vec<(AuditRow, When)>,
}

#[derive(Template)]
#[template(path = "console/settings.html")]
struct SettingsPage {
    frame: Frame,
    store: &'static str,
    public_url: String,
    nodes: Vec<NodeLine>,
    providers: Vec<ProviderFace>,
    office: Option<Office>,
}

/// `GET /console/settings`.
pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    let web = &visit.web;
    let now = web.moment();
    let mut tx = web.store.read().await?;
    let nodes = tx.reports().nodes(20).await?;
    let office = match visit.may(Right::Administer) {
        true => Some(office(&mut tx, now).await?),
        false => None,
    };
    drop(tx);
    Ok(shell::page(&SettingsPage {
        frame: visit.frame(ConsolePart::Settings, "Settings").await?,
        store: web.store.kind(),
        public_url: web.public_url.to_string(),
        nodes: nodes.into_iter().map(|row| node(row, now)).collect(),
        providers: web.console.providers.clone(),
        office,
    }))
}

fn node(row: NodeRow, now: Moment) -> NodeLine {
    let tone = match row.state() {
        NodeState::Stopped => "waiting",
        NodeState::Silent => "failed",
        NodeState::Alive => "delivered",
    };
    let badge = Badge::new(tone, row.state().as_str());
    NodeLine {
        badge,
        started: When::new(row.started_at, now),
        seen: When::new(row.heartbeat_at, now),
        row,
    }
}

async fn office(tx: &mut Tx, now: Moment) -> Result<Office, StoreError> {
    let badge = |ended: Option<&'static str>| match ended {
        Some(word) => Badge::new("waiting", word),
        None => Badge::new("delivered", "valid"),
    };
    let key = |key: StoredKey| {
        let badge = badge(key.revoked_at.map(|_| "revoked"));
        let used = key.last_used_at.map(|at| When::new(at, now));
        let made = When::new(key.created_at, now);
        (key, made, used, badge)
    };
    let person = |user: User| {
        let badge = badge(user.disabled_at.map(|_| "disabled"));
        let added = When::new(user.created_at, now);
        (user, added, badge)
    };
    let dated = |entry: AuditRow| {
        let at = When::new(entry.at, now);
        (entry, at)
    };
    Ok(Office {
        keys: tx.keys().list().await?.into_iter().map(key).collect(),
        people: tx.users().list().await?.into_iter().map(person).collect(),
        audit: tx
            .audit()
            .recent(50)
            .await?
            .into_iter()
            .map(dated)
            .collect(),
    })
}
