//! The search field: a reference or number leads straight to its page, anything else to the
//! clients whose name holds it.

use axum::response::{Redirect, Response};
use serde::Deserialize;

use crate::store::StoreError;
use crate::web::Web;
use crate::web::extract::Query;
use crate::web::problem::Problem;

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
    let client = tx.clients().lookup_id(text).await?;
    Ok(client.map(|_| format!("/console/clients/{path}")))
}
