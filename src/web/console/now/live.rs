//! `GET /console/now/live`: the page while it is looked at. An event for each region that changed,
//! with its HTML. It ends when the store cannot be read: who looks is told that the page stands
//! still, and asks again. Each reader's regions are drawn for them: in their language, by their clock.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::{StreamExt as _, stream};

use super::view::NowView;
use crate::web::console::shell::Visit;
use crate::web::console::shell::live::live_stream;
use crate::web::console::state::Snapshot;
use crate::web::problem::Problem;

/// How often a live page looks.
const TICK: Duration = Duration::from_secs(1);
/// A live page asks again after so many looks: a session that was ended sees no longer than
/// this.
const TICKS: usize = 120;

macro_rules! region {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name<'a> {
            now: &'a NowView,
        }
    };
}
region!(Alarms, "console/now/alarms.html");
region!(Announced, "console/now/announced.html");
region!(Tiles, "console/now/tiles.html");
region!(Lanes, "console/now/lanes.html");
region!(Incidents, "console/now/incidents.html");
region!(Bodies, "console/now/bodies.html");
region!(Providers, "console/now/providers.html");
region!(Recent, "console/now/recent.html");

pub(crate) async fn get(visit: Visit) -> Result<Response, Problem> {
    let stopping = visit.web.console.lifecycle.stopping();
    // Before the answer begins: afterwards no status can say that the store is away.
    let snapshot = visit.web.console.now(&visit.web).await?;
    let first = draw(&snapshot, &visit);
    let all = stream::iter(changed(&Vec::new(), &first));
    let later = stream::unfold((visit, first, 1), |(visit, shown, ticks)| async move {
        if ticks >= TICKS {
            return None;
        }
        tokio::time::sleep(TICK).await;
        let snapshot = visit.web.console.now(&visit.web).await.ok()?;
        let drawn = draw(&snapshot, &visit);
        let events = changed(&shown, &drawn);
        Some((events, (visit, drawn, ticks + 1)))
    });
    let regions = all.chain(later.flat_map(stream::iter));
    Ok(live_stream(regions.take_until(stopping)))
}

/// Name and HTML of each region.
type Regions = Vec<(&'static str, Arc<str>)>;

fn draw(snapshot: &Snapshot, visit: &Visit) -> Regions {
    let now = &NowView::new(snapshot, visit);
    let drawn = [
        ("alarms", Alarms { now }.render()),
        ("announced", Announced { now }.render()),
        ("tiles", Tiles { now }.render()),
        ("lanes", Lanes { now }.render()),
        ("incidents", Incidents { now }.render()),
        ("bodies", Bodies { now }.render()),
        ("providers", Providers { now }.render()),
        ("recent", Recent { now }.render()),
    ];
    drawn
        .into_iter()
        .filter_map(|(name, html)| Some((name, html.ok()?.into())))
        .collect()
}

fn changed(shown: &Regions, drawn: &Regions) -> Vec<Event> {
    drawn
        .iter()
        .filter(|region| !shown.contains(region))
        .map(|(name, html)| Event::default().event(name).data(&**html))
        .collect()
}
