//! `/u/{token}`: the topic of a message refused, by the mail program's one click (RFC 8058) or
//! by a person's.
//!
//! GET only asks: mail firewalls follow every address they find, and must not decide for
//! people. POST answers 200 by itself, without a redirect (RFC 8058 §3.1), however often.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::decide::unsubscribed;
use super::page::{self, Note};
use super::phrases::Language;
use crate::domain::token::Purpose;
use crate::domain::{Class, MessageId};
use crate::store::StoreError;
use crate::store::preferences::Decision;
use crate::store::status_page::Told;
use crate::web::Web;

/// Asks whether to go on.
#[derive(askama::Template)]
#[template(path = "public/unsubscribe.html")]
struct Ask<'a> {
    language: Language,
    topic: &'a str,
    status_path: &'a str,
}

/// Shows the question. Changes nothing.
pub(super) async fn ask(State(web): State<Web>, Path(token): Path<String>) -> Response {
    let told = match told(&web, &token).await {
        Ok(Some(told)) => told,
        Ok(None) => return page::missing(),
        Err(error) => return page::unavailable(&error),
    };
    web.track
        .engagement
        .note_glance(told.message, web.clock.now());
    let language = Language::of(&told.locale);
    let status_path = status_path(&web, told.message);
    if told.class == Class::Safety {
        return cannot_refuse(language, &status_path);
    }
    let ask = Ask {
        language,
        topic: &language.topic(&told.topic),
        status_path: &status_path,
    };
    page::show(StatusCode::OK, &ask)
}

/// Refuses the topic.
pub(super) async fn refuse(State(web): State<Web>, Path(token): Path<String>) -> Response {
    let told = match told(&web, &token).await {
        Ok(Some(told)) => told,
        Ok(None) => return page::missing(),
        Err(error) => return page::unavailable(&error),
    };
    let language = Language::of(&told.locale);
    let status_path = status_path(&web, told.message);
    if told.class == Class::Safety {
        return cannot_refuse(language, &status_path);
    }
    if let Err(error) = keep(&web, &told).await {
        return page::unavailable(&error);
    }
    let topic = language.topic(&told.topic);
    let line = language.choose(
        format!("Non Le scriveremo più su questo argomento: {topic}."),
        format!("We will not write to you about this again: {topic}."),
    );
    let note = Note {
        language,
        title: language.choose("Fatto", "Done"),
        lines: &[&line],
        status_path: Some(&status_path),
    };
    page::show(StatusCode::OK, &note)
}

async fn told(web: &Web, token: &str) -> Result<Option<Told>, StoreError> {
    let Some(message) = web.signer.open_one(Purpose::Unsubscribe, token) else {
        return Ok(None);
    };
    let mut tx = web.store.read().await?;
    tx.status_page().told(MessageId::new(message)).await
}

/// Once is enough: a repeat finds the topic refused and leaves no second trace.
async fn keep(web: &Web, told: &Told) -> Result<(), StoreError> {
    let mut tx = web.store.write().await?;
    let choices = tx.preferences().of(told.client, told.message).await?;
    let refused = choices.map(|choices| choices.topics.get(&told.topic).copied().flatten());
    // `None`: the client is gone and nobody is left to write to.
    if matches!(refused, None | Some(Some(false))) {
        return Ok(());
    }
    let decision = Decision::Topic {
        topic: told.topic.clone(),
        wanted: false,
    };
    tx.preferences()
        .decide(told.client, &decision, web.clock.now(), &*web.ids)
        .await?;
    unsubscribed(web, &mut tx, told.message, "used the unsubscribe address").await?;
    tx.commit().await
}

fn cannot_refuse(language: Language, status_path: &str) -> Response {
    let note = Note {
        language,
        title: language.choose("Un avviso di sicurezza", "A safety notice"),
        lines: &[language.choose(
            "Gli avvisi che riguardano la Sua sicurezza arrivano sempre. Può però scegliere gli \
             altri messaggi, il canale e gli orari.",
            "Notices about your safety always reach you. You can still choose the other \
             messages, the channel and the hours.",
        )],
        status_path: Some(status_path),
    };
    page::show(StatusCode::OK, &note)
}

/// Relative, so that it also works where the daemon is published under a path.
fn status_path(web: &Web, message: MessageId) -> String {
    let token = web.signer.sign(Purpose::Status, &[message.get()]);
    format!("../s/{token}#choices")
}
