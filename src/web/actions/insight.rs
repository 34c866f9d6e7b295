//! Whom we could reach, for the console's insight and its twin in the API. What a period comes to is
//! `insight::sums`'s.

use crate::insight::reach::{ContactSums, ZoneReach, zones};
use crate::store::insight::zones::ZoneKind;
use crate::store::{StoreError, Tx};
use crate::web::cell::guarded;

/// The zones as they were counted last.
pub(in crate::web) async fn kept_zones(
    tx: &mut Tx,
    kind: ZoneKind,
) -> Result<Vec<ZoneReach>, StoreError> {
    Ok(zones(&tx.zones().kept(kind).await?))
}

/// One line for each zone and channel, for programs and table calculations.
pub(in crate::web) fn reach_csv(zones: &[ZoneReach]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "zone",
        "channel",
        "clients",
        "reachable",
        "unverified",
        "barred",
        "none",
    ])?;
    for zone in zones {
        let channels: [(&str, ContactSums); 3] =
            [("any", zone.any), ("sms", zone.sms), ("email", zone.email)];
        for (channel, sums) in channels {
            let counts = [
                zone.clients,
                sums.reachable,
                sums.unverified,
                sums.barred,
                sums.none,
            ];
            let texts = [guarded(&zone.zone), channel.to_owned()];
            let counts = counts.map(|count| count.to_string());
            writer.write_record(texts.iter().chain(&counts))?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
