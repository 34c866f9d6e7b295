//! RFC 9457 problem details: what is wrong, where, and what would be right.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::FieldError;
use crate::intake::accept::IntakeError;
use crate::store::StoreError;
use crate::text::invisible::harmless;

/// Seconds a caller should wait before trying again while the store is away.
const RETRY_AFTER: &str = "5";

/// An answer that says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    /// A stable word for programs, such as `invalid_field`.
    pub code: &'static str,
    /// A sentence for people: the field, the value, what would be right.
    pub detail: String,
    /// JSON pointer (RFC 6901) to the field, when there is one.
    pub pointer: Option<String>,
}

impl Problem {
    /// A problem without a pointer.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            pointer: None,
        }
    }

    /// 400 for one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(StatusCode::BAD_REQUEST, "invalid_field", detail)
        }
    }

    /// 403: this key may not say what the pointer names.
    #[must_use]
    pub fn forbidden(code: &'static str, fault: FieldError) -> Self {
        let pointer = (!fault.pointer.is_empty()).then_some(fault.pointer);
        Self {
            pointer,
            ..Self::new(StatusCode::FORBIDDEN, code, fault.detail)
        }
    }

    /// 422: well-formed, and nothing could come of it.
    pub fn unprocessable(
        code: &'static str,
        pointer: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
        }
    }

    /// 503: the store is away, full or read-only.
    #[must_use]
    pub fn away() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store cannot take this now; nothing was changed; try again",
        )
    }

    /// 400: the store will never take it.
    #[must_use]
    pub fn unholdable() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_text",
            "a text holds a character NUL, or is longer than the store can hold; nothing was changed",
        )
    }

    /// 500: a page or an export could not be made.
    #[must_use]
    pub fn page_failed() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "page_failed",
            "this page could not be made; the log says why",
        )
    }

    /// 409.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// 413.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the body is larger than {limit} bytes; send it in parts"),
        )
    }

    /// 415.
    #[must_use]
    pub fn media_type(right: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            format!("the content type must be {right}"),
        )
    }

    /// 404.
    #[must_use]
    pub fn not_found(what: &str, key: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("there is no {what} `{}`", harmless(key)),
        )
    }

    /// When to come again, where that may help.
    pub(in crate::web) fn retry_after(&self) -> Option<HeaderValue> {
        let away = self.status == StatusCode::SERVICE_UNAVAILABLE;
        away.then(|| HeaderValue::from_static(RETRY_AFTER))
    }
}

impl From<FieldError> for Problem {
    fn from(fault: FieldError) -> Self {
        if fault.pointer.is_empty() {
            return Self::new(StatusCode::BAD_REQUEST, "invalid_body", fault.detail);
        }
        Self::field(fault.pointer, fault.detail)
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Conflict { index, .. } => Self {
                pointer: Some(format!("/{index}")),
                ..Self::conflict(error.to_string())
            },
            IntakeError::Store(error) => error.into(),
            IntakeError::NotKept => Self::away(),
            IntakeError::Unholdable => Self::unholdable(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { what, key } => Self::not_found(what, &key),
            error if error.is_unholdable() => Self::unholdable(),
            // The inside of the store is for the log, not for the caller.
            StoreError::Database { .. }
            | StoreError::Inconsistent { .. }
            | StoreError::Unfit(_) => {
                tracing::error!(error = %error, "the store failed a request");
                Self::away()
            }
        }
    }
}

impl IntoResponse for Problem {
    /// The JSON, and beside it the problem itself for who makes a page of it.
    fn into_response(self) -> Response {
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(pointer) = &self.pointer {
            body["pointer"] = pointer.as_str().into();
        }
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, kind, body.to_string()).into_response();
        let headers = response.headers_mut();
        // RFC 9110 §11.6.1, §10.2.3.
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"araldo\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(wait) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, wait);
        }
        response.extensions_mut().insert(self);
        response
    }
}
