//! Who is asking, as far as one request shows: what `track` needs to judge a hit.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::track::recent::Network;
use crate::track::verdict::{Judgement, Signs, at_sight};

#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    /// What the request shows by itself.
    pub(super) sight: Judgement,
    /// Where it came from, when that says anything.
    pub(super) network: Option<Network>,
    /// A page elsewhere sent it: a form of ours would not.
    pub(super) from_elsewhere: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let site = text(&parts.headers, "sec-fetch-site");
        Ok(Self {
            sight: at_sight(Signs {
                bodiless: matches!(parts.method, Method::HEAD | Method::OPTIONS),
                prefetch: is_prefetch(&parts.headers),
                agent: text(&parts.headers, header::USER_AGENT.as_str()),
            }),
            network: address(parts).and_then(Network::of),
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

/// The peer; behind a proxy of ours, the last address that proxy saw. Earlier entries of
/// `X-Forwarded-For` are the caller's own invention.
fn address(parts: &Parts) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    if Network::of(peer.ip()).is_some() {
        return Some(peer.ip());
    }
    let forwarded = text(&parts.headers, "x-forwarded-for");
    forwarded.rsplit(',').next()?.trim().parse().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
