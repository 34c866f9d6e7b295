//! The search field: a reference or number leads straight to its page, and so does the code of a
//! supply point, a telephone number or an e-mail address that one client has; anything else leads to
//! the clients whose name holds it.

use axum::response::{Redirect, Response};
use serde::Deserialize;

use crate::domain::{EmailAddress, PhoneNumber};
use crate::store::StoreError;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

use super::shell::{Visit, in_path, strictly};

#[derive(Debug, Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// `GET /console/search`.
pub(crate) async fn get(
    Visit { web, .. }: Visit,
    Query(SearchQuery { q }): Query<SearchQuery>,
) -> Result<Response, Problem> {
    let target = exact(&web, q.trim()).await?;
    let target = target.unwrap_or_else(|| format!("/console/clients?q={}", in_path(q.trim())));
    Ok(strictly(Redirect::to(&target)))
}

async fn exact(web: &Web, text: &str) -> Result<Option<String>, StoreError> {
    let mut tx = web.store.read().await?;
    if let Ok(id) = text.parse()
        && tx.reports().story(id).await?.is_some()
    {
        return Ok(Some(format!("/console/messages/{id}")));
    }
    let path = in_path(text);
    if tx.incidents().outlined(text).await?.is_some() {
        return Ok(Some(format!("/console/incidents/{path}")));
    }
    if tx.cases().lookup(text).await?.is_some() {
        return Ok(Some(format!("/console/cases/{path}")));
    }
    if tx.clients().lookup_id(text).await?.is_some() {
        return Ok(Some(format!("/console/clients/{path}")));
    }
    let address = address(web, text);
    let found = tx
        .reports()
        .clients_exactly(text, address.as_deref())
        .await?;
    Ok(match found.as_slice() {
        [one] => Some(format!("/console/clients/{}", in_path(one))),
        _ => None,
    })
}

/// What was typed as the store keeps telephone numbers and e-mail addresses, if it is one.
pub(super) fn address(web: &Web, text: &str) -> Option<String> {
    if let Ok(number) = PhoneNumber::parse(text, &web.phones) {
        return Some(number.as_str().to_owned());
    }
    let mail = EmailAddress::parse(text).ok()?;
    Some(mail.as_str().to_owned())
}
