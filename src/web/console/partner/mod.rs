//! The pages of a partner's people: the cases of the clients it looks after, what these were told, and
//! questions to the staff. All they show comes from `store::reports::partner`, which knows whose clients
//! they see; a case of another partner is told like one that there is not, and written down. Every
//! other page of the console is closed to them by the table of routes (`Access::Person`).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::reports::partner::PartnerSight;
use crate::text::sanitize::excerpt;
use crate::web::Web;
use crate::web::console::shell::Visit;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

mod ask;
mod digest;
mod line;
mod list;
mod show;

pub(super) const HOME: &str = "/console/partner";
/// Characters of an address that is written down.
const NOTED: usize = 100;

/// The routes of this part, and who may.
#[rustfmt::skip] // a table is read line by line
pub(super) fn routes() -> Routes {
    let theirs = Access::Partner;
    Routes::default()
        .get(HOME, theirs, list::get)
        .get("/console/partner/cases/{case}", theirs, show::get)
        .post("/console/partner/cases/{case}/ask", theirs, ask::post)
        .post("/console/partner/digest", theirs, digest::post)
}

/// A person of a partner who opens a page, and whose clients they see.
pub(crate) struct PartnerVisit {
    visit: Visit,
    sight: PartnerSight,
}

impl FromRequestParts<Web> for PartnerVisit {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, web).await?;
        let sight = visit.person.sight.clone();
        match sight {
            Some(sight) => Ok(Self { visit, sight }),
            // Their partner was erased since.
            None => Err(Problem::not_found("partner of", &visit.person.email).into_response()),
        }
    }
}

impl PartnerVisit {
    /// What is said of a case that is not theirs, whether there is one or not; that they asked is
    /// written down.
    async fn no_case(&self, reference: &str) -> Problem {
        match self.note_refusal(reference).await {
            Ok(()) => Problem::not_found("case", reference),
            Err(error) => error.into(),
        }
    }

    async fn note_refusal(&self, reference: &str) -> Result<(), StoreError> {
        let (web, asked) = (&self.visit.web, excerpt(reference, NOTED));
        let entry = AuditEntry::new(&self.visit.person.email, "partner.refused", &asked);
        let mut tx = web.store.write().await?;
        web.audit(&mut tx, &entry).await?;
        tx.commit().await
    }
}
