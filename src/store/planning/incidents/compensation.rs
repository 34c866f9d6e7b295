//! Outages that lasted longer than they may: for which municipalities, and since when. When that is so is
//! decided by `source::clock`; it is a fact, and stays.

use std::collections::BTreeSet;

use super::Incidents;
use crate::domain::area::Area;
use crate::domain::limits::COMPENSATION_PLACES;
use crate::domain::{IncidentId, Timestamp};
use crate::store::database::rows::{json, json_column, row};
use crate::store::database::sql::{affected, all, values};
use crate::store::planning::candidates::Candidates;
use crate::store::{StoreError, json_ids};

row! {
    /// An outage that lasted longer than it may.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OverlongOutage {
        /// The organisation's reference for the incident.
        pub reference: String,
        /// How long it may last there, in seconds.
        pub after_s: i64,
        /// When it had lasted so long.
        pub since: Timestamp,
        /// ISTAT codes of those that it hit; none where they are not known.
        pub municipalities: Vec<String> = json_column,
    }
}

impl Incidents<'_> {
    /// The municipalities that an area names, and those of clients' places that it covers by anything
    /// else; at most so many places are looked at.
    pub async fn municipalities(&mut self, area: &Area) -> Result<BTreeSet<String>, StoreError> {
        let mut found: BTreeSet<String> = area.municipalities.iter().cloned().collect();
        let mut candidates = Candidates(self.0);
        let mut places: Vec<i64> = Vec::new();
        let (postal, codes, tags) = (&area.postal_codes, &area.places, &area.tags);
        if !(postal.is_empty() && codes.is_empty() && tags.is_empty()) {
            let (postal, codes, tags) = (json(postal)?, json(codes)?, json(tags)?);
            let limit = COMPENSATION_PLACES;
            let members = candidates.by_codes("[]", &postal, &codes, &tags, limit);
            places.extend(members.await?.iter().map(|member| member.place));
        }
        if let Some(bounds) = area.bounding_box() {
            let (height, width) = ((bounds.south, bounds.north), (bounds.west, bounds.east));
            let spots = candidates
                .in_bounds(height, width, COMPENSATION_PLACES)
                .await?;
            let covered = spots
                .iter()
                .filter(|spot| area.covers_position((spot.lat, spot.lon)));
            places.extend(covered.map(|spot| spot.member.place));
        }
        if !places.is_empty() {
            let of_places: Vec<String> = values!(self.0, "read in which municipalities places are",
                "SELECT DISTINCT municipality FROM place WHERE id IN (", words::ids!("$1"),
                ") AND municipality IS NOT NULL";
                json_ids(&places)
            )?;
            found.extend(of_places);
        }
        Ok(found)
    }

    /// Enters that an outage lasted longer than it may. False: that is known.
    pub async fn enter_overlong(
        &mut self,
        incident: IncidentId,
        after_s: i64,
        since: Timestamp,
        municipalities: &[String],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "enter that an outage lasts too long",
            "INSERT INTO incident_compensation (incident_id, after_s, since, municipalities, made_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (incident_id, after_s) DO NOTHING";
            incident, after_s, since, json(municipalities)?, now
        )?;
        Ok(done == 1)
    }

    /// The classes of an outage that are entered, each by how long it may last there.
    pub async fn overlong(&mut self, incident: IncidentId) -> Result<Vec<i64>, StoreError> {
        values!(self.0, "read whether an outage lasts too long",
            "SELECT after_s FROM incident_compensation WHERE incident_id = $1";
            incident
        )
    }

    /// At most `limit` outages that had lasted too long since then or later, the newest first.
    pub async fn overlong_since(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<OverlongOutage>, StoreError> {
        all!(self.0, "list the outages that lasted too long",
            "SELECT i.ref AS reference, c.after_s, c.since, c.municipalities
             FROM incident_compensation c JOIN incident i ON i.id = c.incident_id
             WHERE c.since >= $1 ORDER BY c.since DESC, c.incident_id LIMIT $2";
            since, limit
        )
    }
}
