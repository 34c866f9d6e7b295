//! `POST /s/{token}/preferences`, `/stop`, `/resume`: the client decides.
//!
//! Only what changed is kept: a form that shows a topic nobody ever asked about must not turn
//! into a consent because another field was saved.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;

use super::answer::back;
use super::phrases::Done;
use super::refusal::{self, Refusal, message_of};
use super::visitor::Visitor;
use crate::domain::client::TrackingConsent;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Channel, EngagementKind, MessageId, Verdict};
use crate::store::engagement::NewEngagement;
use crate::store::preferences::{Choices, Decision};
use crate::store::{StoreError, Tx};
use crate::web::Web;

type Fields = Vec<(String, String)>;

/// Keeps the choices that changed.
pub(super) async fn preferences(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(fields): Form<Fields>,
) -> Response {
    let saved = match message_of(&web, &token, visitor) {
        Ok(message) => save(&web, message, &fields).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, saved.map(|()| Done::Saved))
}

/// STOP: nothing more to this address.
pub(super) async fn stop(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
) -> Response {
    let stopped = match message_of(&web, &token, visitor) {
        Ok(message) => bar(&web, message).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, stopped.map(|()| Done::Stopped))
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
    back(&token, resumed.map(|()| Done::Resumed))
}

async fn save(web: &Web, message: MessageId, fields: &Fields) -> Result<(), Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let Some(mut choices) = tx.preferences().of(told.client, message).await? else {
        return Err(Refusal::Nothing);
    };
    choices.topics.entry(told.topic.clone()).or_insert(None);
    let now = web.clock.now();
    let decisions = decisions(&choices, fields);
    for decision in &decisions {
        tx.preferences()
            .decide(told.client, decision, now, &*web.ids)
            .await?;
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

async fn bar(web: &Web, message: MessageId) -> Result<(), Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let choices = tx.preferences().of(told.client, message).await?;
    if choices.is_some_and(|choices| choices.stopped) {
        return Ok(());
    }
    tx.preferences()
        .stop(told.client, message, web.clock.now(), &*web.ids)
        .await?;
    unsubscribed(
        web,
        &mut tx,
        message,
        "stopped everything on the status page",
    )
    .await?;
    Ok(tx.commit().await?)
}

async fn unbar(web: &Web, message: MessageId) -> Result<(), Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    tx.preferences()
        .resume(told.client, message, web.clock.now(), &*web.ids)
        .await?;
    Ok(tx.commit().await?)
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

/// What the form changes. Fields that are missing or make no sense change nothing.
fn decisions(choices: &Choices, fields: &Fields) -> Vec<Decision> {
    let field = |name: &str| {
        let mut found = fields.iter().filter(|(field, _)| field == name);
        found.next().map(|(_, value)| value.as_str())
    };
    let topics = choices.topics.iter().filter_map(|(topic, now)| {
        let wanted = yes_or_no(field(&format!("topic.{topic}"))?)?;
        (*now != Some(wanted)).then(|| Decision::Topic {
            topic: topic.clone(),
            wanted,
        })
    });
    let others = [
        field("preferred").and_then(|word| preferred(choices, word)),
        quiet_hours(choices, field("quiet_from"), field("quiet_to")),
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

fn quiet_hours(choices: &Choices, from: Option<&str>, to: Option<&str>) -> Option<Decision> {
    let hours = match (from?, to?) {
        ("", "") => None,
        (from, to) => Some(QuietHours::parse(from, to).ok()?),
    };
    (hours != choices.quiet_hours).then_some(Decision::QuietHours(hours))
}

fn language(choices: &Choices, locale: &str) -> Option<Decision> {
    let offered = matches!(locale, "it" | "en");
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
