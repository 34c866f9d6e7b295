//! Checks whether an area's shapes are where they were meant to be. Whom an area covers, and how
//! they are reached, is in `candidates`.

use std::collections::HashSet;

use crate::domain::area::Area;
use crate::store::database::sql::all;
use crate::store::{StoreError, handle};

handle!(audience -> Audiences);

impl Audiences<'_> {
    /// How many clients the shapes of an area would cover if latitude and longitude were exchanged;
    /// none when they cover somebody as they are, or nobody either way. A mistake that is easily
    /// made, and that nobody would notice: the area is valid, and far away.
    pub async fn if_exchanged(&mut self, area: &Area) -> Result<Option<usize>, StoreError> {
        let Some(exchanged) = area.exchanged() else {
            return Ok(None);
        };
        if !self.located(area).await?.is_empty() {
            return Ok(None);
        }
        let clients: HashSet<i64> = self.located(&exchanged).await?.into_iter().collect();
        Ok((!clients.is_empty()).then_some(clients.len()))
    }

    /// Clients with a place inside the polygon or circle, by row; a client may come twice.
    async fn located(&mut self, area: &Area) -> Result<Vec<i64>, StoreError> {
        let Some(bounds) = area.bounding_box() else {
            return Ok(Vec::new());
        };
        let rows: Vec<(i64, f64, f64)> = all!(self.0, "look for places in an area",
            "SELECT client_id, lat, lon FROM place WHERE lat BETWEEN $1 AND $2
             AND lon BETWEEN $3 AND $4";
            bounds.south, bounds.north, bounds.west, bounds.east
        )?;
        Ok(rows
            .into_iter()
            .filter(|(_, lat, lon)| area.covers_position((*lat, *lon)))
            .map(|(client, _, _)| client)
            .collect())
    }
}
