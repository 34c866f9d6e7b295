//! `PUT /v1/cases/{ref}`: says where a case stands, for systems that keep states, not events.
//!
//! It becomes an event like any other (`case.opened`, `case.state_changed` or, with
//! `"closed": true`, `case.closed`), so that rules, history and explanation are the same. The
//! case is moved on in the same transaction: a GET right after sees it. Saying again what is
//! known already changes nothing and tells nobody; what GET gave may be sent as it is. A state that
//! is final closes the case, too, by an event that is `case.state_changed` all the same.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{CaseData, CaseStep, Event, EventData};
use crate::domain::fields::Fields;
use crate::domain::{EventId, FieldError, Timestamp};
use crate::intake::accept;
use crate::store::planning::cases::CaseRecord;
use crate::web::Web;
use crate::web::api::clients::put::{named, without};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// The `source` of events made here.
const SOURCE: &str = "/v1/cases";
/// What GET says beside what PUT takes.
const READ_ONLY: &[&str] = &["opened_at", "changed_at", "closed_at", "history"];

/// Creates a case or moves it on: 202 with the event, or 200 when nothing is new.
pub(crate) async fn put(
    caller: Caller,
    State(web): State<Web>,
    Path(reference): Path<String>,
    Json(mut body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    caller
        .rights()
        .may_speak_for(SOURCE)
        .map_err(|refused| Problem::forbidden("key_bound", refused.into()))?;
    named(&mut body, "case", &reference)?;
    keep_closed(&mut body);
    without(&mut body, READ_ONLY);
    let kinds = web.pages.case_kinds();
    let wish = CasePut::parse(&body, kinds)?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    if tx.erasure().is_gone(&wish.data.client).await? {
        let why =
            "this client was erased; nothing is kept about them until they are a client again";
        return Err(Problem::field("/client", why));
    }
    let known = tx.cases().lookup(&reference).await?;
    let Some(step) = wish.step(known.as_ref()) else {
        return Ok((
            StatusCode::OK,
            axum::Json(json!({"case": known, "event": null})),
        ));
    };
    caller.rights().may_say(step.as_str()).map_err(|refused| {
        Problem::forbidden("key_bound", FieldError::new("", refused.to_string()))
    })?;
    let event = event(step, body, web.ids.next(), now)?;
    let EventData::Case(_, data) = &event.data else {
        return Err(Problem::field("", "this is no case"));
    };
    let taken = accept::take_in(&mut tx, std::slice::from_ref(&event), now, &*web.ids).await?;
    let id = taken.ids.first().copied().unwrap_or(EventId::new(0));
    let change = (step, kinds.ends(step, data));
    let applied = tx.cases().apply(id, change, data, now, &*web.ids).await?;
    tx.commit().await?;
    web.wake.events_stored();
    let answer = json!({"case": applied.case, "event": id});
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}

/// GET says of a closed case when it was closed. Sent back, that must not open it again.
fn keep_closed(body: &mut Value) {
    let closed = body.get("closed_at").is_some_and(|at| !at.is_null());
    if let Some(fields) = body.as_object_mut().filter(|_| closed) {
        fields.entry("closed").or_insert(true.into());
    }
}

/// What the caller says.
struct CasePut {
    data: CaseData,
    /// The caller says that it is closed.
    closed: bool,
    /// It is closed, be it by its state alone.
    over: bool,
}

impl CasePut {
    fn parse(body: &Value, kinds: &CaseKinds) -> Result<Self, FieldError> {
        let fields = Fields::of(body, "")?;
        fields.only(&[
            "case",
            "client",
            "kind",
            "state",
            "owner",
            "expected_by",
            "note",
            "closed",
        ])?;
        let data = CaseData::parse(body)?;
        let closed = fields.flag_if("closed")?.unwrap_or(false);
        Ok(Self {
            over: closed || kinds.is_final(&data.kind, &data.state),
            data,
            closed,
        })
    }

    /// What happened to the case, compared with what is known; none when nothing did.
    fn step(&self, known: Option<&CaseRecord>) -> Option<CaseStep> {
        match known {
            None if self.closed => Some(CaseStep::Closed),
            None => Some(CaseStep::Opened),
            Some(known) if known.data == self.data && known.closed_at.is_some() == self.over => {
                None
            }
            Some(_) if self.closed => Some(CaseStep::Closed),
            Some(_) => Some(CaseStep::StateChanged),
        }
    }
}

fn event(step: CaseStep, mut data: Value, id: i64, now: Timestamp) -> Result<Event, FieldError> {
    if let Some(fields) = data.as_object_mut() {
        fields.remove("closed");
    }
    let event = json!({
        "specversion": "1.0",
        "id": id.to_string(),
        "source": SOURCE,
        "type": step,
        "subject": data["case"],
        "data": data,
    });
    Event::parse(&event, now).map_err(|mut fault| {
        // The caller sent the data alone.
        if let Some(inside) = fault.pointer.strip_prefix("/data") {
            fault.pointer = inside.to_owned();
        }
        fault
    })
}
