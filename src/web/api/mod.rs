//! To come.

use axum::routing::get;

use crate::web::Web;

pub mod messages;
pub mod stats;

/// The routes of this part.
pub fn routes() -> axum::Router<Web> {
    axum::Router::new()
        .route("/v1/messages", get(messages::list::list))
        .route("/v1/messages/{id}", get(messages::get::get))
        .route("/v1/stats", get(stats::get))
}
