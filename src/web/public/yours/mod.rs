//! `/s/{token}/yours`: what a client can do about themselves: prove a contact by a code, have somebody get
//! the copy, take a copy of all that is kept of them; and `/s/{token}/stop-all`, the page before everything
//! is stopped. GET shows, every change is a POST, and what changes where messages go needs a code that was
//! sent to the address in question: whoever was passed a link on has none.
//!
//! It shows no address whole. A deputy's link opens nothing here. Next: `contacts`, then `introduce` and
//! `copy`; `words` has what is said back.

mod contacts;
mod copy;
mod introduce;
mod titles;
mod words;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use self::words::YoursDone;
use super::page;
use super::phrases::Language;
use super::refusal::{self, Refusal};
use super::visitor::Visitor;
use super::when::LocalCalendar;
use crate::domain::deputy::{CodePurpose, DeputyMode};
use crate::domain::token::Purpose;
use crate::domain::{Address, Channel, ClientId, MessageId};
use crate::store::people::clients::ClientRecord;
use crate::store::people::deputies::DeputyRecord;
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::actions::codes;
use crate::web::request::extract::{Path, Query};

pub(super) use contacts::{ask as ask_contact, prove as prove_contact};
pub(super) use copy::{ask as ask_copy, open as open_copy};
pub(super) use introduce::{ask as ask_deputy, end as end_deputy, prove as prove_deputy};

/// What a form that led back here had done.
#[derive(Debug, serde::Deserialize)]
pub(super) struct YoursQuery {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "public/yours.html")]
struct YoursPage {
    language: Language,
    done: Option<&'static str>,
    contacts: Vec<OwnContact>,
    /// Where the code of each kind went that waits to be typed.
    proving: Option<String>,
    introducing: Option<String>,
    copying: Option<String>,
    deputies: Vec<OwnDeputy>,
    consented: Option<String>,
}

/// An address of the client's, as far as it is shown.
struct OwnContact {
    channel: &'static str,
    masked: String,
    proven: bool,
}

/// Somebody who acts for the client.
struct OwnDeputy {
    id: ClientId,
    name: String,
    said: String,
    /// The client may end what the client began.
    own: bool,
}

#[derive(Template)]
#[template(path = "public/stop.html")]
struct StopPage {
    language: Language,
}

/// Shows it. Changes nothing.
pub(super) async fn show(
    State(web): State<Web>,
    Path(token): Path<String>,
    Query(after): Query<YoursQuery>,
) -> Response {
    match draw(&web, &token, after.done.as_deref()).await {
        Ok(page) => page::show(StatusCode::OK, &page),
        Err(refusal) => refusal.shown(),
    }
}

/// What stopping everything means, before it is done.
pub(super) async fn ask_stop(State(web): State<Web>, Path(token): Path<String>) -> Response {
    match looked_at(&web, &token).await {
        Ok(told) => {
            let language = Language::for_reader(&told.locale);
            page::show(StatusCode::OK, &StopPage { language })
        }
        Err(refusal) => refusal.shown(),
    }
}

async fn looked_at(web: &Web, token: &str) -> Result<NotifiedMessage, Refusal> {
    let message = refusal::named(web, Purpose::Status, token)?;
    let mut tx = web.store.read().await?;
    own(&mut tx, message).await
}

async fn draw(web: &Web, token: &str, done: Option<&str>) -> Result<YoursPage, Refusal> {
    let message = refusal::named(web, Purpose::Status, token)?;
    let mut tx = web.store.read().await?;
    let told = own(&mut tx, message).await?;
    let record = tx.clients().record(told.client).await?;
    let language = Language::for_reader(&record.client.locale);
    let calendar = LocalCalendar {
        language,
        zone: record.client.time_zone,
        now: web.clock.now(),
    };
    let contacts = record.client.contacts.iter().map(|contact| OwnContact {
        channel: language.channel(contact.address.channel()),
        masked: contact.address.masked(),
        proven: contact.verified,
    });
    let contacts = contacts.collect();
    let deputies = tx.deputies().of_client(told.client).await?;
    let acting = deputies.iter().filter(|one| one.ended_at.is_none());
    let deputies = acting.map(|one| said(one, calendar)).collect();
    let consented = tx.codes().consent_given(told.client).await?;
    Ok(YoursPage {
        language,
        done: done
            .and_then(YoursDone::parse)
            .map(|done| done.said(language)),
        contacts,
        proving: waiting(web, &mut tx, told.client, CodePurpose::Contact).await?,
        introducing: waiting(web, &mut tx, told.client, CodePurpose::Deputy).await?,
        copying: waiting(web, &mut tx, told.client, CodePurpose::Copy).await?,
        deputies,
        consented: consented.map(|at| calendar.moment(at)),
    })
}

fn said(deputy: &DeputyRecord, calendar: LocalCalendar) -> OwnDeputy {
    let language = calendar.language;
    let what = match deputy.mode {
        DeputyMode::Copy => language.choose("riceve la copia", "gets the copy"),
        DeputyMode::Instead => language.choose("riceve al Suo posto", "gets it instead of you"),
    };
    let said = match deputy.until {
        Some(until) => {
            let until = calendar.moment(until);
            let word = language.choose("fino a", "until");
            format!("{what}, {word} {until}")
        }
        None => what.to_owned(),
    };
    OwnDeputy {
        id: deputy.id,
        name: deputy.name.clone(),
        said,
        own: deputy.given_by == introduce::BY_CLIENT,
    }
}

/// Where the code went that waits to be typed, masked.
async fn waiting(
    web: &Web,
    tx: &mut Tx,
    client: ClientId,
    purpose: CodePurpose,
) -> Result<Option<String>, StoreError> {
    let code = codes::waiting(web, tx, client, purpose).await?;
    Ok(code.map(|code| code.address.masked()))
}

/// Where the message of the link went, as long as it is an address of the client.
async fn went_to(
    tx: &mut Tx,
    told: &NotifiedMessage,
    known: &ClientRecord,
) -> Result<Address, Refusal> {
    let went_to = tx.senders().address_of(told.message).await?;
    let went_to = went_to.unwrap_or_default();
    let mut contacts = known.client.contacts.iter();
    let found = contacts.find(|contact| contact.address.as_str() == went_to);
    found
        .map(|contact| contact.address.clone())
        .ok_or(Refusal::Ended)
}

/// The message of a link that is its client's own, and no deputy's.
async fn own(tx: &mut Tx, message: MessageId) -> Result<NotifiedMessage, Refusal> {
    let told = refusal::told(tx, message).await?;
    match told.for_client {
        None => Ok(told),
        Some(_) => Err(Refusal::Nothing),
    }
}

/// The client whose form it is, in a transaction that may change something for them.
async fn owner(web: &Web, token: &str, visitor: Visitor) -> Result<(Tx, NotifiedMessage), Refusal> {
    let message = refusal::message_of(web, token, visitor)?;
    let mut tx = web.store.write().await?;
    let told = own(&mut tx, message).await?;
    Ok((tx, told))
}

/// Back to the page, which says what was done.
fn back(done: Result<YoursDone, Refusal>) -> Response {
    match done {
        Ok(done) => {
            let location = format!("yours?done={}", done.word());
            page::guarded((StatusCode::SEE_OTHER, [(header::LOCATION, location)]))
        }
        Err(refusal) => refusal.shown(),
    }
}

/// What somebody typed as a number or a mailbox.
fn address(web: &Web, text: &str) -> Option<Address> {
    let channel = match text.contains('@') {
        true => Channel::Email,
        false => Channel::Sms,
    };
    Address::parse(channel, text.trim(), &web.phones).ok()
}
