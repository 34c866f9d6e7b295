//! The API under `/v1`: one folder per resource, one file per verb. The table below says who may;
//! keys are checked by `auth::keys`, bodies read by `web::request`, lists cut into pages by `page`. What
//! comes in is made into the words of `domain` by `intake`; what goes out is what `store` keeps.

use crate::domain::api_key::Scope::{
    CasesRead, CasesWrite, ClientsRead, ClientsWrite, EventsRead, EventsWrite, FeedRead,
    IncidentsRead, IncidentsWrite, MessagesRead, MessagesWrite, RepliesRead, RepliesWrite,
    SourcesRead, SourcesWrite, StatsRead, WebhooksRead, WebhooksWrite,
};
use crate::web::routes::{Access, Routes};

mod areas;
mod cases;
mod clients;
mod conversations;
mod described;
mod docs;
mod events;
mod feed;
mod forwardings;
mod health;
mod incidents;
mod insight;
mod messages;
mod metrics;
mod page;
mod rectifications;
mod rules;
mod sources;
mod stats;
mod webhooks;

/// Pages of a list.
const PAGE: &[&str] = &["limit", "after"];

/// How this node does, which every node that listens says.
pub(super) fn health_routes() -> Routes {
    Routes::default()
        .get("/healthz", Access::Anyone, health::alive)
        .get("/readyz", Access::Anyone, health::ready)
}

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let key = Access::key;
    let read = &[MessagesRead];
    let sends = &[EventsWrite, CasesWrite, IncidentsWrite];
    Routes::default()
        .get("/metrics", Access::Anyone, metrics::get)
        // What may be asked is no secret: it tells of nobody.
        .get("/docs", Access::Anyone, docs::list)
        .get("/docs/{part}", Access::Anyone, docs::part)
        .get("/v1/openapi.json", Access::Anyone, described::get::get)
        .get("/v1/stats", key(&[StatsRead]).asking(stats::QUERY), stats::get)
        .get("/v1/insight", key(&[StatsRead]).asking(insight::summary::QUERY), insight::summary::get)
        .get("/v1/insight/satisfaction", key(&[StatsRead]).asking(insight::summary::QUERY), insight::satisfaction::get)
        .get("/v1/insight/unread", key(&[ClientsRead]).asking(insight::unread::QUERY), insight::unread::get)
        .get("/v1/reachability", key(&[StatsRead]).asking(insight::reach::QUERY), insight::reach::get)
        .get("/v1/contacts-per-day", key(&[StatsRead]).asking(insight::summary::QUERY), insight::calls::get)
        // Who knows how cases go knows how many ask about them.
        .put("/v1/contacts-per-day", key(&[CasesWrite]), insight::calls::put)
        // Code by code one could ask who is a client.
        .post("/v1/reachability", key(&[ClientsRead]), insight::reach::post)
        // Which events a key may send is decided by their types.
        .post("/v1/events", key(sends), events::send::post)
        .get("/v1/events", key(&[EventsRead, MessagesRead]).asking(PAGE), events::list::get)
        .get("/v1/feed", key(&[FeedRead]).asking(feed::QUERY), feed::get)
        .get("/v1/webhooks", key(&[WebhooksRead]), webhooks::list::get)
        .get("/v1/webhooks/{name}", key(&[WebhooksRead]), webhooks::list::one)
        .put("/v1/webhooks/{name}", key(&[WebhooksWrite]), webhooks::put::put)
        .delete("/v1/webhooks/{name}", key(&[WebhooksWrite]), webhooks::delete::delete)
        // `{name}:replay`, as below.
        .post("/v1/webhooks/{name}", key(&[WebhooksWrite]), webhooks::replay::post)
        .get("/v1/clients", key(&[ClientsRead]).asking(clients::list::QUERY), clients::list::get)
        .post("/v1/clients:import", key(&[ClientsWrite]), clients::import::post)
        .get("/v1/clients/{ref}", key(&[ClientsRead]), clients::get::get)
        .put("/v1/clients/{ref}", key(&[ClientsWrite]), clients::put::put)
        .delete("/v1/clients/{ref}", key(&[ClientsWrite]), clients::delete::delete)
        .delete("/v1/clients/{ref}/suppressions/{channel}", key(&[ClientsWrite]), clients::lift::delete)
        .get("/v1/clients/{ref}/deputies", key(&[ClientsRead]), clients::deputies::get)
        .put("/v1/clients/{ref}/deputies", key(&[ClientsWrite]), clients::deputies::put)
        .delete("/v1/clients/{ref}/deputies/{deputy}", key(&[ClientsWrite]), clients::deputies::delete)
        .get("/v1/cases", key(&[CasesRead]).asking(cases::list::QUERY), cases::list::get)
        .get("/v1/cases/{ref}", key(&[CasesRead]), cases::get::get)
        .put("/v1/cases/{ref}", key(&[CasesWrite]), cases::put::put)
        .get("/v1/conversations", key(&[RepliesRead]).asking(conversations::list::QUERY), conversations::list::get)
        .get("/v1/conversations/{id}", key(&[RepliesRead]), conversations::get::get)
        .post("/v1/conversations/{id}", key(&[RepliesWrite]), conversations::post::post)
        .get("/v1/forwardings", key(&[RepliesRead]).asking(PAGE), forwardings::list::get)
        .post("/v1/forwardings", key(&[RepliesWrite]), forwardings::post::post)
        .get("/v1/incidents", key(&[IncidentsRead]).asking(PAGE), incidents::list::get)
        .post("/v1/incidents:preview", key(&[IncidentsRead]), incidents::preview::post)
        .get("/v1/incidents/{ref}", key(&[IncidentsRead]), incidents::get::get)
        .post("/v1/rectifications", key(&[MessagesWrite]), rectifications::post)
        .get("/v1/areas", key(&[IncidentsRead]).asking(PAGE), areas::get)
        .get("/v1/rules", key(&[StatsRead]), rules::list::get)
        // Whom it would tell says who is a client.
        .post("/v1/rules/try", key(&[ClientsRead]), rules::trial::post)
        .post("/v1/rules/replay", key(&[ClientsRead]), rules::replay::post)
        .get("/v1/sources", key(&[SourcesRead]), sources::list::get)
        // Whoever posts has no key of ours, but a secret of the source's own.
        .post("/v1/sources/{name}", Access::Signed, sources::receive::post)
        .get("/v1/sources/{name}/dead", key(&[SourcesRead]), sources::dead::get)
        .post("/v1/sources/{name}/dead:replay", key(&[SourcesWrite]).asking(sources::replay::QUERY), sources::replay::post_all)
        // `{id}:replay`, as below.
        .post("/v1/sources/{name}/dead/{id}", key(&[SourcesWrite]), sources::replay::post)
        .delete("/v1/sources/{name}/dead/{id}", key(&[SourcesWrite]), sources::forget::delete)
        .get("/v1/messages", key(read).asking(messages::list::QUERY), messages::list::get)
        .post("/v1/messages", key(&[MessagesWrite]), messages::send::post)
        .get("/v1/messages/{id}", key(read), messages::get::get)
        // The verb is part of the last segment: `{id}:cancel`.
        .post("/v1/messages/{id}", key(&[MessagesWrite]), messages::cancel::post)
        // `{evidence}:invalidate`, as above.
        .post("/v1/messages/{id}/evidence/{evidence}", key(&[MessagesWrite]), messages::evidence::post)
}
