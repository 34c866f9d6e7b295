//! Settings, to look at: nodes and providers for everybody; keys, people and what they did for
//! admins. Changing them is done in the configuration and on the command line.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::role::Right;
use crate::store::StoreError;
use crate::store::access::audit::AuditRow;
use crate::store::access::users::User;
use crate::store::reports::{KeyRow, NodeRow, NodeState};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::desk::ProviderFace;
use super::format::{Badge, Moment, When};
use super::frame::{self, Frame, Part};

struct Node {
    row: NodeRow,
    badge: Badge,
    started: When,
    seen: When,
}

/// What only admins see.
struct Office {
    keys: Vec<(KeyRow, When, Option<When>, Badge)>,
    people: Vec<(User, When, Badge)>,
    deeds: Vec<(AuditRow, When)>,
}

#[derive(Template)]
#[template(path = "console/settings.html")]
struct SettingsPage {
    frame: Frame,
    store: &'static str,
    public_url: String,
    nodes: Vec<Node>,
    providers: Vec<ProviderFace>,
    office: Option<Office>,
}

/// `GET /console/settings`.
pub(super) async fn page(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let now = web.moment();
    let nodes = web.store.read().await?.reports().nodes(20).await?;
    let admin = person.role.may(Right::Administer);
    let office = if admin {
        Some(office(&web, now).await?)
    } else {
        None
    };
    Ok(frame::page(&SettingsPage {
        frame: Frame::new(&web, &person, &headers, Part::Settings, "Settings").await?,
        store: web.store.kind(),
        public_url: web.public_url.to_string(),
        nodes: nodes.into_iter().map(|row| node(row, now)).collect(),
        providers: web.console.providers.clone(),
        office,
    }))
}

fn node(row: NodeRow, now: Moment) -> Node {
    let tone = match row.state() {
        NodeState::Stopped => "waiting",
        NodeState::Silent => "failed",
        NodeState::Alive => "delivered",
    };
    let badge = Badge::new(tone, row.state().as_str());
    Node {
        badge,
        started: When::new(row.started_at, now),
        seen: When::new(row.heartbeat_at, now),
        row,
    }
}

async fn office(web: &Web, now: Moment) -> Result<Office, StoreError> {
    let mut tx = web.store.read().await?;
    let keys = tx.reports().keys().await?;
    let people = tx.users().list().await?;
    let deeds = tx.audit().recent(50).await?;
    let live = |ended: bool, word: &str| {
        if ended {
            Badge::new("waiting", word)
        } else {
            Badge::new("delivered", "valid")
        }
    };
    Ok(Office {
        keys: keys
            .into_iter()
            .map(|key| {
                let badge = live(key.revoked_at.is_some(), "revoked");
                let used = key.last_used_at.map(|at| When::new(at, now));
                (key.clone(), When::new(key.created_at, now), used, badge)
            })
            .collect(),
        people: people
            .into_iter()
            .map(|user| {
                let badge = live(user.disabled_at.is_some(), "disabled");
                (user.clone(), When::new(user.created_at, now), badge)
            })
            .collect(),
        deeds: deeds
            .into_iter()
            .map(|row| (row.clone(), When::new(row.at, now)))
            .collect(),
    })
}
