//! Evidence that turns out wrong is marked and stays, the message stands where the rest leaves it, and the
//! sums are those of a full count. A person who reads a message settles that it arrived.

use araldo::domain::receipt::ReceiptKind;
use araldo::domain::{EngagementKind, MessageId, Verdict};
use araldo::runtime::Lifecycle;
use araldo::store::messages::engagement::{Burst, NewEngagement};
use araldo::store::messages::evidence::{Invalidated, Objection};
use araldo::store::messages::receipts::NewReceipt;
use araldo::upkeep::recount;
use chrono::TimeDelta;

use crate::reader::{LOST, MAIL, Reader, TEXT};

on_both_databases!(
    a_later_contrary_report_is_believed_and_the_earlier_one_stays,
    reports_that_do_not_say_when_prove_nothing_wrong,
    of_two_attempts_neither_report_proves_the_other_wrong,
    what_a_person_holds_for_wrong_counts_no_more_and_what_it_proved_comes_back,
    a_day_that_had_ended_says_that_it_was_restated,
    a_corrected_verdict_stands_beside_the_wrong_one,
    a_person_who_reads_settles_a_doubt_and_a_machine_does_not,
    a_reader_who_was_a_machine_leaves_the_doubt_again,
);

/// The attempts of the text and of the message whose answer was lost.
const ATTEMPTS: [&str; 2] = [
    "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at, closed_at, \
     outcome) VALUES (1002, 1, 'gateway', 'r', 1, 1, 2, 'accepted')",
    "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at, closed_at, \
     outcome) VALUES (1003, 1, 'gateway', 's', 1, 1, 2, 'unknown')",
];
const TEXT_STATE: &str = "SELECT state FROM message WHERE id = 1002";
const LOST_STATE: &str = "SELECT state FROM message WHERE id = 1003";
const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt WHERE message_id = 1002";
const WRONG: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt WHERE invalidated_at IS NOT NULL \
    AND invalidated_by IS NOT NULL AND invalidated_reason IS NOT NULL";
const DELIVERED: &str = "SELECT delivered * 10 + undelivered FROM rollup \
    WHERE channel = 'sms' AND template = 'case-progress'";

impl Reader {
    async fn with_attempts(self) -> Self {
        for sql in ATTEMPTS {
            self.execute(sql).await;
        }
        self
    }

    /// The gateway says so, of a moment so many seconds after the hour.
    async fn gateway_says(&self, kind: ReceiptKind, second: Option<i64>) {
        let provider_at = second.map(|second| self.now() + TimeDelta::seconds(second));
        let receipt = NewReceipt {
            provider: "gateway".to_owned(),
            key: format!("{kind}-{}", self.ids.next()),
            message: Some(MessageId::new(TEXT)),
            kind,
            code: None,
            detail: None,
            provider_at,
            bad_address: false,
        };
        let mut tx = self.store.write().await.unwrap();
        let mut receipts = tx.receipts(self.track.horizon);
        receipts
            .append(&[receipt], self.now(), &*self.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn object(&self, message: i64, evidence: i64) -> Invalidated {
        let objection = Objection {
            by: "op@example.it",
            reason: "another number",
            at: self.now(),
        };
        let mut tx = self.store.write().await.unwrap();
        let outcome = tx
            .receipts(self.track.horizon)
            .invalidate(MessageId::new(message), evidence, objection)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        outcome
    }

    /// Somebody did something with the message whose answer was lost.
    async fn lost_is_read(&self, verdict: Verdict, bursts: &[Burst]) {
        let act = NewEngagement {
            message: MessageId::new(LOST),
            kind: EngagementKind::Clicked,
            verdict,
            grounds: "a test",
            link: None,
            detail: None,
            at: self.now(),
        };
        let acts: Vec<NewEngagement> = bursts.is_empty().then_some(act).into_iter().collect();
        let mut tx = self.store.write().await.unwrap();
        tx.engagement()
            .record(&acts, bursts, &*self.ids)
            .await
            .unwrap();
        let mut receipts = tx.receipts(self.track.horizon);
        let lost = [MessageId::new(LOST)];
        receipts.proven(&lost, self.now()).await.unwrap();
        receipts.unproven(&lost, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn says(&self, sql: &'static str) -> String {
        self.text(sql).await.unwrap()
    }

    /// The sums are those of a full count.
    async fn recounted(&self) {
        let again = recount(&self.store, &Lifecycle::new()).await.unwrap();
        assert_eq!(again.sums, 0, "{again:?}");
    }
}

async fn a_later_contrary_report_is_believed_and_the_earlier_one_stays(reader: Reader) {
    use ReceiptKind::{Delivered, Undelivered};
    let reader = reader.with_attempts().await;
    recount(&reader.store, &Lifecycle::new()).await.unwrap();
    reader.gateway_says(Delivered, Some(10)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "delivered");
    reader.gateway_says(Undelivered, Some(20)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "undelivered");
    assert_eq!(
        (reader.number(RECEIPTS).await, reader.number(WRONG).await),
        (2, 1)
    );
    assert_eq!(reader.number(DELIVERED).await, 1);
    reader.recounted().await;
    // It was heard last, and happened first: the order of hearing says nothing.
    reader.gateway_says(Delivered, Some(15)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "undelivered");
    reader.gateway_says(Delivered, Some(30)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "delivered");
    assert_eq!(reader.number(DELIVERED).await, 10);
    reader.recounted().await;
}

async fn reports_that_do_not_say_when_prove_nothing_wrong(reader: Reader) {
    use ReceiptKind::{Delivered, Rejected};
    let reader = reader.with_attempts().await;
    reader.gateway_says(Delivered, None).await;
    reader.gateway_says(Rejected, Some(20)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "delivered");
    assert_eq!(reader.number(WRONG).await, 0);
    let bounced = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE late_bounce";
    assert_eq!(reader.number(bounced).await, 1);
}

async fn of_two_attempts_neither_report_proves_the_other_wrong(reader: Reader) {
    use ReceiptKind::{Delivered, Expired};
    let reader = reader.with_attempts().await;
    reader
        .execute(
            "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at, \
             closed_at, outcome) VALUES (1002, 2, 'gateway', 'r', 1, 3, 4, 'unknown')",
        )
        .await;
    reader.gateway_says(Delivered, Some(10)).await;
    reader.gateway_says(Expired, Some(20)).await;
    assert_eq!(reader.says(TEXT_STATE).await, "delivered");
    assert_eq!(reader.number(WRONG).await, 0);
}

async fn what_a_person_holds_for_wrong_counts_no_more_and_what_it_proved_comes_back(
    reader: Reader,
) {
    use ReceiptKind::{Delivered, Undelivered};
    const LAST: &str = "SELECT CAST(max(id) AS BIGINT) FROM receipt";
    let reader = reader.with_attempts().await;
    recount(&reader.store, &Lifecycle::new()).await.unwrap();
    reader.gateway_says(Delivered, Some(10)).await;
    let delivered = reader.number(LAST).await;
    reader.gateway_says(Undelivered, Some(20)).await;
    let bounced = reader.number(LAST).await;
    assert_eq!(reader.object(TEXT, bounced).await, Invalidated::Done);
    assert_eq!(reader.says(TEXT_STATE).await, "delivered");
    assert_eq!(reader.object(TEXT, bounced).await, Invalidated::Already);
    assert_eq!(reader.object(MAIL, bounced).await, Invalidated::Missing);
    assert_eq!(reader.object(TEXT, delivered).await, Invalidated::Done);
    let stands = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE id = 1002 \
        AND state IN ('accepted', 'unconfirmed') AND accepted_at IS NOT NULL";
    assert_eq!(reader.number(stands).await, 1);
    assert_eq!(
        (reader.number(RECEIPTS).await, reader.number(WRONG).await),
        (2, 2)
    );
    assert_eq!(reader.number(DELIVERED).await, 0);
    reader.recounted().await;
}

async fn a_day_that_had_ended_says_that_it_was_restated(reader: Reader) {
    const DAYS: &str = "SELECT CAST(count(*) AS BIGINT) FROM restated_day";
    let reader = reader.with_attempts().await;
    reader.gateway_says(ReceiptKind::Delivered, Some(10)).await;
    reader.clock.advance(TimeDelta::days(3));
    // Late is not wrong.
    assert_eq!(reader.number(DAYS).await, 0);
    reader
        .gateway_says(ReceiptKind::Undelivered, Some(20))
        .await;
    let said = "SELECT messages FROM restated_day WHERE day = \
        (SELECT created_at / 86400000000 FROM message WHERE id = 1002)";
    assert_eq!(reader.number(said).await, 1);
    let mut tx = reader.store.read().await.unwrap();
    let today = reader.now().utc_day();
    let days = tx.restated_days().between(today - 9, today).await.unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].restated_at, reader.now());
}

async fn a_corrected_verdict_stands_beside_the_wrong_one(reader: Reader) {
    const CLICKS: &str = "SELECT verdict || ' ' || coalesce(invalidated_by, '-') FROM engagement \
        WHERE kind = 'clicked' ORDER BY id LIMIT 1";
    let reader = reader.with_attempts().await;
    reader.lost_is_read(Verdict::Human, &[]).await;
    assert_eq!(reader.says(CLICKS).await, "human -");
    reader.lost_is_read(Verdict::Human, &[burst(&reader)]).await;
    assert_eq!(reader.says(CLICKS).await, "human rule:burst");
    let right = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE verdict = 'machine' \
        AND invalidated_at IS NULL AND grounds = 'a burst'";
    assert_eq!(reader.number(right).await, 1);
    let engaged = "SELECT engaged FROM message WHERE id = 1003";
    assert_eq!(reader.number(engaged).await, 8, "a machine's click alone");
}

/// All hits of this moment were one machine's.
fn burst(reader: &Reader) -> Burst {
    Burst {
        message: MessageId::new(LOST),
        from: reader.now(),
        to: reader.now(),
        grounds: "a burst",
        ruling: None,
    }
}

async fn a_person_who_reads_settles_a_doubt_and_a_machine_does_not(reader: Reader) {
    let reader = reader.with_attempts().await;
    for verdict in [Verdict::Machine, Verdict::Undetermined] {
        reader.lost_is_read(verdict, &[]).await;
        assert_eq!(reader.says(LOST_STATE).await, "unknown", "{verdict}");
    }
    reader.lost_is_read(Verdict::Human, &[]).await;
    assert_eq!(reader.says(LOST_STATE).await, "delivered");
    let sums = "SELECT unknown FROM rollup WHERE channel = 'sms' AND template = 'case-progress'";
    assert_eq!(reader.number(sums).await, 0);
}

async fn a_reader_who_was_a_machine_leaves_the_doubt_again(reader: Reader) {
    let reader = reader.with_attempts().await;
    recount(&reader.store, &Lifecycle::new()).await.unwrap();
    reader.lost_is_read(Verdict::Human, &[]).await;
    assert_eq!(reader.says(LOST_STATE).await, "delivered");
    reader.lost_is_read(Verdict::Human, &[burst(&reader)]).await;
    let in_doubt = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE id = 1003 \
        AND state IN ('unknown', 'unresolved') AND reason = 'answer_lost' AND accepted_at IS NULL";
    assert_eq!(reader.number(in_doubt).await, 1);
    reader.recounted().await;
}
