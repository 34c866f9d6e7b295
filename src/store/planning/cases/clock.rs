//! Cases as the clock sees them: which are to be thought of now, and what it thought of each. What
//! that means is decided in `source::clock`.

use super::Cases;
use crate::domain::event::CaseData;
use crate::domain::{CaseId, Timestamp};
use crate::store::database::rows::{json, row, small};
use crate::store::database::sql::{all, execute, values};
use crate::store::{StoreError, json_ids};

row! {
    /// A case that the clock is to think of.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ClockedCase {
        pub id: CaseId,
        pub data: CaseData as row,
        /// Since when it stands in its state.
        pub state_since: Timestamp,
        /// When Araldo heard of its state or of its deadline, whichever came later. None: it stood
        /// there before there was a clock.
        pub seen_at: Option<Timestamp>,
        /// How many of its thresholds are dealt with.
        pub clock_step: u16 = small,
        /// When its client was last told something of it, and will have heard.
        pub told_at: Option<Timestamp>,
        /// When it was last said that nothing is said.
        pub silent_at: Option<Timestamp>,
    }
}

/// What the clock thought of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockDecision {
    pub case: CaseId,
    /// How many of its thresholds are dealt with.
    pub step: u16,
    /// When Araldo heard of how it stands.
    pub seen_at: Timestamp,
    /// When to think of it again.
    pub look_at: Option<Timestamp>,
    /// With whom it stands still, and when that was said; nothing where it was not said now.
    pub stalled: Option<(String, Timestamp)>,
}

impl Cases<'_> {
    /// At most `limit` cases that are to be thought of by now, locked; those that another unit of
    /// work holds come the next time.
    pub async fn to_clock(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<ClockedCase>, StoreError> {
        // Locked first and read afterwards: what is read here is as it stands until the end.
        let due: Vec<CaseId> = values!(self.0, "look for cases whose time has come",
            "SELECT id FROM case_file WHERE clock_at <= $1 ORDER BY clock_at, id LIMIT $2",
            words::skip_locked!();
            now, limit
        )?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        all!(self.0, "read cases whose time has come",
            "SELECT id, ref AS reference, client_ref, kind, state, owner, note, expected_by,
             coalesce(state_since, changed_at) AS state_since, seen_at, clock_step,
             (SELECT max(m.created_at) FROM case_change h JOIN plan p ON p.event_id = h.event_id
             JOIN message m ON m.plan_id = p.id JOIN client c ON c.id = m.client_id
             WHERE h.case_id = case_file.id AND c.ref = case_file.client_ref
             AND m.state NOT IN ('suppressed', 'superseded', 'cancelled', 'expired')) AS told_at,
             (SELECT max(h.occurred_at) FROM case_change h WHERE h.case_id = case_file.id
             AND h.type = 'case.silent') AS silent_at
             FROM case_file WHERE id IN (", words::ids!("$1"), ") ORDER BY id";
            json_ids(due)
        )
    }

    /// Notes what the clock thought of cases that it holds.
    pub async fn note_clock(&mut self, decisions: &[ClockDecision]) -> Result<(), StoreError> {
        let rows: Vec<_> = decisions
            .iter()
            .map(|one| {
                let (body, stalled_at) = one.stalled.clone().unzip();
                (
                    one.case.get(),
                    one.step,
                    one.seen_at.as_micros(),
                    one.look_at.map(Timestamp::as_micros),
                    body,
                    stalled_at.map(Timestamp::as_micros),
                )
            })
            .collect();
        execute!(self.0, "record what the clock thought of cases",
            "UPDATE case_file SET clock_step = r.step, seen_at = r.seen_at, clock_at = r.look_at,
             stalled_by = coalesce(r.body, case_file.stalled_by),
             stalled_at = coalesce(r.said_at, case_file.stalled_at)
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, CAST(value ->> 1 AS BIGINT) AS step,
             CAST(value ->> 2 AS BIGINT) AS seen_at, CAST(value ->> 3 AS BIGINT) AS look_at,
             value ->> 4 AS body, CAST(value ->> 5 AS BIGINT) AS said_at FROM ",
            words::rows!("$1"), ") AS r WHERE case_file.id = r.id";
            json(&rows)?
        )
    }

    /// Has the clock think of every open case again: what it goes by has changed.
    pub async fn clock_all_again(&mut self, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "have the clock look at all cases again",
            "UPDATE case_file SET clock_at = $1 WHERE closed_at IS NULL";
            now
        )
    }
}
