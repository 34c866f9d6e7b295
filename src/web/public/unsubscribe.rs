//! `/u/{token}`: the topic of a message refused, by the mail program's one click (RFC 8058) or
//! by a person's.
//!
//! GET only asks: mail firewalls follow every address they find, and must not decide for
//! people. POST answers 200 by itself, without a redirect (RFC 8058 §3.1), however often.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::decide::unsubscribed;
use super::page::{self, Note};
use super::phrases::Language;
use super::refusal::{self, Refusal};
use crate::domain::Class;
use crate::domain::token::Purpose;
use crate::store::people::preferences::Decision;
use crate::store::reports::status_page::NotifiedMessage;
use crate::web::Web;
use crate::web::request::extract::Path;

/// Asks whether to go on.
#[derive(askama::Template)]
#[template(path = "public/unsubscribe.html")]
struct UnsubscribePage<'a> {
    language: Language,
    topic: &'a str,
}

/// Shows the question. Changes nothing.
pub(super) async fn ask(State(web): State<Web>, Path(token): Path<String>) -> Response {
    let told = match told(&web, &token).await {
        Ok(told) => told,
        Err(refusal) => return refusal.shown(),
    };
    web.track
        .engagement
        .note_glance(told.message, web.clock.now());
    let language = Language::for_reader(&told.locale);
    if told.class == Class::Safety {
        return cannot_refuse(language);
    }
    let ask = UnsubscribePage {
        language,
        topic: &language.topic(&told.topic),
    };
    page::show(StatusCode::OK, &ask)
}

pub(super) async fn refuse(State(web): State<Web>, Path(token): Path<String>) -> Response {
    let told = match keep(&web, &token).await {
        Ok(told) => told,
        Err(refusal) => return refusal.shown(),
    };
    let language = Language::for_reader(&told.locale);
    if told.class == Class::Safety {
        return cannot_refuse(language);
    }
    let topic = language.topic(&told.topic);
    let line = language.choose(
        format!("Non Le scriveremo più su questo argomento: {topic}."),
        format!("We will not write to you about this again: {topic}."),
    );
    let note = Note {
        language,
        title: language.choose("Fatto", "Done"),
        lines: [&line, elsewhere(language)].map(|line| (language, line)),
    };
    page::show(StatusCode::OK, &note)
}

async fn told(web: &Web, token: &str) -> Result<NotifiedMessage, Refusal> {
    let message = refusal::named(web, Purpose::Unsubscribe, token)?;
    let mut tx = web.store.read().await?;
    refusal::told(&mut tx, message).await
}

/// Once is enough: a repeat finds the topic refused and leaves no second trace.
async fn keep(web: &Web, token: &str) -> Result<NotifiedMessage, Refusal> {
    let message = refusal::named(web, Purpose::Unsubscribe, token)?;
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let choices = tx.preferences().of(told.client, message).await?;
    let refused = choices.map(|choices| choices.topics.get(&told.topic).copied().flatten());
    if told.class == Class::Safety || matches!(refused, None | Some(Some(false))) {
        return Ok(told);
    }
    let decision = Decision::Topic {
        topic: told.topic.clone(),
        wanted: false,
    };
    tx.preferences()
        .decide(told.client, &decision, web.clock.now(), &*web.ids)
        .await?;
    unsubscribed(web, &mut tx, message, "used the unsubscribe address").await?;
    tx.commit().await?;
    Ok(told)
}

fn cannot_refuse(language: Language) -> Response {
    let note = Note {
        language,
        title: language.choose("Un avviso di sicurezza", "A safety notice"),
        lines: [
            language.choose(
                "Gli avvisi che riguardano la Sua sicurezza arrivano sempre.",
                "Notices about your safety always reach you.",
            ),
            elsewhere(language),
        ]
        .map(|line| (language, line)),
    };
    page::show(StatusCode::OK, &note)
}

/// No link to the status page: mail programs hand the unsubscribe address on to others, and it
/// must open nothing but this.
fn elsewhere(language: Language) -> &'static str {
    language.choose(
        "Gli altri messaggi, il canale e gli orari si scelgono nella pagina che si apre dal \
         collegamento nel testo del messaggio.",
        "The other messages, the channel and the hours are chosen on the page behind the link in \
         the text of the message.",
    )
}
