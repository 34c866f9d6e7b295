//! A gateway's reports bring a message to the same end in any order, however often they come.

use araldo::domain::token::Purpose;
use axum::http::StatusCode;

use crate::reader::{GOING, LOST, Reader, TEXT};

const ROWS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
const DELIVERED: &str =
    "SELECT delivered FROM rollup WHERE channel = 'sms' AND template = 'case-progress'";

on_both_databases!(
    delivered_may_overtake_accepted_and_a_repeat_changes_nothing,
    a_late_bounce_is_kept_and_does_not_undo_delivered,
    a_report_proves_that_a_lost_message_left,
    a_report_during_the_send_waits_for_the_attempt_to_close,
    a_number_that_does_not_exist_is_barred,
    forged_reports_are_refused_without_a_word,
    an_attempt_has_one_report_of_each_kind,
    an_address_that_was_reached_is_not_barred_afterwards,
    a_token_of_an_earlier_version_is_good_for_its_own_provider,
);

impl Reader {
    async fn report(&self, message: i64, query: &str) -> StatusCode {
        self.report_as("gateway", message, query).await
    }

    /// The same to the address of a provider, with the token that was given to `gateway`.
    async fn report_as(&self, provider: &str, message: i64, query: &str) -> StatusCode {
        let token = self
            .signer
            .sign_for("gateway", Purpose::Receipt, &[message, 1]);
        self.get(&format!("/hooks/kannel/{provider}/{token}?{query}"))
            .await
            .status
    }
}

async fn state(reader: &Reader, sql: &'static str) -> String {
    reader.text(sql).await.unwrap()
}

const TEXT_STATE: &str = "SELECT state FROM message WHERE id = 1002";
const LOST_STATE: &str = "SELECT state FROM message WHERE id = 1003";
const GOING_STATE: &str = "SELECT state FROM message WHERE id = 1004";

async fn delivered_may_overtake_accepted_and_a_repeat_changes_nothing(reader: Reader) {
    for query in [
        "type=1&answer=&fid=f-1&at=1795341605",
        "type=8&answer=ACK%2F&fid=&at=1795341601",
        "type=1&answer=&fid=f-1&at=1795341605",
    ] {
        assert_eq!(reader.report(TEXT, query).await, StatusCode::OK);
        assert_eq!(state(&reader, TEXT_STATE).await, "delivered");
    }
    assert_eq!(reader.number(ROWS).await, 2);
    assert_eq!(reader.number(DELIVERED).await, 1);
    let final_row = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE id = 1002 \
                     AND final_at IS NOT NULL AND wake_at IS NULL AND receipt_rank = 3";
    assert_eq!(reader.number(final_row).await, 1);
}

async fn a_late_bounce_is_kept_and_does_not_undo_delivered(reader: Reader) {
    for query in ["type=2&fid=f-1", "type=1&fid=f-1", "type=2&fid=f-2"] {
        assert_eq!(reader.report(TEXT, query).await, StatusCode::OK);
    }
    assert_eq!(state(&reader, TEXT_STATE).await, "delivered");
    let bounced = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE late_bounce";
    assert_eq!(reader.number(bounced).await, 1);
    let undelivered =
        "SELECT undelivered FROM rollup WHERE template = 'case-progress' AND channel = 'sms'";
    assert_eq!(reader.number(undelivered).await, 0);
    assert_eq!(reader.number(DELIVERED).await, 1);
}

async fn a_report_proves_that_a_lost_message_left(reader: Reader) {
    assert_eq!(reader.report(LOST, "type=8&fid=").await, StatusCode::OK);
    assert_eq!(state(&reader, LOST_STATE).await, "accepted");
    let waits = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE id = 1003 \
                 AND wake_at = 1795341600000000 + 259200000000 AND reason IS NULL \
                 AND accepted_at = 1795341600000000";
    assert_eq!(reader.number(waits).await, 1);
    let unknown = "SELECT unknown FROM rollup WHERE template = 'case-progress' AND channel = 'sms'";
    assert_eq!(reader.number(unknown).await, 0);
    assert_eq!(reader.report(LOST, "type=1&fid=").await, StatusCode::OK);
    assert_eq!(state(&reader, LOST_STATE).await, "delivered");
}

async fn a_report_during_the_send_waits_for_the_attempt_to_close(reader: Reader) {
    assert_eq!(reader.report(GOING, "type=1&fid=").await, StatusCode::OK);
    assert_eq!(state(&reader, GOING_STATE).await, "sending");

    reader
        .execute("UPDATE message SET state = 'accepted' WHERE id = 1004")
        .await;
    let mut tx = reader.store.write().await.unwrap();
    let going = araldo::domain::MessageId::new(GOING);
    let now = reader.now();
    tx.receipts(reader.track.horizon)
        .apply_pending(&[going], now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&reader, GOING_STATE).await, "delivered");
}

async fn a_number_that_does_not_exist_is_barred(reader: Reader) {
    let query = "type=16&answer=NACK%2F0x0000000b%2FInvalid%20Dest%20Addr&fid=";
    assert_eq!(reader.report(TEXT, query).await, StatusCode::OK);
    assert_eq!(state(&reader, TEXT_STATE).await, "undelivered");
    let reason = "SELECT reason FROM suppression WHERE address = '+39000123401'";
    assert_eq!(reader.text(reason).await.as_deref(), Some("hard_bounce"));
}

async fn forged_reports_are_refused_without_a_word(reader: Reader) {
    let good = reader
        .signer
        .sign_for("gateway", Purpose::Receipt, &[TEXT, 1]);
    let click = reader.token(Purpose::Click, &[TEXT, 1]);
    for path in [
        format!("/hooks/kannel/gateway/{click}?type=1"),
        format!("/hooks/kannel/gateway/{}?type=1", &good[1..]),
        format!("/hooks/kannel/no%20name/{good}?type=1"),
    ] {
        let answer = reader.get(&path).await;
        assert_eq!((answer.status, answer.length), (StatusCode::NOT_FOUND, 0));
    }
    let elsewhere = reader.report_as("gateway2", TEXT, "type=1").await;
    assert_eq!(elsewhere, StatusCode::NOT_FOUND, "another provider's token");
    assert_eq!(
        reader.report(TEXT, "type=64").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(reader.number(ROWS).await, 0);
}

/// Parts of a long text, repeats, and whoever got hold of the token and makes things up.
async fn an_attempt_has_one_report_of_each_kind(reader: Reader) {
    let reports: Vec<String> = (0..300)
        .map(|part| format!("type={}&fid=part-{part}%00&answer=x{part}", 1 << (part % 6)))
        .collect();
    let answers = reports.iter().map(|query| reader.report(TEXT, query));
    let answers = futures_util::future::join_all(answers).await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK));
    assert_eq!(reader.number(ROWS).await, 6);
    assert_eq!(state(&reader, TEXT_STATE).await, "delivered");
}

async fn an_address_that_was_reached_is_not_barred_afterwards(reader: Reader) {
    assert_eq!(reader.report(TEXT, "type=1").await, StatusCode::OK);
    let query = "type=16&answer=NACK%2F0x0000000b";
    assert_eq!(reader.report(TEXT, query).await, StatusCode::OK);
    let barred = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
    assert_eq!(reader.number(barred).await, 0);
}

/// What an earlier version sent is still reported on, to the provider it was handed to.
async fn a_token_of_an_earlier_version_is_good_for_its_own_provider(reader: Reader) {
    let attempt = "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, \
                   opened_at) VALUES (1002, 1, 'gateway', 'r', 1, 1)";
    reader.execute(attempt).await;
    let token = reader.token(Purpose::Receipt, &[TEXT, 1]);
    let path = |provider: &str| format!("/hooks/kannel/{provider}/{token}?type=1");
    let elsewhere = reader.get(&path("gateway2")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(reader.number(ROWS).await, 0);
    assert_eq!(reader.get(&path("gateway")).await.status, StatusCode::OK);
    assert_eq!(state(&reader, TEXT_STATE).await, "delivered");
    let unknown = reader.token(Purpose::Receipt, &[LOST, 1]);
    let path = format!("/hooks/kannel/gateway/{unknown}?type=1");
    assert_eq!(reader.get(&path).await.status, StatusCode::NOT_FOUND);
}

/// A gateway repeats what was not answered 200, so a sick store loses nothing.
#[tokio::test]
async fn a_store_that_is_away_makes_the_gateway_repeat() {
    let reader = Reader::on_sqlite().await;
    reader.store.close().await;
    let status = reader.report(TEXT, "type=1&fid=").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}
