//! "Is it back for you?": the last answer of each client, and the incident of those who say no.
//!
//! Those who say no are the audience of an incident of their own: they are listed here, and nothing
//! about them stands in its events. An answer is the client's and goes when the client is erased.

use super::Incidents;
use crate::domain::event::IncidentState;
use crate::domain::{ClientId, IncidentId, Timestamp};
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, execute, one, optional, optional_value};
use crate::store::planning::candidates::Member;

/// What a client answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackAnswer<'a> {
    pub incident: IncidentId,
    pub client: ClientId,
    /// The row of the client's place that the message was about.
    pub place: Option<i64>,
    /// It is not over for this client.
    pub still_out: bool,
    /// The incident of those for whom it is not over, which the client joined last.
    pub child: Option<&'a str>,
    pub at: Timestamp,
}

row! {
    /// What a client answered last.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GivenAnswer {
        /// See [`BackAnswer::still_out`].
        pub still_out: bool,
        /// See [`BackAnswer::child`].
        pub child: Option<String>,
        /// How often it was changed.
        pub changes: i64,
    }
}

row! {
    /// How many clients answered what.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct BackCount {
        /// It is over for them.
        pub back: i64,
        pub still_out: i64,
    }
}

impl Incidents<'_> {
    /// Keeps an answer in place of the client's earlier one, and counts that it was changed.
    pub async fn answer(&mut self, answer: &BackAnswer<'_>) -> Result<(), StoreError> {
        execute!(self.0, "keep whether an incident is over for a client",
            "INSERT INTO incident_answer (incident_id, client_id, place_id, still_out, child,
             answered_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (incident_id, client_id) DO UPDATE SET place_id = excluded.place_id,
             still_out = excluded.still_out, child = excluded.child,
             answered_at = excluded.answered_at, changes = incident_answer.changes + 1";
            answer.incident, answer.client, answer.place, answer.still_out, answer.child, answer.at
        )
    }

    /// What the client said last of this incident.
    pub async fn answered(
        &mut self,
        incident: IncidentId,
        client: ClientId,
    ) -> Result<Option<GivenAnswer>, StoreError> {
        optional!(self.0, "look up what a client answered",
            "SELECT still_out, child, changes FROM incident_answer
             WHERE incident_id = $1 AND client_id = $2";
            incident, client
        )
    }

    /// The incidents that are parts of this one, with where they stand.
    pub async fn children(
        &mut self,
        parent: &str,
    ) -> Result<Vec<(String, IncidentState)>, StoreError> {
        all!(self.0, "list the parts of an incident",
            "SELECT ref, state FROM incident WHERE parent = $1 ORDER BY id";
            parent
        )
    }

    /// Locks an incident, so that answers about it come one after the other.
    pub async fn lock(&mut self, incident: IncidentId) -> Result<(), StoreError> {
        let locked: Option<(IncidentId,)> = optional!(self.0, "lock an incident",
            "SELECT id FROM incident WHERE id = $1", words::for_update!();
            incident
        )?;
        match locked {
            Some(_) => Ok(()),
            None => Err(StoreError::missing("incident", incident)),
        }
    }

    /// The clients who say that it is not over for them: the audience of the incident that was
    /// opened for them, in order of their rows. One may have said it twice: of the first incident,
    /// and of one that was opened for them before.
    pub async fn still_out(&mut self, child: &str) -> Result<Vec<Member>, StoreError> {
        all!(self.0, "read for whom an incident is not over",
            "SELECT client_id, CAST(max(coalesce(place_id, 0)) AS BIGINT) AS place_id
             FROM incident_answer WHERE child = $1 AND still_out
             GROUP BY client_id ORDER BY client_id";
            child
        )
    }

    /// The row of a client's place.
    pub async fn place_of(
        &mut self,
        client: ClientId,
        code: &str,
    ) -> Result<Option<i64>, StoreError> {
        optional_value!(self.0, "look up a client's place",
            "SELECT id FROM place WHERE client_id = $1 AND code = $2 ORDER BY id LIMIT 1";
            client, code
        )
    }

    /// How many clients said that it is over for them, and how many that it is not.
    pub async fn back_count(&mut self, incident: IncidentId) -> Result<BackCount, StoreError> {
        one!(self.0, "count for whom an incident is over",
            "SELECT CAST(count(*) FILTER (WHERE NOT still_out) AS BIGINT) AS back,
             CAST(count(*) FILTER (WHERE still_out) AS BIGINT) AS still_out
             FROM incident_answer WHERE incident_id = $1";
            incident
        )
    }
}
