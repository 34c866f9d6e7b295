//! `POST /v1/messages`: one message from a template to one client, asked for by a program.
//!
//! It becomes an event `message.requested`, so that eligibility, the flood guard and the
//! explanation are those of every other message. What can be known at the door is: a template
//! that is not there, a client nobody knows, a variable that is missing are answered with 422,
//! and nothing is stored. `Idempotency-Key` makes a repeat harmless; each API key has its own.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::domain::api_key::Scope;
use crate::domain::event::{DirectRequest, Event, EventData, MESSAGE_REQUESTED};
use crate::domain::{Class, FieldError, Lane, Timestamp};
use crate::store::{StoreError, Tx};
use crate::template;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;

/// The `source` of events made here begins so; the prefix of the API key follows, so that no
/// other key can take an id away.
const SOURCE: &str = "/v1/messages";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Asks for a message: 202 with the event that stands for the request.
pub(crate) async fn post(
    caller: Caller,
    State(web): State<Web>,
    headers: HeaderMap,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let source = format!("{SOURCE}/{}", caller.prefix());
    let id = idempotency_key(&headers)?.unwrap_or_else(|| web.ids.next().to_string());
    let now = web.clock.now();
    let event = event(&source, &id, &body, now)?;
    let EventData::Direct(request) = &event.data else {
        return Err(Problem::field("", "this asks for no message"));
    };
    may_ask(&caller, request)?;
    let mut tx = web.store.read().await?;
    if asked_before_keys_were_apart(&mut tx, &event).await? {
        return Ok(answer(0, 1, &id));
    }
    // A repeat is a repeat, even when its client or template has gone since.
    if tx.events().lookup(&source, &id).await?.is_none() {
        can_be_written(&mut tx, request).await?;
    }
    drop(tx);
    let taken = web.inbox.take([&event], now, &*web.ids).await?;
    if taken.accepted > 0 {
        web.wake.events_stored();
    }
    Ok(answer(taken.accepted, taken.duplicates, &id))
}

/// `event` is what `GET /v1/messages?event=` asks for.
fn answer(accepted: usize, duplicates: usize, event: &str) -> (StatusCode, axum::Json<Value>) {
    let body = json!({ "accepted": accepted, "duplicates": duplicates, "event": event });
    (StatusCode::ACCEPTED, axum::Json(body))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let key = headers.get(IDEMPOTENCY_KEY);
    let text = key.map(|key| key.to_str().map(str::to_owned)).transpose();
    text.map_err(|_| {
        Problem::field(
            "/Idempotency-Key",
            "`Idempotency-Key` holds more than ASCII letters",
        )
    })
}

fn event(source: &str, id: &str, data: &Value, now: Timestamp) -> Result<Event, FieldError> {
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": MESSAGE_REQUESTED,
        "subject": data["client"].as_str(),
        "data": data,
    });
    Event::parse(&event, now).map_err(|mut fault| {
        // The caller sent the data alone, and the id as a header.
        if let Some(inside) = fault.pointer.strip_prefix("/data") {
            fault.pointer = inside.to_owned();
        } else if fault.pointer == "/id" {
            fault = FieldError::new(
                "/Idempotency-Key",
                fault.detail.replace("`id`", "`Idempotency-Key`"),
            );
        }
        fault
    })
}

/// The class `safety` passes a STOP, the lane `urgent` quiet hours: both are past what the client
/// chose, and need the scope that says so.
fn may_ask(caller: &Caller, request: &DirectRequest) -> Result<(), Problem> {
    let needed = Scope::MessagesSafety;
    let chosen = if request.class == Some(Class::Safety) {
        ("class", "safety")
    } else if request.lane == Some(Lane::Urgent) {
        ("lane", "urgent")
    } else {
        return Ok(());
    };
    if caller.rights().has(needed) {
        return Ok(());
    }
    let (field, word) = chosen;
    let detail = format!("this key lacks the scope `{needed}`, which the {field} `{word}` needs");
    let fault = FieldError::new(format!("/{field}"), detail);
    Err(Problem::forbidden("scope_missing", fault))
}

/// Refuses what could never become a message.
async fn can_be_written(tx: &mut Tx, request: &DirectRequest) -> Result<(), Problem> {
    let DirectRequest {
        client,
        template,
        variables,
        ..
    } = request;
    let Some(version) = tx.templates().lookup_published(template).await? else {
        let detail = format!("there is no published template `{template}`");
        return Err(Problem::unprocessable(
            "unknown_template",
            "/template",
            detail,
        ));
    };
    if tx.clients().lookup_id(client).await?.is_none() {
        let detail = format!("there is no client `{client}`; `PUT /v1/clients/{{ref}}` makes one");
        return Err(Problem::unprocessable("unknown_client", "/client", detail));
    }
    let given = Value::Object(variables.clone());
    if let Some(missing) = template::missing(&version.source.variables, &given) {
        let pointer = format!("/variables/{}", missing.replace('.', "/"));
        let detail = format!("the template `{template}` needs the variable `{missing}`");
        return Err(Problem::unprocessable("missing_variable", pointer, detail));
    }
    Ok(())
}

/// Before each API key had a source of its own, all shared one. A repeat from that time is known by what
/// it says: the same words under the same `Idempotency-Key`.
async fn asked_before_keys_were_apart(tx: &mut Tx, event: &Event) -> Result<bool, StoreError> {
    let known = tx.events().lookup(SOURCE, &event.id).await?;
    Ok(known.is_some_and(|known| known.event.raw == event.raw))
}
