//! `GET /console/sandbox`: a wall of phones and mailboxes, the last reached first. Live: the wall
//! again whenever something arrives.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::{StreamExt as _, stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::item::ReceivedItem;
use super::world;
use crate::channel::sandbox::{Inbox, Received, World};
use crate::web::console::shell::live::live_stream;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;

/// Phones, and mailboxes, on the wall.
const WALL: usize = 12;
/// Of a phone's messages, so many are on the wall.
const ON_PHONE: usize = 3;
/// Characters of a mail on the wall.
const EXCERPT: usize = 280;
/// Arrivals within this time become one redraw.
const GATHERED: Duration = Duration::from_millis(300);
/// A live wall asks again after this long, so that an ended session sees no longer.
const LONGEST: Duration = Duration::from_secs(120);
struct InboxCard {
    address: String,
    path: String,
    total: u64,
    items: Vec<ReceivedItem>,
}

struct InboxesPage {
    phones: Vec<InboxCard>,
    mailboxes: Vec<InboxCard>,
    /// How much arrived, in a sentence.
    arrived: String,
    words: ConsoleWords,
}

impl InboxesPage {
    fn look(world: &World, now: Moment) -> Self {
        let truth = world.truth();
        let words = now.words;
        let count = |number: u64| {
            FluentValue::from(words.number(i64::try_from(number).unwrap_or(i64::MAX)))
        };
        let values = [
            ("sms", count(truth.sms)),
            ("mails", count(truth.mails)),
            ("doubles", count(truth.doubles)),
        ];
        Self {
            phones: inboxes(world, world.handsets(WALL), ON_PHONE, now),
            mailboxes: inboxes(world, world.mailboxes(WALL), 1, now),
            arrived: words.say_with("sandbox-arrived", &values),
            words,
        }
    }
}

fn inboxes(world: &World, reached: Vec<Inbox>, shown: usize, now: Moment) -> Vec<InboxCard> {
    reached
        .into_iter()
        .map(|glance| {
            let mut items = world.inbox(&glance.address);
            items.truncate(shown);
            InboxCard {
                path: in_path(&glance.address),
                total: glance.total,
                items: items
                    .iter()
                    .rev()
                    .map(|item| ReceivedItem::new(item, now, EXCERPT))
                    .collect(),
                address: glance.address,
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "console/sandbox.html")]
struct WallPage {
    frame: Frame,
    wall: InboxesPage,
    hurry: Option<String>,
}

#[derive(Template)]
#[template(path = "console/sandbox/wall.html")]
struct WallRegion {
    wall: InboxesPage,
}

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let wall = InboxesPage::look(world(&visit)?, visit.moment());
    let frame = visit
        .frame(ConsolePart::Sandbox, visit.words().say("sandbox-title"))
        .await?;
    let hurry = visit.hurry();
    Ok(shell::page(&WallPage { frame, wall, hurry }))
}

/// `GET /console/sandbox/live`.
pub(super) async fn live(visit: Visit) -> Result<Response, Problem> {
    let arrivals = world(&visit)?.subscribe();
    let stopping = visit.web.console.lifecycle.stopping();
    let walls = stream::unfold(
        (visit, arrivals, true),
        |(visit, mut arrivals, first)| async move {
            if !first {
                next_arrivals(&mut arrivals).await?;
            }
            let wall = InboxesPage::look(visit.web.sandbox.as_ref()?, visit.moment());
            let html = WallRegion { wall }.render().ok()?;
            Some((
                Event::default().event("wall").data(html),
                (visit, arrivals, false),
            ))
        },
    );
    let ends = async move {
        tokio::select! {
            () = stopping => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    Ok(live_stream(walls.take_until(Box::pin(ends))))
}

/// Waits for something to arrive, and a little for what comes with it.
async fn next_arrivals(arrivals: &mut Receiver<Arc<Received>>) -> Option<()> {
    if let Err(RecvError::Closed) = arrivals.recv().await {
        return None;
    }
    tokio::time::sleep(GATHERED).await;
    *arrivals = arrivals.resubscribe();
    Some(())
}
