//! `POST /s/{token}/deputy`, `/deputy-code`, `/deputy-end`: a client has somebody get the copy of what they
//! are told. Whoever it is gives the client the code that was sent to them, and so agrees. To have somebody
//! get it instead takes a mandate that staff have seen. The client's own addresses are refused: a copy that
//! comes to the same hands is none, and whose word a STOP from there is could not be told.

use axum::extract::State;
use axum::response::Response;

use super::contacts::CodeForm;
use super::words::YoursDone;
use super::{address, back, owner, went_to};
use crate::domain::ClientId;
use crate::domain::deputy::{CodePurpose, DeputyMode, OWN_WISH};
use crate::domain::limits::NAME;
use crate::store::Tx;
use crate::store::access::audit::AuditEntry;
use crate::store::people::deputies::NewDeputy;
use crate::text::sanitize;
use crate::web::Web;
use crate::web::actions::codes::{self, CodeWish};
use crate::web::actions::deputies;
use crate::web::actions::letters::{self, Letter};
use crate::web::public::refusal::Refusal;
use crate::web::public::visitor::Visitor;
use crate::web::request::extract::{Form, Path};

/// Who entered a deputy that the client named.
pub(super) const BY_CLIENT: &str = "client";

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::web::public) struct DeputyForm {
    name: String,
    address: String,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::web::public) struct EndForm {
    deputy: String,
}

/// Sends a code to whoever is to get the copy.
pub(in crate::web::public) async fn ask(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<DeputyForm>,
) -> Response {
    back(asked(&web, &token, visitor, &form).await)
}

async fn asked(
    web: &Web,
    token: &str,
    visitor: Visitor,
    form: &DeputyForm,
) -> Result<YoursDone, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let name: String = sanitize::line(&form.name).chars().take(NAME).collect();
    let name = name.trim();
    let address = address(web, &form.address).filter(|_| !name.is_empty());
    let Some(address) = address else {
        return Ok(YoursDone::NoAddress);
    };
    let record = tx.clients().record(told.client).await?;
    if deputies::has(&record.client, &address) {
        return Ok(YoursDone::OwnAddress);
    }
    if deputies::check_room(&mut tx, told.client, &address)
        .await
        .is_err()
    {
        return Ok(YoursDone::TooMany);
    }
    let own = went_to(&mut tx, &told, &record).await?;
    let known = record.client;
    let wish = CodeWish {
        client: told.client,
        purpose: CodePurpose::Deputy,
        address: &address,
        own: Some(&own),
        asker: &known.name,
        name: Some(name),
        locale: &known.locale,
    };
    let asked = codes::ask(web, &mut tx, &wish).await?;
    tx.commit().await?;
    Ok(asked.into())
}

/// The deputy's code was typed: the copy goes there from the next message on.
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
    let kind = (client, CodePurpose::Deputy);
    let Some(right) = codes::typed(web, &mut tx, kind, code).await? else {
        tx.commit().await?;
        return Ok(YoursDone::WrongCode);
    };
    let known = tx.clients().record(client).await?.client;
    if deputies::has(&known, &right.address) {
        tx.commit().await?;
        return Ok(YoursDone::OwnAddress);
    }
    if deputies::check_room(&mut tx, client, &right.address)
        .await
        .is_err()
        || is_known(&mut tx, client, right.address.as_str()).await?
    {
        tx.commit().await?;
        return Ok(YoursDone::TooMany);
    }
    let new = NewDeputy {
        client,
        name: right.name.as_deref().unwrap_or_default(),
        locale: &known.locale,
        address: &right.address,
        proven: true,
        mode: DeputyMode::Copy,
        topics: &[],
        cases: &[],
        mandate: OWN_WISH,
        given_by: BY_CLIENT,
        until: None,
    };
    let now = web.clock.now();
    let (deputy, _) = tx.deputies().put(&new, now, &*web.ids).await?;
    letters::tell(web, &mut tx, client, Letter::DeputyAdded, |_| true).await?;
    note(web, &mut tx, client, deputy, "client.deputy_put").await?;
    tx.commit().await?;
    Ok(YoursDone::DeputyAdded)
}

/// Whether somebody acts at this address whom staff entered: a client's wish takes no mandate's place.
async fn is_known(tx: &mut Tx, client: ClientId, address: &str) -> Result<bool, Refusal> {
    let all = tx.deputies().of_client(client).await?;
    Ok(all.iter().any(|one| {
        let there = one.address.as_deref() == Some(address);
        there && one.ended_at.is_none() && one.given_by != BY_CLIENT
    }))
}

/// Ends what the client began. What is no deputy of theirs, or was entered by staff, is not there.
pub(in crate::web::public) async fn end(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<EndForm>,
) -> Response {
    back(ended(&web, &token, visitor, &form.deputy).await)
}

async fn ended(
    web: &Web,
    token: &str,
    visitor: Visitor,
    deputy: &str,
) -> Result<YoursDone, Refusal> {
    let (mut tx, told) = owner(web, token, visitor).await?;
    let id = deputy.parse().ok().map(ClientId::new);
    let all = tx.deputies().of_client(told.client).await?;
    let theirs = all
        .iter()
        .find(|one| Some(one.id) == id && one.given_by == BY_CLIENT)
        .ok_or(Refusal::Nothing)?;
    // A form that was sent twice finds it ended.
    if theirs.ended_at.is_none() {
        deputies::over(web, &mut tx, theirs, BY_CLIENT).await?;
        note(web, &mut tx, told.client, theirs.id, "client.deputy_ended").await?;
        tx.commit().await?;
    }
    Ok(YoursDone::DeputyEnded)
}

async fn note(
    web: &Web,
    tx: &mut Tx,
    client: ClientId,
    deputy: ClientId,
    action: &str,
) -> Result<(), Refusal> {
    let (subject, detail) = (format!("client:{client}"), format!("deputy {deputy}"));
    let entry = AuditEntry::new(BY_CLIENT, action, &subject).with(&detail);
    Ok(web.audit(tx, &entry).await?)
}
