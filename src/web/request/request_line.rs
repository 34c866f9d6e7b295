//! The one place where the path and the query of every request are looked at before anything reads
//! them: what no store can hold (a NUL, texts without end) is refused alike whatever the page and
//! whatever the database. The routes ask it (`routes`), but for those with a token: nothing of these
//! is looked up by a text, and a token that is none looks like any other that is none. Bodies are
//! read, and checked, by their handlers.

use axum::http::{StatusCode, Uri};
use percent_encoding::percent_decode_str;

use crate::domain::limits::{ADDRESS_LINE_BYTES, ASKED};
use crate::web::problem::Problem;

/// What is wrong with a request's path and query, if anything.
pub(in crate::web) fn check(uri: &Uri) -> Result<(), Problem> {
    parts(uri.path(), uri.query().unwrap_or_default())
}

fn parts(path: &str, query: &str) -> Result<(), Problem> {
    if path.len() + query.len() > ADDRESS_LINE_BYTES {
        return Err(Problem::new(
            StatusCode::URI_TOO_LONG,
            "uri_too_long",
            format!("path and query are longer than {ADDRESS_LINE_BYTES} bytes"),
        ));
    }
    for part in path.split('/') {
        holdable(part, "/path")?;
    }
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        holdable(name, "/query")?;
        holdable(value, "/query")?;
    }
    Ok(())
}

fn holdable(encoded: &str, pointer: &str) -> Result<(), Problem> {
    if percent_decode_str(encoded).any(|byte| byte == 0) {
        let detail = "a text holds a character NUL (`%00`), which is in no reference and no name";
        return Err(Problem::field(pointer, detail));
    }
    // Encoded it is longer; most texts need not be counted.
    if encoded.len() > ASKED && percent_decode_str(encoded).count() > ASKED {
        let detail = format!("a text is longer than {ASKED} bytes");
        return Err(Problem::field(pointer, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_store_can_hold_does_not_come_in() {
        let long = "x".repeat(ASKED + 1);
        let nul = |path: &str, query: &str| parts(path, query).unwrap_err();
        assert_eq!(nul("/v1/clients/a%00b", "").status, StatusCode::BAD_REQUEST);
        assert_eq!(nul("/v1/clients", "search=a%00").pointer.unwrap(), "/query");
        assert_eq!(nul("/v1/clients", "a%00=b").pointer.unwrap(), "/query");
        assert!(nul(&format!("/{long}"), "").detail.contains("1000 bytes"));
        let longest = "a=b&".repeat(3_000);
        assert_eq!(nul("/", &longest).status, StatusCode::URI_TOO_LONG);
        assert_eq!(
            parts("/v1/clients/C%20%C3%A8", "search=%25&limit=3"),
            Ok(())
        );
        assert_eq!(parts(&format!("/{}", "%20".repeat(ASKED)), ""), Ok(()));
    }
}
