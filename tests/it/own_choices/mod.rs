//! What a client decides on the page behind the link, beyond a tick in a form: contacts proven by a code,
//! who gets the copy, the copy of one's data, stopping everything. A link alone diverts nothing and shows
//! nothing whole.

mod somebody_else;
mod stopping;

use std::collections::BTreeSet;

use araldo::domain::token::Purpose;
use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::reader::{Answer, LOST, MAIL, PHONE, Reader, TEXT};

on_both_databases!(
    a_new_contact_counts_once_its_code_is_typed_and_the_old_ones_are_told,
    a_contact_that_was_proven_outlives_an_import,
    a_code_cannot_be_guessed_by_trying,
    a_code_is_good_for_a_quarter_of_an_hour_and_once,
    codes_are_bounded_for_a_client_and_for_an_address,
    a_code_is_kept_as_a_hash_alone,
    looking_changes_nothing_and_shows_no_address_whole,
    somebody_gets_the_copy_who_agreed_by_a_code,
    a_deputy_sees_the_matter_and_none_of_the_choices,
    a_copy_of_ones_data_needs_the_code_and_has_what_an_erasure_takes,
    a_consent_is_kept_with_its_proof,
    a_form_from_elsewhere_is_refused,
);

const NEW: &str = "+39 333 000 0999";
const CODES: &str = "SELECT CAST(count(*) AS BIGINT) FROM contact_code";
const COPY: &str = "SELECT text FROM test_send WHERE template = 'contact-code' ORDER BY id";
const CODE_THERE: &str = "SELECT text FROM test_send WHERE template = 'contact-code' \
    AND address = '+393330000999' ORDER BY id";
const CODE_HERE: &str = "SELECT text FROM test_send WHERE template = 'contact-code' \
    AND address <> '+393330000999' ORDER BY id";
const NOTICES: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM test_send WHERE template = 'choices-changed'";
const PROVEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM contact_point WHERE client_id = 7 \
    AND address = '+393330000999' AND verified AND verified_at IS NOT NULL AND position < 0";
const DEPUTIES: &str = "SELECT CAST(count(*) AS BIGINT) FROM deputy WHERE client_id = 7 \
    AND mode = 'copy' AND given_by = 'client' AND ended_at IS NULL";
const STOPS: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";
const MAP: &str = include_str!("../../../docs/erasure.md");

/// What an erasure blanks and a copy does not show, each with the reason.
const NOT_COPIED: [(&str, &str); 5] = [
    (
        "source_dead",
        "records of a system, of several people in one piece",
    ),
    (
        "reconciliation_name",
        "what a system and Araldo have otherwise, until the next night",
    ),
    ("feed", "numbers and states of what stands in the copy"),
    ("console_user", "one of the staff"),
    ("client_word", "the name once more, as it is searched"),
];

fn page(reader: &Reader, message: i64) -> String {
    format!("/s/{}", reader.token(Purpose::Status, &[message]))
}

/// The form of an address, with the signs of forms.
fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

fn done(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").rsplit('=').next().unwrap()
}

/// The six digits that went to the new address, and those that went to the one before.
async fn code(reader: &Reader) -> String {
    let theirs = digits(reader, CODE_THERE).await;
    theirs + &digits(reader, CODE_HERE).await
}

/// The six digits of the last code of a kind that was sent.
async fn digits(reader: &Reader, sent: &'static str) -> String {
    let text = reader.text(sent).await.expect("a code was sent");
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let found = digits.iter().find(|word| word.len() == 6);
    (*found.unwrap_or_else(|| panic!("{text}"))).to_owned()
}

fn another(code: &str) -> String {
    let number: u64 = code.parse().unwrap();
    let width = code.len();
    format!(
        "{:0width$}",
        (number + 1) % 10_u64.pow(u32::try_from(width).unwrap())
    )
}

async fn asked(reader: &Reader, path: &str, address: &str) -> String {
    let answer = reader
        .post(&format!("{path}/contact"), &form(&[("address", address)]))
        .await;
    done(&answer).to_owned()
}

async fn typed(reader: &Reader, path: &str, what: &str, code: &str) -> String {
    let answer = reader
        .post(&format!("{path}/{what}"), &form(&[("code", code)]))
        .await;
    done(&answer).to_owned()
}

async fn a_new_contact_counts_once_its_code_is_typed_and_the_old_ones_are_told(reader: Reader) {
    let path = page(&reader, TEXT);
    assert_eq!(asked(&reader, &path, NEW).await, "sent");
    assert_eq!(reader.number(PROVEN).await, 0);
    let to = "SELECT address FROM test_send WHERE template = 'contact-code' ORDER BY id DESC";
    assert_eq!(reader.text(to).await.as_deref(), Some("+393330000999"));
    // Whoever has the link alone reads only what came to the new address.
    let theirs = digits(&reader, CODE_THERE).await;
    let alone = typed(&reader, &path, "contact-code", &theirs).await;
    assert_eq!(alone, "wrong", "a link that was passed on diverts nothing");
    assert_eq!(reader.number(PROVEN).await, 0);
    assert_eq!(reader.number(NOTICES).await, 0, "nothing is changed yet");
    let code = code(&reader).await;
    assert_eq!(
        typed(&reader, &path, "contact-code", &code).await,
        "contact"
    );
    assert_eq!(reader.number(PROVEN).await, 1);
    // The number and the mailbox that were there, and not the new one.
    assert_eq!(reader.number(NOTICES).await, 2);
    let told = "SELECT CAST(count(*) AS BIGINT) FROM test_send \
                WHERE template = 'choices-changed' AND address = '+393330000999'";
    assert_eq!(reader.number(told).await, 0);
    let shown = reader.get(&format!("{path}/yours")).await.body;
    assert!(shown.contains("+39 333 ••• 0999"), "{shown}");
    assert_eq!(asked(&reader, &path, "118").await, "address");
    assert_eq!(asked(&reader, &path, "<b>@").await, "address");
}

async fn a_contact_that_was_proven_outlives_an_import(reader: Reader) {
    let path = page(&reader, TEXT);
    asked(&reader, &path, NEW).await;
    let code = code(&reader).await;
    typed(&reader, &path, "contact-code", &code).await;
    let described = serde_json::json!({ "client": "C-1001", "name": "Maria Rossi",
        "contacts": [{ "channel": "email", "address": "maria@posta.example" }] });
    let phones = araldo::domain::address::PhonePolicy::default();
    let client = araldo::intake::client::parse(&described, &phones).unwrap();
    let mut tx = reader.store.write().await.unwrap();
    let (now, ids) = (reader.now(), &*reader.ids);
    tx.clients().put(&client, now, ids).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.number(PROVEN).await, 1);
    let all = "SELECT CAST(count(*) AS BIGINT) FROM contact_point WHERE client_id = 7";
    assert_eq!(
        reader.number(all).await,
        2,
        "the number that was not proven is gone"
    );
}

async fn a_code_cannot_be_guessed_by_trying(reader: Reader) {
    let path = page(&reader, TEXT);
    asked(&reader, &path, NEW).await;
    let code = code(&reader).await;
    for wrong in [
        "",
        "000",
        &another(&code),
        &another(&another(&code)),
        "abcdef",
    ] {
        assert_eq!(typed(&reader, &path, "contact-code", wrong).await, "wrong");
    }
    let tries = "SELECT max(tries) FROM contact_code";
    assert_eq!(reader.number(tries).await, 5);
    let right = typed(&reader, &path, "contact-code", &code).await;
    assert_eq!(right, "wrong", "five tries and no more");
    assert_eq!(reader.number(PROVEN).await, 0);
    // A code of another kind is no code.
    let path = page(&reader, MAIL);
    reader.post(&format!("{path}/data"), "").await;
    let of_copy = digits(&reader, COPY).await;
    assert_eq!(
        typed(&reader, &path, "contact-code", &of_copy).await,
        "wrong"
    );
    assert_eq!(
        typed(&reader, &path, "deputy-code", &of_copy).await,
        "wrong"
    );
}

async fn a_code_is_good_for_a_quarter_of_an_hour_and_once(reader: Reader) {
    let path = page(&reader, TEXT);
    asked(&reader, &path, NEW).await;
    let first = code(&reader).await;
    reader.clock.advance(chrono::TimeDelta::minutes(16));
    assert_eq!(typed(&reader, &path, "contact-code", &first).await, "wrong");
    asked(&reader, &path, NEW).await;
    let second = code(&reader).await;
    assert_eq!(
        typed(&reader, &path, "contact-code", &second).await,
        "contact"
    );
    assert_eq!(
        typed(&reader, &path, "contact-code", &second).await,
        "wrong"
    );
}

async fn codes_are_bounded_for_a_client_and_for_an_address(reader: Reader) {
    let path = page(&reader, TEXT);
    for _ in 0..3 {
        assert_eq!(asked(&reader, &path, NEW).await, "sent");
    }
    assert_eq!(
        asked(&reader, &path, NEW).await,
        "many",
        "an address gets three"
    );
    assert_eq!(asked(&reader, &path, "333 000 0998").await, "sent");
    assert_eq!(asked(&reader, &path, "333 000 0997").await, "sent");
    assert_eq!(
        asked(&reader, &path, "333 000 0996").await,
        "many",
        "a client gets five"
    );
    assert_eq!(reader.number(CODES).await, 5);
    // Only the newest waits.
    let waiting = "SELECT CAST(count(*) AS BIGINT) FROM contact_code WHERE used_at IS NULL";
    assert_eq!(reader.number(waiting).await, 1);
}

async fn a_code_is_kept_as_a_hash_alone(reader: Reader) {
    let path = page(&reader, TEXT);
    asked(&reader, &path, NEW).await;
    let code = code(&reader).await;
    let hash = "SELECT code_hash FROM contact_code";
    let hash = reader.text(hash).await.unwrap();
    assert_eq!(hash.len(), 43, "256 bits in base64");
    assert!(!hash.contains(&code));
    let audit = "SELECT coalesce(max(detail), '') FROM audit";
    let noted = reader.text(audit).await.unwrap();
    assert!(!noted.contains("0999") && !noted.contains(&code), "{noted}");
}

async fn looking_changes_nothing_and_shows_no_address_whole(reader: Reader) {
    let path = page(&reader, TEXT);
    for (shown, least) in [("yours", "+39 000 ••• 01"), ("stop-all", "sicurezza")] {
        let page = reader.get(&format!("{path}/{shown}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.length < 30_000, "{} bytes", page.length);
        assert!(page.body.contains(least), "no {least} in {}", page.body);
        for never in ["<script", "maria@posta", "+39000123401", "src=", "http://"] {
            assert!(!page.body.contains(never), "{never} stands in {shown}");
        }
        assert_eq!(page.header("set-cookie"), "");
    }
    let posted = [
        "contact",
        "contact-code",
        "deputy",
        "deputy-code",
        "deputy-end",
        "data",
        "data-code",
    ];
    for form in posted {
        let answer = reader.get(&format!("{path}/{form}")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{form}");
    }
    let sent = "SELECT CAST(count(*) AS BIGINT) FROM test_send";
    let changed = reader.number(CODES).await + reader.number(STOPS).await;
    assert_eq!(changed + reader.number(sent).await, 0);
    let forged = reader.get("/s/AAAAAAAAAAAAAAAAAAAAAAAA/yours").await;
    assert_eq!(forged.status, StatusCode::NOT_FOUND);
}

/// Luca gets the copy.
async fn introduced(reader: &Reader, path: &str) {
    let fields = form(&[("name", "Luca <b>Verdi"), ("address", NEW)]);
    let answer = reader.post(&format!("{path}/deputy"), &fields).await;
    assert_eq!(done(&answer), "sent");
    let code = code(reader).await;
    assert_eq!(typed(reader, path, "deputy-code", &code).await, "deputy");
}

async fn somebody_gets_the_copy_who_agreed_by_a_code(reader: Reader) {
    let path = page(&reader, TEXT);
    introduced(&reader, &path).await;
    assert_eq!(reader.number(DEPUTIES).await, 1);
    assert_eq!(
        reader.number(NOTICES).await,
        2,
        "the client is told by both addresses"
    );
    let text = reader.text(CODE_THERE).await.unwrap();
    assert!(
        text.starts_with("Sportello Energia: Maria vuole farLe avere copia dei suoi messaggi."),
        "it says who asks for what: {text}"
    );
    assert!(!text.contains("Rossi"), "and no more: {text}");
    assert!(text.chars().count() <= 160, "one SMS: {text}");
    let shown = reader.get(&format!("{path}/yours")).await.body;
    assert!(
        shown.contains("Luca &#60;b&#62;Verdi") && shown.contains("Non più a"),
        "{shown}"
    );
    let id = reader.number("SELECT max(id) FROM deputy").await;
    // Another client's link ends nothing, and neither does a number that is none.
    for (whose, which) in [
        (LOST, id.to_string()),
        (TEXT, "12".to_owned()),
        (TEXT, "x".to_owned()),
    ] {
        let path = page(&reader, whose);
        let end = form(&[("deputy", &which)]);
        let answer = reader.post(&format!("{path}/deputy-end"), &end).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{which}");
    }
    assert_eq!(reader.number(DEPUTIES).await, 1);
    let end = form(&[("deputy", &id.to_string())]);
    let answer = reader.post(&format!("{path}/deputy-end"), &end).await;
    assert_eq!(done(&answer), "ended");
    assert_eq!(reader.number(DEPUTIES).await, 0);
    let again = reader.post(&format!("{path}/deputy-end"), &end).await;
    assert_eq!(done(&again), "ended", "sent twice");
    let told = "SELECT CAST(count(*) AS BIGINT) FROM test_send WHERE template = 'deputy-ended'";
    assert_eq!(reader.number(told).await, 1);
    let left = "SELECT CAST(count(*) AS BIGINT) FROM contact_point o JOIN deputy d \
                ON d.id = o.client_id";
    assert_eq!(
        reader.number(left).await,
        0,
        "the address goes with the mandate"
    );
}

async fn a_deputy_sees_the_matter_and_none_of_the_choices(reader: Reader) {
    let path = page(&reader, TEXT);
    introduced(&reader, &path).await;
    // A message of theirs, as the planner writes them.
    let theirs = "UPDATE message SET client_id = (SELECT id FROM deputy), \
                  address = '+393330000999' WHERE id = 1002";
    reader.execute(theirs).await;
    let page = reader.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    for said in ["Pratica PR-2026-00412", "per conto di Maria Rossi"] {
        assert!(page.body.contains(said), "no {said} in {}", page.body);
    }
    assert!(!page.body.contains("/preferences") && !page.body.contains("/yours"));
    let choices = reader
        .post(&format!("{path}/preferences"), "locale=en")
        .await;
    assert_eq!(choices.status, StatusCode::NOT_FOUND);
    for closed in ["yours", "stop-all"] {
        let answer = reader.get(&format!("{path}/{closed}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{closed}");
    }
    let stopped = reader.post(&format!("{path}/stop"), "").await;
    assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.body);
    assert_eq!(reader.number(DEPUTIES).await, 0);
    assert_eq!(reader.number(STOPS).await, 0, "and nobody is silenced");
    assert_eq!(reader.get(&path).await.status, StatusCode::GONE);
}

async fn a_copy_of_ones_data_needs_the_code_and_has_what_an_erasure_takes(reader: Reader) {
    let path = page(&reader, MAIL);
    let answer = reader.post(&format!("{path}/data"), "").await;
    assert_eq!(done(&answer), "sent");
    let to = "SELECT address FROM test_send WHERE template = 'contact-code'";
    assert_eq!(
        reader.text(to).await.as_deref(),
        Some("maria@posta.example")
    );
    let code = digits(&reader, COPY).await;
    let wrong = form(&[("code", &another(&code)), ("form", "json")]);
    let answer = reader.post(&format!("{path}/data-code"), &wrong).await;
    assert_eq!(done(&answer), "wrong");
    let right = form(&[("code", &code), ("form", "json")]);
    let file = reader.post(&format!("{path}/data-code"), &right).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert_eq!(file.header("content-type"), "application/json");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let all: Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(all["client"][0]["name"], "Maria Rossi");
    assert_eq!(all["contact_point"].as_array().unwrap().len(), 2);
    assert_eq!(all["case_file"][0]["ref"], "PR-2026-00412");
    // Each part says in the client's language what it is, beside the name that programs read.
    let titles = all["titles"].as_object().unwrap();
    assert_eq!(titles["contact_point"]["title"], "I Suoi recapiti");
    assert_eq!(titles["contact_point"]["columns"]["address"], "recapito");
    assert_eq!(titles.len() + 1, all.as_object().unwrap().len());
    for (table, told) in titles {
        assert_ne!(&told["title"], table, "a table without a title");
        for (column, title) in told["columns"].as_object().unwrap() {
            assert_ne!(title, column, "a column of {table} without a title");
        }
    }
    for others in ["Luca Bianchi", "+39000123402", "C-1002"] {
        assert!(!file.body.contains(others), "{others} is of somebody else");
    }
    let again = reader.post(&format!("{path}/data-code"), &right).await;
    assert_eq!(done(&again), "wrong", "a code opens one copy");
    let copied: BTreeSet<&str> = all
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let forgotten: Vec<&str> = taken()
        .into_iter()
        .filter(|table| !copied.contains(table))
        .filter(|table| NOT_COPIED.iter().all(|(known, _)| known != table))
        .collect();
    assert_eq!(
        forgotten,
        Vec::<&str>::new(),
        "in store/reports/own_data.rs"
    );
}

/// The tables of which an erasure blanks or deletes something.
fn taken() -> Vec<&'static str> {
    let rows = MAP.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| {
        let (table, rest) = row.split_once('`')?;
        let blanked = rest.split('|').nth(1)?.trim();
        (blanked != "–").then_some(table)
    })
    .collect()
}

async fn a_consent_is_kept_with_its_proof(reader: Reader) {
    let path = page(&reader, MAIL);
    let preferences = format!("{path}/preferences");
    reader.post(&preferences, "reading=no").await;
    reader.post(&preferences, "reading=no").await;
    reader.post(&preferences, "reading=yes").await;
    let proofs = "SELECT CAST(count(*) AS BIGINT) FROM consent WHERE client_id = 7 \
                  AND message_id = 1001 AND text_version <> '' AND locale = 'it'";
    assert_eq!(reader.number(proofs).await, 2, "each change once");
    let holds = "SELECT tracking_consent FROM client WHERE id = 7";
    assert_eq!(reader.text(holds).await.as_deref(), Some("granted"));
    let shown = reader.get(&format!("{path}/yours")).await.body;
    assert!(shown.contains("oggi alle 11:00"), "{shown}");
}

async fn a_form_from_elsewhere_is_refused(reader: Reader) {
    let path = page(&reader, TEXT);
    let elsewhere = [
        ("user-agent", PHONE),
        ("sec-fetch-site", "cross-site"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    for form in [
        "contact",
        "contact-code",
        "deputy",
        "data",
        "data-code",
        "stop-all",
    ] {
        let path = format!("{path}/{form}");
        let answer = reader.ask(Method::POST, &path, &elsewhere, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form}");
    }
    assert_eq!(reader.number(CODES).await + reader.number(STOPS).await, 0);
}
