//! `DELETE /v1/clients/{ref}`: erases a client. Nothing more is sent, their links end, and what
//! names them is blanked; a STOP stays with its address. See docs/erasure.md.

use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;

use crate::store::people::erasure::Erasing;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Erases a client: 204, or 404 when there is none.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<StatusCode, Problem> {
    let fresh: [u8; 32] = rand::random();
    let now = web.clock.now();
    let erasing = Erasing {
        now,
        ids: &*web.ids,
        actor: &caller.actor(),
        fresh_pepper: &base64::engine::general_purpose::STANDARD.encode(fresh),
        horizon: web.track.horizon,
    };
    let erased = web.store.erase_client(&reference, &erasing).await?;
    let Some(erased) = erased else {
        return Err(Problem::not_found("client", &reference));
    };
    // It is done, whatever comes now: what cannot be learnt at once, the watcher learns.
    if let Err(error) = web.pages.learn_erased(&web.store, now).await {
        tracing::warn!(
            client.id = %erased.client,
            error = %error,
            "the links of an erased client end in some seconds, not yet"
        );
    }
    tracing::info!(
        client.id = %erased.client,
        messages.withdrawn = erased.cancelled,
        events.blanked = erased.events,
        "a client was erased"
    );
    Ok(StatusCode::NO_CONTENT)
}
