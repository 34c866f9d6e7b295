//! What the platform says when it is asked: `GET /sms/{order_id}` for what became of an SMS, and
//! `GET /srsmshistory` for what clients wrote. The other call for these, `/newsrsmsmessage`, says each text
//! once and forgets it, also where the answer is lost; this one can be asked again, and a text that comes
//! twice is known by its name.
//!
//! How a text is written down there is not documented: a list, by itself or in a document, of entries with
//! a name, a sender and a text, each under one of the keys below.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::BAD_NUMBERS;
use super::receipt::receipt_kind;
use crate::channel::callback::{HandsetText, ProviderReport, ReportSubject};
use crate::channel::caller::{HttpAnswer, word};
use crate::channel::{Reference, SendError, TextPage};
use crate::domain::Timestamp;
use crate::domain::limits::INBOUND_SMS_ID;
use crate::text::base32;

/// Texts of one page: they fit into what is read of an answer.
const PAGE: usize = 50;

const NAMES: [&str; 5] = ["id", "id_message", "idMessage", "message_id", "messageId"];
const SENDERS: [&str; 4] = ["sender", "from", "originator", "source"];
const TEXTS: [&str; 4] = ["message", "text", "textMessage", "body"];

/// The path of a page of texts.
pub(super) fn texts_since(since: Timestamp, page: u32) -> String {
    let from = since.to_utc().format("%Y%m%d%H%M%S");
    format!("srsmshistory?from={from}&timezone=UTC&pageNumber={page}&pageSize={PAGE}")
}

/// What became of an SMS. None: the platform does not know it, or uses a word that it has invented since.
pub(super) fn status_of(
    answer: &HttpAnswer,
    reference: &Reference,
) -> Result<Option<ProviderReport>, SendError> {
    let json = answer.json().filter(Value::is_object);
    let Some(json) = json else {
        return Err(unreadable(answer));
    };
    if answer.status == 404 {
        return Ok(None);
    }
    let recipients = json["recipients"].as_array();
    let status = recipients.and_then(|all| all.first()?["status"].as_str());
    let (200, Some(status)) = (answer.status, status) else {
        return Err(unreadable(answer));
    };
    Ok(receipt_kind(status).map(|kind| ProviderReport {
        about: ReportSubject::Name(reference.0.clone()),
        kind,
        code: word(status),
        // Without a zone: it is not known what it means.
        at: None,
        bad_address: BAD_NUMBERS.contains(&status),
    }))
}

/// A page of what clients wrote. An entry that has no sender or no text is nobody's.
pub(super) fn page_of(answer: &HttpAnswer) -> Result<TextPage, SendError> {
    let json = answer.json().filter(|_| answer.status == 200);
    let entries = json.as_ref().and_then(entries);
    let Some(entries) = entries else {
        return Err(unreadable(answer));
    };
    Ok(TextPage {
        texts: entries.iter().filter_map(text_of).collect(),
        is_full: entries.len() >= PAGE,
    })
}

fn entries(json: &Value) -> Option<&Vec<Value>> {
    let inside = || json.as_object()?.values().find_map(Value::as_array);
    json.as_array().or_else(inside)
}

fn text_of(entry: &Value) -> Option<HandsetText> {
    let from = first(entry, &SENDERS)?;
    let text = first(entry, &TEXTS)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name = first(entry, &NAMES);
    let name =
        name.filter(|name| (1..=INBOUND_SMS_ID).contains(&name.len()) && name.chars().all(fits));
    Some(HandsetText {
        id: name.unwrap_or_else(|| made_up(entry)),
        from,
        text,
    })
}

fn first(entry: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match &entry[*key] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The same entry is called the same each time that it is brought.
fn made_up(entry: &Value) -> String {
    base32::encode(&Sha256::digest(entry.to_string()))
}

fn unreadable(answer: &HttpAnswer) -> SendError {
    SendError::Unknown {
        stage: "query",
        detail: format!(
            "the platform answered {} in words that are not its own",
            answer.status
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::receipt::ReceiptKind;

    fn answer(status: u16, text: &str) -> HttpAnswer {
        HttpAnswer {
            status,
            retry_after: None,
            text: text.to_owned(),
        }
    }

    fn status(code: u16, text: &str) -> Result<Option<ProviderReport>, SendError> {
        status_of(&answer(code, text), &Reference("araldo-s9".to_owned()))
    }

    #[test]
    fn a_status_is_what_a_call_would_have_said() {
        let said = |word: &str| {
            let text = format!(r#"{{"result":"OK","recipients":[{{"status":"{word}"}}]}}"#);
            status(200, &text).unwrap()
        };
        assert_eq!(said("DLVRD").unwrap().kind, ReceiptKind::Delivered);
        assert!(said("UNKNRCPT").unwrap().bad_address);
        assert_eq!(said("NEWS"), None);
        assert_eq!(status(404, r#"{"result":"Order not found"}"#), Ok(None));
        for (code, text) in [(404, "<html>"), (200, "<html>"), (200, "{}"), (500, "{}")] {
            assert!(status(code, text).is_err(), "{code} {text}");
        }
    }

    #[test]
    fn texts_are_found_under_whichever_key_they_stand() {
        let alone = r#"[{"id":7,"sender":"+39333","message":"STOP"}]"#;
        let inside = r#"{"total":1,"messages":[{"idMessage":"7","from":"+39333","text":"STOP"}]}"#;
        for text in [alone, inside] {
            let page = page_of(&answer(200, text)).unwrap();
            assert!(!page.is_full);
            let [found] = &page.texts[..] else {
                panic!("{page:?}");
            };
            assert_eq!(
                (&*found.id, &*found.from, &*found.text),
                ("7", "+39333", "STOP")
            );
        }
        let nameless = r#"[{"sender":"+39333","message":"NO"},{"message":"of nobody"}]"#;
        let [one, two] = [(); 2].map(|()| page_of(&answer(200, nameless)).unwrap());
        assert_eq!((one.texts.len(), one.texts[0].id.is_empty()), (1, false));
        assert_eq!(one, two);
        for (code, text) in [(200, "<html>"), (500, "[]"), (200, "7")] {
            assert!(page_of(&answer(code, text)).is_err(), "{code} {text}");
        }
    }

    #[test]
    fn a_page_is_asked_for_by_the_time_of_the_world() {
        let since = Timestamp::parse("2026-12-01T10:00:00+01:00").unwrap();
        assert_eq!(
            texts_since(since, 2),
            "srsmshistory?from=20261201090000&timezone=UTC&pageNumber=2&pageSize=50"
        );
    }
}
