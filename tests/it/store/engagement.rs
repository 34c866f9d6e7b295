//! Engagement: rows are added, a message counts once, and a corrected verdict corrects the sums.

use araldo::domain::{EngagementKind, MessageId, PlanId, Verdict};
use araldo::store::messages::engagement::{Burst, NewEngagement};

use crate::reader::{MAIL, PLAN, Reader};

on_both_databases!(
    a_message_counts_once_in_each_sum,
    a_corrected_verdict_corrects_the_sums,
    hits_on_messages_that_are_gone_are_forgotten,
    anonymous_opens_of_a_gone_plan_are_forgotten,
);

fn act(reader: &Reader, kind: EngagementKind, verdict: Verdict) -> NewEngagement {
    NewEngagement {
        message: MessageId::new(MAIL),
        kind,
        verdict,
        grounds: "a test",
        link: None,
        detail: None,
        at: reader.now(),
    }
}

impl Reader {
    async fn record(&self, acts: &[NewEngagement], bursts: &[Burst]) {
        let mut tx = self.store.write().await.unwrap();
        tx.engagement()
            .record(acts, bursts, &*self.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// opened, opened by machines, clicked, clicked by machines, replied: as digits.
    async fn sums(&self) -> i64 {
        self.number(
            "SELECT opened * 10000 + opened_machine * 1000 + clicked * 100 \
             + clicked_machine * 10 + replied FROM rollup WHERE channel = 'email'",
        )
        .await
    }
}

async fn a_message_counts_once_in_each_sum(reader: Reader) {
    use EngagementKind::{Clicked, Confirmed, Opened, Replied, Viewed};
    let opened = act(&reader, Opened, Verdict::Human);
    reader.record(&[opened.clone(), opened.clone()], &[]).await;
    reader
        .record(&[opened, act(&reader, Opened, Verdict::Machine)], &[])
        .await;
    assert_eq!(reader.sums().await, 11_000);
    let rest = [
        act(&reader, Clicked, Verdict::Undetermined),
        act(&reader, Viewed, Verdict::Human),
        act(&reader, Replied, Verdict::Human),
        act(&reader, Confirmed, Verdict::Human),
    ];
    reader.record(&rest, &[]).await;
    assert_eq!(reader.sums().await, 11_001);
    let engaged = "SELECT engaged FROM message WHERE id = 1001";
    assert_eq!(reader.number(engaged).await, 1 | 2 | 16 | 32 | 64);
    let apart = "SELECT read * 10 + confirmed FROM rollup WHERE channel = 'email'";
    assert_eq!(reader.number(apart).await, 11);
}

async fn a_corrected_verdict_corrects_the_sums(reader: Reader) {
    let click = act(&reader, EngagementKind::Clicked, Verdict::Human);
    let at = click.at;
    reader.record(&[click], &[]).await;
    assert_eq!(reader.sums().await, 100, "a click is no pixel");
    let burst = Burst {
        message: MessageId::new(MAIL),
        from: at,
        to: at,
        grounds: "a burst",
        ruling: None,
    };
    reader.record(&[], &[burst]).await;
    assert_eq!(reader.sums().await, 10);
}

async fn hits_on_messages_that_are_gone_are_forgotten(reader: Reader) {
    let gone = NewEngagement {
        message: MessageId::new(99),
        ..act(&reader, EngagementKind::Viewed, Verdict::Human)
    };
    reader.record(&[gone], &[]).await;
    let rows = "SELECT CAST(count(*) AS BIGINT) FROM engagement";
    assert_eq!(reader.number(rows).await, 0);
    let mut tx = reader.store.read().await.unwrap();
    let known = tx
        .engagement()
        .addressed(&[MessageId::new(99)])
        .await
        .unwrap();
    assert!(known.is_empty());
}

async fn anonymous_opens_of_a_gone_plan_are_forgotten(reader: Reader) {
    let mut tx = reader.store.write().await.unwrap();
    let opens = [(PlanId::new(PLAN), 3), (PlanId::new(99), 5)];
    tx.engagement().add_anonymous_opens(&opens);
    tx.commit().await.unwrap();
    let sum = "SELECT CAST(sum(anonymous_opens) AS BIGINT) FROM rollup";
    assert_eq!(reader.number(sum).await, 3);
}
