//! `POST /s/{token}/back`: "is it back for you?" Yes, or not yet. Who answers by SMS comes here, too, by
//! way of `inbound`.
//!
//! Whoever says no is told that it was heard, by an incident of their own: one for all who say no of
//! the same incident, joined one after the other. The others hear nothing of it. What is told, and to
//! whom, is `plan`'s, as of every event.
//!
//! A link may have come into anybody's hands: one client makes one event of one such incident, however
//! often the answer changes, and it may not change for ever.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::answer::{back, keep};
use super::phrases::Confirmation;
use super::refusal::{self, Refusal, message_of};
use super::visitor::Visitor;
use crate::domain::event::{Arrival, IncidentState, IncidentStep};
use crate::domain::limits::{BACK_CHANGES, REFERENCE};
use crate::domain::token::{Purpose, Signer};
use crate::domain::{ClientId, EngagementKind, MessageId};
use crate::store::planning::incidents::{BackAnswer, GivenAnswer, IncidentRecord};
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::request::extract::{Form, Path};

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
    let (still_out, done) = match word {
        "yes" => (false, Confirmation::Back),
        "no" => (true, Confirmation::StillOut),
        _ => return Ok(Confirmation::Read),
    };
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    match settle(web, &mut tx, &told, still_out).await? {
        BackSettled::NotAsked => Ok(Confirmation::Read),
        BackSettled::SaidAgain => Ok(done),
        BackSettled::TooOften => Ok(Confirmation::Changed),
        BackSettled::Kept => {
            tx.commit().await?;
            web.wake.events_stored();
            Ok(done)
        }
    }
}

/// What became of an answer, wherever it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum BackSettled {
    /// The message is about nothing that clients are asked about, or that is not over.
    NotAsked,
    /// It is what the client said last.
    SaidAgain,
    /// It was changed too often: the last one stands.
    TooOften,
    /// It is kept, once the transaction is.
    Kept,
}

/// Keeps an answer in the caller's transaction, and opens the incident again for a client who says no.
pub(in crate::web) async fn settle(
    web: &Web,
    tx: &mut Tx,
    told: &NotifiedMessage,
    still_out: bool,
) -> Result<BackSettled, StoreError> {
    // Whoever acts for a client answers for them.
    let acting;
    let told = match tx.deputies().acts_for(told.client).await? {
        Some(acts_for) => {
            acting = NotifiedMessage {
                client: acts_for.client,
                ..told.clone()
            };
            &acting
        }
        None => told,
    };
    let Some(record) = asked_about(tx, told).await? else {
        return Ok(BackSettled::NotAsked);
    };
    let before = tx.incidents().answered(record.id, told.client).await?;
    let joined = before.as_ref().and_then(|it| it.child.clone());
    let child = match still_out {
        true => Some(part(tx, &record).await?),
        false => joined.clone(),
    };
    match before {
        Some(before) if is_said_again(&before, still_out, child.as_deref()) => {
            return Ok(BackSettled::SaidAgain);
        }
        Some(before) if before.changes >= BACK_CHANGES => return Ok(BackSettled::TooOften),
        _ => {}
    }
    kept(web, tx, told, &record, still_out, child.as_deref()).await?;
    // Whoever was told of this part before, and said yes meanwhile, is not told of it again.
    let new = child.filter(|child| still_out && joined.as_ref() != Some(child));
    if let Some(child) = &new {
        reopen(web, tx, &record, child, told.client).await?;
    }
    Ok(BackSettled::Kept)
}

fn is_said_again(before: &GivenAnswer, still_out: bool, child: Option<&str>) -> bool {
    before.still_out == still_out && before.child.as_deref() == child
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
    // For whoever it does not cover any more it is over, though it goes on for others.
    let over = match tx.incidents().left_at(reference, told.client).await? {
        Some(at) => record.incident.as_left(at).state == IncidentState::Resolved,
        None => record.incident.state == IncidentState::Resolved,
    };
    Ok(Some(record).filter(|record| over && record.incident.can_be_back()))
}

async fn kept(
    web: &Web,
    tx: &mut Tx,
    told: &NotifiedMessage,
    record: &IncidentRecord,
    still_out: bool,
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
        still_out,
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
    client: ClientId,
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
        "id": event_id(&web.signer, child, client),
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

/// The same for each no of a client about one part, so that the first one is known. Nobody who reads
/// it learns which client that was.
fn event_id(signer: &Signer, child: &str, client: ClientId) -> String {
    let signed = signer.sign_for(child, Purpose::StillOut, &[client.get()]);
    URL_SAFE_NO_PAD.encode(Sha256::digest(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_no_is_that_of_its_client_and_part() {
        let signer = Signer::new(&[7; 32]);
        let id = |child, client| event_id(&signer, child, ClientId::new(client));
        assert_eq!(id("G-77/still-1", 4), id("G-77/still-1", 4));
        assert_ne!(id("G-77/still-1", 4), id("G-77/still-1", 5));
        assert_ne!(id("G-77/still-1", 4), id("G-77/still-2", 4));
        let other = event_id(&Signer::new(&[8; 32]), "G-77/still-1", ClientId::new(4));
        assert_ne!(id("G-77/still-1", 4), other, "nobody can make it");
    }

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
