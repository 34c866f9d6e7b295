//! `POST /console/clients/{client}/deputies` and `…/end`: who acts for a client, entered by staff who have
//! seen the mandate, and ended. What stands on the page is made here as well.

use std::borrow::Cow;

use axum::response::{Redirect, Response};

use crate::domain::deputy::{DeputyMode, OWN_WISH};
use crate::domain::language::Language;
use crate::domain::limits::{MANDATE, NAME};
use crate::domain::role::Right;
use crate::domain::{Address, Channel, Timestamp};
use crate::store::people::deputies::DeputyRecord;
use crate::text::sanitize;
use crate::web::actions::deputies::{self, DeputyWish};
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{self, Visit, When, in_path};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Somebody who acts for the client, or did.
pub(super) struct DeputyLine {
    pub(super) reference: String,
    pub(super) name: String,
    /// Masked; empty once the mandate has ended.
    pub(super) address: String,
    pub(super) verified: bool,
    pub(super) mode: Cow<'static, str>,
    /// Topics and cases the mandate names; empty: all.
    pub(super) only: String,
    pub(super) mandate: String,
    pub(super) until: Option<When>,
    pub(super) ended: Option<When>,
}

pub(super) fn lines(all: Vec<DeputyRecord>, now: Moment) -> Vec<DeputyLine> {
    let line = |one: DeputyRecord| {
        let address = match (one.channel, one.address) {
            (Some(channel), Some(text)) => Address::from_stored(channel, text).masked(),
            _ => String::new(),
        };
        let only: Vec<String> = one.topics.into_iter().chain(one.cases).collect();
        DeputyLine {
            reference: one.reference,
            name: one.name,
            address,
            verified: one.verified,
            mode: now.words.of("clients-deputy-mode", one.mode.as_str()),
            only: only.join(", "),
            mandate: match one.mandate == OWN_WISH {
                true => now.words.say("clients-deputy-own-wish").into_owned(),
                false => one.mandate,
            },
            until: one.until.map(|at| When::new(at, now)),
            ended: one.ended_at.map(|at| When::new(at, now)),
        }
    };
    all.into_iter().map(line).collect()
}

pub(crate) async fn put(
    visit: Visit,
    Path(client): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::LiftBars)?;
    let wish = read(&visit, &fields)?;
    deputies::put(&visit.web, &person.email, &client, &wish).await?;
    Ok(back(&client))
}

pub(crate) async fn end(
    visit: Visit,
    Path(client): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::LiftBars)?;
    let deputy = fields.get("deputy");
    deputies::end(&visit.web, &person.email, &client, deputy).await?;
    Ok(back(&client))
}

fn back(client: &str) -> Response {
    let path = in_path(client);
    shell::strictly(Redirect::to(&format!("/console/clients/{path}#deputies")))
}

fn read(visit: &Visit, fields: &FormFields) -> Result<DeputyWish, Problem> {
    let text = fields.get("address");
    let channel = match text.contains('@') {
        true => Channel::Email,
        false => Channel::Sms,
    };
    let address = Address::parse(channel, text.trim(), &visit.web.phones)
        .map_err(|error| Problem::field("/address", error.to_string()))?;
    let mode: DeputyMode = fields
        .get("mode")
        .parse()
        .map_err(|_| Problem::field("/mode", "choose the copy, or instead of the client"))?;
    let locale = Language::of(fields.get("locale")).unwrap_or(Language::HOME);
    Ok(DeputyWish {
        name: line(fields, "name", NAME)?,
        locale: locale.tag().to_owned(),
        address,
        mode,
        topics: several(fields.get("topics")),
        cases: several(fields.get("cases")),
        mandate: line(fields, "mandate", MANDATE)?,
        until: until(visit, fields.get("until"))?,
    })
}

fn line(fields: &FormFields, name: &str, most: usize) -> Result<String, Problem> {
    let text = sanitize::line(fields.get(name));
    let text = text.trim();
    if text.is_empty() || text.chars().nth(most).is_some() {
        let detail = format!("write something of at most {most} characters");
        return Err(Problem::field(format!("/{name}"), detail));
    }
    Ok(text.to_owned())
}

/// Words with commas between them.
fn several(text: &str) -> Vec<String> {
    let words = text.split(',').map(|word| sanitize::line(word.trim()));
    words.filter(|word| !word.is_empty()).collect()
}

/// Until the end of a day, as the organisation reads its clock; empty: until somebody ends it.
fn until(visit: &Visit, day: &str) -> Result<Option<Timestamp>, Problem> {
    if day.is_empty() {
        return Ok(None);
    }
    let wrong = || Problem::field("/until", "write a day such as 2027-12-31");
    let day: chrono::NaiveDate = day.parse().map_err(|_| wrong())?;
    let after = day.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0));
    let zone = visit.web.console.zone();
    let local = after.and_then(|after| after.and_local_timezone(zone).earliest());
    let at = local.ok_or_else(wrong)?;
    Ok(Some(Timestamp::from_micros(at.timestamp_micros())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClientId;
    use crate::web::console::shell::ConsoleWords;

    #[test]
    fn a_clients_own_wish_is_said_in_the_readers_language() {
        let said = |mandate: &str, language| {
            let at = Timestamp::from_micros(0);
            let one = DeputyRecord {
                id: ClientId::new(1),
                reference: "deputy:1".to_owned(),
                name: "Luca Bianchi".to_owned(),
                locale: "it".to_owned(),
                channel: None,
                address: None,
                verified: true,
                mode: DeputyMode::Copy,
                topics: Vec::new(),
                cases: Vec::new(),
                mandate: mandate.to_owned(),
                given_by: "client".to_owned(),
                began_at: at,
                until: None,
                ended_at: None,
                ended_by: None,
            };
            let now = Moment {
                at,
                zone: chrono_tz::Europe::Rome,
                words: ConsoleWords::new(language),
            };
            lines(vec![one], now).remove(0).mandate
        };
        assert_eq!(said(OWN_WISH, Language::English), OWN_WISH);
        let italian = said(OWN_WISH, Language::Italian);
        assert!(italian.starts_with("volontà del cliente"), "{italian}");
        assert_eq!(
            said("Procura 12/2026", Language::Italian),
            "Procura 12/2026"
        );
    }
}
