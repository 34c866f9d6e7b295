//! Who is asking, as far as one request shows: what `track` needs to judge a hit.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::track::recent::Network;
use crate::track::verdict::{Judgement, Signs, at_sight};
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
                bodiless: matches!(parts.method, Method::HEAD | Method::OPTIONS),
                prefetch: is_prefetch(&parts.headers),
                agent: text(&parts.headers, header::USER_AGENT.as_str()),
            }),
            network: Network::of(web.door.caller(&parts.extensions, &parts.headers)),
            from_elsewhere: !matches!(site, "" | "same-origin" | "none"),
        })
    }
}

/// Browsers, mail programs and proxies have said it in these ways over the years.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .into_iter()
        .map(|name| text(headers, name))
        .any(|value| {
            ["prefetch", "preview", "prerender"]
                .iter()
                .any(|word| value.contains(word))
        })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
