//! `POST /v1/messages/{id}:cancel`: takes back one message that has not left yet.
//!
//! A repeat is harmless. What was handed to a provider cannot be taken back: 409 says where the
//! message stands. A whole event is stopped with `araldo dispatch cancel`.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::MessageState;
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// The verb, as the path ends.
const VERB: &str = ":cancel";

/// Takes it back: 200 with its state.
pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    Path(path): Path<String>,
) -> Result<Json<Value>, Problem> {
    let missing = || Problem::not_found("message", path.trim_end_matches(VERB));
    let id = path.strip_suffix(VERB).ok_or_else(missing)?;
    let id = id.parse().map_err(|_| missing())?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    let state = tx.messages().cancel(id, now).await?;
    if state != MessageState::Cancelled {
        return Err(Problem::conflict(format!(
            "the message is `{state}`: only what is held or queued can be taken back"
        )));
    }
    let (actor, subject) = (caller.actor(), id.to_string());
    let entry = AuditEntry::new(&actor, "message.cancelled", &subject);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Json(json!({ "id": id, "state": state })))
}
