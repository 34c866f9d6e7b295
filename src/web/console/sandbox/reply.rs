//! `POST /console/sandbox/sms/{address}/reply` and `…/mail/{address}/{id}/reply`: a handset of the sandbox
//! writes back, a mail in a mailbox is answered. The text goes the way of one that a gateway brings
//! (`web::inbound`), the answer the way of a mail that comes back (`track::postbag`); who typed it, is
//! written down.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::channel::sandbox::Body;
use crate::domain::limits::{INBOUND_SMS_BYTES, SANDBOX_ANSWER_BYTES};
use crate::domain::role::Right;
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{in_path, strictly};
use crate::web::inbound::{self, InboundSms};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Who brings what handsets write. No provider can be called so: no name of one has a slash.
const HANDSET: &str = "sandbox/handset";

pub(super) async fn post(
    State(web): State<Web>,
    Path(address): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::HoldHandsets)?;
    let received = web
        .sandbox
        .as_ref()
        .map(|world| world.inbox(&address))
        .unwrap_or_default();
    let is_handset = received
        .first()
        .is_some_and(|newest| matches!(newest.body, Body::Sms(_)));
    if !is_handset {
        return Err(Problem::not_found("handset", &address));
    }
    let text = within(fields.get("text"), INBOUND_SMS_BYTES)?;
    let id = web.ids.next().to_string();
    let sms = InboundSms {
        provider: HANDSET,
        id: &id,
        from: &address,
        text,
    };
    inbound::take(&web, &sms).await?;
    let entry = AuditEntry::new(&person.email, "handset.replied", "sandbox");
    note(&web, &entry).await?;
    Ok(back(format!("/console/sandbox/sms/{}", in_path(&address))))
}

/// What is wrong with an answer is told as it is to people outside: by a mail.
pub(super) async fn mail(
    State(web): State<Web>,
    Path((address, id)): Path<(String, i64)>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::HoldHandsets)?;
    let text = within(fields.get("text"), SANDBOX_ANSWER_BYTES)?;
    let world = web.sandbox.as_ref();
    if !world.is_some_and(|world| world.answer(&address, id, text)) {
        return Err(Problem::not_found(
            "mail that can be answered",
            &id.to_string(),
        ));
    }
    let entry = AuditEntry::new(&person.email, "mailbox.answered", "sandbox");
    note(&web, &entry).await?;
    let mailbox = in_path(&address);
    Ok(back(format!("/console/sandbox/email/{mailbox}?done=sent")))
}

fn within(text: &str, most: usize) -> Result<&str, Problem> {
    match text.len() > most {
        true => Err(Problem::field(
            "/text",
            format!("`text` has more than {most} bytes"),
        )),
        false => Ok(text),
    }
}

async fn note(web: &Web, entry: &AuditEntry<'_>) -> Result<(), StoreError> {
    let mut tx = web.store.write().await?;
    web.audit(&mut tx, entry).await?;
    tx.commit().await
}

fn back(to: String) -> Response {
    strictly((StatusCode::SEE_OTHER, [(header::LOCATION, to)]))
}
