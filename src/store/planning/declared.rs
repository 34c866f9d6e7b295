//! What people say of incidents at the console, before it is an event: a draft, perhaps approved by a
//! second person, and sent once. Who may do what is decided by `web`; here each step holds only as
//! long as nobody changed the row since it was looked at.

use std::collections::HashSet;

use crate::domain::event::{DeclaredState, IncidentStep};
use crate::domain::{DeclaredId, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{affected, all, execute, one, optional, value, values};
use crate::store::{StoreError, handle};

handle! {
    /// What people say of incidents at the console.
    declared -> Declared
}

row! {
    /// What a person says of an incident at the console.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeclaredIncident {
        pub id: DeclaredId,
        /// Grows with each change.
        pub revision: i64,
        /// Reference of the incident.
        pub incident: String,
        /// The type of the event it becomes.
        pub step: IncidentStep,
        /// The event's data, as JSON.
        pub what: String,
        /// What of a pasted list was left out, or where the incident stood when a change of it was
        /// written, as JSON.
        pub notes: String,
        pub state: DeclaredState,
        /// Who wrote it last.
        pub author: String,
        /// Of the text and the audience that are to be approved, or were.
        pub fingerprint: Option<String>,
        /// How many clients that audience has.
        pub clients: Option<i64>,
        /// Who approved, returned, sent or withdrew it last.
        pub decided_by: Option<String>,
        /// Why it was returned.
        pub reason: Option<String>,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

/// What is written down, at first or in the place of what stood there.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredText<'a> {
    /// Reference of the incident.
    pub incident: &'a str,
    /// The type of the event it becomes.
    pub step: IncidentStep,
    /// The event's data, as JSON.
    pub what: &'a str,
    /// What of a pasted list was left out, or where the incident stood, as JSON.
    pub notes: &'a str,
    pub author: &'a str,
}

/// A step that leaves the text as it is.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredMove<'a> {
    pub to: DeclaredState,
    /// Of text and audience, while somebody is asked or has approved.
    pub fingerprint: Option<&'a str>,
    /// How many clients that audience has.
    pub clients: Option<i64>,
    /// Who does it, unless it is only taken back.
    pub by: Option<&'a str>,
    /// Why it is returned.
    pub reason: Option<&'a str>,
}

row! {
    /// Something that waits for a second person, or for its author again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeclaredNotice {
        pub id: DeclaredId,
        /// Reference of the incident.
        pub incident: String,
        pub state: DeclaredState,
        /// Who wrote it last.
        pub author: String,
        pub changed_at: Timestamp,
    }
}

row! {
    /// What became of the messages about an incident that were planned before some moment.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct MessagesBefore {
        /// Their first attempt began: nobody can take them back.
        pub gone: i64,
        pub waiting: i64,
        /// Withdrawn at that moment or later, before they left.
        pub withdrawn: i64,
    }
}

/// Counting of those that wait for approval stops here.
const MOST_COUNTED: i64 = 1_000;

macro_rules! columns {
    () => {
        "SELECT id, revision, incident, type AS step, what, notes, state, author, fingerprint,
         clients, decided_by, reason, created_at, changed_at FROM declared_incident "
    };
}

impl Declared<'_> {
    /// Writes a draft. False: there is one of this id, as of a form that was sent twice.
    pub async fn write(
        &mut self,
        id: DeclaredId,
        text: &DeclaredText<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "write down what is declared",
            "INSERT INTO declared_incident (id, revision, incident, type, what, notes, state, author,
             created_at, changed_at) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $8)
             ON CONFLICT (id) DO NOTHING";
            id, text.incident, text.step, text.what, text.notes, DeclaredState::Draft, text.author,
            now
        )?;
        Ok(done == 1)
    }

    /// Puts another text in the place of one that is still open: a draft again, whatever was
    /// approved. False: it is not as it was at this revision.
    pub async fn rewrite(
        &mut self,
        (id, revision): (DeclaredId, i64),
        text: &DeclaredText<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "write down what is declared otherwise",
            "UPDATE declared_incident SET revision = revision + 1, incident = $3, type = $4,
             what = $5, notes = $6, state = $7, author = $8, fingerprint = NULL, clients = NULL,
             decided_by = NULL, reason = NULL, changed_at = $9
             WHERE id = $1 AND revision = $2 AND state NOT IN ('sent', 'withdrawn')";
            id, revision, text.incident, text.step, text.what, text.notes, DeclaredState::Draft,
            text.author, now
        )?;
        Ok(done == 1)
    }

    /// Moves one that is still open; once it is not, its notes are for nobody and go. False: it is
    /// not as it was at this revision.
    pub async fn move_on(
        &mut self,
        (id, revision): (DeclaredId, i64),
        moved: &DeclaredMove<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "move what is declared on",
            "UPDATE declared_incident SET revision = revision + 1, state = $3, fingerprint = $4,
             clients = $5, decided_by = $6, reason = $7, changed_at = $8,
             notes = CASE WHEN $9 THEN notes ELSE '{}' END
             WHERE id = $1 AND revision = $2 AND state NOT IN ('sent', 'withdrawn')";
            id, revision, moved.to, moved.fingerprint, moved.clients, moved.by, moved.reason, now,
            moved.to.is_open()
        )?;
        Ok(done == 1)
    }

    pub async fn lookup(&mut self, id: DeclaredId) -> Result<Option<DeclaredIncident>, StoreError> {
        optional!(self.0, "look up what is declared",
            columns!(), "WHERE id = $1";
            id
        )
    }

    /// At most `limit` of those that can still become something, the newest first.
    pub async fn open(&mut self, limit: i64) -> Result<Vec<DeclaredIncident>, StoreError> {
        all!(self.0, "list what is declared",
            columns!(), "WHERE state IN ('draft', 'waiting', 'approved', 'returned')
             ORDER BY id DESC LIMIT $1";
            limit
        )
    }

    /// How many wait for a second person.
    pub async fn waiting(&mut self) -> Result<i64, StoreError> {
        value!(self.0, "count what waits for approval",
            "SELECT CAST(count(*) AS BIGINT) FROM (SELECT id FROM declared_incident
             WHERE state = 'waiting' LIMIT $1) AS found";
            MOST_COUNTED
        )
    }

    /// At most `limit` of those that wait for a second person, or for their author again, the oldest
    /// first.
    pub async fn notices(&mut self, limit: i64) -> Result<Vec<DeclaredNotice>, StoreError> {
        all!(self.0, "list what waits for approval",
            "SELECT id, incident, state, author, changed_at FROM declared_incident
             WHERE state IN ('waiting', 'returned') ORDER BY changed_at, id LIMIT $1";
            limit
        )
    }

    /// Everybody who wrote at this one, by the audit: its row knows the last of them alone.
    pub async fn authors(&mut self, id: DeclaredId) -> Result<HashSet<String>, StoreError> {
        // Whatever was done to it is younger than itself: the key of the audit ends the search.
        let found: Vec<String> = values!(self.0, "look who wrote what is declared",
            "SELECT DISTINCT actor FROM audit WHERE id > $1 AND detail = $2
             AND action IN ('incident.drafted', 'incident.redrafted')";
            id, id.to_string()
        )?;
        Ok(found.into_iter().collect())
    }

    /// How many clients were told of a subject, or share the address of somebody who was.
    pub async fn told(&mut self, subject: &str) -> Result<i64, StoreError> {
        value!(self.0, "count who was told of a subject",
            "SELECT CAST(count(DISTINCT m.client_id) AS BIGINT)
             FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.subject = $1 AND (m.opened_at IS NOT NULL OR m.reason = 'same_address'
             OR m.state NOT IN ('suppressed', 'expired', 'cancelled'))";
            subject
        )
    }

    /// Forgets what was left out of the lists of drafts that nobody touched since then: names of
    /// people may stand there. What a change notes names nobody and stays.
    pub async fn forget_notes(&mut self, before: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "forget what was left out of lists",
            "UPDATE declared_incident SET notes = '{}'
             WHERE changed_at < $1 AND type = $2 AND notes <> '{}'";
            before, IncidentStep::Opened
        )
    }

    /// Of these codes, those of places that there are.
    pub async fn known_places(&mut self, codes: &[String]) -> Result<HashSet<String>, StoreError> {
        let found: Vec<String> = values!(self.0, "look for supply points that are known",
            "SELECT DISTINCT code FROM place WHERE code IN (", words::texts!("$1"), ")";
            json(codes)?
        )?;
        Ok(found.into_iter().collect())
    }

    /// What became of the messages about this subject of events that happened before `moment`.
    pub async fn messages_before(
        &mut self,
        subject: &str,
        moment: Timestamp,
    ) -> Result<MessagesBefore, StoreError> {
        one!(self.0, "count what of an incident has left",
            "SELECT CAST(count(*) FILTER (WHERE m.opened_at IS NOT NULL) AS BIGINT) AS gone,
             CAST(count(*) FILTER (WHERE m.opened_at IS NULL
             AND m.state IN ('queued', 'held', 'leased')) AS BIGINT) AS waiting,
             CAST(count(*) FILTER (WHERE m.opened_at IS NULL AND m.final_at >= $2
             AND m.state IN ('cancelled', 'superseded')) AS BIGINT) AS withdrawn
             FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.subject = $1 AND p.occurred_at < $2";
            subject, moment
        )
    }
}
