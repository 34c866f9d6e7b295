//! Incidents: what was said when, and how far it got.

use crate::domain::Timestamp;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, one};
use crate::store::{StoreError, messages::rollup};

use super::Reports;

row! {
    /// What was said at one moment of an incident.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct IncidentNews {
        /// The event's own id.
        pub event_id: String,
        /// `incident.opened`, ...
        pub kind: String,
        /// The rule that applied, if any did.
        pub rule: Option<String>,
        /// The template it used.
        pub template: Option<String>,
        /// Messages, the suppressed ones too.
        pub planned: i64,
        /// Of them, not to be sent.
        pub suppressed: i64,
        /// Why nobody was told, where that is known.
        pub silence: Option<String> as detail,
        pub occurred_at: Timestamp,
    }
}

row! {
    /// How far the messages of an incident got: each count with what it is a part of.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct DeliveryFunnel {
        pub planned: i64,
        /// Of the planned, not to be sent.
        pub suppressed: i64,
        /// Of the planned, taken by a provider.
        pub told: i64,
        /// Of those told, by a provider that reports deliveries.
        pub reporting: i64,
        /// Of the reporting, arrived.
        pub delivered: i64,
        /// Of those told, reached as far as is known, and whose reading may be measured.
        pub read_measurable: i64,
        /// Of the measurable, a person opened, clicked, looked at the status page, confirmed or
        /// answered.
        pub read: i64,
        /// Clients without any address.
        pub unreachable: i64,
    }
}

impl Reports<'_> {
    /// What was said when, and to how many, oldest first.
    pub async fn incident_steps(&mut self, incident: i64) -> Result<Vec<IncidentNews>, StoreError> {
        all!(self.0, "list an incident's steps",
            "SELECT e.event_id, h.type AS kind, p.rule, p.template,
             coalesce(p.planned, 0) AS planned, coalesce(p.suppressed, 0) AS suppressed, e.detail,
             h.occurred_at
             FROM incident_change h JOIN event e ON e.id = h.event_id
             LEFT JOIN plan p ON p.event_id = h.event_id
             WHERE h.incident_id = $1 ORDER BY h.occurred_at, h.event_id, p.id LIMIT 500";
            incident
        )
    }

    /// How far an incident's messages got. Counts each message: the one figure here that grows
    /// with the incident, so the page that repeats it keeps it for some seconds.
    pub async fn delivery_funnel(&mut self, incident: i64) -> Result<DeliveryFunnel, StoreError> {
        one!(self.0, "count the messages of an incident",
            "SELECT CAST(count(*) AS BIGINT) AS planned,
             CAST(count(*) FILTER (WHERE m.state = 'suppressed') AS BIGINT) AS suppressed,
             CAST(count(*) FILTER (WHERE ", rollup::is_accepted!(),
            ") AS BIGINT) AS told, CAST(count(*) FILTER (WHERE ", rollup::is_reporting!(),
            ") AS BIGINT) AS reporting,
             CAST(count(*) FILTER (WHERE m.state = 'delivered') AS BIGINT) AS delivered,
             CAST(count(*) FILTER (WHERE ", rollup::is_readable!(),
            ") AS BIGINT) AS read_measurable, CAST(count(*) FILTER (WHERE ", rollup::is_readable!(),
            " AND ", rollup::is_read!(), ") AS BIGINT) AS read,
             CAST(count(*) FILTER (WHERE m.reason = 'no_contact') AS BIGINT) AS unreachable
             FROM incident_change h JOIN plan p ON p.event_id = h.event_id
             JOIN message m ON m.plan_id = p.id
             WHERE h.incident_id = $1";
            incident
        )
    }

    /// Where some clients of the area are served: latitude and longitude, for the map.
    pub async fn places_told(
        &mut self,
        incident: i64,
        limit: i64,
    ) -> Result<Vec<(f64, f64)>, StoreError> {
        all!(self.0, "read where notified clients are served",
            "SELECT q.lat, q.lon FROM (
             SELECT m.client_id FROM incident_change h JOIN plan p ON p.event_id = h.event_id
             JOIN message m ON m.plan_id = p.id
             WHERE h.incident_id = $1 LIMIT $2) t
             JOIN place q ON q.client_id = t.client_id
             WHERE q.lat IS NOT NULL AND q.lon IS NOT NULL";
            incident, limit
        )
    }
}
