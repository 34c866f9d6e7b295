//! What an operator does with the form of a template: look at what is typed, open another tab,
//! save a draft, ask to publish it. One form, one handler: the button says which. A form that is
//! stale, or a text that does not hold, comes back with everything that was typed.
//!
//! What changes for readers (publishing, rolling back) and what is lost (discarding) is asked
//! about on a page of its own: `change`.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use crate::domain::limits::TEXTS_BYTES;
use crate::domain::role::Right;
use crate::domain::template::{Source, VersionState};
use crate::store::access::audit::AuditEntry;
use crate::store::templates::{StoredVersion, WriteContext};
use crate::store::{StoreError, Tx};
use crate::template::{Severity, check};
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::auth::session::Person;
use crate::web::console::shell::{Visit, in_path, strictly};
use crate::web::extract::Path;
use crate::web::problem::Problem;

use super::editor::{Drawing, Notice, current, draw, fingerprint, pick};
use super::typed::{Tab, typed};

/// `POST /console/templates/{name}`. The right comes before any work.
pub(super) async fn write(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let version = current(&visit.web, &name).await?;
    let tab = Tab::of_form(&version.source, &fields);
    let source = typed(&version.source, &tab, &fields)?;
    let pressed = Tab::pressed(&version.source, &fields);
    let publish = match fields.get("action") {
        "save" => false,
        "publish" => true,
        _ => {
            let tab = pressed.unwrap_or(tab);
            return draw(&visit, &name, Drawing::new(source, tab, Notice::None)).await;
        }
    };
    match save(&visit.web, &person, &version, &source, &fields, publish).await? {
        Outcome::Done(SaveOutcome::Asks) => Ok(to_question(&name)),
        Outcome::Done(done) => Ok(to_editor(&name, &tab, done.word())),
        Outcome::Refused { status, faults } => {
            let drawing = Drawing {
                status,
                ..Drawing::new(source, tab, Notice::Fault(faults))
            };
            draw(&visit, &name, drawing).await
        }
    }
}

/// What became of the form.
enum Outcome {
    Done(SaveOutcome),
    /// Nothing was changed; the text is as it was typed.
    Refused {
        status: StatusCode,
        faults: Vec<String>,
    },
}

enum SaveOutcome {
    Saved,
    /// It is published already.
    Same,
    /// It is saved, and whether to publish it is asked next.
    Asks,
}

impl SaveOutcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Same => "same",
            Self::Asks => "",
        }
    }
}

async fn save(
    web: &Web,
    person: &Person,
    version: &StoredVersion,
    source: &Source,
    fields: &FormFields,
    publish: bool,
) -> Result<Outcome, Problem> {
    if fields.get("base") != fingerprint(version) {
        return Ok(stale(version));
    }
    let mut faults = too_large(source);
    if publish {
        // Before the store's writer is taken: a check takes its time.
        faults.extend(errors(web, source).await);
    }
    if !faults.is_empty() {
        return Ok(Outcome::Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            faults,
        });
    }
    let same = version.source == *source;
    if publish && same {
        // Publishing what is published already would only make a new number of the same text.
        return Ok(Outcome::Done(match version.state {
            VersionState::Published => SaveOutcome::Same,
            VersionState::Draft | VersionState::Retired => SaveOutcome::Asks,
        }));
    }
    let mut tx = web.store.write().await?;
    let versions = tx.templates().versions(&source.name).await?;
    let now = pick(&versions).ok_or_else(|| Problem::not_found("template", &source.name))?;
    if fingerprint(now) != fingerprint(version) {
        return Ok(stale(now));
    }
    let by = context(web, person);
    let draft = tx.templates().save_draft(source, by).await?;
    let number = tx.templates().get_version(draft).await?.version;
    let what = (source.name.as_str(), &*format!("v{number}"));
    note(web, &mut tx, person, "template.saved", what).await?;
    tx.commit().await?;
    Ok(Outcome::Done(if publish {
        SaveOutcome::Asks
    } else {
        SaveOutcome::Saved
    }))
}

fn stale(version: &StoredVersion) -> Outcome {
    Outcome::Refused {
        status: StatusCode::CONFLICT,
        faults: vec![format!(
            "{} saved another text in the meantime. Yours is below, not saved: save again to \
             put it in place of theirs.",
            version.author
        )],
    }
}

pub(super) fn context<'a>(web: &'a Web, person: &'a Person) -> WriteContext<'a> {
    WriteContext {
        author: &person.email,
        now: web.clock.now(),
        ids: &*web.ids,
    }
}

/// Puts down who did it, to which template, and with which of its versions.
pub(super) async fn note(
    web: &Web,
    tx: &mut Tx,
    person: &Person,
    action: &str,
    (subject, versions): (&str, &str),
) -> Result<(), StoreError> {
    let entry = AuditEntry {
        actor: &person.email,
        action,
        subject,
        detail: Some(versions),
    };
    web.audit(tx, &entry).await
}

/// What keeps a text from being published.
pub(super) async fn errors(web: &Web, source: &Source) -> Vec<String> {
    let source = source.clone();
    match web.console.texts.work(move || check(&source)).await {
        Ok(findings) => {
            let errors = findings.iter().filter(|it| it.severity == Severity::Error);
            errors.map(ToString::to_string).collect()
        }
        Err(unfinished) => vec![unfinished.to_string()],
    }
}

/// Back to the editor, which says what was done.
pub(super) fn to_editor(name: &str, tab: &Tab, done: &str) -> Response {
    strictly(Redirect::to(&format!(
        "/console/templates/{}?locale={}&channel={}&done={done}",
        in_path(name),
        in_path(&tab.locale),
        tab.channel
    )))
}

fn to_question(name: &str) -> Response {
    strictly(Redirect::to(&format!(
        "/console/templates/{}/publish",
        in_path(name)
    )))
}

fn too_large(source: &Source) -> Vec<String> {
    let size = serde_json::to_string(&source.parts).map_or(0, |text| text.len());
    if size <= TEXTS_BYTES {
        return Vec::new();
    }
    vec![format!(
        "the texts have {size} bytes together; keep them below {TEXTS_BYTES}"
    )]
}
