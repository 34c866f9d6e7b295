//! A link is good for as long as the address it went to is its client's: whoever has the number
//! now sees nothing and decides nothing.

use araldo::domain::token::Purpose;
use axum::http::StatusCode;

use crate::reader::{MAIL, Reader, TEXT};

on_both_databases!(
    a_recycled_number_shows_nothing_and_decides_nothing,
    what_another_holder_does_is_not_counted_as_the_clients,
    a_link_ends_when_the_address_is_not_kept_any_more,
    the_unsubscribe_address_opens_nothing_else,
);

const RECYCLED: &str = "UPDATE contact_point SET address = '+39000999999' WHERE id = 71";
const MOVED: &str = "UPDATE contact_point SET address = 'new@posta.example' WHERE id = 72";
const BLANKED: &str = "UPDATE message SET address = '', variables = '{}' WHERE id = 1002";
const DECIDED: &str = "SELECT (SELECT CAST(count(*) AS BIGINT) FROM suppression) + \
    (SELECT CAST(count(*) AS BIGINT) FROM audit) + \
    (SELECT CAST(count(*) AS BIGINT) FROM topic_choice) + \
    (SELECT CAST(count(*) AS BIGINT) FROM engagement)";

const FORMS: [(&str, &str); 5] = [
    ("read", ""),
    ("reply", "text=Sono+un+altro"),
    ("preferences", "reading=no&locale=en&topic.cases=no"),
    ("stop", ""),
    ("resume", ""),
];

fn path(reader: &Reader, letter: &str, purpose: Purpose, message: i64) -> String {
    format!("/{letter}/{}", reader.token(purpose, &[message]))
}

async fn a_recycled_number_shows_nothing_and_decides_nothing(reader: Reader) {
    let status = path(&reader, "s", Purpose::Status, TEXT);
    let unsubscribe = path(&reader, "u", Purpose::Unsubscribe, TEXT);
    assert_eq!(reader.get(&status).await.status, StatusCode::OK);
    reader
        .soon("SELECT CAST(count(*) AS BIGINT) FROM engagement", 1)
        .await;
    reader.execute(RECYCLED).await;
    let before = reader.number(DECIDED).await;
    for path in [&status, &unsubscribe] {
        let page = reader.get(path).await;
        assert_eq!(page.status, StatusCode::GONE, "{path}");
        for private in ["PR-2026-00412", "Voltura", "distributore", "<form"] {
            assert!(!page.body.contains(private), "{private} in {}", page.body);
        }
    }
    for (form, fields) in FORMS {
        let answer = reader.post(&format!("{status}/{form}"), fields).await;
        assert_eq!(answer.status, StatusCode::GONE, "{form}");
    }
    let answer = reader
        .post(&unsubscribe, "List-Unsubscribe=One-Click")
        .await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert_eq!(reader.number(DECIDED).await, before);
    // The client's other address is still theirs.
    let mail = path(&reader, "s", Purpose::Status, MAIL);
    assert_eq!(reader.get(&mail).await.status, StatusCode::OK);
}

async fn what_another_holder_does_is_not_counted_as_the_clients(reader: Reader) {
    reader.execute(MOVED).await;
    let click = format!("/c/{}", reader.token(Purpose::Click, &[MAIL, 1]));
    // The page behind it is the same for everybody.
    assert_eq!(reader.get(&click).await.status, StatusCode::FOUND);
    let pixel = format!("/o/{}.gif", reader.token(Purpose::Open, &[MAIL]));
    assert_eq!(reader.get(&pixel).await.status, StatusCode::OK);
    reader.drain().await;
    assert_eq!(reader.number(DECIDED).await, 0);
    let engaged = "SELECT engaged FROM message WHERE id = 1001";
    assert_eq!(reader.number(engaged).await, 0);
}

async fn a_link_ends_when_the_address_is_not_kept_any_more(reader: Reader) {
    reader.execute(BLANKED).await;
    let status = path(&reader, "s", Purpose::Status, TEXT);
    assert_eq!(reader.get(&status).await.status, StatusCode::GONE);
    let answer = reader.post(&format!("{status}/stop"), "").await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert_eq!(
        reader.number(DECIDED).await,
        0,
        "and no empty address is barred"
    );
}

async fn the_unsubscribe_address_opens_nothing_else(reader: Reader) {
    let unsubscribe = path(&reader, "u", Purpose::Unsubscribe, MAIL);
    for page in [
        reader.get(&unsubscribe).await,
        reader
            .post(&unsubscribe, "List-Unsubscribe=One-Click")
            .await,
    ] {
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("/s/"), "{}", page.body);
        let status = reader.token(Purpose::Status, &[MAIL]);
        assert!(!page.body.contains(&status), "{}", page.body);
    }
}
