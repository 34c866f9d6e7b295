//! `GET /console/now`: the page as it is when it is opened.

use askama::Template;
use axum::response::Response;

use super::view::NowView;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "console/now.html")]
struct NowPage {
    frame: Frame,
    now: NowView,
    hurry: Option<String>,
}

pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    let snapshot = visit.web.console.now(&visit.web).await?;
    Ok(shell::page(&NowPage {
        frame: visit
            .frame(ConsolePart::Now, visit.words().say("now-title"))
            .await?,
        now: NowView::new(&snapshot, &visit),
        hurry: visit.hurry(),
    }))
}
