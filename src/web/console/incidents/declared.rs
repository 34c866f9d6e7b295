//! What is declared, as an event, and what that event would come to: counted by the planner itself.
//! An approval is bound to what is told here by `fingerprint`: the text, the versions of the templates
//! and how many the audience has.

use std::time::Duration;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::event::{Arrival, DeclaredState, Event, EventData, IncidentData};
use crate::domain::{DeclaredId, TemplateVersionId, Timestamp};
use crate::intake::accept;
use crate::plan::Foretold;
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::declared::{DeclaredIncident, DeclaredMove};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

/// Who the events of the console come from.
const SOURCE: &str = "console";
/// How long it may take to find out whom an event would tell: the beginning of it holds the writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is declared, understood, with what would come of it.
pub(super) struct JudgedIncident {
    pub(super) foretold: Foretold,
    pub(super) fingerprint: String,
    /// A second person is to approve it.
    pub(super) needs_approval: bool,
}

impl JudgedIncident {
    /// Whether it is still what a second person was asked about.
    pub(super) fn is_as_asked(&self, row: &DeclaredIncident) -> bool {
        row.fingerprint.as_ref() == Some(&self.fingerprint)
    }
}

/// The row of an id out of an address.
pub(super) async fn row_of(web: &Web, id: &str) -> Result<DeclaredIncident, Problem> {
    let missing = || Problem::not_found("declared incident", id);
    let key: DeclaredId = id.parse().map_err(|_| missing())?;
    let found = web.store.read().await?.declared().lookup(key).await?;
    found.ok_or_else(missing)
}

/// The event that it becomes. It is the same each time, so that it is taken once.
fn event_of(row: &DeclaredIncident, now: Timestamp) -> Result<Event, Problem> {
    let what: Value = serde_json::from_str(&row.what).map_err(|_| unreadable(row))?;
    let event = json!({
        "specversion": "1.0",
        "id": format!("declared-{}", row.id),
        "source": SOURCE,
        "type": row.step,
        "subject": row.incident,
        "data": what,
    });
    Ok(Event::parse(&event, now)?)
}

/// What it says, as it was written down.
pub(super) fn data_of(row: &DeclaredIncident, now: Timestamp) -> Result<IncidentData, Problem> {
    match event_of(row, now)?.data {
        EventData::Incident(_, data) => Ok(data),
        _ => Err(unreadable(row).into()),
    }
}

fn unreadable(row: &DeclaredIncident) -> StoreError {
    StoreError::Inconsistent {
        table: "declared_incident",
        column: "what",
        row: row.id.to_string(),
        // It may name where somebody lives.
        value: String::new(),
    }
}

/// Has the planner say what would come of it.
pub(super) async fn judged(web: &Web, row: &DeclaredIncident) -> Result<JudgedIncident, Problem> {
    let now = web.clock.now();
    let event = event_of(row, now)?;
    let arrival = Arrival::from(&event);
    let foretelling = Box::pin(web.rehearsal.foretell(&arrival));
    let Ok(foretold) = tokio::time::timeout(PATIENCE, foretelling).await else {
        return Err(busy());
    };
    let foretold = foretold?;
    Ok(JudgedIncident {
        fingerprint: fingerprint(row, &foretold),
        needs_approval: web.console.declaring.needs_approval(foretold.clients),
        foretold,
    })
}

fn busy() -> Problem {
    let detail = format!(
        "whom it would tell takes longer to find out than {} s; nothing was changed; try again",
        PATIENCE.as_secs()
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

fn fingerprint(row: &DeclaredIncident, foretold: &Foretold) -> String {
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update(part.as_bytes());
        // No part can hold one, so that no two lists of parts are the same.
        hasher.update(b"\0");
    };
    add(row.step.as_str());
    add(&row.what);
    for rule in &foretold.rules {
        add(&rule.rule);
        add(&rule.template);
        add(&rule.version.map_or(0, TemplateVersionId::get).to_string());
        add(&rule.clients.to_string());
    }
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

/// Makes it an event, in one unit of work with what becomes of the row. False: somebody was first.
pub(super) async fn send(
    web: &Web,
    person: &Person,
    row: &DeclaredIncident,
    judged: &JudgedIncident,
) -> Result<bool, Problem> {
    let now = web.clock.now();
    let event = event_of(row, now)?;
    let moved = DeclaredMove {
        to: DeclaredState::Sent,
        fingerprint: Some(&judged.fingerprint),
        clients: Some(judged.foretold.clients),
        by: Some(&person.email),
        reason: None,
    };
    let mut tx = web.store.write().await?;
    let key = (row.id, row.revision);
    if !tx.declared().move_on(key, &moved, now).await? {
        return Ok(false);
    }
    accept::take_in(&mut tx, [&event], now, &*web.ids).await?;
    let detail = format!("{} {}", row.step, row.id);
    let entry = AuditEntry::new(&person.email, "incident.declared", &row.incident).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    web.wake.events_stored();
    Ok(true)
}
