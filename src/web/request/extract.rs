//! What handlers take out of a request's address and form: `axum`'s extractors, whose refusals are
//! problems here. So each part of `web` says them in its own way: as JSON, as a page of the
//! console, or as a client's note. Bodies that are no forms are read by `body`.

use axum::body::Body;
use axum::extract::{self, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::body;
use crate::domain::limits::FORM_BYTES;
use crate::text::invisible::harmless;
use crate::web::Web;
use crate::web::problem::Problem;

/// The parts of the path that its route leaves open. What cannot be one of them is nowhere.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        match extract::Path::from_request_parts(parts, web).await {
            Ok(extract::Path(open)) => Ok(Self(open)),
            Err(_) => Err(Problem::not_found("page or resource", parts.uri.path())),
        }
    }
}

/// The parameters after the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Problem> {
        match extract::Query::try_from_uri(&parts.uri) {
            Ok(extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(Problem::field("/query", harmless(&error.body_text()))),
        }
    }
}

/// A form that a client sent, of at most [`FORM_BYTES`].
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Web> for Form<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, web: &Web) -> Result<Self, Problem> {
        let mut read = Request::new(Body::empty());
        read.headers_mut().clone_from(request.headers());
        std::mem::swap(read.method_mut(), request.method_mut());
        *read.body_mut() = body::read(request, FORM_BYTES).await?.into();
        match extract::Form::from_request(read, web).await {
            Ok(extract::Form(form)) => Ok(Self(form)),
            Err(error) if error.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Err(Problem::media_type("`application/x-www-form-urlencoded`"))
            }
            Err(error) => Err(Problem::field("", harmless(&error.body_text()))),
        }
    }
}
