//! The sandbox as its clients see it: a wall of phones and mailboxes, the last reached first.
//! Links can be tapped: they are the real ones, so the click shows up on the message's page. So
//! these pages are for those who may act as the sandbox's clients ([`Right::HoldHandsets`]).

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::Event;
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use futures_util::stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::channel::sandbox::{Body, Received, World};
use crate::domain::Channel;
use crate::domain::role::Right;
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

use super::format::{Moment, When, grouped};
use super::frame::{self, Frame, Part};
use super::messages::in_path;
use super::now::live_stream;

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
/// What arrived within this time is marked as new.
const NEW: TimeDelta = TimeDelta::seconds(3);

/// The routes of the sandbox.
pub(super) fn routes() -> Routes {
    // Links work here as in the client's own hands.
    let holder = Access::Right(Right::HoldHandsets);
    Routes::default()
        .get("/console/sandbox", holder, wall)
        .get("/console/sandbox/live", holder, live)
        .get("/console/sandbox/{channel}/{address}", holder, inbox)
        .get("/console/sandbox/mail/{address}/{id}", holder, mail)
}

/// A piece of a text: plain, or a link.
struct Piece {
    text: String,
    link: bool,
}

struct Item {
    id: i64,
    from: String,
    subject: Option<String>,
    pieces: Vec<Piece>,
    at: When,
    new: bool,
}

struct Inbox {
    address: String,
    path: String,
    total: u64,
    items: Vec<Item>,
}

struct Wall {
    phones: Vec<Inbox>,
    mailboxes: Vec<Inbox>,
    sms: String,
    mails: String,
    doubles: String,
}

impl Wall {
    fn look(world: &World, now: Moment) -> Self {
        let truth = world.truth();
        let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
        Self {
            phones: inboxes(world, Channel::Sms, now),
            mailboxes: inboxes(world, Channel::Email, now),
            sms: count(truth.sms),
            mails: count(truth.mails),
            doubles: count(truth.doubles),
        }
    }
}

fn inboxes(world: &World, channel: Channel, now: Moment) -> Vec<Inbox> {
    let shown = if channel == Channel::Sms { ON_PHONE } else { 1 };
    let found = world.inboxes(channel, WALL).into_iter();
    found
        .map(|glance| {
            let mut items = world.inbox(channel, &glance.address);
            items.truncate(shown);
            Inbox {
                path: in_path(&glance.address),
                total: glance.total,
                items: items
                    .iter()
                    .rev()
                    .map(|item| Item::new(item, now, EXCERPT))
                    .collect(),
                address: glance.address,
            }
        })
        .collect()
}

impl Item {
    fn new(received: &Received, now: Moment, most: usize) -> Self {
        let (subject, text) = match &received.body {
            Body::Sms(text) => (None, text.clone()),
            Body::Mail(mail) => (Some(mail.subject.clone()), excerpt(&mail.text, most)),
        };
        Self {
            id: received.id,
            from: received.from.clone(),
            subject,
            pieces: pieces(&text),
            at: When::new(received.at, now),
            new: now.at - received.at < NEW,
        }
    }
}

/// The beginning of a text, cut between words.
fn excerpt(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let whole = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{} …", text[..whole].trim_end())
}

/// Cuts a text where its links begin and end.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest
        .find("https://")
        .into_iter()
        .chain(rest.find("http://"))
        .min()
    {
        let end = rest[start..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |at| start + at);
        let link = rest[start..end].trim_end_matches(['.', ',', ';', ')', ']', '>']);
        found.push(Piece {
            text: rest[..start].to_owned(),
            link: false,
        });
        found.push(Piece {
            text: link.to_owned(),
            link: true,
        });
        rest = &rest[start + link.len()..];
    }
    found.push(Piece {
        text: rest.to_owned(),
        link: false,
    });
    found
}

#[derive(Template)]
#[template(path = "console/sandbox.html")]
struct WallPage {
    frame: Frame,
    wall: Wall,
}

#[derive(Template)]
#[template(path = "console/sandbox/wall.html")]
struct WallRegion {
    wall: Wall,
}

#[derive(Template)]
#[template(path = "console/sandbox/inbox.html")]
struct InboxPage {
    frame: Frame,
    path: String,
    mail: bool,
    items: Vec<Item>,
}

fn world<'a>(web: &'a Web, person: &Person) -> Result<&'a Arc<World>, Problem> {
    person.require(Right::HoldHandsets)?;
    web.sandbox
        .as_ref()
        .ok_or_else(|| Problem::not_found("sandbox", "in this configuration"))
}

/// `GET /console/sandbox`.
async fn wall(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wall = Wall::look(world(&web, &person)?, web.moment());
    let frame = Frame::new(&web, &person, &headers, Part::Sandbox, "Sandbox").await?;
    Ok(frame::page(&WallPage { frame, wall }))
}

/// `GET /console/sandbox/live`: the wall again whenever something arrives.
async fn live(State(web): State<Web>, person: Person) -> Result<Response, Problem> {
    let arrivals = world(&web, &person)?.subscribe();
    let stopping = web.console.lifecycle.stopping();
    let walls = stream::unfold(
        (web, arrivals, true),
        |(web, mut arrivals, first)| async move {
            if !first {
                next_arrivals(&mut arrivals).await?;
            }
            let wall = Wall::look(web.sandbox.as_ref()?, web.moment());
            let html = WallRegion { wall }.render().ok()?;
            Some((
                Event::default().event("wall").data(html),
                (web, arrivals, false),
            ))
        },
    );
    let ends = async move {
        tokio::select! {
            () = stopping => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    Ok(live_stream(futures_util::StreamExt::take_until(
        walls,
        Box::pin(ends),
    )))
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

/// `GET /console/sandbox/{channel}/{address}`: all that is kept of one.
async fn inbox(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Path((channel, address)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("handset or mailbox", &address);
    let channel: Channel = channel.parse().map_err(|_| missing())?;
    let now = web.moment();
    let found = world(&web, &person)?.inbox(channel, &address);
    if found.is_empty() {
        return Err(missing());
    }
    let frame = Frame::new(&web, &person, &headers, Part::Sandbox, address.clone()).await?;
    Ok(frame::page(&InboxPage {
        frame,
        path: in_path(&address),
        mail: channel == Channel::Email,
        items: found
            .iter()
            .map(|item| Item::new(item, now, usize::MAX))
            .collect(),
    }))
}

/// `GET /console/sandbox/mail/{address}/{id}`: a mail in its frame.
async fn mail(
    State(web): State<Web>,
    person: Person,
    Path((address, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let item = world(&web, &person)?.item(Channel::Email, &address, id);
    let html = item.and_then(|item| match &item.body {
        Body::Mail(mail) => mail.html.clone(),
        Body::Sms(_) => None,
    });
    match html {
        Some(html) => Ok(frame::mail(&html)),
        None => Ok(Problem::not_found("mail", &id.to_string()).into_response()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_a_text_can_be_tapped() {
        let found = pieces("Stato: https://a.example/s/AbC. Oppure http://b.example, grazie");
        let links: Vec<&str> = found
            .iter()
            .filter(|piece| piece.link)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(links, ["https://a.example/s/AbC", "http://b.example"]);
        let whole: String = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(
            whole,
            "Stato: https://a.example/s/AbC. Oppure http://b.example, grazie"
        );
        assert!(!pieces("javascript:alert(1)").iter().any(|piece| piece.link));
    }
}
