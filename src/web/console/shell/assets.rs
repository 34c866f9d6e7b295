//! The stylesheet and the three scripts, from the binary itself. Their address holds a hash of
//! what they are, so that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::web::request::extract::Path;

/// Name, type and text of a file of `assets/console`.
macro_rules! file {
    ($name:literal, $kind:literal) => {
        (
            $name,
            $kind,
            include_str!(concat!("../../../../assets/console/", $name)),
        )
    };
}

const FILES: &[(&str, &str, &str)] = &[
    file!("console.css", "text/css; charset=utf-8"),
    file!("live.js", "text/javascript; charset=utf-8"),
    file!("editor.js", "text/javascript; charset=utf-8"),
    file!("map.js", "text/javascript; charset=utf-8"),
    file!("mark.svg", "image/svg+xml"),
];

static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for (_, _, text) in FILES {
        hasher.update(text.as_bytes());
    }
    let digest = hasher.finalize();
    format!(
        "{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}",
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5]
    )
});

/// The folder all assets are in, changing whenever one of them does.
pub(crate) fn folder() -> &'static str {
    &HASH
}

/// `GET /console/assets/{hash}/{name}`.
pub(crate) async fn get(Path((_, name)): Path<(String, String)>) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(found, _, _)| *found == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, *kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, *text).into_response()
}
