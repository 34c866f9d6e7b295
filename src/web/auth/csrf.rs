//! Forms of the console: only from our own pages, only with the session's word.
//!
//! Two independent walls: the browser's own `Sec-Fetch-Site`, and a secret word in each form.
//! [`Posted`] is the extractor every form's handler takes.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use subtle::ConstantTimeEq as _;

use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

/// A form sent by a person from one of our own pages.
#[derive(Debug)]
pub struct Posted {
    /// Who sent it.
    pub person: Person,
    /// Its fields.
    pub fields: Fields,
}

/// A form's fields; of a repeated one, the last.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field's text; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;
    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let person = Person::from_request_parts(&mut parts, web).await?;
        from_own_page(&parts.headers).map_err(Problem::into_response)?;
        let body = Bytes::from_request(Request::from_parts(parts, body), web)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let fields = Fields::parse(&body);
        let same: bool = fields
            .get("csrf")
            .as_bytes()
            .ct_eq(person.csrf.as_bytes())
            .into();
        if same {
            return Ok(Self { person, fields });
        }
        Err(foreign().into_response())
    }
}

/// Refuses what the browser says comes from another site. Browsers that say nothing pass:
/// the word in the form still holds.
pub fn from_own_page(headers: &HeaderMap) -> Result<(), Problem> {
    match headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok())
    {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(foreign()),
    }
}

fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "foreign_form",
        "this form did not come from a page of this session; load the page again",
    )
}
