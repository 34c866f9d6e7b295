//! Surveys as the clock and the planner see them: of which closed cases a client is to be asked now, who
//! has not answered, and whether the question went out. What that means is decided in `source::clock`.

use super::Surveys;
use crate::domain::event::CaseData;
use crate::domain::survey::SurveyOmission;
use crate::domain::{CaseId, ClientId, EventId, Timestamp};
use crate::store::database::rows::{json, maybe_parsed, row};
use crate::store::database::sql::{all, execute, value, values};
use crate::store::{StoreError, json_ids};

row! {
    /// A closed case whose client is to be thought of.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ClosedCase {
        pub id: CaseId,
        pub data: CaseData as row,
        pub closed_at: Timestamp,
        /// Nothing: nobody is known by the reference that the case names.
        pub client: Option<ClientId> as client_id,
        pub partner: Option<String>,
        /// It was thought of before.
        pub known: bool,
        /// The first thing that speaks against asking, but for the cap.
        pub against: Option<SurveyOmission> = maybe_parsed,
        /// How often the client was asked within the time of the cap.
        pub asked: i64,
    }
}

/// What the clock thought of a closed case, to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSurvey {
    pub id: i64,
    pub case: CaseId,
    pub client: Option<ClientId>,
    pub kind: String,
    /// Who was responsible for it, if anybody was named.
    pub body: Option<String>,
    pub partner: Option<String>,
    /// None: the client is asked.
    pub omitted: Option<SurveyOmission>,
}

row! {
    /// A survey that nobody answered in time.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SilentSurvey {
        pub id: i64,
        pub data: CaseData as row,
        pub asked_at: Timestamp,
        /// None: the case was opened again.
        pub closed_at: Option<Timestamp>,
        /// A conversation with the client is going on.
        pub talking: bool,
    }
}

impl Surveys<'_> {
    /// At most `limit` cases that were closed by `closed`, locked, and what is to be known of each. The
    /// ids are all that were found. `talked`, `asked`: since when a conversation goes on, and a question
    /// counts.
    pub async fn to_ask(
        &mut self,
        closed: Timestamp,
        (talked, asked): (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<(Vec<CaseId>, Vec<ClosedCase>), StoreError> {
        let due: Vec<CaseId> = values!(self.0, "look for closed cases to ask about",
            "SELECT id FROM case_file WHERE survey_at <= $1 ORDER BY survey_at, id LIMIT $2",
            words::skip_locked!();
            closed, limit
        )?;
        if due.is_empty() {
            return Ok((due, Vec::new()));
        }
        let cases = all!(self.0, "read closed cases to ask about",
            "SELECT f.id, f.ref AS reference, f.client_ref, f.kind, f.state, f.owner, f.note,
             f.expected_by, f.closed_at, c.id AS client_id, c.partner,
             EXISTS (SELECT 1 FROM survey s WHERE s.case_id = f.id) AS known,
             CASE WHEN c.id IS NULL THEN 'no_client'
             WHEN NOT EXISTS (SELECT 1 FROM case_change h JOIN event e ON e.id = h.event_id
             WHERE h.case_id = f.id AND NOT e.quiet AND (h.type = 'case.closed' OR
             (h.type IN ('case.opened', 'case.state_changed') AND h.occurred_at = f.closed_at))) THEN 'quiet'
             WHEN f.reopened_at IS NOT NULL THEN 'reopened'
             WHEN EXISTS (SELECT 1 FROM conversation v WHERE v.client_id = c.id
             AND v.state = 'open' AND v.last_at > $2) THEN 'talking'
             WHEN EXISTS (SELECT 1 FROM case_file o WHERE o.client_ref = f.client_ref
             AND o.kind = f.kind AND o.closed_at IS NULL) THEN 'other_case' END AS against,
             (SELECT CAST(count(*) AS BIGINT) FROM survey s WHERE s.client_id = c.id
             AND s.state IN ('due', 'asked') AND s.due_at > $3) AS asked
             FROM case_file f LEFT JOIN client c ON c.ref = f.client_ref
             WHERE f.closed_at IS NOT NULL AND f.id IN (", words::ids!("$1"), ") ORDER BY f.id";
            json_ids(due.iter().copied()), talked, asked
        )?;
        Ok((due, cases))
    }

    /// Notes what was thought of closed cases; `of`: none of these is thought of again.
    pub async fn note_due(
        &mut self,
        of: Vec<CaseId>,
        surveys: &[DueSurvey],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that closed cases were thought of",
            "UPDATE case_file SET survey_at = NULL WHERE id IN (", words::ids!("$1"), ")";
            json_ids(of)
        )?;
        let rows: Vec<_> = surveys
            .iter()
            .map(|one| {
                let client = one.client.map(ClientId::get);
                let state = one.omitted.map_or("due", |_| "omitted");
                let omitted = one.omitted.map(SurveyOmission::as_str);
                let (kind, body, partner) = (&one.kind, &one.body, &one.partner);
                (
                    one.id,
                    one.case.get(),
                    client,
                    kind,
                    body,
                    partner,
                    state,
                    omitted,
                )
            })
            .collect();
        execute!(self.0, "enter surveys of closed cases",
            "INSERT INTO survey (id, case_id, client_id, kind, body, partner, state, omitted, due_at)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT),
             CAST(value ->> 2 AS BIGINT), value ->> 3, value ->> 4, value ->> 5, value ->> 6,
             value ->> 7, $2 FROM ", words::rows!("$1");
            json(&rows)?, now
        )
    }

    /// At most `limit` surveys that were asked by `asked` and nobody answered, locked. The ids are all
    /// that were found. `talked`: since when a conversation goes on.
    pub async fn to_remind(
        &mut self,
        asked: Timestamp,
        talked: Timestamp,
        limit: i64,
    ) -> Result<(Vec<i64>, Vec<SilentSurvey>), StoreError> {
        let due: Vec<i64> = values!(self.0, "look for surveys without an answer",
            "SELECT id FROM survey WHERE unanswered_since <= $1 ORDER BY unanswered_since, id
             LIMIT $2", words::skip_locked!();
            asked, limit
        )?;
        if due.is_empty() {
            return Ok((due, Vec::new()));
        }
        let surveys = all!(self.0, "read surveys without an answer",
            "SELECT s.id, f.ref AS reference, f.client_ref, f.kind, f.state, f.owner, f.note,
             f.expected_by, s.unanswered_since AS asked_at, f.closed_at,
             EXISTS (SELECT 1 FROM conversation v WHERE v.client_id = s.client_id
             AND v.state = 'open' AND v.last_at > $2) AS talking
             FROM survey s JOIN case_file f ON f.id = s.case_id
             WHERE s.unanswered_since IS NOT NULL AND s.id IN (", words::ids!("$1"), ")
             ORDER BY s.id";
            json_ids(due.iter().copied()), talked
        )?;
        Ok((due, surveys))
    }

    /// Notes that nobody is waited for any more in `of`, and that `reminded` are called to mind now.
    pub async fn note_reminded(
        &mut self,
        of: Vec<i64>,
        reminded: Vec<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that surveys are called to mind",
            "UPDATE survey SET unanswered_since = NULL, reminded_at = CASE
             WHEN id IN (", words::ids!("$2"), ") THEN $3 ELSE reminded_at END
             WHERE id IN (", words::ids!("$1"), ")";
            json_ids(of), json_ids(reminded), now
        )
    }

    /// Notes whether the question about a case goes out, once its event is planned: somebody may have
    /// refused it, or no rule asks of such cases. `day`: by the organisation's clock.
    pub async fn note_planned(
        &mut self,
        event: EventId,
        case: &str,
        now: Timestamp,
        day: i64,
    ) -> Result<(), StoreError> {
        let goes_out: bool = value!(self.0, "look whether a question goes out",
            "SELECT EXISTS (SELECT 1 FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.event_id = $1 AND m.state IN ('queued', 'held'))";
            event
        )?;
        let state = if goes_out { "asked" } else { "untold" };
        let (asked_at, day) = (goes_out.then_some(now), goes_out.then_some(day));
        execute!(self.0, "record whether a client is asked",
            "UPDATE survey SET state = $2, asked_at = $3, day = $4, unanswered_since = $3,
             event_id = $5
             WHERE state = 'due' AND case_id = (SELECT id FROM case_file WHERE ref = $1)";
            case, state, asked_at, day, goes_out.then_some(event)
        )
    }
}
