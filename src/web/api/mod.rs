//! The API under `/v1`: one folder per resource, one file per verb. Keys are checked by
//! `auth::keys`, bodies read by `body`, lists cut into pages by `page`. What comes in is made
//! into the words of `domain` by `source`; what goes out is what `store` keeps.

use axum::routing::{get, post};

use crate::web::Web;

mod body;
mod cases;
mod clients;
mod events;
mod health;
mod incidents;
mod messages;
mod metrics;
mod page;
mod stats;

/// The routes of this part.
pub fn routes() -> axum::Router<Web> {
    axum::Router::new()
        .route("/v1/stats", get(stats::get))
        .route("/metrics", get(metrics::get))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route(
            "/v1/events",
            post(events::send::post).get(events::list::get),
        )
        .route("/v1/clients", get(clients::list::get))
        .route("/v1/clients:import", post(clients::import::post))
        .route(
            "/v1/clients/{ref}",
            get(clients::get::get)
                .put(clients::put::put)
                .delete(clients::delete::delete),
        )
        .route("/v1/cases", get(cases::list::get))
        .route("/v1/cases/{ref}", get(cases::get::get).put(cases::put::put))
        .route("/v1/incidents", get(incidents::list::get))
        .route("/v1/incidents:preview", post(incidents::preview::post))
        .route("/v1/incidents/{ref}", get(incidents::get::get))
        .route(
            "/v1/messages",
            post(messages::send::post).get(messages::list::get),
        )
        // The verb is part of the last segment: `{id}:cancel`.
        .route(
            "/v1/messages/{id}",
            get(messages::get::get).post(messages::cancel::post),
        )
}
