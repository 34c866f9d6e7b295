//! What people of a partner see: the cases of the clients whose `partner` theirs is, and what these
//! clients were told. **This is the one place where that is decided**: every query here joins the
//! client and asks for the partner, and pages of partners ask nothing else of cases and messages.
//!
//! Whose clients are seen is a [`PartnerSight`], which `web::auth::session` makes of a session and
//! nobody of an address. What partners ask the staff is in `people::questions`.

use crate::domain::event::CaseData;
use crate::domain::{CaseId, Channel, MessageId, MessageState, Reason, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, one, optional, value};
use crate::store::insight::satisfaction::{ScoreSums, scores};
use crate::store::messages::rollup;
use crate::store::people::clients::name_parts;
use crate::store::planning::cases::CaseChange;
use crate::store::{Conn, StoreError, Tx};

/// Whose clients somebody sees: a partner's reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerSight(String);

impl PartnerSight {
    #[must_use]
    pub const fn of(partner: String) -> Self {
        Self(partner)
    }

    #[must_use]
    pub fn partner(&self) -> &str {
        &self.0
    }
}

/// Reading for one partner.
pub struct SeenByPartner<'a> {
    conn: &'a mut Conn,
    partner: &'a str,
}

impl Tx {
    /// What this partner sees, and nothing else.
    pub fn seen_by<'a>(&'a mut self, sight: &'a PartnerSight) -> SeenByPartner<'a> {
        SeenByPartner {
            conn: &mut self.conn,
            partner: &sight.0,
        }
    }
}

/// Which of the partner's cases; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerCaseFilter {
    /// The word events use.
    pub state: Option<String>,
    pub open: bool,
    pub stalled: bool,
    /// A case's reference, or words of the client's name, whatever the accents.
    pub search: String,
}

row! {
    /// One case, and the last that its client was told of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PartnerCase {
        pub id: CaseId,
        pub data: CaseData as row,
        pub client_name: String,
        pub opened_at: Timestamp,
        pub closed_at: Option<Timestamp>,
        /// Since when it stands in its state.
        pub since: Timestamp,
        /// When it was last said that it stands still; nothing while it does not.
        pub stalled_at: Option<Timestamp>,
        pub told_at: Option<Timestamp>,
        pub told_by: Option<Channel>,
        pub told_state: Option<MessageState>,
        pub read: bool,
        /// It reached the client, who did not refuse to be measured.
        pub readable: bool,
    }
}

row! {
    /// One message to the case's own client.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PartnerMessage {
        pub id: MessageId,
        pub channel: Channel,
        pub address: String,
        pub state: MessageState,
        pub reason: Option<Reason>,
        pub created_at: Timestamp,
        pub accepted_at: Option<Timestamp>,
        pub delivered_at: Option<Timestamp>,
        pub read: bool,
        /// It reached the client, who did not refuse to be measured.
        pub readable: bool,
        /// The first act of a person that shows it.
        pub read_at: Option<Timestamp>,
    }
}

/// States that a filter offers, at most.
const STATES: i64 = 100;

/// This client's reading would show itself, as `insight::read_status` has it: what is counted without saying
/// who shows nothing of one message.
macro_rules! shows_itself {
    () => {
        "m.tracking = 'individual' AND (m.channel = 'email' OR coalesce(p.clicks, TRUE))"
    };
}

/// The cases a query asks for of its own; `$1` is the partner, `$2` how many. They are cut to so many
/// before it is looked what was told of each. `+f.id`: led by the partner's clients, and not by all cases.
macro_rules! cases {
    ($fetch:ident, $conn:expr, $($own:expr),+; $($value:expr),+) => {
        $fetch!($conn, "read the cases of a partner's clients",
            "WITH y AS MATERIALIZED (SELECT f.id, f.ref AS reference, f.client_ref,
             c.id AS client_id, c.name AS client_name, f.kind, f.state, f.owner, f.note,
             f.expected_by, f.opened_at, f.closed_at,
             coalesce(f.state_since, f.changed_at) AS since,
             CASE WHEN f.stalled_by IS NOT NULL THEN f.stalled_at END AS stalled_at
             FROM client c JOIN case_file f ON f.client_ref = c.ref
             WHERE c.partner = $1 AND ", $($own),+, " ORDER BY +f.id DESC LIMIT $2)
             SELECT x.id, x.reference, x.client_ref, x.client_name, x.kind, x.state, x.owner, x.note,
             x.expected_by, x.opened_at, x.closed_at, x.since, x.stalled_at,
             m.created_at AS told_at, m.channel AS told_by, m.state AS told_state,
             coalesce(", rollup::is_read!(), ", FALSE) AS read,
             coalesce(", rollup::is_readable!(), " AND ", shows_itself!(), ", FALSE) AS readable
             FROM (SELECT y.id, y.reference, y.client_ref, y.client_name, y.kind, y.state, y.owner,
             y.note, y.expected_by, y.opened_at, y.closed_at, y.since, y.stalled_at,
             (SELECT max(t.id) FROM case_change h JOIN plan o ON o.event_id = h.event_id
             JOIN message t ON t.plan_id = o.id WHERE h.case_id = y.id AND t.client_id = y.client_id
             AND t.state NOT IN ('suppressed', 'superseded', 'cancelled', 'expired')) AS told
             FROM y ORDER BY y.id DESC LIMIT $2) AS x
             LEFT JOIN message m ON m.id = x.told LEFT JOIN plan p ON p.id = m.plan_id
             ORDER BY x.id DESC";
            $($value),+
        )
    };
}

impl SeenByPartner<'_> {
    /// At most `limit` cases, newest first, those older than `before` only.
    pub async fn cases(
        &mut self,
        filter: &PartnerCaseFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<PartnerCase>, StoreError> {
        cases!(all, self.conn,
            "+f.id < $3 AND ($4 IS NULL OR f.state = $4) AND (f.closed_at IS NULL OR NOT $5)
             AND (f.stalled_by IS NOT NULL OR NOT $6)
             AND (upper(f.ref) = upper($7) OR NOT EXISTS (
             SELECT 1 FROM (", words::texts!("$8"), ") AS word
             WHERE c.name_folded NOT LIKE word.value ESCAPE '!'))";
            self.partner, limit, before, filter.state.as_deref(), filter.open, filter.stalled,
            &filter.search, name_parts(&filter.search)?
        )
    }

    /// The case of this reference, if its client is the partner's.
    pub async fn case(&mut self, reference: &str) -> Result<Option<PartnerCase>, StoreError> {
        cases!(optional, self.conn, "f.ref = $3"; self.partner, 1_i64, reference)
    }

    /// At most `limit` cases of which something is new since then, newest first: opened, moved, closed,
    /// or said to stand still.
    pub async fn news(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<PartnerCase>, StoreError> {
        cases!(all, self.conn,
            "(f.changed_at >= $3 OR f.seen_at >= $3
             OR (f.stalled_by IS NOT NULL AND f.stalled_at >= $3))";
            self.partner, limit, since
        )
    }

    /// What happened to it, in that order.
    pub async fn steps(&mut self, reference: &str) -> Result<Vec<CaseChange>, StoreError> {
        all!(self.conn, "read what happened to a case of a partner's client",
            "SELECT h.event_id, h.type AS kind, h.state, h.owner, h.note, h.expected_by, h.occurred_at
             FROM client c JOIN case_file f ON f.client_ref = c.ref
             JOIN case_change h ON h.case_id = f.id
             WHERE c.partner = $1 AND f.ref = $2 ORDER BY h.occurred_at, h.event_id";
            self.partner, reference
        )
    }

    /// At most `limit` messages about it to its client, newest first.
    pub async fn messages(
        &mut self,
        reference: &str,
        limit: i64,
    ) -> Result<Vec<PartnerMessage>, StoreError> {
        all!(self.conn, "read what a partner's client was told",
            "SELECT m.id, m.channel, m.address, m.state, m.reason, m.created_at, m.accepted_at,
             CASE WHEN m.state = 'delivered' THEN m.final_at END AS delivered_at,
             (", rollup::is_read!(), ") AS read,
             (", rollup::is_readable!(), " AND ", shows_itself!(), ") AS readable,
             (SELECT min(g.at) FROM engagement g WHERE g.message_id = m.id
             AND g.invalidated_at IS NULL AND (g.kind IN ('replied', 'confirmed') OR (g.verdict = 'human'
             AND g.kind IN ('opened', 'clicked', 'viewed')))) AS read_at
             FROM client c JOIN case_file f ON f.client_ref = c.ref
             JOIN case_change h ON h.case_id = f.id JOIN plan p ON p.event_id = h.event_id
             JOIN message m ON m.plan_id = p.id AND m.client_id = c.id
             WHERE c.partner = $1 AND f.ref = $2 ORDER BY m.id DESC LIMIT $3";
            self.partner, reference, limit
        )
    }

    /// How its clients say that cases went which they were asked about on these days, both included, while
    /// the partner looked after them.
    pub async fn satisfaction(&mut self, from: i64, to: i64) -> Result<ScoreSums, StoreError> {
        one!(self.conn, "count how satisfied a partner's clients are",
            "SELECT '' AS name, '' AS label, ", scores!(), "
             FROM client c JOIN survey s ON s.client_id = c.id
             WHERE c.partner = $1 AND s.partner = $1 AND s.state = 'asked'
             AND s.day >= $2 AND s.day <= $3";
            self.partner, from, to
        )
    }

    /// Kinds and states in which open cases of the partner's clients stand.
    pub async fn states(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        all!(self.conn, "read the states of a partner's cases",
            "SELECT DISTINCT f.kind, f.state FROM client c JOIN case_file f ON f.client_ref = c.ref
             WHERE c.partner = $1 ORDER BY f.kind, f.state LIMIT $2";
            self.partner, STATES
        )
    }

    /// What the partner is called: the name of the client that it is, else its reference.
    pub async fn name(&mut self) -> Result<String, StoreError> {
        value!(self.conn, "read a partner's name",
            "SELECT coalesce((SELECT name FROM client WHERE ref = $1), $1)";
            self.partner
        )
    }
}
