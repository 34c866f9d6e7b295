//! Which clients an area covers, and how they would be reached.
//!
//! The parts of an area add up (see `domain::area`). Municipalities, postal codes, tags and
//! places are matched by index; polygon and circle by their bounding box first, then exactly
//! by `domain`. How many is answered here; the planner reads the clients themselves in chunks.

use std::collections::HashSet;

use crate::domain::area::Area;
use crate::store::database::rows::json;
use crate::store::{Conn, Doing as _, StoreError, Tx, on};

/// How many clients would be told, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Clients with a place in the area.
    pub clients: i64,
    /// Reached by SMS: the one they prefer, or the only one they have.
    pub sms: i64,
    /// Reached by e-mail.
    pub email: i64,
    /// Without any address that may be used.
    pub unreachable: i64,
}

impl Tx {
    /// Audiences.
    pub fn audience(&mut self) -> Audience<'_> {
        Audience(&mut self.conn)
    }
}

/// Audiences in this unit of work.
pub struct Audience<'a>(&'a mut Conn);

impl Audience<'_> {
    /// Counts the clients of an area by the channel that would reach them: the one they prefer,
    /// else SMS, else e-mail; addresses that must not be used do not count.
    pub async fn count_by_channel(&mut self, area: &Area) -> Result<Count, StoreError> {
        let located = self.located(area).await?;
        let (clients, sms, email): (i64, i64, i64) = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "WITH hit AS (",
                "SELECT client_id FROM place WHERE municipality IN (SELECT value ->> 0 FROM ",
                words::rows!("$1"),
                ") UNION SELECT client_id FROM place WHERE postal_code IN (SELECT value ->> 0 FROM ",
                words::rows!("$2"),
                ") UNION SELECT client_id FROM place_tag WHERE tag IN (SELECT value ->> 0 FROM ",
                words::rows!("$3"),
                ") UNION SELECT client_id FROM place WHERE code IN (SELECT value ->> 0 FROM ",
                words::rows!("$4"),
                ") UNION SELECT CAST(value ->> 0 AS BIGINT) FROM ",
                words::rows!("$5"),
                "), usable AS (SELECT DISTINCT contact_point.client_id, contact_point.channel \
                 FROM hit JOIN contact_point ON contact_point.client_id = hit.client_id \
                 LEFT JOIN suppression ON suppression.channel = contact_point.channel \
                 AND suppression.address = contact_point.address \
                 WHERE suppression.address IS NULL), \
                 reach AS (SELECT hit.client_id, \
                 sms.channel IS NOT NULL AND (email.channel IS NULL \
                 OR coalesce(client.preferred, 'sms') = 'sms') AS by_sms, \
                 email.channel IS NOT NULL AND (sms.channel IS NULL \
                 OR coalesce(client.preferred, 'sms') = 'email') AS by_email \
                 FROM hit JOIN client ON client.id = hit.client_id \
                 LEFT JOIN usable AS sms ON sms.client_id = hit.client_id \
                 AND sms.channel = 'sms' \
                 LEFT JOIN usable AS email ON email.client_id = hit.client_id \
                 AND email.channel = 'email') \
                 SELECT CAST(count(*) AS BIGINT), \
                 CAST(count(*) FILTER (WHERE by_sms) AS BIGINT), \
                 CAST(count(*) FILTER (WHERE by_email) AS BIGINT) FROM reach"
            ))
            .bind(singles(&area.municipalities)?)
            .bind(singles(&area.postal_codes)?)
            .bind(singles(&area.tags)?)
            .bind(singles(&area.places)?)
            .bind(singles(&located)?)
            .fetch_one(&mut **c)
            .await
        })
        .doing("count an audience")?;
        Ok(Count {
            clients,
            sms,
            email,
            unreachable: clients - sms - email,
        })
    }

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
        let rows: Vec<(i64, f64, f64)> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT client_id, lat, lon FROM place WHERE lat BETWEEN $1 AND $2 \
                 AND lon BETWEEN $3 AND $4",
            )
            .bind(bounds.south)
            .bind(bounds.north)
            .bind(bounds.west)
            .bind(bounds.east)
            .fetch_all(&mut **c)
            .await
        })
        .doing("look for places in an area")?;
        Ok(rows
            .into_iter()
            .filter(|(_, lat, lon)| area.covers_position((*lat, *lon)))
            .map(|(client, _, _)| client)
            .collect())
    }
}

/// Each value as a row of its own, so that texts and numbers are read alike (`value ->> 0`).
fn singles<T: serde::Serialize>(values: &[T]) -> Result<String, StoreError> {
    let rows: Vec<[&T; 1]> = values.iter().map(|value| [value]).collect();
    json(&rows)
}
