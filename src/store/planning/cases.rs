//! Cases as their events left them, with the history of each.
//!
//! `case_file` holds the newest state, `case_change` every event. Applying an event a second
//! time changes nothing, and an older one never overwrites a newer. What the clock says of a case is
//! one of its events and changes nothing of it ([`Cases::remind`]); when the clock looks is in
//! `clock`, that a client is asked about a closed case in `asked`.

mod asked;
mod clock;

use std::collections::HashSet;

pub use self::clock::{ClockDecision, ClockedCase};

use crate::domain::event::{CaseData, CaseStep, Deadline};
use crate::domain::{CaseId, EventId, Ids, Timestamp};
use crate::store::database::rows::{json, maybe_parsed, row};
use crate::store::database::sql::{affected, all, execute, optional, value, values};
use crate::store::feed::note_case;
use crate::store::{StoreError, handle};

row! {
    /// Where a case stands.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct CaseRecord {
        #[serde(skip)]
        pub id: CaseId,
        /// What the newest event says.
        #[serde(flatten)]
        pub data: CaseData as row,
        /// Nothing while the client is not known.
        #[serde(skip)]
        pub client_name: Option<String>,
        /// Time of its first event.
        pub opened_at: Timestamp,
        /// Time of its newest event.
        pub changed_at: Timestamp,
        /// Time it was closed.
        pub closed_at: Option<Timestamp>,
    }
}

row! {
    /// One event of a case.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct CaseChange {
        pub event: EventId as event_id,
        #[serde(rename = "type")]
        pub step: CaseStep as kind,
        /// The state it brought.
        pub state: String,
        /// The body responsible from then on.
        pub owner: Option<String>,
        /// When the next step was expected.
        pub expected_by: Option<Deadline> = maybe_parsed,
        /// A remark for the client.
        pub note: Option<String>,
        pub occurred_at: Timestamp,
    }
}

/// What applying an event did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedToCase {
    /// Where the case stands now.
    pub case: CaseRecord,
    /// It was not known before.
    pub is_new: bool,
    /// No event of this case happened later: what it says still holds.
    pub newest: bool,
    /// The case had another state or deadline before, or is closed now, and the clock spoke of it: what
    /// it said holds no more.
    pub outdates_reminders: bool,
}

row! {
    struct Overwritten {
        case: CaseRecord as row,
        outdates_reminders: bool,
    }
}

row! {
    /// What a word of the clock's is held against.
    struct CaseStanding {
        id: CaseId,
        state: String,
        expected_by: Option<String>,
        state_since: Timestamp,
        closed_at: Option<Timestamp>,
    }
}

/// What the clock says, in SQL.
macro_rules! reminders {
    () => {
        "('case.stalled', 'case.due_soon', 'case.silent', 'case.survey_due', 'case.survey_reminder')"
    };
}

/// Whether an event leaves a case in the state and with the deadline that it had.
macro_rules! stands {
    () => {
        "state = $4 AND coalesce(expected_by, '') = coalesce($7, '')"
    };
}

handle!(cases -> Cases);

macro_rules! columns {
    () => {
        "id, ref AS reference, client_ref,
         (SELECT name FROM client WHERE ref = case_file.client_ref) AS client_name, kind, state,
         owner, note, expected_by, opened_at, changed_at, closed_at"
    };
}

impl Cases<'_> {
    /// Applies what an event says about a case. `over`: whether it is closed by that
    /// (`CaseKinds::ends`), which the step alone does not say.
    pub async fn apply(
        &mut self,
        event: EventId,
        (step, over): (CaseStep, bool),
        data: &CaseData,
        occurred_at: Timestamp,
        ids: &dyn Ids,
    ) -> Result<AppliedToCase, StoreError> {
        let new = CaseId::new(ids.next());
        let case = self.open(new, event, data, occurred_at).await?;
        self.append(event, case, step, data, occurred_at).await?;
        let end = over.then_some(step);
        let change = (event, end, occurred_at);
        if let Some(now) = self.overwrite(case, change, data).await? {
            return Ok(AppliedToCase {
                case: now.case,
                is_new: case == new,
                newest: true,
                outdates_reminders: now.outdates_reminders,
            });
        }
        self.date_back(case, occurred_at).await?;
        Ok(AppliedToCase {
            case: self.get(&data.case).await?,
            is_new: false,
            newest: false,
            outdates_reminders: false,
        })
    }

    /// Keeps among a case's events what the clock says of it, and locks the case, so that it does
    /// not move before the word is planned. `since`: when the state began of which it speaks.
    /// False: the case has moved since, and the word holds no more.
    pub async fn remind(
        &mut self,
        event: EventId,
        step: CaseStep,
        data: &CaseData,
        since: Timestamp,
        occurred_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let standing: Option<CaseStanding> = optional!(self.0, "lock a case that the clock speaks of",
            "SELECT id, state, expected_by, coalesce(state_since, changed_at) AS state_since,
             closed_at FROM case_file WHERE ref = $1", words::for_update!();
            &data.case
        )?;
        let Some(case) = standing.filter(|case| case.is_as_said(data, since)) else {
            return Ok(false);
        };
        self.append(event, case.id, step, data, occurred_at).await?;
        Ok(true)
    }

    /// The case's row, made under the id `new` when this is its first event, locked. A statement of its
    /// own: what moves the case must see what others did to it before.
    async fn open(
        &mut self,
        new: CaseId,
        event: EventId,
        data: &CaseData,
        at: Timestamp,
    ) -> Result<CaseId, StoreError> {
        // Names itself in a conflict, so that the row is locked and its id comes back either way.
        value!(self.0, "enter a case",
            "INSERT INTO case_file (id, ref, client_ref, kind, state, opened_at, changed_at,
             state_since, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $6,
             (SELECT event.received_at FROM event WHERE event.id = $7))
             ON CONFLICT (ref) DO UPDATE SET ref = excluded.ref RETURNING id";
            new, &data.case, &data.client, &data.kind, &data.state, at, event
        )
    }

    async fn append(
        &mut self,
        event: EventId,
        case: CaseId,
        step: CaseStep,
        data: &CaseData,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let new = affected!(self.0, "record a change of a case",
            "INSERT INTO case_change (event_id, case_id, type, state, owner, note,
             expected_by, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (event_id) DO NOTHING";
            event, case, step, &data.state, &data.owner, &data.note,
            data.expected_by.map(|deadline| deadline.to_string()), at
        )?;
        if new == 0 {
            return Ok(());
        }
        note_case(self.0, step.as_str(), case, &data.state, at).await
    }

    /// What the case is now, if no newer event is known; none otherwise. Of two events at the same
    /// microsecond the one received later counts as newer. The clock looks at it again, and begins
    /// anew where the state or the deadline is another one. `end`: the step by which the case is closed;
    /// what only adds to a closed one leaves the time of its end.
    async fn overwrite(
        &mut self,
        case: CaseId,
        (event, end, at): (EventId, Option<CaseStep>, Timestamp),
        data: &CaseData,
    ) -> Result<Option<Overwritten>, StoreError> {
        let closed_at = end.map(|_| at);
        let adds = end.is_some_and(|step| step != CaseStep::Closed);
        let outdated = CaseStep::outdated(end.is_some());
        let (surveys, waits): (Vec<_>, Vec<_>) = outdated.partition(|it| it.is_survey());
        let subjects = |steps: &[CaseStep]| -> Vec<String> {
            let subjects = steps.iter().map(|step| step.plan_subject(&data.case));
            subjects.collect()
        };
        optional!(self.0, "update a case",
            "UPDATE case_file SET client_ref = $2, kind = $3, state = $4, owner = $5,
             note = $6, expected_by = $7, changed_at = $8,
             closed_at = CASE WHEN closed_at IS NOT NULL AND $13 THEN closed_at ELSE $9 END,
             opened_at = CASE WHEN opened_at > $8 THEN $8 ELSE opened_at END,
             state_since = CASE WHEN state = $4 THEN coalesce(state_since, changed_at) ELSE $8 END,
             seen_at = CASE WHEN ", stands!(), " THEN seen_at
             ELSE (SELECT event.received_at FROM event WHERE event.id = $10) END,
             clock_step = CASE WHEN ", stands!(), " THEN clock_step ELSE 0 END,
             stalled_by = CASE WHEN $9 IS NULL AND ", stands!(), " THEN stalled_by END,
             stalled_at = CASE WHEN $9 IS NULL AND ", stands!(), " THEN stalled_at END,
             clock_at = CASE WHEN $9 IS NULL THEN $8 END,
             reopened_at = CASE WHEN closed_at IS NOT NULL AND $9 IS NULL THEN $8
             ELSE reopened_at END,
             survey_at = CASE WHEN closed_at IS NOT NULL AND $13 THEN survey_at ELSE $9 END
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM case_change WHERE case_id = $1
             AND type NOT IN ", reminders!(), " AND (occurred_at, event_id) > ($8, $10))
             RETURNING ", columns!(),
            ", opened_at <> changed_at AND (EXISTS (SELECT 1 FROM plan
             WHERE plan.superseded_by IS NULL AND plan.subject IN (", words::texts!("$12"), "))
             OR ((clock_step = 0 OR closed_at IS NOT NULL) AND EXISTS (SELECT 1 FROM plan
             WHERE plan.superseded_by IS NULL
             AND plan.subject IN (", words::texts!("$11"), ")))) AS outdates_reminders";
            case, &data.client, &data.kind, &data.state, &data.owner, &data.note,
            data.expected_by.map(|deadline| deadline.to_string()), at, closed_at, event,
            json(&subjects(&waits))?, json(&subjects(&surveys))?, adds
        )
    }

    /// A late-coming first event moves the opening back.
    async fn date_back(&mut self, case: CaseId, at: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "set a case's beginning back",
            "UPDATE case_file SET opened_at = $2 WHERE id = $1 AND opened_at > $2";
            case, at
        )
    }

    /// The case of this reference.
    pub async fn lookup(&mut self, reference: &str) -> Result<Option<CaseRecord>, StoreError> {
        optional!(self.0, "read a case",
            "SELECT ", columns!(), " FROM case_file WHERE ref = $1";
            reference
        )
    }

    /// The case of this reference, which must be there.
    pub async fn get(&mut self, reference: &str) -> Result<CaseRecord, StoreError> {
        self.lookup(reference)
            .await?
            .ok_or_else(|| StoreError::missing("case", reference))
    }

    /// Of these references, those of cases that there are.
    pub async fn known(&mut self, references: &[String]) -> Result<HashSet<String>, StoreError> {
        let found: Vec<String> = values!(self.0, "look for cases that are known",
            "SELECT ref FROM case_file WHERE ref IN (", words::texts!("$1"), ")";
            json(references)?
        )?;
        Ok(found.into_iter().collect())
    }

    /// Every event of a case, in the order they happened.
    pub async fn history(&mut self, reference: &str) -> Result<Vec<CaseChange>, StoreError> {
        all!(self.0, "read a case's history",
            "SELECT case_change.event_id, case_change.type AS kind, case_change.state,
             case_change.owner, case_change.note, case_change.expected_by,
             case_change.occurred_at FROM case_file
             JOIN case_change ON case_change.case_id = case_file.id
             WHERE case_file.ref = $1
             ORDER BY case_change.occurred_at, case_change.event_id";
            reference
        )
    }

    /// At most `limit` cases of a client, newest first, those older than `before` only.
    pub async fn for_client(
        &mut self,
        client: &str,
        before: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        all!(self.0, "read a client's cases",
            "SELECT ", columns!(), " FROM case_file WHERE client_ref = $1
             AND id < $2 ORDER BY id DESC LIMIT $3";
            client, before.map_or(i64::MAX, CaseId::get), limit
        )
    }

    /// At most `limit` cases of the clients that a partner looks after, newest first, those older than
    /// `before` only: for programs of the organisation. What a partner's own people see is asked
    /// of `reports::partner`.
    pub async fn for_partner(
        &mut self,
        partner: &str,
        before: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        all!(self.0, "read the cases of a partner's clients",
            "SELECT ", columns!(), " FROM case_file
             WHERE client_ref IN (SELECT ref FROM client WHERE partner = $1)
             AND id < $2 ORDER BY id DESC LIMIT $3";
            partner, before.map_or(i64::MAX, CaseId::get), limit
        )
    }

    /// At most `limit` cases, newest first, those older than `before` only; the open ones alone
    /// if so asked.
    pub async fn list(
        &mut self,
        open: bool,
        before: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<CaseRecord>, StoreError> {
        all!(self.0, "list the cases",
            "SELECT ", columns!(), " FROM case_file WHERE id < $1
             AND (closed_at IS NULL OR NOT $2) ORDER BY id DESC LIMIT $3";
            before.map_or(i64::MAX, CaseId::get), open, limit
        )
    }
}

impl CaseStanding {
    /// Whether the case stands as the clock said. Its event has the time in milliseconds.
    fn is_as_said(&self, data: &CaseData, since: Timestamp) -> bool {
        let millisecond = |at: Timestamp| at.as_micros().div_euclid(1_000);
        let deadline = data.expected_by.map(|deadline| deadline.to_string());
        self.closed_at.is_none()
            && self.state == data.state
            && self.expected_by == deadline
            && millisecond(self.state_since) == millisecond(since)
    }
}

row! {
    for CaseData {
        case as reference,
        client as client_ref,
        kind,
        state,
        owner,
        note,
        expected_by = maybe_parsed,
    }
}
