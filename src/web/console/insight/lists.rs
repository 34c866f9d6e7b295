//! How long it takes, what providers do, and what to improve, as lines of tables.

use chrono::TimeDelta;

use super::{share, spent};
use crate::domain::money::Currency;
use crate::insight::findings::{Finding, FindingKind};
use crate::insight::waits::{KeyWaits, TypicalWait};
use crate::insight::{Proportion, Spent, Sums};
use crate::store::insight::days::ProviderSums;
use crate::store::insight::fallbacks::FallbackSums;
use crate::web::console::shell::{ConsoleWords, FluentValue, in_path};

/// How long one channel's or template's messages take.
pub(crate) struct WaitLine {
    pub(super) key: String,
    pub(super) delivered: String,
    pub(super) delivered_slow: String,
    pub(super) read: String,
    pub(super) read_slow: String,
}

pub(crate) struct CarrierLine {
    pub(super) provider: String,
    pub(super) channel: String,
    pub(super) accepted: String,
    pub(super) delivered: String,
    pub(super) undelivered: String,
    pub(super) read: String,
    pub(super) cost: String,
}

/// One line of what to improve.
pub(crate) struct FindingLine {
    pub(super) what: String,
    /// What it says, and what it is held against.
    pub(super) why: String,
    pub(super) link: String,
    pub(super) action: String,
}

/// Channels first, by their names, then templates.
pub(super) fn waits(sums: &Sums, words: ConsoleWords) -> Vec<WaitLine> {
    let [channels, templates] = &sums.waits;
    let named = |waits: &KeyWaits| (words.of("channel", &waits.key).into_owned(), waits.clone());
    let plain = |waits: &KeyWaits| (waits.key.clone(), waits.clone());
    let all = channels
        .iter()
        .map(named)
        .chain(templates.iter().map(plain));
    all.map(|(key, waits)| WaitLine {
        key,
        delivered: typical(waits.delivery, words, |wait| wait.median_s),
        delivered_slow: typical(waits.delivery, words, |wait| wait.slowest_tenth_after_s),
        read: typical(waits.reading, words, |wait| wait.median_s),
        read_slow: typical(waits.reading, words, |wait| wait.slowest_tenth_after_s),
    })
    .collect()
}

/// Ten make a median, not fewer.
fn typical(
    wait: Option<TypicalWait>,
    words: ConsoleWords,
    seconds: impl Fn(TypicalWait) -> i64,
) -> String {
    match wait.filter(|wait| wait.messages >= 10) {
        Some(wait) => words.span(TimeDelta::seconds(seconds(wait))),
        None => "–".to_owned(),
    }
}

/// What became of one template's messages that could turn to a second channel.
pub(crate) struct FallbackLine {
    pub(super) template: String,
    pub(super) channel: String,
    pub(super) spared: String,
    pub(super) turned: String,
    pub(super) unreadable: String,
    pub(super) unreachable: String,
}

/// A line for each template and channel, and how many messages were spared of how many, in a sentence, with
/// what they would have cost where that is known.
pub(super) fn fallbacks(
    sums: &Sums,
    currency: &Currency,
    words: ConsoleWords,
) -> (String, Vec<FallbackLine>) {
    let all = &sums.fallbacks;
    let spared: i64 = all.iter().map(|one| one.spared).sum();
    let decided = all.iter().map(|one| one.spared + one.turned).sum();
    let values = [
        ("spared", FluentValue::from(words.number(spared))),
        (
            "share",
            share(Proportion::new(spared, decided), words).into(),
        ),
    ];
    let line = |one: &FallbackSums| FallbackLine {
        template: one.template.clone(),
        channel: words.of("channel", &one.channel).into_owned(),
        spared: words.number(one.spared),
        turned: words.number(one.turned),
        unreadable: words.number(one.unreadable),
        unreachable: words.number(one.unreachable),
    };
    let mut answer = words.say_with("insight-fallbacks-answer", &values);
    if let Some(money) = sums.spared {
        let amount = words.amount(money, currency);
        answer.push(' ');
        answer.push_str(&words.with("insight-fallbacks-cost", "amount", &amount));
    }
    (answer, all.iter().map(line).collect())
}

pub(super) fn providers(sums: &Sums, currency: &Currency, words: ConsoleWords) -> Vec<CarrierLine> {
    let line = |sums: &ProviderSums| CarrierLine {
        provider: sums.provider.clone(),
        channel: words.of("channel", &sums.channel).into_owned(),
        accepted: words.number(sums.accepted),
        delivered: share(Proportion::new(sums.delivered, sums.reporting), words),
        undelivered: words.number(sums.undelivered),
        read: share(Proportion::new(sums.read, sums.read_measurable), words),
        cost: spent(Spent::of_provider(sums), currency, words),
    };
    sums.providers.iter().map(line).collect()
}

/// Findings of one page: more are no list of what to do next.
const MOST: usize = 10;

pub(super) fn findings(sums: &Sums, words: ConsoleWords) -> Vec<FindingLine> {
    let line = |found: &Finding| {
        let (link, action) = leads_to(found);
        let values = [
            ("subject", FluentValue::from(&found.subject)),
            ("rate", share(found.rate, words).into()),
            ("rest", share(found.rest, words).into()),
            ("count", found.people.into()),
            ("people", words.number(found.people).into()),
            (
                "character",
                found
                    .character
                    .map_or_else(String::new, String::from)
                    .into(),
            ),
        ];
        FindingLine {
            what: words.say_with(asks(found.kind), &values),
            why: match found.rest.n {
                _ if found.kind == FindingKind::DearCharacter => {
                    words.say_with("insight-finding-why-dear", &values)
                }
                0 => words.say_with("insight-finding-why-alone", &values),
                _ => words.say_with("insight-finding-why", &values),
            },
            link,
            action: words.say(action).into_owned(),
        }
    };
    sums.findings.iter().take(MOST).map(line).collect()
}

const fn asks(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::LittleRead => "insight-finding-little-read",
        FindingKind::VersionWorse => "insight-finding-version-worse",
        FindingKind::ZoneUnreached => "insight-finding-zone-unreached",
        FindingKind::ProviderLoses => "insight-finding-provider-loses",
        FindingKind::ProviderSlow => "insight-finding-provider-slow",
        FindingKind::DearCharacter => "insight-finding-dear-character",
    }
}

fn leads_to(found: &Finding) -> (String, &'static str) {
    match found.kind {
        FindingKind::LittleRead | FindingKind::VersionWorse | FindingKind::DearCharacter => {
            let template = in_path(&found.subject);
            (
                format!("/console/templates/{template}"),
                "insight-do-template",
            )
        }
        FindingKind::ZoneUnreached => ("/console/insight/reach".to_owned(), "insight-do-zone"),
        FindingKind::ProviderLoses | FindingKind::ProviderSlow => {
            ("/console/now".to_owned(), "insight-do-provider")
        }
    }
}
