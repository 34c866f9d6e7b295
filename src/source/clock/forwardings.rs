//! Problems of clients that people marked for a body: several in one mail, to whoever the settings name for
//! the body, within the hour, or as soon as ten are there; and once more when nobody acknowledges it. Each
//! client hears once that theirs was passed on. The events hold neither words nor names.

use std::collections::BTreeSet;

use serde_json::json;

use super::due::Reckoning;
use super::{ClockSettings, made};
use crate::domain::event::{Arrival, BODY_FORWARDED, BodyList, REPLY_FORWARDED};
use crate::domain::{Ids, Timestamp};
use crate::store::people::forwardings::{ForwardedProblem, SentForwarding};
use crate::store::{StoreError, Tx};

/// The lists that are to be sent now, within the caller's transaction.
pub(super) async fn look(
    tx: &mut Tx,
    now: Timestamp,
    settings: &ClockSettings,
    ids: &dyn Ids,
) -> Result<Vec<Arrival>, StoreError> {
    let reckoning = Reckoning::from(settings);
    let chase_at = reckoning.morning_after(now, settings.chase_after_days);
    let mut said = Vec::new();
    for body in tx.forwardings().ready(now).await? {
        // A body that is not named any more keeps what waits for it until it is.
        let Some(contact) = settings.bodies.get(&body) else {
            continue;
        };
        let mut forwardings = tx.forwardings();
        let number = forwardings.enter(ids.next(), &body, chase_at, now).await?;
        let problems = forwardings.of_list(&body, number).await?;
        let list = list(body, number, &problems, false);
        said.extend(event(&list, contact, now));
        said.extend(told(&list, &problems, now));
    }
    for sent in tx.forwardings().to_chase(now).await? {
        said.extend(chase(tx, sent, settings, now).await?);
    }
    Ok(said)
}

/// Sends a list once more. Nobody is named for the body any more: then there is nobody to chase.
async fn chase(
    tx: &mut Tx,
    sent: SentForwarding,
    settings: &ClockSettings,
    now: Timestamp,
) -> Result<Option<Arrival>, StoreError> {
    let contact = settings.bodies.get(&sent.body);
    let mut forwardings = tx.forwardings();
    forwardings.chased(sent.id, contact.map(|_| now)).await?;
    let problems = forwardings.of_list(&sent.body, sent.number).await?;
    let list = list(sent.body, sent.number, &problems, true);
    Ok(contact.and_then(|contact| event(&list, contact, now)))
}

fn list(body: String, number: i64, problems: &[ForwardedProblem], chased: bool) -> BodyList {
    BodyList {
        body,
        number,
        count: i64::try_from(problems.len()).unwrap_or(i64::MAX),
        chased,
    }
}

fn event(list: &BodyList, contact: &str, now: Timestamp) -> Option<Arrival> {
    let again = if list.chased { ":chased" } else { "" };
    let id = format!("{}:forwarded:{}{again}", list.body, list.number);
    let mut data = json!(list);
    data["clients"] = json!([contact]);
    made(BODY_FORWARDED, &id, &list.body, &data, now)
}

/// One for each client whose problem is in the list, however many of theirs are.
fn told(list: &BodyList, problems: &[ForwardedProblem], now: Timestamp) -> Vec<Arrival> {
    let mut clients = BTreeSet::new();
    let mut said = Vec::new();
    for problem in problems {
        let Some(client) = &problem.client_ref else {
            continue;
        };
        if clients.insert(client) {
            let id = format!("problem:{}:forwarded", problem.id);
            let data =
                json!({ "clients": [client], "body": list.body, "problem": problem.problem });
            let subject = format!("problem:{}", problem.id);
            said.extend(made(REPLY_FORWARDED, &id, &subject, &data, now));
        }
    }
    said
}
