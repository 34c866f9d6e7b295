//! Stopping everything in two taps, and the way back.

use araldo::domain::{Address, Channel};

use super::{NOTICES, STOPS, done, page};
use crate::reader::{MAIL, Reader, TEXT};

on_both_databases!(
    everything_is_stopped_in_two_taps_and_begun_again,
    what_was_stopped_before_stays_so_when_all_is_begun_again,
);

async fn everything_is_stopped_in_two_taps_and_begun_again(reader: Reader) {
    let path = page(&reader, TEXT);
    let first = reader.get(&path).await.body;
    assert!(first.contains("/stop-all\""), "{first}");
    let asked = reader.get(&format!("{path}/stop-all")).await.body;
    assert!(asked.contains("Gli avvisi che riguardano la Sua sicurezza arrivano sempre"));
    let answer = reader.post(&format!("{path}/stop-all"), "").await;
    assert_eq!(done(&answer), "stopped-all");
    assert_eq!(reader.number(STOPS).await, 2, "the number and the mailbox");
    // A stranger with the link cannot do it in secret.
    assert_eq!(reader.number(NOTICES).await, 2);
    let said = "SELECT text FROM test_send WHERE template = 'choices-changed'";
    let said = reader.text(said).await.unwrap();
    assert!(said.contains("a nessun recapito"), "{said}");
    reader.post(&format!("{path}/stop-all"), "").await;
    assert_eq!(reader.number(NOTICES).await, 2, "said once");
    let after = reader.get(&format!("{path}?done=stopped-all")).await.body;
    let (head, rest) = after.split_once("<h1>").unwrap();
    assert!(
        head.contains("a nessuno dei Suoi recapiti") && head.contains("Tornate a scrivermi"),
        "the way back stands beside what was done: {head}"
    );
    assert!(
        !after.contains("a questo recapito") && rest.contains("a nessuno dei Suoi recapiti"),
        "all are meant: {after}"
    );
    // The page of another message says the same.
    let mail = reader.get(&page(&reader, MAIL)).await.body;
    assert!(mail.contains("Ora non scriviamo a nessuno dei Suoi recapiti"));
    let back = reader.post(&format!("{path}/resume"), "").await;
    assert_eq!(done(&back), "resumed-all");
    assert_eq!(reader.number(STOPS).await, 0);
    let left = "SELECT CAST(count(*) AS BIGINT) FROM client WHERE stopped_message IS NOT NULL";
    assert_eq!(reader.number(left).await, 0);
}

async fn what_was_stopped_before_stays_so_when_all_is_begun_again(reader: Reader) {
    let by_mail = page(&reader, MAIL);
    let answer = reader.post(&format!("{by_mail}/stop"), "").await;
    assert_eq!(done(&answer), "stopped");
    let path = page(&reader, TEXT);
    reader.post(&format!("{path}/stop-all"), "").await;
    assert_eq!(reader.number(STOPS).await, 2);
    // START from the number.
    let number = Address::from_stored(Channel::Sms, "+39000123401".to_owned());
    let mut tx = reader.store.write().await.unwrap();
    let (now, ids) = (reader.now(), &*reader.ids);
    let begun = tx.preferences().begin_again_at(&number, now, ids).await;
    assert!(begun.unwrap());
    tx.commit().await.unwrap();
    let barred = "SELECT address FROM suppression";
    let barred = reader.text(barred).await;
    assert_eq!(barred.as_deref(), Some("maria@posta.example"));
    assert_eq!(reader.number(STOPS).await, 1);
}
