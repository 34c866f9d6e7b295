//! `GET /console/now`: the page as it is when it is opened.

use askama::Template;
use axum::response::Response;

use super::view::View;
use crate::web::console::shell::{self, Frame, Part, Visit};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "console/now.html")]
struct NowPage {
    frame: Frame,
    now: View,
}

pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    let snapshot = visit.web.console.now(&visit.web).await?;
    Ok(shell::page(&NowPage {
        frame: visit.frame(Part::Now, "Now").await?,
        now: View::new(&snapshot, visit.web.moment()),
    }))
}
