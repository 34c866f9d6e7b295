//! `POST /s/{token}/contact` and `/contact-code`: a client adds or changes a number or a mailbox. It counts
//! once two codes were typed: the one that was sent there, and the one that went to where the client is written
//! to already, so that a link alone diverts nothing. It comes first among those of its channel from then on; which
//! channel goes before stays as it was chosen. The client is told by every address they had before.

use axum::extract::State;
use axum::response::Response;

use super::words::YoursDone;
use super::{address, back, owner, went_to};
use crate::domain::Address;
use crate::domain::deputy::CodePurpose;
use crate::domain::limits::CONTACTS;
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::actions::codes::{self, CodeWish};
use crate::web::actions::deputies;
use crate::web::actions::letters::{self, Letter};
use crate::web::public::refusal::Refusal;
use crate::web::public::visitor::Visitor;
use crate::web::request::extract::{Form, Path};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::web::public) struct AddressForm {
    address: String,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::web::public) struct CodeForm {
    code: String,
    /// The digits that went to where the client is written to already.
    own: String,
}

impl CodeForm {
    pub(super) fn digits(&self) -> String {
        format!("{}{}", self.code, self.own)
    }
}

/// Sends a code to an address that is to be the client's.
pub(in crate::web::public) async fn ask(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<AddressForm>,
) -> Response {
    back(asked(&web, &token, visitor, &form.address).await)
}

async fn asked(web: &Web, token: &str, visitor: Visitor, text: &str) -> Result<YoursDone, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let Some(address) = address(web, text) else {
        return Ok(YoursDone::NoAddress);
    };
    let record = tx.clients().record(told.client).await?;
    let own = went_to(&mut tx, &told, &record).await?;
    let known = record.client;
    if known.contacts.len() >= CONTACTS {
        return Ok(YoursDone::TooMany);
    }
    if deputies::act_at(&mut tx, told.client, &address).await? {
        return Ok(YoursDone::OfDeputy);
    }
    let wish = CodeWish {
        client: told.client,
        purpose: CodePurpose::Contact,
        address: &address,
        own: Some(&own),
        asker: &known.name,
        name: None,
        locale: &known.locale,
    };
    let asked = codes::ask(web, &mut tx, &wish).await?;
    tx.commit().await?;
    Ok(asked.into())
}

/// The code was typed: the address is the client's.
pub(in crate::web::public) async fn prove(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<CodeForm>,
) -> Response {
    back(proven(&web, &token, visitor, &form.digits()).await)
}

async fn proven(
    web: &Web,
    token: &str,
    visitor: Visitor,
    code: &str,
) -> Result<YoursDone, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let client = told.client;
    let kind = (client, CodePurpose::Contact);
    let Some(right) = codes::typed(web, &mut tx, kind, code).await? else {
        tx.commit().await?;
        return Ok(YoursDone::WrongCode);
    };
    if deputies::act_at(&mut tx, client, &right.address).await? {
        tx.commit().await?;
        return Ok(YoursDone::OfDeputy);
    }
    let others = |address: &Address| *address != right.address;
    letters::tell(web, &mut tx, client, Letter::ContactAdded, others).await?;
    let now = web.clock.now();
    tx.codes()
        .prove(client, &right.address, now, &*web.ids)
        .await?;
    let subject = format!("client:{client}");
    let detail = right.address.channel().as_str();
    let entry = AuditEntry::new("client", "contact.proven", &subject).with(detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(YoursDone::ContactAdded)
}
