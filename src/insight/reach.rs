//! Whom we could tell something, added up from counted rows: by zone, by SMS, by e-mail, and by the
//! better of the two. Every client is in exactly one of the four sums of each, so they close.

use serde::Serialize;

use crate::store::insight::zones::ZoneClients;

/// Clients by how well one channel reaches them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ContactSums {
    /// With a verified contact that nothing bars.
    pub reachable: i64,
    /// With a contact that nothing bars, and none that was verified: they are written to, and
    /// nobody knows whether they read it.
    pub unverified: i64,
    /// All their contacts are barred: dead, or they answered STOP.
    pub barred: i64,
    /// There is no contact.
    pub none: i64,
}

impl ContactSums {
    fn add(&mut self, standing: i64, clients: i64) {
        *match standing {
            3.. => &mut self.reachable,
            2 => &mut self.unverified,
            1 => &mut self.barred,
            _ => &mut self.none,
        } += clients;
    }

    /// Nothing could be sent to them.
    #[must_use]
    pub const fn unreachable(&self) -> i64 {
        self.barred + self.none
    }
}

/// The clients of one zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ZoneReach {
    /// Its code; empty where it is not known, and for all together.
    pub zone: String,
    pub clients: i64,
    /// By the better of the two channels.
    pub any: ContactSums,
    pub sms: ContactSums,
    pub email: ContactSums,
}

/// One line for each zone, in the order of the rows, in which a zone stands together.
#[must_use]
pub fn zones(rows: &[ZoneClients]) -> Vec<ZoneReach> {
    let mut zones: Vec<ZoneReach> = Vec::new();
    for row in rows {
        if zones.last().is_none_or(|last| last.zone != row.zone) {
            zones.push(ZoneReach {
                zone: row.zone.clone(),
                ..ZoneReach::default()
            });
        }
        if let Some(last) = zones.last_mut() {
            last.clients += row.clients;
            last.any.add(row.sms.max(row.email), row.clients);
            last.sms.add(row.sms, row.clients);
            last.email.add(row.email, row.clients);
        }
    }
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_in_one_sum_of_each_channel() {
        let row = |zone: &str, sms, email, clients| ZoneClients {
            zone: zone.to_owned(),
            sms,
            email,
            clients,
        };
        let rows = [
            row("A", 0, 0, 1),
            row("A", 1, 2, 10),
            row("A", 3, 1, 100),
            row("B", 1, 0, 7),
        ];
        let found = zones(&rows);
        assert_eq!(found.len(), 2);
        let sums = |sums: ContactSums| [sums.reachable, sums.unverified, sums.barred, sums.none];
        assert_eq!(found[0].clients, 111);
        assert_eq!(sums(found[0].any), [100, 10, 0, 1]);
        assert_eq!(sums(found[0].sms), [100, 0, 10, 1]);
        assert_eq!(sums(found[0].email), [0, 10, 100, 1]);
        assert_eq!(found[1].any.unreachable(), 7);
    }
}
