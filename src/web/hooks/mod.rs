//! What providers call back: one file per provider kind, each turning its own words into
//! receipts. A call is answered 200 only once its receipt is durable, 503 when the store cannot
//! take it (providers repeat), and 404 without detail when its token is not ours.

use axum::routing::get;

use crate::web::Web;

pub mod kannel;

/// The routes of this part.
pub fn routes() -> axum::Router<Web> {
    axum::Router::new().route(
        "/hooks/kannel/{provider}/{token}",
        get(kannel::report).post(kannel::report),
    )
}
