//! Blanks what names a client, table by table. Rows stay, with their numbers, states and times:
//! the sums hang on them. Cases go whole: nothing hangs on them.

use serde_json::Value;

use super::ERASED;
use crate::domain::{ClientId, MessageId, Timestamp};
use crate::store::database::sql::{all, execute, values};
use crate::store::{Conn, StoreError, json_ids};

/// The client's messages, and those by which others were told of the client's affairs.
pub(super) async fn messages_of(
    conn: &mut Conn,
    client: ClientId,
    events: &[i64],
) -> Result<Vec<MessageId>, StoreError> {
    values!(*conn, "look for the messages of a client to be erased",
        "SELECT id FROM message WHERE client_id = $1
         UNION SELECT m.id FROM plan p JOIN message m ON m.plan_id = p.id
         WHERE p.event_id IN (", words::ids!("$2"), ")";
        client, json_ids(events)
    )
}

/// Also of those on the wire: who carries one has all it needs, and what comes back for another
/// try finds no address.
pub(super) async fn messages(
    conn: &mut Conn,
    client: ClientId,
    messages: &[MessageId],
) -> Result<(), StoreError> {
    execute!(*conn, "blank the messages of an erased client",
        "UPDATE message SET address = '', variables = '{}' WHERE client_id = $1";
        client
    )?;
    let ids = json_ids(messages);
    execute!(*conn, "blank attempts of an erased client",
        "UPDATE attempt SET detail = NULL WHERE detail IS NOT NULL AND message_id IN (",
        words::ids!("$1"), ")";
        &ids
    )?;
    execute!(*conn, "blank receipts of an erased client",
        "UPDATE receipt SET detail = NULL, invalidated_reason = NULL
         WHERE (detail IS NOT NULL OR invalidated_reason IS NOT NULL) AND message_id IN (",
        words::ids!("$1"), ")";
        &ids
    )?;
    execute!(*conn, "blank the replies of an erased client",
        "UPDATE engagement SET detail = NULL, invalidated_reason = NULL
         WHERE (detail IS NOT NULL OR invalidated_reason IS NOT NULL) AND message_id IN (",
        words::ids!("$1"), ")";
        &ids
    )
}

/// A case is that of whom its newest event names; what older ones said goes with their client.
pub(super) async fn cases(
    conn: &mut Conn,
    reference: &str,
    events: &[i64],
) -> Result<(), StoreError> {
    execute!(*conn, "delete the changes of an erased client's cases",
        "DELETE FROM case_change WHERE case_id IN
         (SELECT id FROM case_file WHERE client_ref = $1)";
        reference
    )?;
    execute!(*conn, "delete the names of an erased client's cases that are missing somewhere",
        "DELETE FROM reconciliation_name WHERE client_ref = $1
         OR name IN (SELECT ref FROM case_file WHERE client_ref = $1)";
        reference
    )?;
    execute!(*conn, "delete what partners asked about an erased client's cases",
        "DELETE FROM partner_question WHERE case_id IN
         (SELECT id FROM case_file WHERE client_ref = $1)";
        reference
    )?;
    execute!(*conn, "blank what the feed says of an erased client's cases",
        "UPDATE feed SET state = NULL WHERE case_id IN
         (SELECT id FROM case_file WHERE client_ref = $1)";
        reference
    )?;
    execute!(*conn, "delete an erased client's cases",
        "DELETE FROM case_file WHERE client_ref = $1";
        reference
    )?;
    execute!(*conn, "blank notes to an erased client",
        "UPDATE case_change SET note = NULL WHERE event_id IN (", words::ids!("$1"), ")";
        json_ids(events)
    )
}

/// What the client was asked of closed cases, and of those that are the client's by now: the words go, the
/// scores stay as sums of nobody. Before the cases go.
pub(super) async fn surveys(
    conn: &mut Conn,
    client: ClientId,
    reference: &str,
) -> Result<(), StoreError> {
    execute!(*conn, "blank the comments of an erased client",
        "UPDATE survey_answer SET comment = NULL, message_id = NULL WHERE survey_id IN
         (SELECT id FROM survey WHERE client_id = $1
         OR case_id IN (SELECT id FROM case_file WHERE client_ref = $2))";
        client, reference
    )?;
    execute!(*conn, "take an erased client out of surveys",
        "UPDATE survey SET client_id = NULL, case_id = NULL, event_id = NULL,
         unanswered_since = NULL
         WHERE client_id = $1
         OR case_id IN (SELECT id FROM case_file WHERE client_ref = $2)";
        client, reference
    )?;
    execute!(*conn, "remove an erased client as a partner of those who were asked",
        "UPDATE survey SET partner = NULL WHERE partner = $1";
        reference
    )
}

/// Plans of the client's own events. One that is still being fanned out makes nothing any more.
pub(super) async fn plans(
    conn: &mut Conn,
    events: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(*conn, "blank the plans of an erased client",
        "UPDATE plan SET variables = '{}', subject = 'erased:' || id,
         cancelled_at = CASE state WHEN 'planning' THEN coalesce(cancelled_at, $2)
         ELSE cancelled_at END WHERE event_id IN (", words::ids!("$1"), ")";
        json_ids(events), now
    )
}

/// Source, id, hash and times stay: by them a repeat is known.
pub(super) async fn events(conn: &mut Conn, events: &[i64]) -> Result<(), StoreError> {
    execute!(*conn, "blank the events of an erased client",
        "UPDATE event SET data = '{}', subject = NULL, detail = $2,
         state = CASE state WHEN 'received' THEN 'refused' ELSE state END WHERE id IN (",
        words::ids!("$1"), ")";
        json_ids(events), ERASED
    )
}

/// Takes the client out of events that list several.
pub(super) async fn lists(conn: &mut Conn, lists: &[(i64, String)]) -> Result<(), StoreError> {
    for (event, data) in lists {
        execute!(*conn, "remove an erased client from a list of clients",
            "UPDATE event SET data = $2 WHERE id = $1";
            event, data
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
    execute!(*conn, "remove an erased client from the audit log",
        "UPDATE audit SET subject = $2, detail = NULL WHERE id IN (", words::ids!("$1"), ")";
        json_ids(deeds.iter().copied()), format!("client:{client}")
    )
}

/// Tests that an operator is sending to one of the client's addresses, which go with the client, digests
/// for the client's partner, which may name the client, and mails to the staff that quote the client.
pub(super) async fn test_sends(conn: &mut Conn, client: ClientId) -> Result<(), StoreError> {
    execute!(*conn, "delete digests that may name an erased client",
        "DELETE FROM test_send WHERE state = 'waiting' AND template = 'partner-digest'
         AND person IN (SELECT u.email FROM console_user u JOIN client c ON c.partner = u.partner
         WHERE c.id = $1)";
        client
    )?;
    execute!(*conn, "delete mails to the staff that quote an erased client",
        "DELETE FROM test_send WHERE state = 'waiting' AND id IN
         (SELECT s.id FROM staff_mail s JOIN conversation v ON v.id = s.conversation_id
         WHERE v.client_id = $1)";
        client
    )?;
    execute!(*conn, "delete codes and notices for an erased client",
        "DELETE FROM test_send WHERE state = 'waiting' AND person = $1";
        format!("client:{client}")
    )?;
    execute!(*conn, "delete tests to an erased client's address",
        "DELETE FROM test_send WHERE address <> ''
         AND address IN (SELECT address FROM contact_point WHERE client_id = $1)";
        client
    )
}

/// People of a partner that was a client: nobody looks after those clients any more, so they see none.
pub(super) async fn partner(conn: &mut Conn, reference: &str) -> Result<(), StoreError> {
    execute!(*conn, "remove an erased client as the partner of people",
        "UPDATE console_user SET partner = NULL WHERE partner = $1";
        reference
    )?;
    execute!(*conn, "delete what an erased partner asked",
        "DELETE FROM partner_question WHERE partner = $1";
        reference
    )
}

/// What was written and answered, also from the client's number before anybody knew whose it was. Before
/// the client's addresses go.
pub(super) async fn conversations(conn: &mut Conn, client: ClientId) -> Result<(), StoreError> {
    execute!(*conn, "blank the lines of an erased client's conversations",
        "UPDATE conversation_line SET text = NULL, key = NULL WHERE conversation_id IN
         (SELECT id FROM conversation WHERE client_id = $1 OR address IN
         (SELECT address FROM contact_point WHERE client_id = $1))";
        client
    )?;
    execute!(*conn, "blank an erased client's conversations",
        "UPDATE conversation SET subject = '', reason = NULL, address = NULL, state = 'closed',
         waiting_since = NULL WHERE client_id = $1 OR address IN
         (SELECT address FROM contact_point WHERE client_id = $1)";
        client
    )
}

/// What the client reported and was passed on to bodies, or waits for that. The plans that have it frozen
/// lose it as well; the body's other problems stay in them.
pub(super) async fn problems(conn: &mut Conn, client: ClientId) -> Result<(), StoreError> {
    let frozen: Vec<(i64, String)> = all!(*conn, "look for plans with an erased client's problems",
        "SELECT DISTINCT p.id, p.variables FROM forwarded_problem r
         JOIN forwarding f ON f.id = r.forwarding_id
         JOIN plan p ON p.subject = 'forwarding:' || CAST(f.number AS TEXT) || ':' || f.body
         WHERE r.client_id = $1";
        client
    )?;
    let theirs: Vec<i64> = values!(*conn, "look for an erased client's problems",
        "SELECT id FROM forwarded_problem WHERE client_id = $1";
        client
    )?;
    for (plan, variables) in frozen {
        execute!(*conn, "take an erased client's problems out of a plan",
            "UPDATE plan SET variables = $2 WHERE id = $1";
            plan, without_problems(&variables, &theirs)
        )?;
    }
    execute!(*conn, "blank an erased client's problems",
        "UPDATE forwarded_problem SET words = NULL, who = NULL, subject = '', client_id = NULL
         WHERE client_id = $1";
        client
    )
}

/// A plan's variables without what these problems say. What has no such list stays as it is.
fn without_problems(variables: &str, theirs: &[i64]) -> String {
    let Ok(mut all) = serde_json::from_str::<Value>(variables) else {
        return variables.to_owned();
    };
    let languages = all.get_mut("by_locale").and_then(Value::as_object_mut);
    for (_, said) in languages.into_iter().flatten() {
        let listed = said.pointer_mut("/body/problems");
        for problem in listed.and_then(Value::as_array_mut).into_iter().flatten() {
            let id = problem["id"].as_str().and_then(|id| id.parse().ok());
            if id.is_some_and(|id: i64| theirs.contains(&id)) {
                for name in ["about", "words", "who"] {
                    problem[name] = Value::from("");
                }
            }
        }
    }
    all.to_string()
}

/// Contacts, places, tags and choices go with the client's row.
pub(super) async fn client(
    conn: &mut Conn,
    client: ClientId,
    partnered: &[i64],
) -> Result<(), StoreError> {
    execute!(*conn, "remove an erased client as a partner",
        "UPDATE client SET partner = NULL WHERE id IN (", words::ids!("$1"), ")";
        json_ids(partnered.iter().copied())
    )?;
    execute!(*conn, "delete what an erased client answered about incidents",
        "DELETE FROM incident_answer WHERE client_id = $1";
        client
    )?;
    execute!(*conn, "delete an erased client", "DELETE FROM client WHERE id = $1"; client)
}
