//! Blanks what names a client, table by table. Rows stay, with their numbers, states and times:
//! the sums hang on them. Cases go whole: nothing hangs on them.

use super::ERASED;
use crate::domain::{ClientId, MessageId, Reason, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, json_ids, on};

/// Runs one constant text.
macro_rules! run {
    ($conn:expr, $doing:literal, $sql:expr $(, $bound:expr)* $(,)?) => {
        on!(&mut *$conn, |c| {
            sqlx::query($sql)$(.bind($bound))*.execute(&mut **c).await.map(drop)
        })
        .doing($doing)
    };
}

/// The client's messages, and those by which others were told of the client's affairs.
pub(super) async fn messages_of(
    conn: &mut Conn,
    client: ClientId,
    events: &[i64],
) -> Result<Vec<MessageId>, StoreError> {
    let ids: Vec<i64> = on!(&mut *conn, |c| {
        sqlx::query_scalar(concat!(
            "SELECT id FROM message WHERE client_id = $1
             UNION SELECT m.id FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.event_id IN (",
            words::ids!("$2"),
            ")"
        ))
        .bind(client.get())
        .bind(json_ids(events.iter().copied()))
        .fetch_all(&mut **c)
        .await
    })
    .doing("look for the messages of the client")?;
    Ok(ids.into_iter().map(MessageId::new).collect())
}

/// Takes those out of the queue that have not left. A node that holds one finds out when it opens.
pub(super) async fn withdraw(
    conn: &mut Conn,
    messages: &[MessageId],
    now: Timestamp,
) -> Result<Vec<MessageId>, StoreError> {
    let ids: Vec<i64> = on!(&mut *conn, |c| {
        sqlx::query_scalar(concat!(
            "UPDATE message SET state = 'cancelled', reason = $2, wake_at = NULL,
             lease_node = NULL, final_at = $3
             WHERE state IN ('held', 'queued', 'leased') AND id IN (",
            words::ids!("$1"),
            ") RETURNING id"
        ))
        .bind(json_ids(messages.iter().map(|id| id.get())))
        .bind(Reason::Erased.as_str())
        .bind(now.as_micros())
        .fetch_all(&mut **c)
        .await
    })
    .doing("withdraw the messages of the client")?;
    Ok(ids.into_iter().map(MessageId::new).collect())
}

/// Also of those on the wire: who carries one has all it needs, and what comes back for another
/// try finds no address.
pub(super) async fn messages(
    conn: &mut Conn,
    client: ClientId,
    messages: &[MessageId],
) -> Result<(), StoreError> {
    run!(
        conn,
        "blank the messages of the client",
        "UPDATE message SET address = '', variables = '{}' WHERE client_id = $1",
        client.get(),
    )?;
    let ids = json_ids(messages.iter().map(|id| id.get()));
    run!(
        conn,
        "blank what providers said",
        concat!(
            "UPDATE attempt SET detail = NULL WHERE detail IS NOT NULL AND message_id IN (",
            words::ids!("$1"),
            ")"
        ),
        &ids,
    )?;
    run!(
        conn,
        "blank what reports said",
        concat!(
            "UPDATE receipt SET detail = NULL WHERE detail IS NOT NULL AND message_id IN (",
            words::ids!("$1"),
            ")"
        ),
        &ids,
    )?;
    run!(
        conn,
        "blank what the client said",
        concat!(
            "UPDATE engagement SET detail = NULL WHERE detail IS NOT NULL AND message_id IN (",
            words::ids!("$1"),
            ")"
        ),
        &ids,
    )
}

/// A case is that of whom its newest event names; what older ones said goes with their client.
pub(super) async fn cases(
    conn: &mut Conn,
    reference: &str,
    events: &[i64],
) -> Result<(), StoreError> {
    run!(
        conn,
        "delete what happened in the cases of the client",
        "DELETE FROM case_change WHERE case_id IN
         (SELECT id FROM case_file WHERE client_ref = $1)",
        reference,
    )?;
    run!(
        conn,
        "delete the cases of the client",
        "DELETE FROM case_file WHERE client_ref = $1",
        reference,
    )?;
    run!(
        conn,
        "blank what was said to the client in a case of others",
        concat!(
            "UPDATE case_change SET note = NULL WHERE event_id IN (",
            words::ids!("$1"),
            ")"
        ),
        json_ids(events.iter().copied()),
    )
}

/// Plans of the client's own events. One that is still being fanned out makes nothing any more.
pub(super) async fn plans(
    conn: &mut Conn,
    events: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    run!(
        conn,
        "blank the plans of the client",
        concat!(
            "UPDATE plan SET variables = '{}', subject = 'erased:' || id,
             cancelled_at = CASE state WHEN 'planning' THEN coalesce(cancelled_at, $2)
             ELSE cancelled_at END WHERE event_id IN (",
            words::ids!("$1"),
            ")"
        ),
        json_ids(events.iter().copied()),
        now.as_micros(),
    )
}

/// Source, id, hash and times stay: by them a repeat is known.
pub(super) async fn events(conn: &mut Conn, events: &[i64]) -> Result<(), StoreError> {
    run!(
        conn,
        "blank the events of the client",
        concat!(
            "UPDATE event SET data = '{}', subject = NULL, detail = $2,
             state = CASE state WHEN 'received' THEN 'refused' ELSE state END WHERE id IN (",
            words::ids!("$1"),
            ")"
        ),
        json_ids(events.iter().copied()),
        ERASED,
    )
}

/// Takes the client out of events that list several.
pub(super) async fn lists(conn: &mut Conn, lists: &[(i64, String)]) -> Result<(), StoreError> {
    for (event, data) in lists {
        run!(
            conn,
            "take the client out of a list",
            "UPDATE event SET data = $2 WHERE id = $1",
            event,
            data,
        )?;
    }
    Ok(())
}

/// Who did what and when stays, with the number in place of the reference.
pub(super) async fn audit(
    conn: &mut Conn,
    client: ClientId,
    deeds: &[i64],
) -> Result<(), StoreError> {
    run!(
        conn,
        "take the client out of the audit",
        concat!(
            "UPDATE audit SET subject = $2, detail = NULL WHERE id IN (",
            words::ids!("$1"),
            ")"
        ),
        json_ids(deeds.iter().copied()),
        format!("client:{client}"),
    )
}

/// Contacts, places, tags and choices go with the client's row.
pub(super) async fn client(
    conn: &mut Conn,
    client: ClientId,
    partnered: &[i64],
) -> Result<(), StoreError> {
    run!(
        conn,
        "take the client away as a partner",
        concat!(
            "UPDATE client SET partner = NULL WHERE id IN (",
            words::ids!("$1"),
            ")"
        ),
        json_ids(partnered.iter().copied()),
    )?;
    run!(
        conn,
        "delete the client",
        "DELETE FROM client WHERE id = $1",
        client.get(),
    )
}
