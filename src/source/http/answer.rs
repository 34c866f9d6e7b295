//! What an answer or a silence of a feed means: the body, the word that nothing changed, or a fault
//! that tells whoever set the source up what to look at.

use std::error::Error as _;

use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, LOCATION,
    RETRY_AFTER,
};
use reqwest::{Response, StatusCode};

use super::{FeedBody, FeedValidator, Fetched};
use crate::domain::limits::{FEED_REDIRECTS, FEED_WORDS, SOURCE_BODY};
use crate::source::fault::SourceFault;
use crate::text::sanitize;

/// Longest words of theirs in a fault, in characters.
const QUOTED_WORDS: usize = 60;

/// The body, if that is what came. `asked_for_news`: a validator had been shown.
pub(super) async fn judged(answer: Response, asked_for_news: bool) -> Result<Fetched, SourceFault> {
    match answer.status() {
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {}
        StatusCode::NOT_MODIFIED if asked_for_news => return Ok(Fetched::Unchanged),
        status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
            return Err(elsewhere(&answer));
        }
        status => return Err(refusal(status, answer.headers())),
    }
    let packed = header(answer.headers(), &CONTENT_ENCODING);
    if let Some(packing) = packed.filter(|it| !it.eq_ignore_ascii_case("identity")) {
        let packing = sanitize::excerpt(&packing, QUOTED_WORDS);
        return Err(SourceFault::Unexpected(format!(
            "its answer is packed ({packing}), although it was asked for as it is"
        )));
    }
    let validator = validator(answer.headers());
    let content_type = header(answer.headers(), &CONTENT_TYPE);
    Ok(Fetched::Body(FeedBody {
        bytes: body(answer).await?,
        content_type,
        validator,
    }))
}

/// What it means that no answer came.
pub(super) fn unanswered(error: &reqwest::Error) -> SourceFault {
    if let Some(why) = wrong_certificate(error) {
        return SourceFault::Unexpected(format!("its certificate is not good: {why}"));
    }
    let what = if error.is_timeout() {
        "no whole answer within `timeout`"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    // The first layers only repeat the address, and with it what may be secret.
    SourceFault::Away(match causes(error).last() {
        Some(cause) => format!("{what}: {cause}"),
        None => what.to_owned(),
    })
}

async fn body(mut answer: Response) -> Result<Vec<u8>, SourceFault> {
    let announced = answer.content_length();
    let announced = announced.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > SOURCE_BODY) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unanswered(&error))? {
        if bytes.len() + chunk.len() > SOURCE_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> SourceFault {
    let limit = SOURCE_BODY / (1024 * 1024);
    SourceFault::Unexpected(format!(
        "its answer is larger than {limit} MiB: ask for less, by an address that names a region, a \
         day or a page"
    ))
}

fn refusal(status: StatusCode, headers: &HeaderMap) -> SourceFault {
    let code = status.as_u16();
    match code {
        401 | 403 => SourceFault::Refused(format!(
            "it lets us in no further ({code}); check `headers` and whether this machine's address \
             is allowed"
        )),
        404 | 410 => SourceFault::Refused(format!(
            "there is nothing at this address ({code}); check `url`"
        )),
        408 | 425 | 429 | 500..=599 => SourceFault::Away(match header(headers, &RETRY_AFTER) {
            Some(time) => format!(
                "it answers {code} and asks to be left alone for {}",
                wait(&time)
            ),
            None => format!("it answers {code}"),
        }),
        400..=499 => SourceFault::Refused(format!(
            "it does not take the request ({code}); check `url` and `headers`"
        )),
        _ => SourceFault::Unexpected(format!("it answers {code} where a document should come")),
    }
}

/// `Retry-After` is a number of seconds or a date (RFC 9110 §10.2.3).
fn wait(text: &str) -> String {
    let text = sanitize::excerpt(text, QUOTED_WORDS);
    match text.parse::<u32>() {
        Ok(seconds) => format!("{seconds} seconds"),
        Err(_date) => format!("a while, until {text}"),
    }
}

fn elsewhere(answer: &Response) -> SourceFault {
    let code = answer.status().as_u16();
    let next = header(answer.headers(), &LOCATION);
    let next = next.and_then(|next| answer.url().join(&next).ok());
    let place = match next.as_ref().and_then(|next| next.host_str()) {
        Some(host) => format!(" to {}", sanitize::excerpt(host, QUOTED_WORDS)),
        None => String::new(),
    };
    SourceFault::Unexpected(format!(
        "it sends us on{place} ({code}): to another host, or more than {FEED_REDIRECTS} times; if \
         that is right, write the last address in `url`"
    ))
}

fn validator(headers: &HeaderMap) -> Option<FeedValidator> {
    let short = |text: &String| text.len() <= FEED_WORDS;
    let etag = header(headers, &ETAG).filter(short);
    let last_modified = header(headers, &LAST_MODIFIED).filter(short);
    (etag.is_some() || last_modified.is_some()).then_some(FeedValidator {
        etag,
        last_modified,
    })
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn wrong_certificate(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        let inner = io.and_then(std::io::Error::get_ref);
        let tls = inner
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .or_else(|| cause.downcast_ref());
        match tls {
            Some(rustls::Error::InvalidCertificate(why)) => Some(why.to_string()),
            _ => None,
        }
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16, headers: &HeaderMap) -> SourceFault {
        refusal(StatusCode::from_u16(code).unwrap(), headers)
    }

    #[test]
    fn each_status_says_who_has_to_do_something() {
        let none = HeaderMap::new();
        for code in [400, 401, 403, 404, 410] {
            assert!(
                matches!(said(code, &none), SourceFault::Refused(_)),
                "{code}"
            );
        }
        for code in [408, 429, 500, 502, 503] {
            assert!(matches!(said(code, &none), SourceFault::Away(_)), "{code}");
        }
        for code in [204, 206, 304] {
            assert!(
                matches!(said(code, &none), SourceFault::Unexpected(_)),
                "{code}"
            );
        }
        let mut later = HeaderMap::new();
        later.insert(RETRY_AFTER, "120".parse().unwrap());
        let fault = said(429, &later).to_string();
        assert!(fault.contains("120 seconds"), "{fault}");
    }

    #[test]
    fn a_validator_is_kept_if_it_is_short() {
        let mut headers = HeaderMap::new();
        assert_eq!(validator(&headers), None);
        headers.insert(ETAG, "\"a\"".parse().unwrap());
        let known = validator(&headers).unwrap();
        assert_eq!(known.etag.as_deref(), Some("\"a\""));
        headers.insert(ETAG, "a".repeat(FEED_WORDS + 1).parse().unwrap());
        assert_eq!(validator(&headers), None);
    }
}
