//! Is the process alive, and can it take events?

use axum::extract::State;
use axum::http::StatusCode;

use crate::store::StoreError;
use crate::web::Web;
use crate::web::problem::Problem;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store can be written. 503 otherwise, so that a load balancer turns to
/// another node. Needs no key, so the store is asked once a second, whoever asks.
pub(super) async fn ready(State(web): State<Web>) -> Result<&'static str, Problem> {
    let asked = async {
        let ready = probe(&web).await;
        if let Err(error) = &ready {
            tracing::warn!(error = %error, "the store cannot be written");
        }
        ready.is_ok()
    };
    match web.door.ready.or(&*web.clock, asked).await {
        true => Ok("ready\n"),
        false => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_ready",
            "the store cannot be written now",
        )),
    }
}

/// Writes a row and takes it back: a transaction that only reads succeeds on a full disk.
async fn probe(web: &Web) -> Result<(), StoreError> {
    let tx = web.store.write().await?;
    tx.probe(web.clock.now()).await
}
