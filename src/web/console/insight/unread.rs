//! `GET /console/insight/unread`: who read nothing of what reached them in half a year, though it
//! would be known; by zone, and as a list with masked contacts.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::limits::{UNREAD_MESSAGES, UNREAD_WITHIN};
use crate::domain::role::Right;
use crate::domain::{Address, Channel};
use crate::store::insight::unread::UnreadClient;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, When, in_path, list};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// At least so many messages, as offered.
const OFFERED: [i64; 3] = [UNREAD_MESSAGES, 5, 10];
/// Zones of the first table.
const ZONES: i64 = 20;

/// Who is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct UnreadQuery {
    messages: String,
    zone: String,
    after: String,
}

struct UnreadLine {
    path: String,
    name: String,
    client: String,
    zone: String,
    messages: String,
    since: When,
    contacts: String,
}

#[derive(Template)]
#[template(path = "console/insight/unread.html")]
struct UnreadPage {
    frame: Frame,
    what: String,
    few: i64,
    offered: [(i64, String); 3],
    zone: String,
    /// Each with the query that shows its clients.
    zones: Vec<(String, String, String)>,
    lines: Vec<UnreadLine>,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(ask): Query<UnreadQuery>) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let words = visit.words();
    let few = ask
        .messages
        .parse()
        .unwrap_or(UNREAD_MESSAGES)
        .max(UNREAD_MESSAGES);
    let zone = Some(ask.zone.as_str()).filter(|zone| !zone.is_empty());
    let after = ask.after.parse().unwrap_or(0);
    let mut tx = visit.web.store.read().await?;
    let mut rows = tx.unread().list(after, list::PAGE, few, zone).await?;
    let zones = tx.unread().zones(few, ZONES).await?;
    let mut names: Vec<String> = zones.iter().map(|row| row.municipality.clone()).collect();
    let towns = rows.iter_mut().filter_map(|row| row.municipality.as_mut());
    let codes = towns.chain(&mut names).collect();
    tx.areas().name_in_place(codes).await?;
    drop(tx);
    let (next, moment) = (list::next(&rows, |row| row.id), visit.moment());
    let link = |zone: &str| {
        format!(
            "/console/insight/unread?messages={few}&zone={}",
            in_path(zone)
        )
    };
    Ok(shell::page(&UnreadPage {
        frame: visit
            .frame(ConsolePart::Insight, words.say("insight-unread-title"))
            .await?,
        what: words.count("insight-unread-what", UNREAD_WITHIN.num_days()),
        few,
        offered: OFFERED.map(|few| (few, words.count("insight-unread-at-least", few))),
        zones: zones
            .iter()
            .zip(names)
            .map(|(row, zone)| (zone, words.number(row.clients), link(&row.municipality)))
            .collect(),
        lines: rows.into_iter().map(|row| line(row, moment)).collect(),
        next: next.map(|last| format!("{}&after={last}", link(&ask.zone))),
        zone: ask.zone,
    }))
}

fn line(row: UnreadClient, moment: Moment) -> UnreadLine {
    let sms = row.sms.map(|it| Address::from_stored(Channel::Sms, it));
    let email = row.email.map(|it| Address::from_stored(Channel::Email, it));
    let contacts: Vec<String> = [sms, email].iter().flatten().map(Address::masked).collect();
    UnreadLine {
        path: in_path(&row.client),
        name: row.name,
        client: row.client,
        zone: row.municipality.unwrap_or_default(),
        messages: moment.words.number(row.messages),
        since: When::new(row.since, moment),
        contacts: contacts.join(", "),
    }
}
