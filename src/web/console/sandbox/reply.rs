//! `POST /console/sandbox/sms/{address}/reply`: a handset of the sandbox writes back. Its text goes the
//! way of one that a gateway brings (`web::inbound`); who typed it, is written down.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::channel::sandbox::Body;
use crate::domain::limits::INBOUND_SMS_BYTES;
use crate::domain::role::Right;
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
    let text = fields.get("text");
    if text.len() > INBOUND_SMS_BYTES {
        let detail = format!("`text` has more than {INBOUND_SMS_BYTES} bytes");
        return Err(Problem::field("/text", detail));
    }
    let id = web.ids.next().to_string();
    let sms = InboundSms {
        provider: HANDSET,
        id: &id,
        from: &address,
        text,
    };
    inbound::take(&web, &sms).await?;
    let mut tx = web.store.write().await?;
    let entry = AuditEntry::new(&person.email, "handset.replied", "sandbox");
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    let back = format!("/console/sandbox/sms/{}", in_path(&address));
    Ok(strictly((
        StatusCode::SEE_OTHER,
        [(header::LOCATION, back)],
    )))
}
