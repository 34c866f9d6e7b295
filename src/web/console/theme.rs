//! The choice of light or dark.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Redirect, Response};

use super::shell::layout::THEME_COOKIE;
use super::shell::strictly;
use crate::web::Web;
use crate::web::auth::cookies;
use crate::web::auth::csrf::Posted;

/// Seconds for which the choice is kept.
const YEAR: i64 = 31_536_000;

/// Only ever to a page of the console: `next` comes from the address line.
pub(crate) fn inside(next: &str) -> &str {
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if plain && next.starts_with("/console/") {
        next
    } else {
        "/console/now"
    }
}

/// `POST /console/theme`: `light`, `dark`, or anything else for the browser's own.
/// Leads back to the page it was chosen on.
pub(crate) async fn post(State(web): State<Web>, headers: HeaderMap, posted: Posted) -> Response {
    let (value, seconds) = match posted.fields.get("theme") {
        "light" => ("light", YEAR),
        "dark" => ("dark", YEAR),
        _ => ("", 0),
    };
    let cookie = cookies::set(&web, THEME_COOKIE, value, seconds);
    strictly(([(header::SET_COOKIE, cookie)], back(&headers)))
}

/// To the page of the console that a form was on.
pub(super) fn back(headers: &HeaderMap) -> Redirect {
    let page = headers
        .get(header::REFERER)
        .and_then(|page| page.to_str().ok());
    let path = page
        .and_then(|page| page.splitn(4, '/').nth(3))
        .unwrap_or_default();
    Redirect::to(inside(&format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leads_outside() {
        assert_eq!(
            inside("/console/messages?state=held"),
            "/console/messages?state=held"
        );
        for outside in [
            "https://evil.example",
            "//evil.example",
            "/console/\r\nx",
            "",
            "/other",
        ] {
            assert_eq!(inside(outside), "/console/now");
        }
    }
}
