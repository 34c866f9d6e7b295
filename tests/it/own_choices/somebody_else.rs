//! Whoever gets the copy is not the client by another name.

use super::{CODES, NEW, asked, code, done, form, introduced, page, typed};
use crate::reader::{Reader, TEXT};

on_both_databases!(whoever_gets_the_copy_is_somebody_else);

async fn whoever_gets_the_copy_is_somebody_else(reader: Reader) {
    let path = page(&reader, TEXT);
    for own in ["+39 000 123401", "+39000123401", "Maria@Posta.example"] {
        let fields = form(&[("name", "Luca"), ("address", own)]);
        let answer = reader.post(&format!("{path}/deputy"), &fields).await;
        assert_eq!(done(&answer), "own", "{own}");
    }
    assert_eq!(reader.number(CODES).await, 0, "no code is sent");
    let shown = reader.get(&format!("{path}/yours?done=own")).await.body;
    assert!(shown.contains("Questo recapito è già Suo"), "{shown}");
    // The other way round as well.
    introduced(&reader, &path).await;
    assert_eq!(asked(&reader, &path, NEW).await, "theirs");
    // What an import brought meanwhile counts when the code is typed.
    end_all(&reader).await;
    let fields = form(&[("name", "Luca"), ("address", NEW)]);
    reader.post(&format!("{path}/deputy"), &fields).await;
    let code = code(&reader).await;
    reader
        .execute(
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified)
             VALUES (79, 7, 'sms', '+393330000999', 5, FALSE)",
        )
        .await;
    assert_eq!(typed(&reader, &path, "deputy-code", &code).await, "own");
}

async fn end_all(reader: &Reader) {
    reader
        .execute("DELETE FROM contact_point WHERE client_id IN (SELECT id FROM deputy)")
        .await;
    reader
        .execute("UPDATE deputy SET ended_at = 1, ended_by = 'client'")
        .await;
}
