//! What an operator does to a template: save a draft, publish it, roll back. One form, one
//! handler: the button says which. A form that is stale, or a text that does not hold, comes
//! back with everything that was typed.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};

use crate::domain::role::Right;
use crate::domain::template::{Source, VersionState};
use crate::store::audit::Deed;
use crate::store::templates::Pen;
use crate::store::{StoreError, Tx};
use crate::template::{Severity, check};
use crate::web::Web;
use crate::web::auth::csrf::{Fields, Posted};
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::super::frame::strictly;
use super::super::messages::in_path;
use super::editor::{Drawing, Notice, current, draw, fingerprint, pick};
use super::preview::{Tab, typed};

/// Largest text taken, in bytes, over all its languages.
const LARGEST: usize = 512 * 1024;

/// `POST /console/templates/{name}`.
pub(super) async fn write(
    State(web): State<Web>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let version = current(&web, &name).await?;
    let tab = Tab::of(
        &version.source,
        fields.get("locale"),
        fields.get("channel"),
        fields.get("sample"),
    );
    let action = fields.get("action").to_owned();
    if action == "preview" {
        let source = typed(&version.source, &tab, &fields);
        let drawing = Drawing {
            source,
            tab,
            notice: Notice::None,
            status: StatusCode::OK,
        };
        return draw(&web, &person, &headers, &name, drawing).await;
    }
    person.require(Right::EditTemplates)?;
    let outcome = match action.as_str() {
        "roll-back" => roll_back(&web, &person, &name, &fields).await?,
        "publish" => save(&web, &person, &name, &tab, &fields, true).await?,
        _ => save(&web, &person, &name, &tab, &fields, false).await?,
    };
    match outcome {
        Outcome::Done(done) => Ok(strictly(Redirect::to(&format!(
            "/console/templates/{}?locale={}&channel={}&done={done}",
            in_path(&name),
            in_path(&tab.locale),
            tab.channel
        )))),
        Outcome::Refused {
            status,
            faults,
            source,
        } => {
            let drawing = Drawing {
                source: *source,
                tab,
                notice: Notice::Fault(faults),
                status,
            };
            draw(&web, &person, &headers, &name, drawing).await
        }
    }
}

/// What became of the form.
enum Outcome {
    Done(&'static str),
    /// Nothing was changed; the text is as it was typed.
    Refused {
        status: StatusCode,
        faults: Vec<String>,
        source: Box<Source>,
    },
}

async fn save(
    web: &Web,
    person: &Person,
    name: &str,
    tab: &Tab,
    fields: &Fields,
    publish: bool,
) -> Result<Outcome, Problem> {
    let mut tx = web.store.write().await?;
    let versions = tx.templates().versions(name).await?;
    let version = pick(&versions).ok_or_else(|| Problem::not_found("template", name))?;
    let source = typed(&version.source, tab, fields);
    let refused = |status, faults| {
        Ok(Outcome::Refused {
            status,
            faults,
            source: Box::new(source.clone()),
        })
    };
    if fields.get("base") != fingerprint(version) {
        let said = format!(
            "{} saved another text in the meantime. Yours is below, not saved: save again to \
             put it in place of theirs.",
            version.author
        );
        return refused(StatusCode::CONFLICT, vec![said]);
    }
    let faults = if publish {
        errors(&source)
    } else {
        too_large(&source)
    };
    if !faults.is_empty() {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, faults);
    }
    let pen = Pen {
        author: &person.email,
        now: web.clock.now(),
        ids: &*web.ids,
    };
    // Publishing what is published already would only make a new number of the same text.
    if publish && version.state == VersionState::Published && version.source == source {
        return Ok(Outcome::Done("published"));
    }
    let draft = tx.templates().save_draft(&source, pen).await?;
    if publish {
        tx.templates().publish(draft, pen.now).await?;
    }
    let done = if publish { "published" } else { "saved" };
    note(web, &mut tx, person, &format!("template.{done}"), name).await?;
    tx.commit().await?;
    Ok(Outcome::Done(done))
}

async fn roll_back(
    web: &Web,
    person: &Person,
    name: &str,
    fields: &Fields,
) -> Result<Outcome, Problem> {
    let to = fields.get("version").parse().map_err(|_| {
        Problem::field("/version", "the form names no version; load the page again")
    })?;
    let pen = Pen {
        author: &person.email,
        now: web.clock.now(),
        ids: &*web.ids,
    };
    let mut tx = web.store.write().await?;
    tx.templates().roll_back(name, to, pen).await?;
    note(web, &mut tx, person, "template.rolled_back", name).await?;
    tx.commit().await?;
    Ok(Outcome::Done("rolled-back"))
}

async fn note(
    web: &Web,
    tx: &mut Tx,
    person: &Person,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let deed = Deed {
        actor: &person.email,
        action,
        subject,
        detail: None,
    };
    tx.audit()
        .append(web.ids.next(), web.clock.now(), &deed)
        .await
}

/// What keeps a text from being published.
fn errors(source: &Source) -> Vec<String> {
    let mut faults = too_large(source);
    let found = check(source)
        .into_iter()
        .filter(|found| found.severity == Severity::Error);
    faults.extend(found.map(|found| found.to_string()));
    faults
}

fn too_large(source: &Source) -> Vec<String> {
    let size = serde_json::to_string(&source.parts).map_or(0, |text| text.len());
    if size <= LARGEST {
        return Vec::new();
    }
    vec![format!(
        "the texts have {size} bytes together; keep them below {LARGEST}"
    )]
}
