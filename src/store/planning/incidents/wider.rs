//! Wider incidents: who surely knows of one, so that the narrower one is kept from them, and from
//! whom it is kept although they do not know of one any more. Which one is wider is decided by
//! `domain::event::wider`.
//!
//! An event pays for one look by index, and for nothing else while no other incident of its kind
//! and service goes on.

use super::{IncidentRecord, Incidents, columns};
use crate::domain::area::Area;
use crate::domain::event::{Incident, IncidentState, IncidentStep, incident_subject};
use crate::domain::limits::WIDER_LOOKED_AT;
use crate::domain::{Class, EventId, IncidentId, MessageId, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, value, values};
use crate::store::planning::candidates::Candidates;
use crate::store::{StoreError, json_ids};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WiderIncident {
    /// What plans about it are about.
    pub subject: String,
    /// The same of those that say that it is over for whoever left it.
    pub left: String,
    /// Whoever was told of it at that time or later knows how it stands.
    pub since: Timestamp,
    pub goes_on: bool,
}

/// Clients from whom an incident was kept and who do not know of a wider one any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UncoveredClients {
    /// In order of their rows, each once.
    pub clients: Vec<i64>,
    /// What they did not get, in order of the rows.
    pub messages: Vec<MessageId>,
    /// There cannot be others later.
    pub settled: bool,
}

row! {
    /// Another incident that may be a wider one.
    struct OtherIncident {
        /// Its area is empty, whatever it covers.
        record: IncidentRecord as row,
        covers: String,
        /// The last time that it was over.
        ended_at: Option<Timestamp>,
    }
}

row! {
    /// A message that a client did not get.
    struct KeptMessage {
        id: MessageId as message_id,
        client: i64 as client_id,
        class: Class,
    }
}

/// States of messages that reach their clients, as far as is known.
macro_rules! sure {
    () => {
        "('queued', 'leased', 'sending', 'accepted', 'delivered', 'unconfirmed')"
    };
}

/// With the area as text: one that cannot be read must not keep the others from being told.
macro_rules! others {
    () => {
        columns!(
            "'{}'",
            ", area AS covers, (SELECT CAST(max(h.occurred_at) AS BIGINT) FROM incident_change h
             WHERE h.incident_id = incident.id
             AND h.type IN ('incident.resolved', 'incident.cancelled')) AS ended_at"
        )
    };
}

impl Incidents<'_> {
    /// The incidents of which this one is a part and of which clients were told. Of one that is over:
    /// also those that were restored no earlier.
    pub async fn wider_than(
        &mut self,
        narrower: &Incident,
        now: Timestamp,
    ) -> Result<Vec<WiderIncident>, StoreError> {
        if !narrower.may_be_part() {
            return Ok(Vec::new());
        }
        let Incident {
            incident: name,
            kind,
            service,
            parent,
            ..
        } = narrower;
        let mut found: Vec<OtherIncident> = all!(self.0, "look for wider incidents",
            others!(), "WHERE state = 'going_on' AND told_event IS NOT NULL AND ref <> $1
             AND kind IN ($2, 'planned_outage') AND (service = $3 OR ref = $4)
             ORDER BY id DESC LIMIT $5";
            name, *kind, service, parent, WIDER_LOOKED_AT
        )?;
        if let Some(over) = narrower.closed_at {
            let restored: Vec<OtherIncident> = all!(self.0, "look for wider incidents that are over",
                others!(), "WHERE state = 'resolved' AND closed_at >= $5 AND ref <> $1
                 AND kind IN ($2, 'planned_outage') AND (service = $3 OR ref = $4)
                 ORDER BY id DESC LIMIT $6";
                name, *kind, service, parent, over, WIDER_LOOKED_AT
            )?;
            found.extend(restored);
        }
        let wider = found.into_iter();
        Ok(wider
            .filter_map(|other| other.if_wider_than(narrower, now))
            .collect())
    }

    /// Of these clients, those who surely know of one of the wider incidents, in order of their rows:
    /// by a message of their own or by that of somebody else at their address, which was for
    /// safety if the news is. One that failed, is held or is lost counts for nothing; nor does any before
    /// the word that it is over for them.
    pub async fn knowing(
        &mut self,
        wider: &[WiderIncident],
        clients: &[i64],
        class: Class,
    ) -> Result<Vec<i64>, StoreError> {
        if wider.is_empty() || clients.is_empty() {
            return Ok(Vec::new());
        }
        let wider: Vec<_> = wider
            .iter()
            .map(|one| (&one.subject, one.since.as_micros(), &one.left))
            .collect();
        values!(self.0, "read who knows of a wider incident",
            "SELECT DISTINCT m.client_id FROM (SELECT value ->> 0 AS subject,
             CAST(value ->> 1 AS BIGINT) AS since, value ->> 2 AS gone FROM ",
            words::rows!("$1"), ") AS w
             JOIN plan p ON p.subject = w.subject AND p.occurred_at >= w.since
             AND p.class IN ($3, 'safety') JOIN message m ON m.plan_id = p.id
             WHERE m.client_id IN (", words::ids!("$2"), ") AND (m.state IN ", sure!(),
            " OR (m.reason = 'same_address' AND EXISTS (SELECT 1 FROM contact_point cp
             JOIN message t ON t.plan_id = m.plan_id AND t.client_id = cp.client_id
             AND t.channel = m.channel AND t.address = m.address
             WHERE cp.address = m.address AND cp.channel = m.channel AND t.state IN ", sure!(), ")))
             AND NOT EXISTS (SELECT 1 FROM plan l JOIN message n ON n.plan_id = l.id
             AND n.client_id = m.client_id WHERE l.subject = w.gone AND n.id > m.id
             AND n.state NOT IN ('suppressed', 'superseded', 'cancelled', 'expired'))
             ORDER BY m.client_id";
            json(&wider)?, json_ids(clients), class
        )
    }

    /// The clients from whom an incident was kept, who heard nothing else of it since, and who do not
    /// know of a wider one any more. Of one that is over: those who were told of it before, and
    /// not that it ended.
    pub async fn uncovered(
        &mut self,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<UncoveredClients, StoreError> {
        let over = incident.state != IncidentState::GoingOn;
        let kept = self.kept(&incident.incident, over).await?;
        if kept.is_empty() {
            return Ok(UncoveredClients {
                settled: true,
                ..UncoveredClients::default()
            });
        }
        let wider = self.wider_than(incident, now).await?;
        let mut uncovered = UncoveredClients {
            settled: over && !wider.iter().any(|one| one.goes_on),
            ..UncoveredClients::default()
        };
        for class in Class::ALL {
            let own = kept.iter().filter(|message| message.class == *class);
            let clients: Vec<i64> = own.clone().map(|message| message.client).collect();
            let knowing = self.knowing(&wider, &clients, *class).await?;
            for message in own.filter(|one| knowing.binary_search(&one.client).is_err()) {
                uncovered.clients.push(message.client);
                uncovered.messages.push(message.id);
            }
        }
        uncovered.clients.sort_unstable();
        uncovered.clients.dedup();
        uncovered.messages.sort_unstable();
        Ok(uncovered)
    }

    /// The messages about an incident that were kept from clients to whom nothing came of it since.
    async fn kept(&mut self, reference: &str, over: bool) -> Result<Vec<KeptMessage>, StoreError> {
        let subject = incident_subject(reference);
        let mut kept: Vec<KeptMessage> = all!(self.0, "read from whom an incident is kept",
            "SELECT m.id AS message_id, m.client_id, p.class FROM plan p
             JOIN event e ON e.id = p.event_id JOIN message m ON m.plan_id = p.id
             JOIN client c ON c.id = m.client_id
             WHERE p.subject = $1 AND m.reason = 'wider_incident'
             AND (NOT $2 OR e.type IN ('incident.resolved', 'incident.cancelled'))
             AND NOT EXISTS (SELECT 1 FROM message n JOIN plan q ON q.id = n.plan_id
             WHERE n.client_id = m.client_id AND n.id > m.id AND q.subject = $1
             AND q.event_id <> p.event_id AND coalesce(n.reason, '') <> 'wider_incident')
             ORDER BY m.id";
            &subject, over
        )?;
        if over && !kept.is_empty() {
            let mut candidates = Candidates(self.0);
            let told = candidates.told_of(&subject, EventId::new(0)).await?;
            kept.retain(|message| told.binary_search(&message.client).is_ok());
        }
        Ok(kept)
    }

    /// An incident is kept from some: the clock is to look whether they hear of it later.
    pub async fn keep(&mut self, reference: &str) -> Result<(), StoreError> {
        execute!(self.0, "note that an incident is kept from some",
            "UPDATE incident SET uncover_at = 0 WHERE ref = $1";
            reference
        )
    }

    /// Whether any incident is kept from some.
    pub async fn any_kept(&mut self) -> Result<bool, StoreError> {
        value!(
            self.0,
            "look whether incidents are kept from some",
            "SELECT EXISTS (SELECT 1 FROM incident WHERE uncover_at IS NOT NULL)"
        )
    }

    /// An incident is another than before: what is kept from clients because of it may be news now.
    /// In a unit of work of its own, after what changed: it waits for the clock, which others wait for.
    pub async fn look_at_all_kept(&mut self) -> Result<(), StoreError> {
        execute!(
            self.0,
            "look again from whom incidents are kept",
            "UPDATE incident SET uncover_at = 0 WHERE uncover_at IS NOT NULL"
        )
    }

    /// At most `limit` incidents that are kept from some and are to be looked at by now, locked; those
    /// that somebody works at this moment are passed over until the next time.
    pub async fn kept_until(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(IncidentId, String)>, StoreError> {
        all!(self.0, "read the incidents that are kept from some",
            "SELECT id, ref FROM incident WHERE uncover_at <= $1
             ORDER BY uncover_at, id LIMIT $2", words::skip_locked!();
            now, limit
        )
    }

    /// When to look again whether an incident is kept from those who know of a wider one, if ever.
    pub async fn keep_until(
        &mut self,
        incident: IncidentId,
        again: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record from whom an incident is kept",
            "UPDATE incident SET uncover_at = $2 WHERE id = $1";
            incident, again
        )
    }
}

impl OtherIncident {
    fn if_wider_than(self, narrower: &Incident, now: Timestamp) -> Option<WiderIncident> {
        let mut incident = self.record.incident;
        incident.area = serde_json::from_str::<Area>(&self.covers).unwrap_or_default();
        let goes_on = incident.state == IncidentState::GoingOn;
        // What was said before its last end was about another time; of one that is over only
        // its end counts.
        let since = match (self.ended_at, goes_on) {
            (Some(ended), true) => Timestamp::from_micros(ended.as_micros() + 1),
            (Some(ended), false) => ended,
            (None, _) => Timestamp::from_micros(0),
        };
        incident
            .is_wider_than(narrower, now)
            .then(|| WiderIncident {
                subject: incident_subject(&incident.incident),
                left: IncidentStep::Left.plan_subject(&incident.incident),
                since,
                goes_on,
            })
    }
}
