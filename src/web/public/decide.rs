//! `POST /s/{token}/preferences`, `/stop`, `/stop-all`, `/resume`: the client decides.
//!
//! Whoever acts for a client decides for themselves alone: their stop ends what they get, and no choice of
//! the client's is theirs. A link may have been passed on: what could divert or silence messages is said to
//! the client by the channel they had before.
//!
//! Only what changed is kept: a form that shows a topic nobody ever asked about must not turn
//! into a consent because another field was saved.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{back, back_with};
use super::page::{self, Note};
use super::phrases::{Confirmation, Language};
use super::refusal::{self, Refusal, message_of};
use super::view::usual;
use super::visitor::Visitor;
use crate::domain::client::TrackingConsent;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Address, Channel, EngagementKind, MessageId, Verdict};
use crate::store::messages::engagement::NewEngagement;
use crate::store::people::preferences::{Choices, Decision};
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::actions::deputies;
use crate::web::actions::letters::{self, Letter};
use crate::web::request::extract::{Form, Path};

type FormPairs = Vec<(String, String)>;

/// Which text stands beside the question whether reading may be measured. Another text, another version.
const CONSENT_TEXT: &str = "2026-11";

/// Keeps the choices that changed.
pub(super) async fn preferences(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(fields): Form<FormPairs>,
) -> Response {
    let saved = match message_of(&web, &token, visitor) {
        Ok(message) => save(&web, message, &fields).await,
        Err(refusal) => Err(refusal),
    };
    match typed_hours(&fields) {
        TypedHours::Unclear { from, to } => {
            let rest = format!("&from={}&to={}#choices", in_query(from), in_query(to));
            back_with(
                &token,
                saved.map(|()| Confirmation::QuietHoursUnclear),
                &rest,
            )
        }
        TypedHours::Clear(_) | TypedHours::NotAsked => {
            back(&token, saved.map(|()| Confirmation::Saved))
        }
    }
}

/// A text as a value in an address.
fn in_query(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// STOP: nothing more to this address.
pub(super) async fn stop(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let stopped = match message_of(&web, &token, visitor) {
        Ok(message) => bar(&web, message, HowMuch::ThisAddress).await,
        Err(refusal) => Err(refusal),
    };
    said(&token, stopped)
}

/// STOP for every address, after it was said what cannot be refused.
pub(super) async fn stop_all(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let stopped = match message_of(&web, &token, visitor) {
        Ok(message) => bar(&web, message, HowMuch::Everything).await,
        Err(refusal) => Err(refusal),
    };
    said(&token, stopped)
}

/// How much a STOP stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HowMuch {
    ThisAddress,
    Everything,
}

/// Whose STOP it was.
enum StoppedBy {
    /// With what is said back.
    Client(Confirmation),
    /// Whoever acted for a client; the link has ended with that.
    Deputy(Language),
}

fn said(token: &str, stopped: Result<StoppedBy, Refusal>) -> Response {
    match stopped {
        Ok(StoppedBy::Deputy(language)) => {
            let line = language.choose(
                "Non riceverà più messaggi per conto di questa persona.",
                "You will get no more messages for this person.",
            );
            let again = language.choose(
                "Se è stato un errore, chi Le ha dato questo compito può ridarglielo.",
                "If that was a mistake, whoever gave you this task can give it again.",
            );
            let note = Note {
                language,
                title: language.choose("Fatto", "Done"),
                lines: [line, again].map(|line| (language, line)),
            };
            page::show(StatusCode::OK, &note)
        }
        Ok(StoppedBy::Client(done)) => back(token, Ok(done)),
        Err(refusal) => back(token, Err(refusal)),
    }
}

/// Takes a STOP back.
pub(super) async fn resume(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let resumed = match message_of(&web, &token, visitor) {
        Ok(message) => unbar(&web, message).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, resumed)
}

async fn save(web: &Web, message: MessageId, fields: &FormPairs) -> Result<(), Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    if told.for_client.is_some() {
        return Err(Refusal::Nothing);
    }
    let Some(mut choices) = tx.preferences().of(told.client, message).await? else {
        return Err(Refusal::Nothing);
    };
    choices.topics.entry(told.topic.clone()).or_insert(None);
    let now = web.clock.now();
    let decisions = decisions(&choices, usual(told.class), fields);
    for decision in &decisions {
        tx.preferences()
            .decide(told.client, decision, now, &*web.ids)
            .await?;
        follow_up(web, &mut tx, &told, decision).await?;
    }
    let refused = Decision::Topic {
        topic: told.topic,
        wanted: false,
    };
    if decisions.contains(&refused) {
        unsubscribed(
            web,
            &mut tx,
            message,
            "refused the topic on the status page",
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// What else belongs to a decision: the proof of a consent, and a word by the channel before.
async fn follow_up(
    web: &Web,
    tx: &mut Tx,
    told: &NotifiedMessage,
    decision: &Decision,
) -> Result<(), StoreError> {
    let client = told.client;
    match decision {
        Decision::Reading(allowed) => {
            let text = (CONSENT_TEXT, told.locale.as_str());
            let (id, now) = (web.ids.next(), web.clock.now());
            let said = (client, told.message);
            tx.codes().consented(id, said, *allowed, text, now).await
        }
        Decision::Preferred(channel) => {
            let before = |address: &Address| Some(address.channel()) != *channel;
            letters::tell(web, tx, client, Letter::ChannelChanged, before).await
        }
        Decision::Topic { .. } | Decision::QuietHours(_) | Decision::Locale(_) => Ok(()),
    }
}

async fn bar(web: &Web, message: MessageId, much: HowMuch) -> Result<StoppedBy, Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    if deputies::give_up(web, &mut tx, told.client).await? {
        tx.commit().await?;
        return Ok(StoppedBy::Deputy(Language::for_reader(&told.locale)));
    }
    let (now, ids) = (web.clock.now(), &*web.ids);
    let choices = tx.preferences().of(told.client, message).await?;
    let has_all = choices.as_ref().is_some_and(|it| it.stopped_all);
    let is_stopped = choices.is_some_and(|it| it.stopped);
    let done = match (much, has_all) {
        (HowMuch::Everything, _) | (HowMuch::ThisAddress, true) => Confirmation::StoppedAll,
        (HowMuch::ThisAddress, false) => Confirmation::Stopped,
    };
    let is_so = match much {
        HowMuch::ThisAddress => is_stopped,
        HowMuch::Everything => has_all,
    };
    if is_so {
        return Ok(StoppedBy::Client(done));
    }
    match much {
        HowMuch::ThisAddress => {
            tx.preferences()
                .stop(told.client, message, now, ids)
                .await?;
        }
        HowMuch::Everything => {
            // Said before the addresses are barred, so that it still leaves.
            let letter = Letter::EverythingStopped;
            letters::tell(web, &mut tx, told.client, letter, |_| true).await?;
            tx.preferences()
                .stop_all(told.client, message, now, ids)
                .await?;
        }
    }
    unsubscribed(
        web,
        &mut tx,
        message,
        "stopped everything on the status page",
    )
    .await?;
    tx.commit().await?;
    Ok(StoppedBy::Client(done))
}

/// What was taken back: the STOP of one address, or all of it.
async fn unbar(web: &Web, message: MessageId) -> Result<Confirmation, Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let choices = tx.preferences().of(told.client, message).await?;
    let done = match choices.is_some_and(|choices| choices.stopped_all) {
        true => Confirmation::ResumedAll,
        false => Confirmation::Resumed,
    };
    tx.preferences()
        .resume(told.client, message, web.clock.now(), &*web.ids)
        .await?;
    tx.commit().await?;
    Ok(done)
}

/// The message's own record of it, beside the client's.
pub(super) async fn unsubscribed(
    web: &Web,
    tx: &mut Tx,
    message: MessageId,
    grounds: &'static str,
) -> Result<(), StoreError> {
    let act = NewEngagement {
        message,
        kind: EngagementKind::Unsubscribed,
        verdict: Verdict::Human,
        grounds,
        link: None,
        detail: None,
        at: web.clock.now(),
    };
    tx.engagement().record(&[act], &[], &*web.ids).await
}

/// The quiet hours as the form has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypedHours<'a> {
    /// The form has no such fields.
    NotAsked,
    /// Both, or none for "as usual".
    Clear(Option<QuietHours>),
    /// One is missing, no time of day, or they leave no time to write: to be asked again.
    Unclear {
        /// What was typed for the beginning.
        from: &'a str,
        /// What was typed for the end.
        to: &'a str,
    },
}

fn field<'a>(fields: &'a FormPairs, name: &str) -> Option<&'a str> {
    let mut found = fields.iter().filter(|(field, _)| field == name);
    found.next().map(|(_, value)| value.as_str())
}

fn typed_hours(fields: &FormPairs) -> TypedHours<'_> {
    match (field(fields, "quiet_from"), field(fields, "quiet_to")) {
        (None, _) | (_, None) => TypedHours::NotAsked,
        (Some(""), Some("")) => TypedHours::Clear(None),
        (Some(from), Some(to)) => match QuietHours::parse(from, to) {
            Ok(hours) => TypedHours::Clear(Some(hours)),
            Err(_) => TypedHours::Unclear { from, to },
        },
    }
}

/// What the form changes. Fields that are missing or make no sense change nothing. `usual` is what
/// holds for a topic that nobody has decided on: leaving it as the form showed it decides nothing.
fn decisions(choices: &Choices, usual: bool, fields: &FormPairs) -> Vec<Decision> {
    let field = |name: &str| field(fields, name);
    let topics = choices.topics.iter().filter_map(|(topic, now)| {
        let wanted = yes_or_no(field(&format!("topic.{topic}"))?)?;
        (now.unwrap_or(usual) != wanted).then(|| Decision::Topic {
            topic: topic.clone(),
            wanted,
        })
    });
    let others = [
        field("preferred").and_then(|word| preferred(choices, word)),
        quiet_hours(choices, typed_hours(fields)),
        field("locale").and_then(|locale| language(choices, locale)),
        field("reading").and_then(|word| reading(choices, word)),
    ];
    topics.chain(others.into_iter().flatten()).collect()
}

fn preferred(choices: &Choices, word: &str) -> Option<Decision> {
    let channel = match word {
        "" => None,
        word => Some(word.parse::<Channel>().ok()?),
    };
    let possible = channel.is_none_or(|channel| choices.reachable.contains(&channel));
    (possible && channel != choices.preferred).then_some(Decision::Preferred(channel))
}

fn quiet_hours(choices: &Choices, typed: TypedHours<'_>) -> Option<Decision> {
    let TypedHours::Clear(hours) = typed else {
        return None;
    };
    (hours != choices.quiet_hours).then_some(Decision::QuietHours(hours))
}

fn language(choices: &Choices, locale: &str) -> Option<Decision> {
    let offered = Language::ALL.iter().any(|one| one.tag() == locale);
    (offered && locale != choices.locale).then(|| Decision::Locale(locale.to_owned()))
}

fn reading(choices: &Choices, word: &str) -> Option<Decision> {
    let allowed = yes_or_no(word)?;
    let already = match choices.reading {
        TrackingConsent::Granted => Some(true),
        TrackingConsent::Denied | TrackingConsent::Withdrawn => Some(false),
        TrackingConsent::Unknown => None,
    };
    (already != Some(allowed)).then_some(Decision::Reading(allowed))
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
