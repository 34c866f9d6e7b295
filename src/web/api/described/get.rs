//! `GET /v1/openapi.json`: the description as it is; the same for everybody, and it tells of nobody.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::described;
use crate::web::problem::Problem;

pub(in crate::web::api) async fn get() -> Result<Response, Problem> {
    let text = described()?.text.as_str();
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
