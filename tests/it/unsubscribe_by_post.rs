//! Looking at an unsubscribe address changes nothing; one click on it is enough.

use araldo::domain::token::Purpose;
use axum::http::{Method, StatusCode};

use crate::reader::{MAIL, Reader, SAFETY};

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const CHOICES: &str = "SELECT CAST(count(*) AS BIGINT) FROM topic_choice";
const REFUSED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM topic_choice WHERE topic = 'cases' AND NOT wanted";
const TRACES: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'unsubscribed'";

on_both_databases!(
    looking_never_unsubscribes,
    one_click_refuses_the_topic_once_and_answers_directly,
    safety_notices_cannot_be_refused_but_everything_else_can_be_chosen,
);

impl Reader {
    fn unsubscribe(&self, message: i64) -> String {
        format!("/u/{}", self.token(Purpose::Unsubscribe, &[message]))
    }
}

async fn looking_never_unsubscribes(reader: Reader) {
    let path = reader.unsubscribe(MAIL);
    let page = reader.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Le mie pratiche"));
    let head = reader.ask(Method::HEAD, &path, &[], "").await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(reader.number(CHOICES).await, 0);
}

async fn one_click_refuses_the_topic_once_and_answers_directly(reader: Reader) {
    let path = reader.unsubscribe(MAIL);
    for _ in 0..3 {
        // Mail providers send no cookies, no fetch headers and often no name.
        let answer = reader.ask(Method::POST, &path, &[], ONE_CLICK).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("Le mie pratiche"));
    }
    assert_eq!(reader.number(REFUSED).await, 1);
    assert_eq!(reader.number(TRACES).await, 1);
    let audit = "SELECT detail FROM audit WHERE subject = 'client:7'";
    assert_eq!(
        reader.text(audit).await.as_deref(),
        Some("refused topic cases")
    );
}

async fn safety_notices_cannot_be_refused_but_everything_else_can_be_chosen(reader: Reader) {
    let path = reader.unsubscribe(SAFETY);
    for answer in [reader.get(&path).await, reader.post(&path, ONE_CLICK).await] {
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("sicurezza"));
        assert!(answer.body.contains("collegamento nel testo del messaggio"));
    }
    assert_eq!(reader.number(CHOICES).await, 0);
}
