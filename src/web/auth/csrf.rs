//! Forms of the console: only from our own pages, only with the session's word.
//!
//! Two independent walls: the browser's own `Sec-Fetch-Site`, and a secret word in each form.
//! [`Posted`] is the extractor every form's handler takes.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use subtle::ConstantTimeEq as _;

use crate::domain::limits::EDITOR_FORM_BYTES;
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;
use crate::web::request::body;

/// A form sent by a person from one of our own pages.
#[derive(Debug)]
pub struct Posted {
    pub person: Person,
    pub fields: FormFields,
}

/// A form's fields; of a repeated one, the last.
#[derive(Debug, Default)]
pub struct FormFields(BTreeMap<String, String>);

impl FromIterator<(String, String)> for FormFields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl FormFields {
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

    /// What follows a beginning in the names of the fields that were sent, as those of boxes that were
    /// ticked.
    pub fn names_after<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .keys()
            .filter_map(move |name| name.strip_prefix(beginning))
    }
}

impl FromRequest<Web> for Posted {
    type Rejection = Response;
    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let person = Person::from_request_parts(&mut parts, web).await?;
        from_own_page(&parts.headers).map_err(Problem::into_response)?;
        let body = body::read(Request::from_parts(parts, body), EDITOR_FORM_BYTES)
            .await
            .map_err(Problem::into_response)?;
        Self::checked(person, FormFields::parse(&body)).map_err(Problem::into_response)
    }
}

impl Posted {
    /// A form whose fields were read: it must carry the word of the person's session.
    pub(in crate::web) fn checked(person: Person, fields: FormFields) -> Result<Self, Problem> {
        let same: bool = fields
            .get("csrf")
            .as_bytes()
            .ct_eq(person.csrf.as_bytes())
            .into();
        match same {
            true => Ok(Self { person, fields }),
            false => Err(foreign()),
        }
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

/// The same for the form that logs in, which carries no word of a session: a browser that says
/// nothing in `Sec-Fetch-Site` says where the form was in `Origin` or `Referer`, and has to.
/// Otherwise a page elsewhere could log somebody in as somebody else.
pub fn from_own_page_for_sure(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    if headers.contains_key("sec-fetch-site") {
        return from_own_page(headers);
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let from = text(header::ORIGIN).or_else(|| text(header::REFERER));
    let from = from.and_then(|from| url::Url::parse(from).ok());
    let ours = url::Url::parse(public_url).ok();
    let is_ours = |from: &url::Url| {
        let host =
            text(header::HOST).and_then(|host| url::Url::parse(&format!("http://{host}")).ok());
        let same =
            |ours: &url::Url| ours.host_str() == from.host_str() && ours.port() == from.port();
        ours.as_ref()
            .is_some_and(|ours| ours.origin() == from.origin())
            || host.as_ref().is_some_and(same)
    };
    if from.as_ref().is_some_and(is_ours) {
        return Ok(());
    }
    Err(foreign())
}

fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "foreign_form",
        "this form did not come from a page of this session; load the page again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_says_from_which_page_it_comes() {
        let comes = |said: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1:8080".parse().unwrap());
            for (name, value) in said {
                headers.insert(*name, value.parse().unwrap());
            }
            from_own_page_for_sure(&headers, "https://avvisi.example.it").is_ok()
        };
        assert!(comes(&[("sec-fetch-site", "same-origin")]));
        assert!(!comes(&[("sec-fetch-site", "cross-site")]));
        assert!(comes(&[("origin", "https://avvisi.example.it")]));
        assert!(comes(&[("origin", "http://127.0.0.1:8080")]));
        assert!(comes(&[(
            "referer",
            "https://avvisi.example.it/console/login"
        )]));
        for foreign in ["https://evil.example", "http://127.0.0.1:9", "null"] {
            assert!(!comes(&[("origin", foreign)]), "{foreign}");
        }
        assert!(
            !comes(&[]),
            "a browser that says nothing may come from anywhere"
        );
    }
}
