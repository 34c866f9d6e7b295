//! Incidents as the clock and the first page of the console look at them: what has not come when it
//! was to come. What is made of it is decided by `source::clock`.

use super::Incidents;
use crate::domain::event::{IncidentKind, IncidentState};
use crate::domain::{IncidentId, Timestamp};
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, execute};

row! {
    /// An incident at which the clock looks, and what it has made of it already.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WatchedIncident {
        pub id: IncidentId,
        pub reference: String,
        pub kind: IncidentKind,
        pub state: IncidentState,
        pub service: Option<String>,
        pub began_at: Option<Timestamp>,
        pub expected_end: Option<Timestamp>,
        /// Time of its first event.
        pub opened_at: Timestamp,
        pub closed_at: Option<Timestamp>,
        /// When that happened which its clients were last told.
        pub told_at: Option<Timestamp>,
        /// The expected end of which clients were told that it has passed.
        pub overdue_for: Option<Timestamp>,
        /// The beginning of which clients were reminded.
        pub reminded_for: Option<Timestamp>,
        /// The end about which clients were asked.
        pub asked_for: Option<Timestamp>,
        /// It was announced later than it had to be.
        pub late_notice: bool,
    }
}

row! {
    /// Something about an incident that operators should look after.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct IncidentWorry {
        pub reference: String,
        pub parent: Option<String>,
        pub began_at: Option<Timestamp>,
        /// When it should have been over.
        pub expected_end: Option<Timestamp>,
        /// When the next word was promised.
        pub next_update: Option<Timestamp>,
        /// It was announced later than it had to be.
        pub late_notice: bool,
        /// Clients who say that it is not over.
        pub still_out: i64,
        /// Time of its first event.
        pub opened_at: Timestamp,
    }
}

impl Incidents<'_> {
    /// At most `limit` incidents that the clock is to look at by now, locked; those that somebody
    /// works at this moment are passed over until the next time.
    pub async fn on_the_clock(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<WatchedIncident>, StoreError> {
        all!(self.0, "read the incidents that the clock looks at",
            "SELECT id, ref AS reference, kind, state, service, began_at, expected_end, opened_at, closed_at,
             (SELECT h.occurred_at FROM incident_change h WHERE h.event_id = incident.told_event)
             AS told_at, overdue_for, reminded_for, asked_for, late_notice FROM incident
             WHERE clock_at <= $1 ORDER BY clock_at, id LIMIT $2", words::skip_locked!();
            now, limit
        )
    }

    /// Writes down what the clock has made of an incident, and when it looks again, if ever.
    pub async fn looked_at(
        &mut self,
        seen: &WatchedIncident,
        again: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record what the clock made of an incident",
            "UPDATE incident SET clock_at = $2, overdue_for = $3, reminded_for = $4,
             asked_for = $5, late_notice = $6 WHERE id = $1";
            seen.id, again, seen.overdue_for, seen.reminded_for, seen.asked_for, seen.late_notice
        )
    }

    /// The clock goes by other times than before: it looks at each incident again that goes on, or of
    /// which something is still to be made.
    pub async fn clock_all_again(&mut self) -> Result<(), StoreError> {
        execute!(
            self.0,
            "let the clock look at all incidents again",
            "UPDATE incident SET clock_at = 0 WHERE state = 'going_on' OR clock_at IS NOT NULL"
        )
    }

    /// At most `limit` incidents that operators should look after, newest first: what should be
    /// over, what was promised, what clients say is not over, works announced too late that have
    /// not begun.
    pub async fn worries(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<IncidentWorry>, StoreError> {
        all!(self.0, "look for incidents to look after",
            "SELECT ref AS reference, parent, began_at, expected_end, next_update, late_notice,
             opened_at, (SELECT CAST(count(DISTINCT a.client_id) AS BIGINT) FROM incident_answer a
             WHERE a.child = incident.ref AND a.still_out) AS still_out
             FROM incident WHERE state = 'going_on' AND (
             (expected_end < $1 AND kind <> 'notice') OR next_update < $1
             OR (late_notice AND began_at > $1)
             OR EXISTS (SELECT 1 FROM incident_answer a
             WHERE a.child = incident.ref AND a.still_out))
             ORDER BY id DESC LIMIT $2";
            now, limit
        )
    }
}
