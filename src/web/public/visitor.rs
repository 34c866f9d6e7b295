//! Who is asking, as far as one request shows: what `track` needs to judge a hit.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::track::recent::Network;
use crate::track::verdict::{HEADERS, Judgement, Signs, at_sight};
use crate::web::Web;

#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    /// What the request shows by itself.
    pub(super) sight: Judgement,
    /// Where it came from, when that says anything.
    pub(super) network: Option<Network>,
    /// A page elsewhere sent it: a form of ours would not.
    pub(super) from_elsewhere: bool,
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let site = text(&parts.headers, "sec-fetch-site");
        Ok(Self {
            sight: at_sight(Signs {
                method: parts.method.as_str(),
                agent: text(&parts.headers, header::USER_AGENT.as_str()),
                headers: HEADERS.map(|name| text(&parts.headers, name)),
            }),
            network: Network::of(web.door.caller(&parts.extensions, &parts.headers)),
            from_elsewhere: !matches!(site, "" | "same-origin" | "none"),
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
