//! Finds rows that name a client without an index for it: events, the audit, and the clients that a
//! partner looks after.

use chrono::TimeDelta;
use serde_json::Value;

use crate::domain::ids::ids_within;
use crate::store::database::sql::{all, one, values};
use crate::store::{Conn, StoreError};

/// Rows read at a time.
const PAGE: i64 = 500;
/// How much older than the newest seen an id may be that is committed later: no transaction that
/// writes events or the audit lasts so long.
const SLACK: TimeDelta = TimeDelta::seconds(60);

/// Where a search begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct From {
    event: i64,
    deed: i64,
    /// Also clients, of whom there is no order by time.
    clients: bool,
}

impl From {
    pub(super) const fn the_beginning() -> Self {
        Self {
            event: 0,
            deed: 0,
            clients: true,
        }
    }
}

#[derive(Debug)]
pub(super) struct Named {
    /// Events about nobody else.
    pub(super) events: Vec<i64>,
    /// Events that list the client among others, with their data without it.
    pub(super) lists: Vec<(i64, String)>,
    /// Lines of the audit.
    pub(super) deeds: Vec<i64>,
    /// Clients whose affairs the client looks after.
    pub(super) partnered: Vec<i64>,
    seen: From,
}

impl Named {
    /// Where a later search goes on.
    pub(super) const fn seen_upto(&self) -> From {
        self.seen
    }

    pub(super) fn and(mut self, later: Self) -> Self {
        self.events.extend(later.events);
        self.lists.extend(later.lists);
        self.deeds.extend(later.deeds);
        self.events.sort_unstable();
        self.events.dedup();
        self.deeds.sort_unstable();
        self.deeds.dedup();
        self
    }
}

/// Searches from there on.
pub(super) async fn search(
    conn: &mut Conn,
    reference: &str,
    from: From,
) -> Result<Named, StoreError> {
    let mut named = Named {
        events: Vec::new(),
        lists: Vec::new(),
        deeds: Vec::new(),
        partnered: Vec::new(),
        seen: From {
            clients: false,
            ..from
        },
    };
    let (event, deed) = newest(conn).await?;
    let mut after = from.event;
    loop {
        let page = events(conn, reference, after).await?;
        for (id, subject, data) in &page {
            match reading(reference, subject.as_deref(), data) {
                Mention::Theirs => named.events.push(*id),
                Mention::Listed(rest) => named.lists.push((*id, rest)),
                Mention::NotNamed => {}
            }
            after = *id;
        }
        if page.is_empty() {
            break;
        }
    }
    named.deeds = deeds(conn, reference, from.deed).await?;
    if from.clients {
        named.partnered = partnered(conn, reference).await?;
    }
    named.seen.event = since(event).max(from.event);
    named.seen.deed = since(deed).max(from.deed);
    Ok(named)
}

/// The first id that may still be committed when this one was the newest.
fn since(newest: i64) -> i64 {
    newest.saturating_sub(ids_within(SLACK)).max(0)
}

async fn newest(conn: &mut Conn) -> Result<(i64, i64), StoreError> {
    one!(
        *conn,
        "read the newest event",
        "SELECT coalesce((SELECT max(id) FROM event), 0),
         coalesce((SELECT max(id) FROM audit), 0)"
    )
}

/// Events that may name the client, after an id: the text is looked for here, and what it means
/// is read in [`reading`].
async fn events(
    conn: &mut Conn,
    reference: &str,
    after: i64,
) -> Result<Vec<(i64, Option<String>, String)>, StoreError> {
    all!(*conn, "look for events that name a client",
        "SELECT id, subject, data FROM event WHERE id > $1
         AND (data LIKE $2 ESCAPE '\\' OR subject = $3) ORDER BY id LIMIT $4";
        after, pattern(reference), reference, PAGE
    )
}

/// A pattern for LIKE that finds the reference as a JSON text.
fn pattern(reference: &str) -> String {
    containing(&Value::from(reference).to_string())
}

/// A pattern for LIKE that finds a text wherever it stands.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// What an event has to do with a client.
#[derive(Debug, PartialEq, Eq)]
enum Mention {
    /// It is about this client.
    Theirs,
    /// It lists this client among others: the data without it.
    Listed(String),
    /// It is about somebody or something else.
    NotNamed,
}

fn reading(reference: &str, subject: Option<&str>, data: &str) -> Mention {
    let Ok(mut data) = serde_json::from_str::<Value>(data) else {
        // Not JSON, and yet the reference stands in it: nobody can tell more.
        return Mention::Theirs;
    };
    match data.get("client") {
        Some(client) if client == reference => return Mention::Theirs,
        None if subject == Some(reference) => return Mention::Theirs,
        _ => {}
    }
    let listed = data.get_mut("clients").and_then(Value::as_array_mut);
    let Some(listed) = listed.filter(|all| all.iter().any(|one| one == reference)) else {
        return Mention::NotNamed;
    };
    listed.retain(|one| one != reference);
    Mention::Listed(data.to_string())
}

/// Lines of the audit whose subject is the client.
async fn deeds(conn: &mut Conn, reference: &str, after: i64) -> Result<Vec<i64>, StoreError> {
    values!(*conn, "look for audit entries about a client",
        "SELECT id FROM audit WHERE id > $1 AND subject = $2
         AND (action LIKE 'client.%' OR action LIKE 'contact.%' OR action LIKE 'preferences.%'
         OR action = 'partner.invited')";
        after, reference
    )
}

async fn partnered(conn: &mut Conn, reference: &str) -> Result<Vec<i64>, StoreError> {
    values!(*conn, "look for clients whose partner is to be erased",
        "SELECT id FROM client WHERE partner = $1";
        reference
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_theirs_when_it_names_them_and_nobody_else() {
        let theirs = r#"{"client":"C-1","note":"x"}"#;
        assert_eq!(reading("C-1", None, theirs), Mention::Theirs);
        assert_eq!(reading("C-11", None, theirs), Mention::NotNamed);
        assert_eq!(reading("x", None, theirs), Mention::NotNamed);
        assert_eq!(reading("C-1", Some("C-1"), "{}"), Mention::Theirs);
        let other = r#"{"client":"C-2"}"#;
        assert_eq!(reading("C-1", Some("C-1"), other), Mention::NotNamed);
        let listed = r#"{"clients":["C-1","C-2"]}"#;
        let rest = Mention::Listed(String::from(r#"{"clients":["C-2"]}"#));
        assert_eq!(reading("C-1", None, listed), rest);
        assert_eq!(reading("C-1", None, "C-1 {"), Mention::Theirs);
    }

    #[test]
    fn a_reference_is_looked_for_as_it_is_written() {
        assert_eq!(pattern("C_1%"), r#"%"C\_1\%"%"#);
        assert_eq!(pattern("a\"b"), r#"%"a\\"b"%"#);
    }
}
