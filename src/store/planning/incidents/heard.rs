//! What clients heard last of an incident, and by which plan: what an update says that a client does not
//! know yet, and who is to hear that it is over for them, is decided by `plan`.
//!
//! A question is asked for some thousand clients at a time; it goes by the plans about one incident, of
//! which there are few.

use super::Incidents;
use crate::domain::event::{IncidentStep, incident_subject};
use crate::domain::limits::INCIDENT_TELLINGS;
use crate::domain::{ClientId, EventId, PlanId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional, value};
use crate::store::{StoreError, json_ids};

row! {
    /// A plan that says how an incident stands, or that it is over.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct IncidentTelling {
        pub plan: PlanId as plan_id,
        pub event: EventId as event_id,
        pub step: IncidentStep as kind,
    }
}

impl IncidentTelling {
    /// Whether it said that it is over: what was said before it counts for nothing any more.
    #[must_use]
    pub const fn ends(&self) -> bool {
        matches!(
            self.step,
            IncidentStep::Resolved | IncidentStep::Cancelled | IncidentStep::Left
        )
    }
}

/// The last of some plans of which clients heard, by a message of their own or by that of somebody else
/// at their address, or by one of who acts for them; the plans follow.
macro_rules! last_heard {
    () => {
        "SELECT m.client_id, CAST(max(m.plan_id) AS BIGINT) AS plan_id FROM message m
         WHERE m.plan_id IN ("
    };
}

/// The rest of it, after the clients. `$own`: which messages count, as `m`; `$other`: the same as `t`.
macro_rules! by_messages {
    ($own:literal, $other:literal) => {
        concat!(
            ") AND (",
            $own,
            " OR (m.reason = 'deputy' AND EXISTS (SELECT 1 FROM deputy d
             JOIN message t ON t.plan_id = m.plan_id AND t.client_id = d.id
             WHERE d.client_id = m.client_id AND ",
            $other,
            ")) OR (m.reason = 'same_address' AND EXISTS (SELECT 1 FROM contact_point cp
             JOIN message t ON t.plan_id = m.plan_id AND t.client_id = cp.client_id
             AND t.channel = m.channel AND t.address = m.address
             WHERE cp.address = m.address AND cp.channel = m.channel AND ",
            $other,
            "))) GROUP BY m.client_id ORDER BY m.client_id"
        )
    };
}

impl Incidents<'_> {
    /// The plans about an incident that say how it stands or that it is over, the newest first. What the
    /// clock says of a time that passes says neither.
    pub async fn tellings(&mut self, reference: &str) -> Result<Vec<IncidentTelling>, StoreError> {
        all!(self.0, "read what was told of an incident",
            "SELECT p.id AS plan_id, p.event_id, e.type AS kind FROM plan p
             JOIN event e ON e.id = p.event_id WHERE p.subject IN ($1, $2)
             AND e.type IN ('incident.opened', 'incident.updated', 'incident.reopened',
             'incident.uncovered', 'incident.resolved', 'incident.cancelled', 'incident.left')
             ORDER BY p.id DESC LIMIT $3";
            incident_subject(reference), IncidentStep::Left.plan_subject(reference),
            INCIDENT_TELLINGS
        )
    }

    /// Of these plans, the last one that each of these clients surely got, in order of the clients' rows:
    /// what may still be lost, or be taken back, counts for nothing.
    pub async fn surely_heard(
        &mut self,
        plans: &[PlanId],
        clients: &[i64],
    ) -> Result<Vec<(i64, PlanId)>, StoreError> {
        all!(self.0, "read what clients surely heard of an incident",
            last_heard!(), words::ids!("$1"), ") AND m.client_id IN (", words::ids!("$2"),
            by_messages!(
                "m.state IN ('accepted', 'delivered', 'unconfirmed')",
                "t.state IN ('accepted', 'delivered', 'unconfirmed')"
            );
            json_ids(plans), json_ids(clients)
        )
    }

    /// The same of what clients may have got, or are about to get.
    pub async fn perhaps_heard(
        &mut self,
        plans: &[PlanId],
        clients: &[i64],
    ) -> Result<Vec<(i64, PlanId)>, StoreError> {
        all!(self.0, "read what clients may have heard of an incident",
            last_heard!(), words::ids!("$1"), ") AND m.client_id IN (", words::ids!("$2"),
            by_messages!(
                "(m.opened_at IS NOT NULL OR m.state IN ('held', 'queued', 'leased'))",
                "(t.opened_at IS NOT NULL OR t.state IN ('held', 'queued', 'leased'))"
            );
            json_ids(plans), json_ids(clients)
        )
    }

    /// Whether some of a plan's audience may know of what was told before it and of nothing newer: it was
    /// no news to them, or something newer took its place before it left.
    pub async fn left_some_behind(&mut self, plan: PlanId) -> Result<bool, StoreError> {
        value!(self.0, "look whether a plan reached all of its audience",
            "SELECT EXISTS (SELECT 1 FROM message WHERE plan_id = $1
             AND (reason = 'nothing_new' OR state = 'superseded'))";
            plan
        )
    }

    /// Since when an incident is over for a client whom it does not cover any more, if that is the last
    /// that the client heard of it.
    pub async fn left_at(
        &mut self,
        reference: &str,
        client: ClientId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let last: Option<(String, Timestamp)> = optional!(self.0, "read what a client heard last of an incident",
            "SELECT e.type, e.occurred_at FROM message m JOIN plan p ON p.id = m.plan_id
             JOIN event e ON e.id = p.event_id
             WHERE m.client_id = $1 AND p.subject IN ($2, $3) AND (m.reason IN ('same_address', 'deputy')
             OR m.state NOT IN ('suppressed', 'superseded', 'cancelled', 'expired'))
             ORDER BY m.id DESC LIMIT 1";
            client, incident_subject(reference), IncidentStep::Left.plan_subject(reference)
        )?;
        let left = last.filter(|(kind, _)| *kind == IncidentStep::Left.as_str());
        Ok(left.map(|(_, at)| at))
    }
}
