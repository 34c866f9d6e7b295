//! `GET` and `POST /console/incidents/new`, and the same form for a draft: what is going on, where,
//! since when, and what is said of it. Nobody is told here: the form leads to `check`. A form that is
//! at fault, or stale, comes back with everything that was typed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chooser::AreaChooser;
use super::declared::{data_of, row_of};
use super::form::{FieldGroup, FieldKind, FormDrawing};
use super::points::{entries, spellings};
use super::to_check;
use super::typed::{FormFault, FormReader, KnownToForm, ReadIncident, TypedIncident};
use crate::domain::DeclaredId;
use crate::domain::event::IncidentStep;
use crate::domain::limits::AREA_ITEMS;
use crate::domain::role::Right;
use crate::store::Tx;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::declared::{DeclaredIncident, DeclaredText};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;
use crate::web::request::multipart::PostedFile;

#[derive(Template)]
#[template(path = "console/incident/new.html")]
struct DeclarePage {
    frame: Frame,
    action: String,
    /// Under which number it is written down, and which revision of it was seen.
    id: DeclaredId,
    revision: i64,
    /// What is wrong as a whole.
    notice: Option<String>,
    faults: Vec<FormFault>,
    groups: Vec<FieldGroup>,
    /// The map, where shapes were imported.
    chooser: Option<AreaChooser>,
}

/// A form as it is drawn.
struct DrawnForm {
    status: StatusCode,
    id: DeclaredId,
    /// Of the draft that is changed; none: it is a new one.
    revision: Option<i64>,
    typed: TypedIncident,
    notice: Option<String>,
    faults: Vec<FormFault>,
}

pub(super) async fn form(visit: Visit) -> Result<Response, Problem> {
    let mut typed = TypedIncident::default();
    typed.set("kind", "outage");
    draw(&visit, DrawnForm::new(&visit.web, typed)).await
}

pub(super) async fn post(visit: Visit, posted: PostedFile) -> Result<Response, Problem> {
    posted.person.require(Right::DeclareIncidents)?;
    let id = posted.fields.get("id");
    let id = id.parse().map_err(|_| Problem::not_found("form", id))?;
    let (typed, read) = understood(&visit, id, &posted).await?;
    let mut form = DrawnForm {
        id,
        ..DrawnForm::new(&visit.web, typed)
    };
    let read = match read {
        Ok(read) => read,
        Err(faults) => return draw(&visit, form.refused(faults)).await,
    };
    if write(&visit.web, &posted.person, id, &read).await? {
        return Ok(to_check(id));
    }
    // The form came twice: the same leads where the first one led.
    let row = row_of(&visit.web, &id.to_string()).await?;
    if row.what == said(&read)? {
        return Ok(to_check(id));
    }
    form.id = DeclaredId::new(visit.web.ids.next());
    form.status = StatusCode::CONFLICT;
    form.notice = Some(visit.words().say("incidents-form-sent-before").into_owned());
    draw(&visit, form).await
}

/// `GET /console/declared/{id}/edit`.
pub(super) async fn edit(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let row = changeable(&visit.web, &id).await?;
    let now = visit.moment();
    let typed = TypedIncident::of_data(&data_of(&row, now.at)?, now.zone);
    let form = DrawnForm {
        id: row.id,
        revision: Some(row.revision),
        ..DrawnForm::new(&visit.web, typed)
    };
    draw(&visit, form).await
}

/// `POST /console/declared/{id}/edit`. What was approved is not any more.
pub(super) async fn rewrite(
    visit: Visit,
    Path(id): Path<String>,
    posted: PostedFile,
) -> Result<Response, Problem> {
    posted.person.require(Right::DeclareIncidents)?;
    let row = changeable(&visit.web, &id).await?;
    let (typed, read) = understood(&visit, row.id, &posted).await?;
    let seen = posted.fields.get("revision").parse().unwrap_or_default();
    let form = DrawnForm {
        id: row.id,
        revision: Some(seen),
        ..DrawnForm::new(&visit.web, typed)
    };
    let read = match read {
        Ok(read) => read,
        Err(faults) => return draw(&visit, form.refused(faults)).await,
    };
    if row.revision == seen && row.what == said(&read)? {
        // Nothing is different: who looked through it did not write it, and what was approved stays.
        return Ok(to_check(row.id));
    }
    if overwrite(&visit.web, &posted.person, (row.id, seen), &read).await? {
        return Ok(to_check(row.id));
    }
    let notice = visit.words().say("incidents-form-stale").into_owned();
    let form = DrawnForm {
        status: StatusCode::CONFLICT,
        revision: Some(row.revision),
        notice: Some(notice),
        ..form
    };
    draw(&visit, form).await
}

impl DrawnForm {
    fn new(web: &Web, typed: TypedIncident) -> Self {
        Self {
            status: StatusCode::OK,
            id: DeclaredId::new(web.ids.next()),
            revision: None,
            typed,
            notice: None,
            faults: Vec::new(),
        }
    }

    fn refused(self, faults: Vec<FormFault>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            faults,
            ..self
        }
    }
}

/// A draft of an opening, which alone is written by this form.
async fn changeable(web: &Web, id: &str) -> Result<DeclaredIncident, Problem> {
    let row = row_of(web, id).await?;
    match row.step == IncidentStep::Opened && row.state.is_open() {
        true => Ok(row),
        false => Err(Problem::not_found("draft of an incident", id)),
    }
}

type Understood = (TypedIncident, Result<ReadIncident, Vec<FormFault>>);

/// What was typed, with the file, and what it says.
async fn understood(
    visit: &Visit,
    id: DeclaredId,
    posted: &PostedFile,
) -> Result<Understood, Problem> {
    let now = visit.moment();
    let mut typed = TypedIncident::of_form(&posted.fields);
    typed.add_places(&posted.file);
    let reference = match typed.get("reference").trim() {
        "" => reference_of(id),
        given => given.to_owned(),
    };
    let asked: Vec<String> = spellings(typed.get("places")).into_iter().collect();
    let named = entries(typed.get("municipalities")).take(AREA_ITEMS);
    let named: Vec<String> = named.map(str::to_owned).collect();
    let mut tx = visit.web.store.read().await?;
    let places = tx.declared().known_places(&asked).await?;
    let known = KnownToForm {
        places: places.into_iter().collect(),
        end: None,
        towns: tx.areas().named(&named).await?,
    };
    drop(tx);
    let reader = FormReader {
        now: now.at,
        zone: now.zone,
        words: now.words,
        known: &known,
    };
    let read = typed.read(IncidentStep::Opened, &reference, reader);
    let mut tx = visit.web.store.read().await?;
    let known = tx.incidents().known(&[reference]).await?;
    drop(tx);
    if known.is_empty() {
        return Ok((typed, read));
    }
    let mut faults = read.err().unwrap_or_default();
    let said = now.words.say("incidents-fault-known").into_owned();
    let field = "reference";
    faults.push(FormFault { field, said });
    Ok((typed, Err(faults)))
}

/// A reference for an incident that was given none: short enough to be read out.
fn reference_of(id: DeclaredId) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rest = u64::try_from(id.get()).unwrap_or_default();
    let mut signs = Vec::new();
    while rest > 0 {
        let sign = usize::try_from(rest % 32).unwrap_or_default();
        signs.push(char::from(SIGNS[sign]));
        rest /= 32;
    }
    format!("E-{}", signs.into_iter().rev().collect::<String>())
}

fn said(read: &ReadIncident) -> Result<String, Problem> {
    serde_json::to_string(&read.data).map_err(|_| Problem::unholdable())
}

async fn write(
    web: &Web,
    person: &Person,
    id: DeclaredId,
    read: &ReadIncident,
) -> Result<bool, Problem> {
    let (what, notes) = (said(read)?, notes(read)?);
    let text = text(person, read, &what, &notes);
    let mut tx = web.store.write().await?;
    let is_new = tx.declared().write(id, &text, web.clock.now()).await?;
    if is_new {
        note(web, &mut tx, person, ("incident.drafted", id), read).await?;
        tx.commit().await?;
    }
    Ok(is_new)
}

async fn overwrite(
    web: &Web,
    person: &Person,
    key: (DeclaredId, i64),
    read: &ReadIncident,
) -> Result<bool, Problem> {
    let (what, notes) = (said(read)?, notes(read)?);
    let text = text(person, read, &what, &notes);
    let mut tx = web.store.write().await?;
    let is_ours = tx.declared().rewrite(key, &text, web.clock.now()).await?;
    if is_ours {
        note(web, &mut tx, person, ("incident.redrafted", key.0), read).await?;
        tx.commit().await?;
    }
    Ok(is_ours)
}

async fn note(
    web: &Web,
    tx: &mut Tx,
    person: &Person,
    (action, id): (&str, DeclaredId),
    read: &ReadIncident,
) -> Result<(), Problem> {
    let detail = id.to_string();
    let entry = AuditEntry::new(&person.email, action, &read.data.incident).with(&detail);
    Ok(web.audit(tx, &entry).await?)
}

fn notes(read: &ReadIncident) -> Result<String, Problem> {
    serde_json::to_string(&read.notes).map_err(|_| Problem::unholdable())
}

fn text<'a>(
    person: &'a Person,
    read: &'a ReadIncident,
    what: &'a str,
    notes: &'a str,
) -> DeclaredText<'a> {
    DeclaredText {
        incident: &read.data.incident,
        step: IncidentStep::Opened,
        what,
        notes,
        author: &person.email,
    }
}

async fn draw(visit: &Visit, mut form: DrawnForm) -> Result<Response, Problem> {
    let words = visit.words();
    let mut tx = visit.web.store.read().await?;
    let chooser = AreaChooser::of(&mut tx, &mut form.typed).await?;
    drop(tx);
    let drawing = FormDrawing {
        typed: &form.typed,
        faults: &form.faults,
        words,
    };
    let (title, action) = match form.revision {
        None => (
            "incidents-declare-title",
            "/console/incidents/new".to_owned(),
        ),
        Some(_) => (
            "incidents-edit-title",
            format!("/console/declared/{}/edit", form.id),
        ),
    };
    let groups = drawing.of_an_incident();
    let page = DeclarePage {
        frame: visit
            .frame(ConsolePart::Incidents, words.say(title))
            .await?,
        action,
        id: form.id,
        revision: form.revision.unwrap_or_default(),
        notice: form.notice,
        groups,
        chooser,
        faults: form.faults,
    };
    Ok(shell::page_with(form.status, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_short_and_another_for_each() {
        assert_eq!(reference_of(DeclaredId::new(33)), "E-11");
        let long = reference_of(DeclaredId::new(i64::MAX));
        assert_eq!(long, "E-7ZZZZZZZZZZZZ");
    }
}
