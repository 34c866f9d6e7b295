//! Receipts: kept once, folded to one end, and the sums move with the states.

use araldo::domain::MessageId;
use araldo::domain::receipt::ReceiptKind;
use araldo::store::messages::receipts::{Appended, NewReceipt};

use crate::reader::{Reader, TEXT};

on_both_databases!(
    every_order_of_reports_ends_in_the_same_row_and_sums,
    a_repeat_within_one_batch_is_kept_once,
    a_report_about_nobody_is_kept,
);

/// Back to an accepted message without receipts.
const AFRESH: [&str; 2] = [
    "UPDATE message SET state = 'accepted', receipt_rank = 0, late_bounce = FALSE, \
     final_at = NULL WHERE id = 1002",
    "UPDATE rollup SET accepted = 1, delivered = 0, undelivered = 0 \
     WHERE channel = 'sms' AND template = 'case-progress'",
];

fn receipt(kind: ReceiptKind, key: &str) -> NewReceipt {
    NewReceipt {
        provider: "gateway".to_owned(),
        key: key.to_owned(),
        message: Some(MessageId::new(TEXT)),
        kind,
        code: None,
        detail: None,
        provider_at: None,
        bad_address: false,
    }
}

impl Reader {
    async fn append(&self, receipts: &[NewReceipt]) -> Vec<Appended> {
        let mut tx = self.store.write().await.unwrap();
        let mut kept = tx.receipts(self.track.horizon);
        let appended = kept.append(receipts, self.now(), &*self.ids).await.unwrap();
        tx.commit().await.unwrap();
        appended
    }
}

async fn every_order_of_reports_ends_in_the_same_row_and_sums(reader: Reader) {
    use ReceiptKind::{Accepted, Delivered, Undelivered};
    let orders = [
        [Accepted, Undelivered, Delivered],
        [Delivered, Undelivered, Accepted],
        [Undelivered, Delivered, Accepted],
    ];
    for order in orders {
        for sql in AFRESH {
            reader.execute(sql).await;
        }
        for kind in order {
            let key = format!("{}-{}", kind, reader.ids.next());
            reader.append(&[receipt(kind, &key)]).await;
        }
        let ended = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE id = 1002 \
                     AND state = 'delivered' AND receipt_rank = 3 AND late_bounce";
        assert_eq!(reader.number(ended).await, 1, "{order:?}");
        let sums = "SELECT accepted * 100 + delivered * 10 + undelivered FROM rollup \
                    WHERE channel = 'sms' AND template = 'case-progress'";
        assert_eq!(reader.number(sums).await, 110, "{order:?}");
    }
}

async fn a_repeat_within_one_batch_is_kept_once(reader: Reader) {
    let one = receipt(ReceiptKind::Delivered, "same");
    let mut appended = reader.append(&[one.clone(), one.clone()]).await;
    assert_eq!(reader.append(&[one]).await, [Appended::Repeated]);
    appended.sort_by_key(|kept| *kept == Appended::Repeated);
    assert_eq!(appended, [Appended::New, Appended::Repeated]);
}

async fn a_report_about_nobody_is_kept(reader: Reader) {
    let nobody = NewReceipt {
        message: None,
        ..receipt(ReceiptKind::Undelivered, "nobody")
    };
    let gone = NewReceipt {
        message: Some(MessageId::new(99)),
        bad_address: true,
        ..receipt(ReceiptKind::Undelivered, "gone")
    };
    assert_eq!(reader.append(&[nobody, gone]).await, [Appended::New; 2]);
    let rows = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
    assert_eq!(reader.number(rows).await, 2);
}
