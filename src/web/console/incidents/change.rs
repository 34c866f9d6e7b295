//! `GET` and `POST /console/incidents/{incident}/change?as=…`: the small forms by which an incident
//! goes on: an update, a later end, that it is over, that it was announced in error, the same once
//! more, a correction that nobody hears. What tells few is sent at once; what a second person is to
//! approve leads to `check`.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use chrono_tz::Tz;
use serde::Deserialize;

use super::declared::{ChangeBase, judged, row_of, send};
use super::form::{FieldKind, FormDrawing, FormField};
use super::to_check;
use super::typed::{FormFault, FormReader, KnownToForm, ReadIncident, TypedIncident};
use crate::domain::event::{Incident, IncidentState, IncidentStep, incident_subject};
use crate::domain::role::Right;
use crate::domain::{DeclaredId, Timestamp};
use crate::store::StoreError;
use crate::store::planning::declared::{DeclaredText, MessagesBefore};
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::auth::session::Person;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// The small forms about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IncidentChangeForm {
    Update,
    Extend,
    Restore,
    Cancel,
    /// The same once more.
    Again,
    /// A correction that nobody hears.
    Correct,
}

impl IncidentChangeForm {
    pub(super) const ALL: [Self; 6] = [
        Self::Update,
        Self::Extend,
        Self::Restore,
        Self::Cancel,
        Self::Again,
        Self::Correct,
    ];

    /// The word in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Extend => "extend",
            Self::Restore => "restore",
            Self::Cancel => "cancel",
            Self::Again => "again",
            Self::Correct => "correct",
        }
    }

    fn of(word: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| Problem::not_found("change of an incident", word))
    }

    /// Whether it makes sense where the incident stands.
    pub(super) fn fits(self, state: IncidentState) -> bool {
        state == IncidentState::GoingOn || self == Self::Correct
    }

    /// What the event is called that it becomes.
    const fn step(self) -> IncidentStep {
        match self {
            Self::Restore => IncidentStep::Resolved,
            Self::Cancel => IncidentStep::Cancelled,
            Self::Update | Self::Extend | Self::Again | Self::Correct => IncidentStep::Updated,
        }
    }

    /// Whether another word on the incident may make it wrong.
    const fn is_of_what_was_seen(self) -> bool {
        !matches!(self, Self::Restore | Self::Cancel)
    }

    /// Whether it is for nothing if nobody is told.
    const fn is_to_be_heard(self) -> bool {
        matches!(self, Self::Update | Self::Extend | Self::Again)
    }

    /// What stands in the form at first.
    fn filled(self, incident: &Incident, zone: Tz) -> TypedIncident {
        let mut typed = TypedIncident::default();
        if matches!(self, Self::Correct | Self::Extend) {
            typed.set_moment("expected_end", incident.expected_end, zone);
        }
        if self == Self::Correct {
            typed.set("cause", incident.cause.clone().unwrap_or_default());
            typed.set("note", incident.note.clone().unwrap_or_default());
        }
        typed
    }

    fn fields(self, drawing: FormDrawing<'_>) -> Vec<FormField> {
        match self {
            Self::Update => vec![
                drawing.end(),
                drawing.cause(),
                drawing.note(),
                drawing.next_word(),
            ],
            Self::Extend => vec![drawing.end(), drawing.note(), drawing.next_word()],
            Self::Restore | Self::Cancel => vec![drawing.note()],
            Self::Again => vec![drawing.note(), drawing.next_word()],
            Self::Correct => vec![drawing.end(), drawing.cause(), drawing.note()],
        }
    }

    /// The field without which it says nothing, if one is missing.
    fn lacks(self, read: &ReadIncident) -> Option<&'static str> {
        let data = &read.data;
        let says_nothing = data.expected_end.is_none()
            && data.cause.is_none()
            && data.note.is_none()
            && data.next_update.is_none();
        match self {
            Self::Extend => data.expected_end.is_none().then_some("expected_end"),
            Self::Update | Self::Correct => says_nothing.then_some("note"),
            Self::Restore | Self::Cancel | Self::Again => None,
        }
    }
}

#[derive(Template)]
#[template(path = "console/incident/change.html")]
struct ChangePage {
    frame: Frame,
    path: String,
    how: &'static str,
    hint: String,
    button: String,
    /// What has left already, and what has not.
    remainder: Option<String>,
    id: DeclaredId,
    /// The incident's last change that is known to whoever fills it in.
    seen: i64,
    /// Somebody else changed the incident meanwhile.
    notice: Option<String>,
    faults: Vec<FormFault>,
    fields: Vec<FormField>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedChange {
    #[serde(rename = "as")]
    how: String,
}

pub(super) async fn form(
    visit: Visit,
    Path(incident): Path<String>,
    Query(AskedChange { how }): Query<AskedChange>,
) -> Result<Response, Problem> {
    let how = IncidentChangeForm::of(&how)?;
    let found = incident_of(&visit.web, &incident, how).await?;
    let typed = how.filled(&found, visit.moment().zone);
    draw(&visit, (&found, how), &typed, Vec::new(), None).await
}

pub(super) async fn post(
    visit: Visit,
    Path(incident): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::DeclareIncidents)?;
    let how = IncidentChangeForm::of(fields.get("as"))?;
    let id = fields.get("id");
    let id: DeclaredId = id.parse().map_err(|_| Problem::not_found("form", id))?;
    let mut tx = visit.web.store.read().await?;
    let known = tx.declared().lookup(id).await?;
    drop(tx);
    if known.is_some() {
        // Pressed twice.
        return Ok(to_check(id));
    }
    let found = incident_of(&visit.web, &incident, how).await?;
    let mut typed = TypedIncident::of_form(&fields);
    match how {
        IncidentChangeForm::Again => typed.set("tell_again", "yes"),
        IncidentChangeForm::Correct => typed.set("quiet", "yes"),
        _ => {}
    }
    let seen: Option<i64> = fields.get("seen").parse().ok();
    let seen = seen.unwrap_or(found.changed_at.as_micros());
    if how.is_of_what_was_seen() && seen != found.changed_at.as_micros() {
        let moved = visit.words().say("incidents-fault-moved").into_owned();
        return draw(&visit, (&found, how), &typed, Vec::new(), Some(moved)).await;
    }
    match understood(&visit, &found, how, &typed) {
        Ok(read) => say(&visit, &person, (id, seen), how, &read).await,
        Err(faults) => draw(&visit, (&found, how), &typed, faults, None).await,
    }
}

fn understood(
    visit: &Visit,
    incident: &Incident,
    how: IncidentChangeForm,
    typed: &TypedIncident,
) -> Result<ReadIncident, Vec<FormFault>> {
    let now = visit.moment();
    let known = KnownToForm {
        // What a correction leaves as it was may have passed.
        end: incident
            .expected_end
            .filter(|_| how == IncidentChangeForm::Correct),
        ..KnownToForm::default()
    };
    let reader = FormReader {
        now: now.at,
        zone: now.zone,
        words: now.words,
        known: &known,
    };
    let read = typed.read(how.step(), &incident.incident, reader)?;
    match how.lacks(&read) {
        None => Ok(read),
        Some(field) => {
            let said = now.words.say("incidents-fault-empty").into_owned();
            Err(vec![FormFault { field, said }])
        }
    }
}

/// Writes it down, and sends it if nobody has to approve it.
async fn say(
    visit: &Visit,
    person: &Person,
    (id, seen): (DeclaredId, i64),
    how: IncidentChangeForm,
    read: &ReadIncident,
) -> Result<Response, Problem> {
    let web = &visit.web;
    let what = serde_json::to_string(&read.data).map_err(|_| Problem::unholdable())?;
    let base = ChangeBase { seen: Some(seen) };
    let base = serde_json::to_string(&base).map_err(|_| Problem::unholdable())?;
    let text = DeclaredText {
        incident: &read.data.incident,
        step: how.step(),
        what: &what,
        notes: &base,
        author: &person.email,
    };
    let mut tx = web.store.write().await?;
    let is_new = tx.declared().write(id, &text, web.clock.now()).await?;
    tx.commit().await?;
    if !is_new {
        return Ok(to_check(id));
    }
    let row = row_of(web, &id.to_string()).await?;
    let judged = judged(web, &row).await?;
    // Whoever wants clients to hear something sees first that they would not.
    let is_in_vain = how.is_to_be_heard() && judged.foretold.nobody.is_some();
    if judged.needs_approval || is_in_vain || !send(web, person, &row, &judged).await? {
        return Ok(to_check(id));
    }
    let done = match how {
        IncidentChangeForm::Correct => "corrected",
        _ => "sent",
    };
    let path = in_path(&row.incident);
    let path = format!("/console/incidents/{path}?done={done}");
    Ok(shell::strictly(Redirect::to(&path)))
}

async fn incident_of(
    web: &Web,
    incident: &str,
    how: IncidentChangeForm,
) -> Result<Incident, Problem> {
    let found = web
        .store
        .read()
        .await?
        .incidents()
        .outlined(incident)
        .await?;
    let found = found.ok_or_else(|| StoreError::missing("incident", incident))?;
    if how.fits(found.incident.state) {
        return Ok(found.incident);
    }
    Err(Problem::conflict(
        "the incident is over: only what is said of it can be corrected",
    ))
}

async fn draw(
    visit: &Visit,
    (incident, how): (&Incident, IncidentChangeForm),
    typed: &TypedIncident,
    faults: Vec<FormFault>,
    notice: Option<String>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let drawing = FormDrawing {
        typed,
        faults: &faults,
        words,
    };
    let fields = how.fields(drawing);
    let status = match (faults.is_empty(), &notice) {
        (_, Some(_)) => StatusCode::CONFLICT,
        (true, None) => StatusCode::OK,
        (false, None) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (seen, incident) = (incident.changed_at.as_micros(), incident.incident.as_str());
    let title = words.say_with("incidents-change-title", &[("incident", incident.into())]);
    let page = ChangePage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        path: in_path(incident),
        how: how.as_str(),
        hint: words.of("incidents-change-hint", how.as_str()).into_owned(),
        button: words.of("incidents-change", how.as_str()).into_owned(),
        remainder: match how {
            IncidentChangeForm::Cancel | IncidentChangeForm::Restore => {
                Some(remainder(&visit.web, incident, words).await?)
            }
            _ => None,
        },
        id: DeclaredId::new(visit.web.ids.next()),
        seen,
        notice,
        fields,
        faults,
    };
    Ok(shell::page_with(status, &page))
}

/// How much of what was said of it has left, and how much has not.
async fn remainder(web: &Web, incident: &str, words: ConsoleWords) -> Result<String, Problem> {
    let subject = incident_subject(incident);
    let mut tx = web.store.read().await?;
    let end_of_time = Timestamp::from_micros(i64::MAX);
    let MessagesBefore { gone, waiting, .. } =
        tx.declared().messages_before(&subject, end_of_time).await?;
    let values: [(&str, FluentValue<'_>); 4] = [
        ("gone", gone.into()),
        ("goneNumber", words.number(gone).into()),
        ("waiting", waiting.into()),
        ("waitingNumber", words.number(waiting).into()),
    ];
    Ok(words.say_with("incidents-remainder-now", &values))
}
