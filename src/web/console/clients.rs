//! Clients: the list, and one client with everything that decides what they get. Addresses are
//! masked; showing one is a POST of its own and is written down.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::address::masked;
use crate::domain::case_kind::CaseKinds;
use crate::domain::role::Right;
use crate::store::access::audit::Deed;
use crate::store::people::replies::RepliesTo;
use crate::store::reports::{CaseRow, ClientRow, ClientSheet, MessageFilter};
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::format::{LANGUAGE, Moment, When, minute_of_day, plain};
use super::frame::{self, Frame, Part};
use super::messages::{Line, in_path};
use super::replies::{self, ReplyLine};

const PAGE: i64 = 50;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/clients.html")]
struct ListPage {
    frame: Frame,
    q: String,
    rows: Vec<(String, ClientRow)>,
    next: Option<String>,
}

/// `GET /console/clients`.
pub(super) async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(Ask { q, after }): Query<Ask>,
) -> Result<Response, Problem> {
    let frame = Frame::new(&web, &person, &headers, Part::Clients, "Clients").await?;
    let after = after.parse().unwrap_or(0);
    let rows = web
        .store
        .read()
        .await?
        .reports()
        .clients(q.trim(), after, PAGE)
        .await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let last = rows.last().map(|row| row.id).filter(|_| full);
    Ok(frame::page(&ListPage {
        frame,
        next: last.map(|last| format!("/console/clients?q={}&after={last}", in_path(&q))),
        q,
        rows: rows
            .into_iter()
            .map(|row| (in_path(&row.client), row))
            .collect(),
    }))
}

/// What the page of one client is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct About {
    /// A reference: why did, or did not, this client hear of it?
    about: String,
}

struct Contact {
    id: i64,
    channel: String,
    address: String,
    verified: bool,
    shown: bool,
}

/// One case in a list.
pub(super) struct CaseLine {
    pub(super) path: String,
    pub(super) case: CaseRow,
    pub(super) kind: String,
    pub(super) state: String,
    /// The body it is with; empty when nobody is named.
    pub(super) with: String,
    pub(super) changed: When,
}

impl CaseLine {
    pub(super) fn new(case: CaseRow, kinds: &CaseKinds, now: Moment) -> Self {
        Self {
            path: in_path(&case.case),
            kind: kinds.kind_label(&case.kind, LANGUAGE),
            state: kinds.state_label(&case.kind, &case.state, LANGUAGE),
            with: owner(&case, kinds).unwrap_or_default().to_owned(),
            changed: When::new(case.changed_at, now),
            case,
        }
    }
}

/// The body a case is with: the one the event named, else the one its state belongs to.
pub(super) fn owner<'a>(case: &'a CaseRow, kinds: &'a CaseKinds) -> Option<&'a str> {
    let usual = || kinds.state(&case.kind, &case.state)?.owner.as_deref();
    case.owner.as_deref().or_else(usual)
}

/// The answer to "why did this client (not) get it?".
struct Answer {
    about: String,
    verdict: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "console/client.html")]
struct ClientPage {
    frame: Frame,
    path: String,
    sheet: ClientSheet,
    may_reveal: bool,
    contacts: Vec<Contact>,
    quiet: Option<String>,
    suppressions: Vec<(String, String, String, When)>,
    cases: Vec<CaseLine>,
    lines: Vec<Line>,
    answer: Option<Answer>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
}

/// `GET /console/clients/{client}`.
pub(super) async fn show(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Path(client): Path<String>,
    Query(About { about }): Query<About>,
) -> Result<Response, Problem> {
    draw(&web, &person, &headers, &client, about.trim(), None).await
}

/// `POST /console/clients/{client}/reveal`: shows one address in clear, once, and writes it down.
pub(super) async fn reveal(
    State(web): State<Web>,
    headers: HeaderMap,
    Path(client): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let person = posted.person;
    person.require(Right::Reveal)?;
    let contact = posted.fields.get("contact");
    let deed = Deed {
        actor: &person.email,
        action: "contact.revealed",
        subject: &client,
        detail: Some(contact),
    };
    let mut tx = web.store.write().await?;
    tx.audit()
        .append(web.ids.next(), web.clock.now(), &deed)
        .await?;
    tx.commit().await?;
    draw(&web, &person, &headers, &client, "", contact.parse().ok()).await
}

async fn draw(
    web: &Web,
    person: &Person,
    headers: &HeaderMap,
    client: &str,
    about: &str,
    shown: Option<i64>,
) -> Result<Response, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.reports().client(client).await?;
    let sheet = found.ok_or_else(|| Problem::not_found("client", client))?;
    let filter = MessageFilter {
        client: Some(client.to_owned()),
        ..MessageFilter::default()
    };
    let page = tx.reports().messages(&filter, None, PAGE).await?;
    let now = web.moment();
    let replies = replies::about(&mut tx, RepliesTo::Client(sheet.id.get()), now).await?;
    drop(tx);
    let frame = Frame::new(web, person, headers, Part::Clients, sheet.name.clone()).await?;
    let answer = if about.is_empty() {
        None
    } else {
        Some(answer(web, client, about).await?)
    };
    Ok(frame::page(&ClientPage {
        frame,
        path: in_path(client),
        may_reveal: person.role.may(Right::Reveal),
        may_answer: person.role.may(Right::AnswerReplies),
        replies,
        contacts: contacts(&sheet, shown),
        quiet: sheet
            .quiet_from
            .zip(sheet.quiet_to)
            .map(|(from, to)| format!("{} to {}", minute_of_day(from), minute_of_day(to))),
        suppressions: suppressions(&sheet, now),
        cases: sheet
            .cases
            .iter()
            .cloned()
            .map(|case| CaseLine::new(case, web.pages.case_kinds(), now))
            .collect(),
        lines: page
            .items
            .into_iter()
            .map(|row| Line::new(row, now))
            .collect(),
        answer,
        sheet,
    }))
}

fn contacts(sheet: &ClientSheet, shown: Option<i64>) -> Vec<Contact> {
    sheet
        .contacts
        .iter()
        .map(|contact| {
            let shown = shown == Some(contact.id);
            Contact {
                id: contact.id,
                channel: contact.channel.clone(),
                address: if shown {
                    contact.address.clone()
                } else {
                    masked(&contact.address)
                },
                verified: contact.verified,
                shown,
            }
        })
        .collect()
}

fn suppressions(sheet: &ClientSheet, now: Moment) -> Vec<(String, String, String, When)> {
    sheet
        .suppressions
        .iter()
        .map(|barred| {
            let since = When::new(barred.created_at, now);
            (
                barred.channel.clone(),
                masked(&barred.address),
                plain(&barred.reason),
                since,
            )
        })
        .collect()
}

/// Looks for the client's messages about an incident, a case or an event of that name.
async fn answer(web: &Web, client: &str, about: &str) -> Result<Answer, Problem> {
    let mut tx = web.store.read().await?;
    let of = |incident: bool, case: bool| MessageFilter {
        client: Some(client.to_owned()),
        incident: incident.then(|| about.to_owned()),
        case: case.then(|| about.to_owned()),
        event: (!incident && !case).then(|| about.to_owned()),
        ..MessageFilter::default()
    };
    let incident = tx.reports().incident(about).await?.is_some();
    let case = !incident && tx.reports().case(about).await?.is_some();
    let filter = of(incident, case);
    let page = tx.reports().messages(&filter, None, PAGE).await?;
    let anybody = MessageFilter {
        client: None,
        ..filter
    };
    let others = !tx
        .reports()
        .messages(&anybody, None, 1)
        .await?
        .items
        .is_empty();
    let verdict = match (page.items.is_empty(), others) {
        (false, _) => "Each message about it is listed with its state and reason.",
        (true, true) => {
            "This client was not in the audience: no place in the area, or not their case. \
             Others were told."
        }
        (true, false) if incident || case => "It is known, and no rule has told anybody of it.",
        (true, false) => "There is no incident, case or event of this name.",
    };
    let now = web.moment();
    Ok(Answer {
        about: about.to_owned(),
        verdict: verdict.to_owned(),
        lines: page
            .items
            .into_iter()
            .map(|row| Line::new(row, now))
            .collect(),
    })
}
