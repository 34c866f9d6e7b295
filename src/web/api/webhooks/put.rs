//! `PUT /v1/webhooks/{name}`: makes a webhook or changes it. Its secret is made here and said once.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::domain::FieldError;
use crate::domain::fields::Fields;
use crate::domain::limits::{FEED_TYPES, WEBHOOK_URL};
use crate::feed::FeedTypes;
use crate::web::Web;
use crate::web::actions::webhooks::{self, WebhookWish};
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::body::Json;
use crate::web::request::extract::Path;

/// 201 with the secret, or 200; then with a secret only if another was asked for.
pub(crate) async fn put(
    caller: Caller,
    State(web): State<Web>,
    Path(name): Path<String>,
    Json(body): Json,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let (wish, on) = parse(&body).map_err(unprocessable)?;
    let actor = caller.actor();
    let put = webhooks::put(&web, &actor, &name, &wish).await;
    let put = put.map_err(|problem| Problem {
        status: match problem.status {
            StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
            other => other,
        },
        ..problem
    })?;
    if let Some(on) = on {
        webhooks::switch(&web, &actor, &name, on).await?;
    }
    let status = match put.created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    let secret = put.secret.as_ref().map(|secret| secret.reveal().to_owned());
    let answer = json!({ "name": name, "url": wish.url, "secret": secret });
    Ok((status, axum::Json(answer)))
}

/// What is wanted, and whether it is to be on, if that is said.
fn parse(body: &Value) -> Result<(WebhookWish, Option<bool>), FieldError> {
    let fields = Fields::of(body, "")?;
    fields.only(&["url", "types", "rotate_secret", "on"])?;
    let url = fields.visible("url", WEBHOOK_URL)?.to_owned();
    let mut words = Vec::new();
    for word in fields.list("types", FEED_TYPES)? {
        let text = word.as_str();
        words.push(text.ok_or_else(|| fields.fault("types", "write a list of texts"))?);
    }
    let wish = WebhookWish {
        url,
        types: FeedTypes::parse(words.into_iter(), "/types")?,
        rotate: fields.flag_if("rotate_secret")?.unwrap_or(false),
    };
    Ok((wish, fields.flag_if("on")?))
}

fn unprocessable(fault: FieldError) -> Problem {
    Problem::unprocessable("invalid_field", fault.pointer, fault.detail)
}
