//! What an operator does with the form of a template: look at what is typed, open another tab,
//! send it to themselves, save a draft, ask to publish it, declare a variable, write a mail in another way. One form, one
//! handler: the button says which. A form that is stale, or a text that does not hold, comes back
//! with everything that was typed, and beside it what somebody else wrote.
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
use crate::template::{Severity, check, unnamed};
use crate::web::Web;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::auth::session::Person;
use crate::web::console::shell::{ConsoleWords, Visit, in_path, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

use super::editor::{Drawing, Notice, current, draw, fingerprint, pick};
use super::faults;
use super::other_form::{MailForm, written_as};
use super::typed::{MailView, Tab, typed};
use super::{test_send, variable};

/// `POST /console/templates/{name}`. The right comes before any work.
pub(super) async fn write(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let version = current(&visit.web, &name).await?;
    let tab = Tab::of_form(&version.source, &fields);
    let view = MailView::of_form(&fields);
    let mut source = typed(&version.source, &tab, &fields)?;
    let shown = |source, tab, notice| Drawing {
        view,
        variable: variable::typed(&fields),
        number: test_send::number(&fields),
        ..Drawing::new(source, tab, notice)
    };
    let publish = match fields.get("action") {
        "save" => false,
        "publish" => true,
        "variable" => match variable::declare(visit.words(), &mut source, &fields) {
            Ok(()) => false,
            Err(fault) => {
                let drawing = Drawing {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    ..shown(source, tab, Notice::Fault(vec![fault]))
                };
                return draw(&visit, &name, drawing).await;
            }
        },
        forget if forget.starts_with(variable::FORGET) => {
            variable::forget(&mut source, &forget[variable::FORGET.len()..]);
            false
        }
        form @ ("markdown" | "mjml") => {
            let source = written_as(&visit.web, mail_form(form), &source, &tab).await;
            return draw(&visit, &name, shown(source, tab, Notice::None)).await;
        }
        "test" => {
            let (status, notice) = test_send::ask(&visit, &source, &tab, &fields).await?;
            let drawing = shown(source, tab, notice);
            return draw(&visit, &name, Drawing { status, ..drawing }).await;
        }
        _ => {
            let tab = Tab::pressed(&version.source, &fields).unwrap_or(tab);
            return draw(&visit, &name, shown(source, tab, Notice::None)).await;
        }
    };
    match save(&visit, &person, &version, &source, &fields, publish).await? {
        Outcome::Done(SaveOutcome::Asks) => Ok(to_question(&name)),
        Outcome::Done(done) => Ok(to_editor(&name, &tab, done.word())),
        Outcome::Refused {
            status,
            faults,
            theirs,
        } => {
            let drawing = Drawing {
                status,
                theirs,
                ..shown(source, tab, Notice::Fault(faults))
            };
            draw(&visit, &name, drawing).await
        }
    }
}

/// What the button says that writes a mail in another way.
fn mail_form(button: &str) -> MailForm {
    match button {
        "mjml" => MailForm::Mjml,
        _ => MailForm::Markdown,
    }
}

/// What became of the form.
enum Outcome {
    Done(SaveOutcome),
    /// Nothing was changed; the text is as it was typed.
    Refused {
        status: StatusCode,
        faults: Vec<String>,
        /// What somebody else wrote in the meantime.
        theirs: Option<Source>,
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
    visit: &Visit,
    person: &Person,
    version: &StoredVersion,
    source: &Source,
    fields: &FormFields,
    publish: bool,
) -> Result<Outcome, Problem> {
    let (web, words) = (&visit.web, visit.words());
    if fields.get("base") != fingerprint(version) {
        return Ok(stale(words, version));
    }
    let mut faults = too_large(words, source);
    if publish && faults.is_empty() {
        // Before the store's writer is taken: a check takes its time.
        faults.extend(fit_to_publish(web, words, source).await);
    }
    if !faults.is_empty() {
        return Ok(Outcome::Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            faults,
            theirs: None,
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
        return Ok(stale(words, now));
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

fn stale(words: ConsoleWords, version: &StoredVersion) -> Outcome {
    Outcome::Refused {
        status: StatusCode::CONFLICT,
        faults: vec![words.with("templates-stale", "person", &version.author)],
        theirs: Some(version.source.clone()),
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
pub(super) async fn errors(web: &Web, words: ConsoleWords, source: &Source) -> Vec<String> {
    let source = source.clone();
    match web.console.texts.work(move || check(&source)).await {
        Ok(findings) => {
            let errors = findings.iter().filter(|it| it.severity == Severity::Error);
            errors.map(|it| faults::of_finding(words, it)).collect()
        }
        Err(unfinished) => vec![faults::of_wait(words, unfinished)],
    }
}

/// The same, and that each text says what it is about.
pub(super) async fn fit_to_publish(web: &Web, words: ConsoleWords, source: &Source) -> Vec<String> {
    let mut found = errors(web, words, source).await;
    let looked_at = source.clone();
    let mute = web.console.texts.work(move || unnamed(&looked_at)).await;
    for (locale, channel) in mute.unwrap_or_default() {
        let channel = words.of("channel", channel.as_str());
        found.push(words.say_with(
            "templates-unnamed",
            &[("locale", locale.into()), ("channel", channel.into())],
        ));
    }
    found
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

/// Why the texts are too long together, if they are: said here and nowhere else.
pub(super) fn too_large(words: ConsoleWords, source: &Source) -> Vec<String> {
    let size = serde_json::to_string(&source.parts).map_or(0, |text| text.len());
    if size <= TEXTS_BYTES {
        return Vec::new();
    }
    let values = [
        ("size", size.div_ceil(1_024).to_string().into()),
        ("most", (TEXTS_BYTES / 1_024).to_string().into()),
    ];
    vec![words.say_with("templates-too-large", &values)]
}
