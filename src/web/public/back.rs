//! `POST /s/{token}/back`: "is it back for you?" Yes, or not yet.
//!
//! Whoever says no is told that it was heard, by an incident of their own: one for all who say no of
//! the same incident, joined one after the other. The others hear nothing of it. What is told, and to
//! whom, is `plan`'s, as of every event.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::answer::{back, keep};
use super::phrases::Confirmation;
use super::refusal::{self, Refusal, message_of};
use super::visitor::Visitor;
use crate::domain::event::{Arrival, IncidentState, IncidentStep};
use crate::domain::limits::REFERENCE;
use crate::domain::{EngagementKind, MessageId};
use crate::store::planning::incidents::{BackAnswer, IncidentRecord};
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::extract::{Form, Path};

/// `source` of what clients answer.
const MADE_OF_ANSWERS: &str = "/v1/answers";
/// What stands between an incident's reference and the number of a part that clients opened.
const STILL: &str = "/still-";

#[derive(Debug, serde::Deserialize)]
pub(super) struct BackForm {
    /// `yes` or `no`.
    #[serde(default)]
    answer: String,
}

/// Keeps the answer. Anything but a yes or a no says at least that the message was read.
pub(super) async fn answer(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<BackForm>,
) -> Response {
    let done = match message_of(&web, &token, visitor) {
        Ok(message) => taken(&web, message, &form.answer).await,
        Err(refusal) => Err(refusal),
    };
    back(&token, done)
}

async fn taken(web: &Web, message: MessageId, word: &str) -> Result<Confirmation, Refusal> {
    keep(web, message, EngagementKind::Confirmed, None, 1).await?;
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let Some(record) = asked_about(&mut tx, &told).await? else {
        return Ok(Confirmation::Read);
    };
    let done = match word {
        "yes" => {
            kept(web, &mut tx, &told, &record, None).await?;
            Confirmation::Back
        }
        "no" => {
            let child = part(&mut tx, &record).await?;
            if tx
                .incidents()
                .answered(record.id, told.client)
                .await?
                .as_ref()
                != Some(&child)
            {
                kept(web, &mut tx, &told, &record, Some(&child)).await?;
                reopen(web, &mut tx, &record, &child).await?;
            }
            Confirmation::StillOut
        }
        _ => return Ok(Confirmation::Read),
    };
    tx.commit().await?;
    web.wake.events_stored();
    Ok(done)
}

/// The incident that the message is about, locked, if it is one that clients are asked about and is
/// over as far as is known.
async fn asked_about(
    tx: &mut Tx,
    told: &NotifiedMessage,
) -> Result<Option<IncidentRecord>, StoreError> {
    let Some(reference) = told.data.get("incident").and_then(|value| value.as_str()) else {
        return Ok(None);
    };
    let Some(record) = tx.incidents().outlined(reference).await? else {
        return Ok(None);
    };
    tx.incidents().lock(record.id).await?;
    let over = record.incident.state == IncidentState::Resolved;
    Ok(Some(record).filter(|record| over && record.incident.can_be_back()))
}

async fn kept(
    web: &Web,
    tx: &mut Tx,
    told: &NotifiedMessage,
    record: &IncidentRecord,
    child: Option<&str>,
) -> Result<(), StoreError> {
    let own = tx.messages().frozen(told.message).await?.variables;
    let own: serde_json::Value = serde_json::from_str(&own).unwrap_or_default();
    let place = match own["place"]["code"].as_str() {
        Some(code) => tx.incidents().place_of(told.client, code).await?,
        None => None,
    };
    let answer = BackAnswer {
        incident: record.id,
        client: told.client,
        place,
        child,
        at: web.clock.now(),
    };
    tx.incidents().answer(&answer).await
}

/// The incident of those who say no of this one: that which goes on, or the next. A part has no parts
/// of its own: whoever says no of it joins those of the first incident.
async fn part(tx: &mut Tx, record: &IncidentRecord) -> Result<String, StoreError> {
    let first = first_of(&record.incident.incident, record.incident.parent.as_deref());
    let children = tx.incidents().children(first).await?;
    let name = next_part(first, &children);
    match name.chars().count() > REFERENCE {
        // A reference as long as that has no room for a part.
        true => Err(StoreError::Unfit(format!(
            "the reference of an incident is too long for its part: {REFERENCE} characters at most"
        ))),
        false => Ok(name),
    }
}

fn first_of<'a>(reference: &'a str, parent: Option<&'a str>) -> &'a str {
    match parent {
        Some(parent) if reference.starts_with(&format!("{parent}{STILL}")) => parent,
        _ => reference,
    }
}

fn next_part(first: &str, children: &[(String, IncidentState)]) -> String {
    let prefix = format!("{first}{STILL}");
    let parts: Vec<_> = children
        .iter()
        .filter(|(name, _)| name.starts_with(&prefix))
        .collect();
    let mut open = parts
        .iter()
        .filter(|(_, state)| *state == IncidentState::GoingOn);
    match open.next() {
        Some((name, _)) => name.clone(),
        None => format!("{prefix}{}", parts.len() + 1),
    }
}

/// One more client is in it. Who that is stands with the answers alone.
async fn reopen(
    web: &Web,
    tx: &mut Tx,
    record: &IncidentRecord,
    child: &str,
) -> Result<(), StoreError> {
    let incident = &record.incident;
    let mut data = json!({
        "incident": child,
        "parent": first_of(&incident.incident, incident.parent.as_deref()),
        "kind": incident.kind,
    });
    if let Some(service) = &incident.service {
        data["service"] = json!(service);
    }
    let event = json!({
        "specversion": "1.0",
        "id": web.ids.next().to_string(),
        "source": MADE_OF_ANSWERS,
        "type": IncidentStep::Reopened,
        "subject": child,
        "data": data,
    });
    let now = web.clock.now();
    let event = Arrival::parse(Tree::from(&event), now)
        .map_err(|fault| StoreError::Unfit(format!("cannot open an incident again: {fault}")))?;
    tx.events().accept([event], now, &*web.ids).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_say_no_share_one_part_until_it_is_over() {
        let children = |states: &[IncidentState]| -> Vec<(String, IncidentState)> {
            let named = states.iter().zip(1..);
            named
                .map(|(state, number)| (format!("G-77/still-{number}"), *state))
                .collect()
        };
        let (open, over) = (IncidentState::GoingOn, IncidentState::Resolved);
        assert_eq!(next_part("G-77", &[]), "G-77/still-1");
        assert_eq!(next_part("G-77", &children(&[open])), "G-77/still-1");
        assert_eq!(next_part("G-77", &children(&[over])), "G-77/still-2");
        assert_eq!(next_part("G-77", &children(&[over, open])), "G-77/still-2");
        // Somebody else's part of it has nothing to do with those who say no.
        let street = [("G-78".to_owned(), open)];
        assert_eq!(next_part("G-77", &street), "G-77/still-1");
        assert_eq!(first_of("G-77/still-1", Some("G-77")), "G-77");
        assert_eq!(first_of("G-78", Some("G-77")), "G-78");
        assert_eq!(first_of("G-77", None), "G-77");
    }
}
