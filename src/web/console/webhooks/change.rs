//! What an admin does with webhooks. A secret is shown in the answer to the form that made it, and never
//! again.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::list::{FreshSecret, WebhookNotice, draw};
use crate::domain::role::Right;
use crate::feed::FeedTypes;
use crate::web::actions::webhooks::{self, ReplayFrom, WebhookWish};
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// `POST /console/webhooks`: makes one, or changes the one of this name.
pub(super) async fn put(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let name = fields.get("name").trim();
    match made(&visit, &person.email, name, &fields).await {
        Ok(Some(secret)) => shown(&visit, name, secret).await,
        Ok(None) => Ok(back()),
        Err(problem) if problem.status.is_client_error() => {
            let typed = ["name", "url", "types"].map(|field| fields.get(field).to_owned());
            let notice = WebhookNotice {
                fault: Some(problem.detail),
                typed,
                ..WebhookNotice::default()
            };
            draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, notice).await
        }
        Err(problem) => Err(problem),
    }
}

/// The secret, when it is new.
async fn made(
    visit: &Visit,
    actor: &str,
    name: &str,
    fields: &FormFields,
) -> Result<Option<String>, Problem> {
    let words = fields.get("types").split([' ', ',', '\n', '\r']);
    let wish = WebhookWish {
        url: fields.get("url").trim().to_owned(),
        types: FeedTypes::parse(words, "/types")?,
        rotate: false,
    };
    let put = webhooks::put(&visit.web, actor, name, &wish).await?;
    Ok(put.secret.map(|secret| secret.reveal().to_owned()))
}

/// `POST /console/webhooks/{name}/secret`: another secret; the one before signs as well for two days.
pub(super) async fn secret(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let secret = webhooks::rotate(&visit.web, &person.email, &name).await?;
    shown(&visit, &name, secret.reveal().to_owned()).await
}

/// `POST /console/webhooks/{name}/on`
pub(super) async fn on(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    webhooks::switch(&visit.web, &person.email, &name, true).await?;
    Ok(back())
}

/// `POST /console/webhooks/{name}/off`
pub(super) async fn off(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    webhooks::switch(&visit.web, &person.email, &name, false).await?;
    Ok(back())
}

/// `POST /console/webhooks/{name}/replay`: tells it again what stands behind a number of the feed.
pub(super) async fn replay(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    let Ok(number) = fields.get("after").trim().parse() else {
        let fault = visit.words().say("webhooks-no-number").into_owned();
        let notice = WebhookNotice {
            fault: Some(fault),
            ..WebhookNotice::default()
        };
        return draw(&visit, StatusCode::UNPROCESSABLE_ENTITY, notice).await;
    };
    let from = ReplayFrom::Number(number);
    webhooks::replay(&visit.web, &person.email, &name, from).await?;
    Ok(back())
}

/// `POST /console/webhooks/{name}/remove`
pub(super) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Administer)?;
    webhooks::remove(&visit.web, &person.email, &name).await?;
    Ok(back())
}

async fn shown(visit: &Visit, name: &str, secret: String) -> Result<Response, Problem> {
    let name = name.to_owned();
    let notice = WebhookNotice {
        secret: Some(FreshSecret { name, secret }),
        ..WebhookNotice::default()
    };
    draw(visit, StatusCode::OK, notice).await
}

fn back() -> Response {
    strictly(Redirect::to("/console/webhooks"))
}
