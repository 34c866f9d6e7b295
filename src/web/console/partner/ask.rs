//! `POST /console/partner/cases/{case}/ask`: a question to the staff about one case. It stands among the
//! replies to answer (`replies::question`), and its answer on the case's page here.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::{HOME, PartnerVisit, show};
use crate::domain::limits::{LONGEST_QUESTION, QUESTIONS_OPEN};
use crate::store::access::audit::AuditEntry;
use crate::store::people::questions::NewQuestion;
use crate::text::sanitize;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{in_path, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(crate) async fn post(
    visitor: PartnerVisit,
    Path(case): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    let (web, words) = (&visitor.visit.web, visitor.visit.words());
    let typed = fields.get("text");
    let text = sanitize::prose(typed);
    if text.is_empty() || text.chars().nth(LONGEST_QUESTION).is_some() {
        let most = LONGEST_QUESTION.to_string();
        let fault = words.with("partner-ask-fault", "most", &most);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show::draw(&visitor, &case, status, Some(fault), typed).await;
    }
    let new = NewQuestion {
        id: web.ids.next(),
        case: &case,
        asked_by: &person.email,
        text: &text,
    };
    let (sight, now) = (&visitor.sight, web.clock.now());
    let mut tx = web.store.write().await?;
    if !tx.questions().ask(sight, &new, now).await? {
        drop(tx);
        // Of a case that is not theirs the page says that there is none.
        let most = QUESTIONS_OPEN.to_string();
        let fault = words.with("partner-ask-enough", "most", &most);
        return show::draw(&visitor, &case, StatusCode::CONFLICT, Some(fault), typed).await;
    }
    let entry = AuditEntry::new(&person.email, "question.asked", &case);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    let back = format!("{HOME}/cases/{}#questions", in_path(&case));
    Ok(strictly(Redirect::to(&back)))
}
