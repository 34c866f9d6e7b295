//! What is declared, as an event, and what that event would come to: counted by the planner itself.
//! What is quiet tells nobody now, and stands in whatever the clock says later: it is judged by whom
//! that would reach. An approval is bound to what is told here by `fingerprint`: the text, the versions of the templates
//! and how many the audience has.

use std::time::Duration;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::event::{
    Arrival, DeclaredState, Event, EventData, IncidentData, IncidentState, IncidentStep,
    incident_subject,
};
use crate::domain::{DeclaredId, TemplateVersionId, Timestamp};
use crate::intake::accept;
use crate::plan::Foretold;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::declared::{DeclaredIncident, DeclaredMove};
use crate::store::{StoreError, Tx};
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
    /// How many clients hear it now; of what is quiet, how many would hear it later.
    pub(super) clients: i64,
    /// It is marked so that nobody hears it now.
    pub(super) is_quiet: bool,
    /// A second person is to approve it.
    pub(super) needs_approval: bool,
    /// The key of why it cannot be sent any more, if so.
    pub(super) outdated: Option<&'static str>,
}

impl JudgedIncident {
    /// Whether it is still what a second person was asked about.
    pub(super) fn is_as_asked(&self, row: &DeclaredIncident) -> bool {
        row.fingerprint.as_ref() == Some(&self.fingerprint)
    }

    /// Whether nobody would hear what is meant to be heard.
    pub(super) fn is_in_vain(&self) -> bool {
        !self.is_quiet && self.foretold.goes.values().sum::<i64>() == 0
    }
}

/// Where an incident stood when a change of it was written, as it is kept with the change.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct ChangeBase {
    /// Its last change then, in microseconds.
    pub(super) seen: Option<i64>,
}

/// The row of an id out of an address.
pub(super) async fn row_of(web: &Web, id: &str) -> Result<DeclaredIncident, Problem> {
    let missing = || Problem::not_found("declared incident", id);
    let key: DeclaredId = id.parse().map_err(|_| missing())?;
    let found = web.store.read().await?.declared().lookup(key).await?;
    found.ok_or_else(missing)
}

/// Whether somebody wrote it, or a part of it before others did.
pub(super) async fn is_by(
    web: &Web,
    row: &DeclaredIncident,
    email: &str,
) -> Result<bool, StoreError> {
    if row.author == email {
        return Ok(true);
    }
    let authors = web.store.read().await?.declared().authors(row.id).await?;
    Ok(authors.contains(email))
}

/// The event that it becomes. It is the same each time, so that it is taken once.
fn event_of(row: &DeclaredIncident, now: Timestamp) -> Result<Event, Problem> {
    event_with(row, &what_of(row)?, now)
}

fn what_of(row: &DeclaredIncident) -> Result<Value, StoreError> {
    serde_json::from_str(&row.what).map_err(|_| unreadable(row))
}

fn event_with(row: &DeclaredIncident, what: &Value, now: Timestamp) -> Result<Event, Problem> {
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
    let judging = tokio::time::timeout(PATIENCE, judge(web, row));
    judging.await.unwrap_or_else(|_| Err(busy()))
}

async fn judge(web: &Web, row: &DeclaredIncident) -> Result<JudgedIncident, Problem> {
    let now = web.clock.now();
    let is_quiet = data_of(row, now)?.quiet;
    let arrival = Arrival::from(&event_of(row, now)?);
    let foretold = Box::pin(web.rehearsal.foretell(&arrival)).await?;
    let clients = match is_quiet {
        true => heard_later(web, row).await?,
        false => foretold.clients,
    };
    let mut tx = web.store.read().await?;
    let outdated = outdated(&mut tx, row).await?;
    drop(tx);
    Ok(JudgedIncident {
        fingerprint: fingerprint(row, &foretold, clients),
        needs_approval: web.console.declaring.needs_approval(clients),
        foretold,
        clients,
        is_quiet,
        outdated,
    })
}

/// How many clients would hear it if it were not quiet, or were told of the incident before: reminder,
/// overdue and "is it back?" say its words to these.
async fn heard_later(web: &Web, row: &DeclaredIncident) -> Result<i64, Problem> {
    let mut what = what_of(row)?;
    if let Some(fields) = what.as_object_mut() {
        fields.remove("quiet");
        fields.insert("tell_again".to_owned(), true.into());
    }
    let aloud = Arrival::from(&event_with(row, &what, web.clock.now())?);
    let foretold = Box::pin(web.rehearsal.foretell(&aloud)).await?;
    let mut tx = web.store.read().await?;
    let told = tx.declared().told(&incident_subject(&row.incident)).await?;
    Ok(foretold.clients.max(told))
}

/// Why a change does not fit the incident any more, if so: it is over, or somebody else changed it
/// since. What is over can only be corrected quietly.
async fn outdated(tx: &mut Tx, row: &DeclaredIncident) -> Result<Option<&'static str>, StoreError> {
    if row.step == IncidentStep::Opened {
        return Ok(None);
    }
    let Some(found) = tx.incidents().outlined(&row.incident).await? else {
        return Ok(None);
    };
    let ChangeBase { seen } = serde_json::from_str(&row.notes).unwrap_or_default();
    let is_quiet = what_of(row)?["quiet"] == true;
    let is_over = found.incident.state != IncidentState::GoingOn;
    let has_moved = seen.is_some_and(|seen| seen != found.incident.changed_at.as_micros());
    // That it is over, or was an error, stays true whatever was said meanwhile.
    let ends = row.step != IncidentStep::Updated;
    Ok(match (is_over, has_moved) {
        (true, moved) if moved || !is_quiet => Some("incidents-fault-over"),
        (false, true) if !ends => Some("incidents-fault-moved"),
        _ => None,
    })
}

fn busy() -> Problem {
    let detail = format!(
        "whom it would tell takes longer to find out than {} s; nothing was changed; try again",
        PATIENCE.as_secs()
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

fn fingerprint(row: &DeclaredIncident, foretold: &Foretold, clients: i64) -> String {
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
    add(&clients.to_string());
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

/// Makes it an event, in one unit of work with what becomes of the row. False: somebody was first, or
/// it does not fit the incident any more.
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
        clients: Some(judged.clients),
        by: Some(&person.email),
        reason: None,
    };
    let mut tx = web.store.write().await?;
    if outdated(&mut tx, row).await?.is_some() {
        return Ok(false);
    }
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
