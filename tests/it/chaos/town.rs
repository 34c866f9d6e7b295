//! A town in which an outage begins: who is to be told, and the account of who was.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use araldo::store::Store;
use araldo::store::StoreUrl;
use serde_json::{Value, json};

use crate::support::invariants;
use crate::support::mailboxes::Mailboxes;
use crate::support::node::{Eye, sums_close, with_eye};
use crate::support::patience::{PATIENCE, until_within};

/// How long all of it may take at most: the whole size takes minutes in any case.
const LONG: Duration = PATIENCE.saturating_mul(3);
const MOVING: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state NOT IN ('accepted', 'unknown')";
pub(super) const LEFT: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE opened_at IS NOT NULL";
const ROWS: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
const CLIENTS: &str = "SELECT CAST(count(DISTINCT client_id) AS BIGINT) FROM message";
/// What became of each try of a message, for whoever has to find out why it came twice.
const TRIES: &str = "SELECT m.address || ' is ' || m.state || '; try ' || a.lease_no || ' on ' || \
    a.node_id || ': ' || coalesce(a.outcome, 'none') || ' ' || coalesce(a.stage, '') || ' ' || \
    coalesce(a.detail, '') FROM attempt a JOIN message m ON m.id = a.message_id";
/// A safety message that nobody knows of is sent again after a minute, at a risk that is shown.
const UNKNOWN: &str = "SELECT address FROM message WHERE state = 'unknown' OR risky";

const HOUSEHOLDS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
    INSERT INTO client (id, ref, name, name_folded, locale, time_zone, tracking_consent, \
    created_at, updated_at) SELECT i, 'C-' || CAST(i AS TEXT), 'Maria Rossi', \
    'maria rossi', 'it', 'Europe/Rome', 'unknown', 1, 1 FROM n";
const MAILBOXES: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
    INSERT INTO contact_point (id, client_id, channel, address, position, verified) \
    SELECT i, i, 'email', 'reader' || CAST(i AS TEXT) || '@town.example', 0, TRUE FROM n";
const HANDSETS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
    INSERT INTO contact_point (id, client_id, channel, address, position, verified) \
    SELECT i, i, 'sms', '+39000' || CAST(1000000 + i AS TEXT), 0, TRUE FROM n";
const PLACES: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
    INSERT INTO place (id, client_id, code, kind, municipality) \
    SELECT i, i, 'POD-' || CAST(i AS TEXT), 'pod', '037006' FROM n";

/// What came over there, and by which address the client of a number gets it.
pub(super) struct Arrived {
    pub(super) times: HashMap<String, usize>,
    pub(super) address: fn(usize) -> String,
}

/// Settings for mail to `port`, over `sessions` at once on each node, at any hour. A lease short
/// enough to wait for, long enough for a busy machine; what is unknown stays so, to be counted.
pub(super) fn settings(port: u16, sessions: usize) -> String {
    settings_of("24h", &relay(port, sessions))
}

/// The same by any carriers; what is unknown is looked at after so long, beside the longest send.
pub(super) fn settings_of(reconcile_after: &str, carriers: &str) -> String {
    format!(
        "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n[log]\nlevel = \"warn\"\n\
         [dispatch]\nheartbeat = \"500ms\"\nlease = \"3s\"\nwindow = 64\n\
         reconcile_after = \"{reconcile_after}\"\n{carriers}"
    )
}

/// Only where the mail goes.
pub(super) fn relay(port: u16, sessions: usize) -> String {
    format!(
        "[channels]\nemail = [\"relay\"]\nsms = []\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\n\
         connections = {sessions}\n"
    )
}

/// Fills the store with clients of one municipality, past the API: a large town would take
/// longer to import than to tell.
pub(super) async fn settle(url: &StoreUrl, clients: usize) {
    settle_with(url, clients, MAILBOXES).await;
}

/// The same with a telephone each and no mailbox.
pub(super) async fn settle_handsets(url: &StoreUrl, clients: usize) {
    settle_with(url, clients, HANDSETS).await;
}

async fn settle_with(url: &StoreUrl, clients: usize, contacts: &'static str) {
    let clients = i64::try_from(clients).unwrap();
    let town = [HOUSEHOLDS, contacts, PLACES];
    with_eye!(&Eye::open(url).await, |pool| for sql in town {
        sqlx::query(sql).bind(clients).execute(pool).await.unwrap();
    });
}

fn address(number: usize) -> String {
    format!("reader{number}@town.example")
}

/// Of the client of this number.
pub(super) fn handset(number: usize) -> String {
    format!("+39000{}", 1_000_000 + number)
}

/// The outage of which all of them are told.
pub(super) fn outage() -> Value {
    json!({
        "specversion": "1.0", "id": "1", "source": "/oms", "type": "incident.opened",
        "subject": "G-77", "time": SystemClock.now().to_string(),
        "data": {
            "incident": "G-77", "kind": "outage", "service": "electricity", "severity": "severe",
            "area": { "municipalities": ["037006"] }, "cause": "guasto in cabina",
        },
    })
}

/// Waits until so many messages have left or may have left.
pub(super) async fn until_left(eye: &Eye, count: u64) {
    let count = i64::try_from(count).unwrap();
    until_within(LONG, async || match eye.number(LEFT).await {
        left if left >= count => Ok(()),
        left => Err(format!("{left} have left, not {count}")),
    })
    .await;
}

/// Waits until every message has been dealt with.
pub(super) async fn until_told(eye: &Eye, clients: usize) {
    let clients = i64::try_from(clients).unwrap();
    until_within(LONG, async || {
        match (eye.number(ROWS).await, eye.number(MOVING).await) {
            (rows, 0) if rows == clients => Ok(()),
            (rows, moving) => Err(format!(
                "{rows} of {clients} are planned and {moving} under way"
            )),
        }
    })
    .await;
}

/// Every client has one row; every mailbox has one mail, or its message is shown as unknown; the
/// sums close and every invariant holds. Returns how many are unknown.
pub(super) async fn account(
    store: &Store,
    eye: &Eye,
    mailboxes: &Mailboxes,
    clients: usize,
) -> usize {
    let times = mailboxes.arrivals.by_address();
    account_of(store, eye, &Arrived { times, address }, clients).await
}

/// The same of whatever came.
pub(super) async fn account_of(
    store: &Store,
    eye: &Eye,
    arrived: &Arrived,
    clients: usize,
) -> usize {
    let expected = i64::try_from(clients).unwrap();
    assert_eq!(eye.number(ROWS).await, expected);
    assert_eq!(eye.number(CLIENTS).await, expected);
    let unknown: HashSet<String> = eye.texts(UNKNOWN).await.into_iter().collect();
    let (mut none, mut twice) = (0, 0);
    for number in 1..=clients {
        let address = (arrived.address)(number);
        let times = arrived.times.get(&address).copied().unwrap_or(0);
        (none, twice) = (none + u64::from(times == 0), twice + u64::from(times > 1));
        let right = times == 1 || unknown.contains(&address);
        let tries = if right {
            Vec::new()
        } else {
            eye.texts(TRIES).await
        };
        let tries: Vec<_> = tries
            .iter()
            .filter(|try_| try_.starts_with(&address))
            .collect();
        assert!(
            right,
            "{address} got it {times} times and is not shown as unknown: {tries:?}"
        );
    }
    println!(
        "{clients} clients: {} unknown, of whom {none} got nothing and {twice} got it twice",
        unknown.len()
    );
    sums_close(eye).await;
    invariants::hold(store).await;
    unknown.len()
}
