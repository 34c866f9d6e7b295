//! The mail of the week, written: the figures of `insight::sums` in the words of the page, as Markdown in the
//! layout of the house. Whom it goes to, and when, is `upkeep::week`'s.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::compare::compared;
use super::lists::{FindingLine, findings};
use super::share::written;
use super::{date, share, spent};
use crate::domain::language::Language;
use crate::domain::limits::{WEEK_FINDINGS, WEEK_TEMPLATES};
use crate::domain::money::Currency;
use crate::domain::template::{Source, TemplateParts, Variable};
use crate::insight::sums::{SHARES, least_read};
use crate::insight::{Period, Spent, Sums};
use crate::template::{Compiled, Input, RenderedEmail};
use crate::upkeep::{ReportMail, WeekWriter};
use crate::web::console::shell::{ConsoleWords, FluentValue};

const TEXT: &str = include_str!("../../../../templates/letters/week.md");
/// Where the text has the console's address.
const BASE: &str = "BASE";
/// The shares that the mail tells, by their names.
const TOLD: [&str; 5] = ["delivered", "opened", "clicked", "read", "replied"];

/// Writes the mail of the week.
pub struct WeekLetters {
    house: Language,
    /// Who writes, as the layout says it.
    organisation: String,
    /// Where people reach the console, without a trailing slash.
    console: String,
    currency: Currency,
}

impl WeekLetters {
    /// `house`: the language of whoever chose none.
    #[must_use]
    pub fn new(house: Language, organisation: &str, console: &str, currency: Currency) -> Self {
        Self {
            house,
            organisation: organisation.to_owned(),
            console: console.to_owned(),
            currency,
        }
    }

    fn mail(
        &self,
        sums: &Sums,
        week: Period,
        words: ConsoleWords,
    ) -> Result<RenderedEmail, String> {
        let tag = words.language().tag();
        let compiled = Compiled::compile(&self.source(tag)).map_err(|fault| fault.to_string())?;
        let variables = json!({
            "organisation": { "name": self.organisation },
            "links": { "unsubscribe": format!("{}/console/me", self.console) },
            "week": self.week(sums, week, words),
        });
        let links = compiled.links();
        let link = |at: usize| links.get(at).cloned().unwrap_or_default();
        let input = Input {
            variables: &variables,
            link: &link,
            pixel: None,
        };
        compiled
            .email(tag, &input)
            .map_err(|fault| fault.to_string())
    }

    fn source(&self, tag: &str) -> Source {
        let parts = TemplateParts {
            email_subject: Some("{{ week.title }}".to_owned()),
            email_markdown: Some(TEXT.replace(BASE, &self.console)),
            ..TemplateParts::default()
        };
        Source {
            name: "week".to_owned(),
            description: String::new(),
            topic: String::new(),
            variables: vec![Variable {
                name: "week".to_owned(),
                description: String::new(),
                required: true,
                example: Value::Null,
                examples: BTreeMap::new(),
            }],
            parts: BTreeMap::from([(tag.to_owned(), parts)]),
        }
    }

    /// What the text says, piece by piece.
    fn week(&self, sums: &Sums, week: Period, words: ConsoleWords) -> Value {
        let days = [
            ("from", FluentValue::from(written(week.from, words))),
            ("to", written(week.to, words).into()),
        ];
        let say = |key| words.say(key);
        json!({
            "title": words.say_with("insight-mail-title", &days),
            "days": words.say_with("insight-mail-days", &days),
            "from": date(week.from),
            "to": date(week.to),
            "figures": self.figures(sums, words),
            "open": say("insight-mail-open"),
            "least_read": say("insight-template-question"),
            "templates": templates(sums, words),
            "too_few": say("insight-too-few"),
            "improve": say("insight-improve"),
            "findings": improvements(sums, words),
            "improve_none": say("insight-improve-none"),
            "why": say("insight-mail-why"),
            "stop": say("insight-mail-stop"),
        })
    }

    /// How many were planned, what became of them, and what it cost; each beside the week before.
    fn figures(&self, sums: &Sums, words: ConsoleWords) -> Vec<String> {
        let beside = |word: &str, now: String, before: String| {
            let values = [
                ("word", FluentValue::from(word)),
                ("now", now.into()),
                ("before", before.into()),
            ];
            words.say_with("insight-mail-figure", &values)
        };
        let mut figures = vec![beside(
            &words.say("insight-step-planned"),
            words.number(sums.all.planned),
            words.number(sums.before.planned),
        )];
        for (line, (name, of)) in compared(sums, words).into_iter().zip(SHARES) {
            if TOLD.contains(&name) {
                let counted = words.number(of(&sums.all).k);
                let now = match of(&sums.all).is_small() {
                    true => line.now,
                    false => format!("{counted} · {}", line.now),
                };
                let said = beside(&line.word, now, line.before);
                figures.push(format!("{said}: {}", line.difference));
            }
        }
        let cost = |counts| spent(Spent::of(counts), &self.currency, words);
        let word = words.say("insight-mail-cost");
        figures.push(beside(&word, cost(&sums.all), cost(&sums.before)));
        figures
    }
}

impl WeekWriter for WeekLetters {
    fn write(&self, sums: &Sums, week: Period, language: Option<&str>) -> Option<ReportMail> {
        let language = language.map_or(self.house, Language::for_reader);
        match self.mail(sums, week, ConsoleWords::new(language)) {
            Ok(mail) => Some(ReportMail {
                language,
                subject: mail.subject,
                text: mail.text,
                html: mail.html,
            }),
            Err(fault) => {
                tracing::error!(fault = %fault, "the mail of the week could not be written");
                None
            }
        }
    }
}

/// Those that are surely read least, of which there are enough to say so.
fn templates(sums: &Sums, words: ConsoleWords) -> Vec<Value> {
    least_read(&sums.by_template)
        .into_iter()
        .filter(|(_, rate)| !rate.is_small())
        .take(WEEK_TEMPLATES)
        .map(|(row, rate)| json!({ "template": row.template, "read": share(rate, words) }))
        .collect()
}

/// What to improve, as the page says it. The address of each is cut where the text puts it together again.
fn improvements(sums: &Sums, words: ConsoleWords) -> Vec<Value> {
    let line = |line: FindingLine| {
        let place = line.link.trim_start_matches("/console/");
        let (area, name) = place.split_once('/').unwrap_or((place, ""));
        json!({
            "what": line.what,
            "why": line.why,
            "action": line.action,
            "area": area,
            "name": percent_decode_str(name).decode_utf8_lossy(),
        })
    };
    let all = findings(sums, words).into_iter();
    all.take(WEEK_FINDINGS).map(line).collect()
}
