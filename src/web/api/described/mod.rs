//! What the API is, as OpenAPI 3.1: for programs at `/v1/openapi.json`, for people at `/docs`.
//!
//! Each resource is described in a file of `parts/`, written by hand and held by tests: `assembly`
//! puts them together with the table of routes, of which it takes who may call and what a query may
//! hold. `notation` is how a schema is written there, `figures` what stands for a limit or a list of
//! words of the code, so that neither is said twice. It decides nothing: handlers and parsers do.

use std::sync::LazyLock;

use serde_json::Value;

use crate::web::api;
use crate::web::problem::Problem;

mod assembly;
mod figures;
pub(super) mod get;
mod notation;

use assembly::{ApiPart, document};

/// Name and text of a file of `parts/`.
macro_rules! part {
    ($name:literal) => {
        ($name, include_str!(concat!("parts/", $name, ".json")))
    };
}

/// What all others share comes first; the others as `/docs` shows them.
const PARTS: [(&str, &str); 13] = [
    part!("common"),
    part!("events"),
    part!("cases"),
    part!("incidents"),
    part!("clients"),
    part!("messages"),
    part!("conversations"),
    part!("forwardings"),
    part!("webhooks"),
    part!("insight"),
    part!("rules"),
    part!("sources"),
    part!("description"),
];

/// Why there is no description: a fault of a part, which every test of it would meet.
#[derive(Debug, thiserror::Error)]
enum DescriptionFault {
    #[error("the part `{part}` is not read: {fault}")]
    Part {
        part: &'static str,
        fault: serde_json::Error,
    },
    #[error("`{0}` is described and is no route")]
    NoRoute(String),
    #[error("`{operation}`: `{parameter}` is described and not taken, or taken and not described")]
    Parameter {
        operation: String,
        parameter: String,
    },
    #[error("`{operation}`: nothing is said of the status {status}")]
    Status {
        operation: String,
        status: &'static str,
    },
    #[error("`{0}` is no limit and no list of words")]
    NoFigure(String),
    #[error("the schema `{0}` is described twice")]
    Twice(String),
}

/// The description, made once.
pub(super) struct ApiDescription {
    pub(super) document: Value,
    /// The same as it is sent.
    pub(super) text: String,
}

static DESCRIBED: LazyLock<Result<ApiDescription, DescriptionFault>> = LazyLock::new(|| {
    let document = document(&read()?, api::routes().table())?;
    let text = document.to_string();
    Ok(ApiDescription { document, text })
});

/// The description of all that this version can be asked.
pub(super) fn described() -> Result<&'static ApiDescription, Problem> {
    LazyLock::force(&DESCRIBED).as_ref().map_err(|fault| {
        tracing::error!(error = %fault, "the description of the API cannot be made");
        Problem::page_failed()
    })
}

fn read() -> Result<Vec<ApiPart>, DescriptionFault> {
    let part = |(part, text): (&'static str, &str)| {
        serde_json::from_str(text).map_err(|fault| DescriptionFault::Part { part, fault })
    };
    PARTS.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_can_be_made() {
        let made = document(&read().unwrap(), api::routes().table());
        let document = made.unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(document["openapi"], "3.1.0");
    }
}
