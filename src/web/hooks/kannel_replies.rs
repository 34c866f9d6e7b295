//! What clients write back, brought by Kannel (user guide, "SMS-service"): the `get-url` of its service
//! for everything that comes in.
//!
//! The address has a secret of its own (`reply_secret` of the provider); nothing is read before it is
//! right. Kannel repeats what is not answered with 200 where it is told to (`http-request-retry`), under
//! the same id. The answer has no text: Kannel would send it to the client.
//!
//! Kannel passes a text on as it came: in UTF-8, or in what the parameter `charset` says. Its `%b` is the
//! whole text; `%a` takes blanks together, also those inside of a letter that has two bytes.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, WINDOWS_1252};
use percent_encoding::percent_decode;

use crate::domain::limits::{INBOUND_QUERY_BYTES, INBOUND_SMS_BYTES, INBOUND_SMS_ID};
use crate::web::Web;
use crate::web::inbound::{self, InboundSms};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// `GET|POST /hooks/kannel/{provider}/reply/{secret}`.
pub(super) async fn reply(
    State(web): State<Web>,
    Path((provider, secret)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    if !web.door.replies.is_right(&provider, &secret) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match take(&web, &provider, uri.query().unwrap_or_default()).await {
        // Whoever wrote: whether a number is a client's is nobody's business.
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn take(web: &Web, provider: &str, query: &str) -> Result<(), Problem> {
    let text = KannelText::read(query)?;
    let sms = InboundSms {
        provider,
        id: &text.id,
        from: &text.from,
        text: &text.text,
    };
    inbound::take(web, &sms).await?;
    Ok(())
}

/// What Kannel filled in.
#[derive(Debug, PartialEq, Eq)]
struct KannelText {
    /// `%I`.
    id: String,
    /// `%p`.
    from: String,
    /// `%b`, by what `%C` and `%c` say of it.
    text: String,
}

impl KannelText {
    fn read(query: &str) -> Result<Self, Problem> {
        if query.len() > INBOUND_QUERY_BYTES {
            return Err(too_long());
        }
        let field = |name: &str| bytes_of(query, name);
        let plain = |name: &str| {
            let bytes = field(name).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let id = plain("id");
        if !is_id(&id) {
            return Err(Problem::field(
                "/id",
                format!(
                    "`id` is Kannel's name for the text (`%I`): 1 to {INBOUND_SMS_ID} letters, digits \
                     and hyphens"
                ),
            ));
        }
        let Some(written) = field("text") else {
            let detail = "`text` is missing: write `text=%b` into the `get-url`";
            return Err(Problem::field("/text", detail));
        };
        let text = decoded(&written, &plain("charset"), &plain("coding"));
        if text.len() > INBOUND_SMS_BYTES {
            return Err(too_long());
        }
        let from = plain("from");
        Ok(Self { id, from, text })
    }
}

fn too_long() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("`text` has more than {INBOUND_SMS_BYTES} bytes: no handset sends so much"),
    )
}

fn is_id(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=INBOUND_SMS_ID).contains(&id.len()) && id.chars().all(fits)
}

/// The bytes of a parameter: they need not be UTF-8.
fn bytes_of(query: &str, name: &str) -> Option<Vec<u8>> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(its, _)| *its == name)?;
    let value = value.replace('+', " ");
    Some(percent_decode(value.as_bytes()).collect())
}

/// A text as its letters. What is not what it is said to be is read as well as can be: a wrong accent is
/// better than a client whom nobody hears.
fn decoded(bytes: &[u8], charset: &str, coding: &str) -> String {
    let named = Encoding::for_label(charset.as_bytes());
    let encoding = match (named, coding) {
        (Some(encoding), _) => encoding,
        (None, "2") => UTF_16BE,
        // Kannel's own words, such as `8-BIT`.
        (None, _) => UTF_8,
    };
    let strict = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text = match strict {
        Some(text) => text,
        None => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Kannel 1.4.5 writes it.
    const COMMON: &str = "from=%2B390000000401&to=13013&id=3e14206c-60e3-41b8-a9d5-0fe486a36db9&\
                          at=1796084549&smsc=FAKE";

    fn text(rest: &str) -> String {
        KannelText::read(&format!("{COMMON}&{rest}")).unwrap().text
    }

    #[test]
    fn a_text_is_read_in_whatever_it_comes() {
        let utf8 = "text=perch%C3%A9+no+%E2%82%AC+%F0%9F%98%80+%C3%A8&charset=UTF-8&coding=0";
        assert_eq!(text(utf8), "perché no € 😀 è");
        let wide = "text=%00S%D8%3D%DE%00%00%EC+%AC&charset=UTF-16BE&coding=2";
        assert_eq!(text(wide), "S😀ì€");
        assert_eq!(text("text=%00S%00%EC&coding=2"), "Sì");
        assert_eq!(text("text=S%EC&charset=ISO-8859-1&coding=0"), "Sì");
        assert_eq!(text("text=STOP+!&charset=8-BIT&coding=1"), "STOP !");
        assert_eq!(text("text=S%EC&charset=UTF-8"), "Sì", "it is not UTF-8");
        assert_eq!(text("text="), "");
        let read = KannelText::read(&format!("{COMMON}&text=a")).unwrap();
        assert_eq!(read.from, "+390000000401");
        assert_eq!(read.id, "3e14206c-60e3-41b8-a9d5-0fe486a36db9");
    }

    #[test]
    fn what_is_missing_or_too_long_is_said() {
        let wrong = |query: &str| {
            let problem = KannelText::read(query).unwrap_err();
            (problem.status.as_u16(), problem.pointer.unwrap_or_default())
        };
        assert_eq!(wrong(""), (400, "/id".to_owned()));
        assert_eq!(wrong("id=%2Fetc&text=a"), (400, "/id".to_owned()));
        assert_eq!(wrong("id=1"), (400, "/text".to_owned()));
        let long = "a".repeat(10_000);
        assert_eq!(wrong(&format!("id=1&text={long}")), (413, String::new()));
        let longer = "a".repeat(100_000);
        assert_eq!(wrong(&format!("id=1&text={longer}")), (413, String::new()));
    }
}
