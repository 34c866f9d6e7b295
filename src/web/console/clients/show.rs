//! `GET /console/clients/{client}`: one client with everything that decides what they get.
//! Addresses are masked; showing one is a POST of its own and is written down.

use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::why::{Explanation, answer};
use crate::domain::Channel;
use crate::domain::client::Client;
use crate::domain::role::Right;
use crate::store::Tx;
use crate::store::access::audit::AuditEntry;
use crate::store::people::clients::ClientRecord;
use crate::store::people::replies::RepliesTo;
use crate::store::people::suppressions::Suppression;
use crate::store::reports::MessageFilter;
use crate::web::auth::csrf::Posted;
use crate::web::console::cases::CaseLine;
use crate::web::console::messages::MessageLine;
use crate::web::console::replies::{self, ReplyLine};
use crate::web::console::shell::format::plain;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, When, in_path};
use crate::web::console::state::Moment;
use crate::web::extract::{Path, Query};
use crate::web::problem::Problem;

/// What the page of one client is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClientQuery {
    /// A reference: why did, or did not, this client hear of it?
    about: String,
}

/// Cases shown at most.
const CASES: i64 = 100;

/// Places shown at most.
const PLACES: usize = 100;

struct ContactLine {
    id: i64,
    channel: Channel,
    address: String,
    verified: bool,
    shown: bool,
}

#[derive(Template)]
#[template(path = "console/client.html")]
struct ClientPage {
    frame: Frame,
    path: String,
    client: Client,
    may_reveal: bool,
    contacts: Vec<ContactLine>,
    suppressions: Vec<(Channel, String, String, When)>,
    cases: Vec<CaseLine>,
    lines: Vec<MessageLine>,
    answer: Option<Explanation>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
}

pub(crate) async fn get(
    visit: Visit,
    Path(client): Path<String>,
    Query(ClientQuery { about }): Query<ClientQuery>,
) -> Result<Response, Problem> {
    draw(&visit, &client, about.trim(), None).await
}

/// `POST /console/clients/{client}/reveal`: shows one address in clear, once, and writes it down.
pub(crate) async fn reveal(
    visit: Visit,
    Path(client): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Reveal)?;
    let mut tx = visit.web.store.write().await?;
    let shown = contact_of(&mut tx, &client, fields.get("contact")).await?;
    let contact = shown.to_string();
    let entry = AuditEntry::new(&person.email, "contact.revealed", &client).with(&contact);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    draw(&visit, &client, "", Some(shown)).await
}

/// `GET /console/clients/{client}/reveal`: where the page stands that showed an address. Loaded
/// again, it shows the client.
pub(crate) async fn back(Path(client): Path<String>) -> Response {
    shell::strictly(Redirect::to(&format!(
        "/console/clients/{}",
        in_path(&client)
    )))
}

/// The address somebody wants to see, if it is this client's.
async fn contact_of(tx: &mut Tx, client: &str, contact: &str) -> Result<i64, Problem> {
    let ids = tx.clients().get(client).await?.contact_ids;
    let asked: Option<i64> = contact.parse().ok();
    asked
        .filter(|id| ids.contains(id))
        .ok_or_else(|| Problem::not_found("address of this client", contact))
}

async fn draw(
    visit: &Visit,
    client: &str,
    about: &str,
    shown: Option<i64>,
) -> Result<Response, Problem> {
    let now = visit.web.moment();
    let mut tx = visit.web.store.read().await?;
    let mut record = tx.clients().get(client).await?;
    record.client.places.truncate(PLACES);
    let barred = tx.suppressions().of_client(client).await?;
    let filter = MessageFilter {
        client: Some(client.to_owned()),
        ..MessageFilter::default()
    };
    let cases = tx.cases().for_client(client, None, CASES).await?;
    let lines = MessageLine::newest(&mut tx, &filter, now).await?;
    let replies = replies::about(&mut tx, RepliesTo::Client(record.id.get()), now).await?;
    let answer = match about {
        "" => None,
        about => Some(answer(&mut tx, client, about, now).await?),
    };
    drop(tx);
    Ok(shell::page(&ClientPage {
        frame: visit
            .frame(ConsolePart::Clients, record.client.name.as_str())
            .await?,
        path: in_path(client),
        may_reveal: visit.may(Right::Reveal),
        may_answer: visit.may(Right::AnswerReplies),
        replies,
        contacts: contacts(&record, shown),
        suppressions: suppressions(&barred, now),
        cases: CaseLine::all(cases, &visit.web),
        lines,
        answer,
        client: record.client,
    }))
}

fn contacts(record: &ClientRecord, shown: Option<i64>) -> Vec<ContactLine> {
    let contacts = record.contact_ids.iter().zip(&record.client.contacts);
    contacts
        .map(|(id, contact)| {
            let shown = shown == Some(*id);
            ContactLine {
                id: *id,
                channel: contact.address.channel(),
                address: match shown {
                    true => contact.address.as_str().to_owned(),
                    false => contact.address.masked(),
                },
                verified: contact.verified,
                shown,
            }
        })
        .collect()
}

fn suppressions(barred: &[Suppression], now: Moment) -> Vec<(Channel, String, String, When)> {
    barred
        .iter()
        .map(|barred| {
            let since = When::new(barred.created_at, now);
            let (address, reason) = (barred.address.masked(), plain(barred.reason.as_str()));
            (barred.address.channel(), address, reason, since)
        })
        .collect()
}
