//! `GET /console/clients/{client}`: one client with everything that decides what they get.
//! Addresses are masked; showing one is a POST of its own and is written down.

use std::borrow::Cow;

use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::deputies::{self, DeputyLine};
use super::why::{Explanation, answer};
use crate::domain::client::Client;
use crate::domain::limits::LIFTING_REASON;
use crate::domain::role::Right;
use crate::store::Tx;
use crate::store::access::audit::AuditEntry;
use crate::store::people::clients::ClientRecord;
use crate::store::people::replies::RepliesTo;
use crate::store::people::suppressions::Suppression;
use crate::store::reports::MessageFilter;
use crate::web::auth::csrf::Posted;
use crate::web::console::cases::CaseLine;
use crate::web::console::messages::MessageLine;
use crate::web::console::replies::{self, ReplyLine};
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// What the page of one client is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClientQuery {
    /// A reference: why did, or did not, this client hear of it?
    about: String,
}

/// Cases shown at most.
const CASES: i64 = 100;

/// Places shown at most.
const PLACES: usize = 100;

struct ContactLine {
    id: i64,
    channel: Cow<'static, str>,
    address: String,
    /// Which address the button shows, for who hears the page.
    which: String,
    verified: bool,
    /// When the client proved it by a code.
    proven: Option<When>,
    shown: bool,
}

struct BarLine {
    contact: i64,
    /// Which address is barred, and why.
    said: String,
    since: When,
    staff_may_lift: bool,
    /// Which address the button is about, for who hears the page.
    which: String,
}

#[derive(Template)]
#[template(path = "console/client.html")]
struct ClientPage {
    frame: Frame,
    path: String,
    client: Client,
    preferred: Cow<'static, str>,
    quiet: Cow<'static, str>,
    may_reveal: bool,
    contacts: Vec<ContactLine>,
    suppressions: Vec<BarLine>,
    may_lift: bool,
    longest_reason: usize,
    cases: Vec<CaseLine>,
    lines: Vec<MessageLine>,
    answer: Option<Explanation>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
    deputies: Vec<DeputyLine>,
}

pub(crate) async fn get(
    visit: Visit,
    Path(client): Path<String>,
    Query(ClientQuery { about }): Query<ClientQuery>,
) -> Result<Response, Problem> {
    draw(&visit, &client, about.trim(), None).await
}

/// `POST /console/clients/{client}/reveal`: shows one address in clear, once, and writes it down.
pub(crate) async fn reveal(
    visit: Visit,
    Path(client): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Reveal)?;
    let mut tx = visit.web.store.write().await?;
    let shown = contact_of(&mut tx, &client, fields.get("contact")).await?;
    let contact = shown.to_string();
    let entry = AuditEntry::new(&person.email, "contact.revealed", &client).with(&contact);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    draw(&visit, &client, "", Some(shown)).await
}

/// `GET /console/clients/{client}/reveal`: where the page stands that showed an address. Loaded
/// again, it shows the client.
pub(crate) async fn back(Path(client): Path<String>) -> Response {
    shell::strictly(Redirect::to(&format!(
        "/console/clients/{}",
        in_path(&client)
    )))
}

/// The address somebody wants to see, if it is this client's.
async fn contact_of(tx: &mut Tx, client: &str, contact: &str) -> Result<i64, Problem> {
    let ids = tx.clients().get(client).await?.contact_ids;
    let asked: Option<i64> = contact.parse().ok();
    asked
        .filter(|id| ids.contains(id))
        .ok_or_else(|| Problem::not_found("address of this client", contact))
}

async fn draw(
    visit: &Visit,
    client: &str,
    about: &str,
    shown: Option<i64>,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let mut record = tx.clients().get(client).await?;
    record.client.places.truncate(PLACES);
    let places = record.client.places.iter_mut();
    let towns = places.filter_map(|place| place.municipality.as_mut());
    tx.areas().name_in_place(towns.collect()).await?;
    let barred = tx.suppressions().of_client(client).await?;
    let filter = MessageFilter {
        client: Some(client.to_owned()),
        ..MessageFilter::default()
    };
    let cases = tx.cases().for_client(client, None, CASES).await?;
    let lines = MessageLine::newest(&mut tx, &filter, now).await?;
    let replies = replies::about(&mut tx, RepliesTo::Client(record.id.get()), now).await?;
    let deputies = tx.deputies().of_client(record.id).await?;
    let answer = match about {
        "" => None,
        about => Some(answer(&mut tx, client, about, now).await?),
    };
    drop(tx);
    Ok(shell::page(&ClientPage {
        frame: visit
            .frame(ConsolePart::Clients, record.client.name.as_str())
            .await?,
        path: in_path(client),
        may_reveal: visit.may(Right::Reveal),
        may_answer: visit.may(Right::AnswerReplies),
        may_lift: visit.may(Right::LiftBars),
        longest_reason: LIFTING_REASON,
        replies,
        deputies: deputies::lines(deputies, now),
        preferred: preferred(&record.client, now.words),
        quiet: quiet(&record.client, now.words),
        contacts: contacts(&record, shown, now),
        suppressions: suppressions(&barred, now),
        cases: CaseLine::all(cases, visit),
        lines,
        answer,
        client: record.client,
    }))
}

fn preferred(client: &Client, words: ConsoleWords) -> Cow<'static, str> {
    match client.preferred {
        Some(channel) => words.of("channel", channel.as_str()),
        None => words.say("clients-prefers-none"),
    }
}

fn quiet(client: &Client, words: ConsoleWords) -> Cow<'static, str> {
    let Some(quiet) = client.quiet_hours else {
        return words.say("clients-quiet-usual");
    };
    let values = [
        ("from", FluentValue::from(quiet.from_text())),
        ("to", FluentValue::from(quiet.to_text())),
    ];
    Cow::Owned(words.say_with("clients-quiet-span", &values))
}

fn contacts(record: &ClientRecord, shown: Option<i64>, now: Moment) -> Vec<ContactLine> {
    let words = now.words;
    let contacts = record.contact_ids.iter().zip(&record.client.contacts);
    let contacts = contacts.zip(&record.proven_at);
    contacts
        .map(|((id, contact), proven)| {
            let shown = shown == Some(*id);
            let channel = words.of("channel", contact.address.channel().as_str());
            let values = [("channel", FluentValue::from(channel.clone()))];
            ContactLine {
                id: *id,
                which: words.say_with("clients-show-which", &values),
                channel,
                address: match shown {
                    true => contact.address.as_str().to_owned(),
                    false => contact.address.masked(),
                },
                verified: contact.verified,
                proven: proven.map(|at| When::new(at, now)),
                shown,
            }
        })
        .collect()
}

fn suppressions(barred: &[Suppression], now: Moment) -> Vec<BarLine> {
    barred.iter().map(|barred| bar(barred, now)).collect()
}

fn bar(barred: &Suppression, now: Moment) -> BarLine {
    let words = now.words;
    let channel = words.of("channel", barred.address.channel().as_str());
    let which = [("channel", FluentValue::from(channel.clone()))];
    let reason = words.of("clients-barred", barred.reason.as_str());
    let values = [
        ("channel", FluentValue::from(channel)),
        ("address", barred.address.masked().into()),
        ("reason", reason.into()),
    ];
    BarLine {
        contact: barred.contact,
        said: words.say_with("clients-is-barred", &values),
        since: When::new(barred.created_at, now),
        staff_may_lift: barred.reason.staff_may_lift(),
        which: words.say_with("clients-show-which", &which),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::{SuppressionReason, TrackingConsent};
    use crate::domain::language::Language;

    /// English that is not the store's own word, and an Italian that is another.
    fn has_words(family: &str, word: &str) {
        let english = ConsoleWords::ENGLISH.of(family, word);
        assert!(!english.contains('_'), "{family}: {word} has no words");
        let italian = ConsoleWords::new(Language::Italian).of(family, word);
        assert_ne!(italian, english, "{family}: {word} is not translated");
    }

    #[test]
    fn every_consent_and_every_bar_has_its_words() {
        for consent in TrackingConsent::ALL {
            has_words("clients-consent", consent.as_str());
        }
        for barred in SuppressionReason::ALL {
            has_words("clients-barred", barred.as_str());
        }
    }
}
