//! `POST /console/partner/digest`: whether its person wants the digest of each day, `yes` or `no`. It is
//! written in the language of the page on which it was asked for; who makes it is `upkeep::digest`.

use axum::response::{Redirect, Response};

use super::PartnerVisit;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::strictly;
use crate::web::problem::Problem;

pub(crate) async fn post(
    PartnerVisit { visit, .. }: PartnerVisit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let (web, wanted) = (&visit.web, fields.get("wanted") == "yes");
    let mut tx = web.store.write().await?;
    let since = wanted.then(|| web.clock.now());
    tx.digests().want(person.user, since).await?;
    if wanted {
        let language = Some(visit.words().language().tag());
        tx.users().set_language(&person.email, language).await?;
    }
    tx.commit().await?;
    Ok(strictly(Redirect::to("/console/me?done=digest")))
}
