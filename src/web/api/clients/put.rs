//! `PUT /v1/clients/{ref}`: makes the client as described. 201 when it is new. What GET gave may
//! be sent as it is.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use crate::intake::client;
use crate::store::access::audit::AuditEntry;
use crate::store::people::clients::Put;
use crate::web::Web;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// What GET says beside what PUT takes.
const READ_ONLY: &[&str] = &[
    "reachable",
    "suppressions",
    "proven",
    "created_at",
    "updated_at",
];

/// Creates or replaces a client.
pub(crate) async fn put(
    caller: Caller,
    State(web): State<Web>,
    Path(reference): Path<String>,
    Json(mut body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    named(&mut body, "client", &reference)?;
    without(&mut body, READ_ONLY);
    let client = client::parse(&body, &web.phones)?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    let put = tx.clients().put(&client, now, &*web.ids).await?;
    let kept = tx.clients().record(put.id()).await?;
    let (status, action) = match put {
        Put::Created(_) => (StatusCode::CREATED, "client.created"),
        Put::Updated(_) => (StatusCode::OK, "client.changed"),
    };
    let actor = caller.actor();
    let entry = AuditEntry::new(&actor, action, &reference);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok((status, axum::Json(client::describe(&kept.client))))
}

/// The path names the thing; the body may leave the name out, but not say another.
pub(in crate::web::api) fn named(
    body: &mut Value,
    field: &str,
    reference: &str,
) -> Result<(), Problem> {
    let Some(fields) = body.as_object_mut() else {
        return Err(Problem::field("", "the body is not an object such as {..}"));
    };
    match fields.get(field) {
        None | Some(Value::Null) => {
            fields.insert(field.to_owned(), reference.into());
            Ok(())
        }
        Some(same) if same == reference => Ok(()),
        Some(_) => Err(Problem::field(
            format!("/{field}"),
            format!("`{field}` is not `{reference}`, which the path names"),
        )),
    }
}

/// Takes out what GET gives and nobody can set, so that a document may go back as it came.
pub(in crate::web::api) fn without(body: &mut Value, read_only: &[&str]) {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !read_only.contains(&name.as_str()));
    }
}
