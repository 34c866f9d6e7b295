//! `PUT /v1/clients/{ref}`: makes the client as described. 201 when it is new.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use crate::source::client;
use crate::store::clients::Put;
use crate::web::Web;
use crate::web::api::body::Json;
use crate::web::auth::keys::{Authorized, ClientsWrite};
use crate::web::problem::Problem;

/// Creates or replaces a client.
pub(crate) async fn put(
    _caller: Authorized<ClientsWrite>,
    State(web): State<Web>,
    Path(reference): Path<String>,
    Json(mut body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    named(&mut body, "client", &reference)?;
    let client = client::parse(&body, &web.phones)?;
    let mut tx = web.store.write().await?;
    let put = tx
        .clients()
        .put(&client, web.clock.now(), &*web.ids)
        .await?;
    let kept = tx.clients().record(put.id()).await?;
    tx.commit().await?;
    let status = match put {
        Put::Created(_) => StatusCode::CREATED,
        Put::Updated(_) => StatusCode::OK,
    };
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
