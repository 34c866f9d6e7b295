//! `GET /v1/clients/{ref}`: the client, whether Araldo can reach them, and what bars an address.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::reach::{Addressee, KnownAddress, Reach};
use crate::domain::{Address, Channel, Class};
use crate::intake::client;
use crate::store::people::clients::ClientRecord;
use crate::store::people::suppressions::Suppression;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn get(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<Value>, Problem> {
    let mut tx = web.store.read().await?;
    let record = tx.clients().get(&reference).await?;
    let barred = tx.suppressions().of_client(&reference).await?;
    let stopped = tx.preferences().has_stopped_all(record.id).await?;
    let reachable = !stopped && is_reachable(&record, &barred);
    Ok(Json(show(&record, &barred, reachable)))
}

fn show(record: &ClientRecord, barred: &[Suppression], reachable: bool) -> Value {
    let mut shown = client::describe(&record.client);
    let barred: Vec<Value> = barred.iter().map(show_suppression).collect();
    let contacts = record.client.contacts.iter().zip(&record.proven_at);
    let proven: Vec<Value> = contacts
        .filter_map(|(contact, at)| Some((contact, (*at)?)))
        .map(|(contact, at)| {
            json!({
                "channel": contact.address.channel(),
                "address": contact.address.as_str(),
                "verified_at": at,
            })
        })
        .collect();
    shown["proven"] = proven.into();
    shown["reachable"] = reachable.into();
    shown["suppressions"] = barred.into();
    shown["created_at"] = json!(record.created_at);
    shown["updated_at"] = json!(record.updated_at);
    shown
}

/// Whether any channel reaches the client about their own affairs.
fn is_reachable(record: &ClientRecord, barred: &[Suppression]) -> bool {
    let bar = |address: &Address| barred.iter().find(|barred| barred.address == *address);
    let contacts: Vec<KnownAddress> = record
        .client
        .contacts
        .iter()
        .map(|contact| KnownAddress {
            channel: contact.address.channel(),
            address: contact.address.as_str().to_owned(),
            barred: bar(&contact.address).map(|barred| barred.reason.into()),
        })
        .collect();
    let client = Addressee {
        contacts: &contacts,
        preferred: record.client.preferred,
        wanted: None,
    };
    let reached = |channel: &Channel| matches!(client.on(*channel, Class::Service), Reach::At(_));
    Channel::ALL.iter().any(reached)
}

fn show_suppression(barred: &Suppression) -> Value {
    json!({
        "channel": barred.address.channel(),
        "address": barred.address.as_str(),
        "reason": barred.reason,
        "since": barred.created_at,
    })
}
