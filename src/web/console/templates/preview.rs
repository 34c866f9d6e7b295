//! What a reader would see: a text as typed, rendered from the template's own samples, and what a
//! careful colleague would say of it.
//!
//! An unsaved mail is kept in memory for the frame that shows it, because a frame with a
//! policy of its own needs an address of its own.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::domain::Channel;
use crate::domain::money::{Money, UnitPrices};
use crate::domain::role::Right;
use crate::domain::segments::{Alphabet, measure, replacement};
use crate::domain::template::Source;
use crate::template::{Compiled, Input, Lint, introduce, lint, undecided};
use crate::text::sanitize::excerpt;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{self, ConsoleWords, FluentValue, Visit};
use crate::web::problem::Problem;
use crate::web::public::ContactDetails;
use crate::web::request::extract::{Path, Query};

use super::editor::current;
use super::faults;
use super::remarks;
use super::typed::{MailTheme, MailView, Tab, typed};
use super::write::too_large;

/// Characters of a mail that a list of mails shows beside its subject.
const EXCERPT: usize = 90;
/// Letters that are named of those that make an SMS dear.
const DEAR_LETTERS: usize = 5;
/// A token as long as those of real links (`domain::token`), for texts to be measured with.
const SAMPLE_TOKEN: &str = "AZqTb3Jx0kLmN4pQr7sTuVwX";

/// What the preview shows.
#[derive(Template)]
#[template(path = "console/template/preview.html")]
pub(super) struct Preview {
    pub(super) words: ConsoleWords,
    pub(super) shown: Shown,
    /// What a reader may stumble over.
    pub(super) remarks: Vec<String>,
    /// How easily it reads, and the sentence that reads worst.
    pub(super) ease: Vec<String>,
}

/// A rendered text, or why there is none.
pub(super) enum Shown {
    Sms {
        text: String,
        facts: String,
        /// A sentence for each letter that makes it dear.
        warnings: Vec<String>,
    },
    Email {
        subject: String,
        /// What a list of mails shows of it.
        begins: String,
        /// Where the frame finds it.
        frame: String,
        /// How wide it is shown, as a class of the page.
        width: &'static str,
        text: String,
        facts: String,
    },
    Fault(String),
}

impl Preview {
    /// Renders in the workshop: a text that was typed a moment ago holds up nobody else.
    pub(super) async fn of(
        web: &Web,
        words: ConsoleWords,
        source: &Source,
        tab: &Tab,
        view: MailView,
    ) -> Self {
        let too_large = too_large(words, source).pop();
        let (source, tab) = (source.clone(), tab.clone());
        let facts = facts_and_links(web);
        let work = move || looked_at(words, &source, &tab, &facts);
        let (rendered, found) = web
            .console
            .texts
            .work(work)
            .await
            .unwrap_or_else(|late| (Err(faults::of_wait(words, late)), Lint::default()));
        let shown = match too_large.map_or(rendered, Err) {
            Ok(Rendered::Sms(text)) => sms(words, text, web.console.prices()),
            Ok(Rendered::Email(mail)) => {
                let key = random_key();
                let bytes = mail.html.len().to_string();
                let mut facts = words.with("templates-mail-facts", "bytes", &bytes);
                let prices = web.console.prices();
                add_cost(&mut facts, prices.email, prices, words);
                let frame = format!("/console/previews/{key}?theme={}", view.theme.as_str());
                web.console.keep_preview(key, mail.html).await;
                Shown::Email {
                    begins: begins(&mail.text),
                    subject: mail.subject,
                    frame,
                    width: view.width.as_str(),
                    text: mail.text,
                    facts,
                }
            }
            Err(fault) => Shown::Fault(fault),
        };
        Self {
            words,
            shown,
            remarks: remarks::of(words, &found),
            ease: remarks::ease(words, &found),
        }
    }
}

/// A text as its reader gets it.
pub(super) enum Rendered {
    Sms(String),
    Email(crate::template::RenderedEmail),
}

impl Rendered {
    /// What is read, without how it is laid out.
    fn text(&self) -> &str {
        match self {
            Self::Sms(text) => text,
            Self::Email(mail) => &mail.text,
        }
    }
}

fn looked_at(
    words: ConsoleWords,
    source: &Source,
    tab: &Tab,
    facts: &Json,
) -> (Result<Rendered, String>, Lint) {
    let rendered = render(words, source, tab, facts);
    let written = rendered.as_ref().ok().map(Rendered::text);
    let found = lint(source, &tab.locale, tab.channel, written);
    (rendered, found)
}

/// From the template's sample: its links lead where the sample's do, and nothing is measured.
pub(super) fn render(
    words: ConsoleWords,
    source: &Source,
    tab: &Tab,
    facts: &Json,
) -> Result<Rendered, String> {
    let compiled = Compiled::compile(source).map_err(|fault| faults::of_template(words, &fault))?;
    // A text that is published goes on being sent; one that is written now must not even be tried.
    let here = format!("{}/", tab.locale);
    let mut found = undecided(source).into_iter();
    if let Some(fault) = found.find(|fault| fault.part.starts_with(&here)) {
        return Err(faults::of_template(words, &fault));
    }
    let mut variables = source.sample(&tab.locale, tab.fullness);
    introduce(&mut variables, facts);
    let links = compiled.links();
    let link = |at: usize| links.get(at).cloned().unwrap_or_default();
    let input = Input {
        variables: &variables,
        link: &link,
        pixel: None,
    };
    match tab.channel {
        Channel::Sms => compiled.sms(&tab.locale, &input).map(Rendered::Sms),
        Channel::Email => compiled.email(&tab.locale, &input).map(Rendered::Email),
    }
    .map_err(|fault| faults::of_text(words, &fault))
}

/// The organisation and whom to turn to, as texts call them.
pub(super) fn facts(contact: &ContactDetails) -> Json {
    json!({
        "organisation": { "name": contact.organisation },
        "contact": {
            "phone": contact.phone,
            "phone_free": contact.phone_free,
            "email": contact.email,
            "hours": contact.hours,
        },
    })
}

/// The same, with links as long as those that are sent, so that an SMS is counted as it will be.
fn facts_and_links(web: &Web) -> Json {
    let mut all = facts(web.pages.contact());
    let url = |path: char| format!("{}/{path}/{SAMPLE_TOKEN}", web.public_url);
    all["links"] = json!({ "status": url('s'), "unsubscribe": url('u') });
    all
}

fn sms(words: ConsoleWords, text: String, prices: &UnitPrices) -> Shown {
    let measured = measure(&text);
    let segments = i64::try_from(measured.count).unwrap_or(i64::MAX);
    let mut facts = words.say_with(
        "templates-sms-facts",
        &[
            ("characters", text.chars().count().to_string().into()),
            ("alphabet", measured.alphabet.as_str().into()),
            (
                "segments",
                words.count("templates-segments", segments).into(),
            ),
            ("left", measured.left_in_last.to_string().into()),
        ],
    );
    let cost = prices.segment.map(|each| each.times(segments));
    add_cost(&mut facts, cost, prices, words);
    Shown::Sms {
        warnings: dear(words, &text),
        text,
        facts,
    }
}

/// What one of it costs, where that is known.
fn add_cost(facts: &mut String, cost: Option<Money>, prices: &UnitPrices, words: ConsoleWords) {
    if let Some(cost) = cost {
        let amount = words.amount(cost, &prices.currency);
        facts.push_str(" · ");
        facts.push_str(&words.with("templates-cost", "amount", &amount));
    }
}

/// Every letter that makes the text dear, up to a few, and what to write instead.
fn dear(words: ConsoleWords, text: &str) -> Vec<String> {
    let mut letters = Vec::new();
    for letter in text.chars() {
        let alphabet = Alphabet::of(letter.encode_utf8(&mut [0; 4]));
        if alphabet == Alphabet::Ucs2 && !letters.contains(&letter) {
            letters.push(letter);
        }
    }
    letters.truncate(DEAR_LETTERS);
    let said = letters.into_iter().map(|letter| {
        let value = FluentValue::from(letter.to_string());
        match replacement(letter) {
            None => words.say_with("templates-dear", &[("letter", value)]),
            Some(instead) => words.say_with(
                "templates-dear-instead",
                &[("letter", value), ("instead", instead.into())],
            ),
        }
    });
    said.collect()
}

/// The first words of a mail, as a list of mails shows them: without the signs of headings, lists and
/// bold words, which its plain text has.
fn begins(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut line = line.trim_start();
        while let Some((sign, rest)) = line.split_once(' ')
            && !sign.is_empty()
            && sign.chars().all(|c| matches!(c, '#' | '>' | '*' | '-'))
        {
            line = rest.trim_start();
        }
        line
    });
    let words: Vec<&str> = lines.collect();
    excerpt(&words.join(" ").replace("**", ""), EXCERPT)
}

fn random_key() -> String {
    let bytes: [u8; 16] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `POST /console/templates/{name}/preview`: the preview alone, for the script. The right comes
/// before any work: what is rendered is what somebody typed.
pub(super) async fn preview(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let web = &visit.web;
    let version = current(web, &name).await?;
    let tab = Tab::of_form(&version.source, &fields);
    let source = typed(&version.source, &tab, &fields)?;
    let view = MailView::of_form(&fields);
    let preview = Preview::of(web, visit.words(), &source, &tab, view).await;
    Ok(shell::page(&preview))
}

/// In which light a mail is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FrameQuery {
    theme: String,
}

/// `GET /console/previews/{key}`: an unsaved mail, in its frame.
pub(super) async fn mail(
    Visit { web, .. }: Visit,
    Path(key): Path<String>,
    Query(asked): Query<FrameQuery>,
) -> Response {
    match web.console.preview(&key).await {
        Some(html) => shell::mail(&in_light(&html, MailTheme::named(&asked.theme))),
        None => Problem::not_found("preview", &key).into_response(),
    }
}

/// How a mail asks whether its reader's screen is dark.
const ASKS_FOR_DARK: &str = "(prefers-color-scheme: dark)";

/// The mail with that question answered, so that both can be seen on any screen.
fn in_light(html: &str, theme: Option<MailTheme>) -> String {
    let answer = match theme {
        Some(MailTheme::Dark) => "all",
        Some(MailTheme::Light) => "not all",
        None => return html.to_owned(),
    };
    html.replace(ASKS_FOR_DARK, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_mails_shows_words_and_no_signs() {
        let text = "Montelume\n\n# Pratica #12\n\n> **Info**\n> * 800 000\n\n-- \nfine - qui";
        assert_eq!(
            begins(text),
            "Montelume Pratica #12 Info 800 000 fine - qui"
        );
    }

    #[test]
    fn every_letter_that_makes_an_sms_dear_is_named() {
        let said = dear(ConsoleWords::ENGLISH, "È “qui” È… è’–—");
        let named: Vec<_> = said
            .iter()
            .map(|it| it.split('`').nth(1).unwrap())
            .collect();
        assert_eq!(named, ["È", "“", "”", "…", "’"]);
        assert!(dear(ConsoleWords::ENGLISH, "è qui").is_empty());
    }

    #[test]
    fn the_facts_say_what_each_costs_where_that_is_known() {
        let facts = |segment| {
            let prices = UnitPrices {
                segment,
                ..UnitPrices::default()
            };
            match sms(ConsoleWords::ENGLISH, "a".repeat(161), &prices) {
                Shown::Sms { facts, .. } => facts,
                _ => String::new(),
            }
        };
        let known = facts(Some(Money::from_micros(45_000)));
        assert!(known.ends_with(" · €0.09 each"), "{known}");
        assert!(!facts(None).contains('€'));
    }

    #[test]
    fn the_sample_of_a_token_is_as_long_as_one() {
        use crate::domain::token::{Purpose, Signer};
        let token = Signer::new(&[7; 32]).sign(Purpose::Status, &[1 << 60]);
        assert_eq!(SAMPLE_TOKEN.len(), token.len());
    }

    #[test]
    fn a_mail_is_shown_in_the_light_that_is_asked_for() {
        let html = "<style>@media (prefers-color-scheme: dark) { a {} }</style>";
        let dark = in_light(html, Some(MailTheme::Dark));
        assert_eq!(dark, "<style>@media all { a {} }</style>");
        let light = in_light(html, Some(MailTheme::Light));
        assert_eq!(light, "<style>@media not all { a {} }</style>");
        assert_eq!(in_light(html, None), html);
    }
}
