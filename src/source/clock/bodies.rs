//! Bodies with which many cases have come to stand still within a day: one report with the list, to
//! whoever the settings name, and once more when nobody acknowledges it. It names cases and since
//! when they stand, and none of the clients.

use serde_json::json;

use super::due::Reckoning;
use super::{ClockSettings, made};
use crate::domain::event::{Arrival, BODY_STALLED, BodyList, BodyReport};
use crate::domain::limits::BODY_CASES;
use crate::domain::{Ids, Timestamp};
use crate::store::planning::bodies::{BodyReportRow, NewBodyReport};
use crate::store::{StoreError, Tx};

/// The reports that are to be sent now, within the caller's transaction.
pub(super) async fn look(
    tx: &mut Tx,
    now: Timestamp,
    settings: &ClockSettings,
    ids: &dyn Ids,
) -> Result<Vec<Arrival>, StoreError> {
    let reckoning = Reckoning::from(settings);
    let (since, day) = (reckoning.midnight(now), now.day_in(settings.zone));
    let least = i64::from(settings.body_report_at);
    let mut said = Vec::new();
    let bodies = tx.bodies().to_report(since, day, least).await?;
    for body in bodies {
        let Some(contact) = settings.bodies.get(&body) else {
            continue;
        };
        let mut report = stalled_with(tx, &body).await?;
        let new = NewBodyReport {
            id: ids.next(),
            body: &body,
            day,
            cases: report.list.count,
            chase_at: reckoning.morning_after(now, settings.chase_after_days),
        };
        report.list.number = tx.bodies().enter(new, now).await?;
        said.extend(event(&report, contact, now));
    }
    let unacknowledged = tx.bodies().to_chase(now).await?;
    for row in unacknowledged {
        said.extend(chase(tx, &row, settings, now).await?);
    }
    Ok(said)
}

/// Sends a report once more, with what stands still by now. Nothing does any more, or nobody is
/// named any more: then there is nobody to chase.
async fn chase(
    tx: &mut Tx,
    row: &BodyReportRow,
    settings: &ClockSettings,
    now: Timestamp,
) -> Result<Option<Arrival>, StoreError> {
    let mut report = stalled_with(tx, &row.body).await?;
    report.list.number = row.number;
    report.list.chased = true;
    let contact = settings.bodies.get(&row.body);
    let contact = contact.filter(|_| report.list.count > 0);
    tx.bodies().chased(row.id, contact.map(|_| now)).await?;
    Ok(contact.and_then(|contact| event(&report, contact, now)))
}

async fn stalled_with(tx: &mut Tx, body: &str) -> Result<BodyReport, StoreError> {
    let limit = i64::try_from(BODY_CASES).unwrap_or(i64::MAX);
    let (cases, count) = tx.bodies().stalled_with(body, limit).await?;
    Ok(BodyReport {
        list: BodyList {
            body: body.to_owned(),
            number: 0,
            count,
            chased: false,
        },
        cases,
    })
}

fn event(report: &BodyReport, contact: &str, now: Timestamp) -> Option<Arrival> {
    let list = &report.list;
    let again = if list.chased { ":chased" } else { "" };
    let id = format!("{}:stalled:{}{again}", list.body, list.number);
    let mut data = json!(report);
    data["clients"] = json!([contact]);
    made(BODY_STALLED, &id, &list.body, &data, now)
}
