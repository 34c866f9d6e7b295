//! One table of rates per question, with its answer in a sentence.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::compare::points;
use super::{share, spent};
use crate::domain::money::Currency;
use crate::insight::{Proportion, ShareDifference, Spent, Sums};
use crate::store::reports::{Counts, StatsRow};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// One line of a table of rates; each rate says in its column's head what it is a share of.
pub(crate) struct RateLine {
    pub(super) key: String,
    pub(super) planned: String,
    pub(super) suppressed: String,
    pub(super) accepted: String,
    pub(super) delivered: String,
    pub(super) read: String,
    pub(super) opened: String,
    pub(super) clicked: String,
    pub(super) confirmed: String,
    pub(super) replied: String,
    pub(super) machine: String,
    pub(super) unmeasured: String,
    pub(super) cost: String,
}

impl RateLine {
    pub(crate) fn new(
        key: String,
        counts: &Counts,
        currency: &Currency,
        words: ConsoleWords,
    ) -> Self {
        let c = counts;
        Self {
            key,
            planned: words.number(c.planned),
            suppressed: words.number(c.suppressed),
            accepted: words.number(c.accepted),
            delivered: share(Proportion::new(c.delivered, c.reporting), words),
            read: share(Proportion::new(c.read, c.read_measurable), words),
            opened: share(Proportion::new(c.opened, c.measurable), words),
            clicked: share(Proportion::new(c.clicked, c.clicks_measurable), words),
            confirmed: share(Proportion::new(c.confirmed, c.reached), words),
            replied: share(Proportion::new(c.replied, c.reached), words),
            machine: words.number(c.opened_machine + c.clicked_machine),
            unmeasured: share(unmeasured(c), words),
            cost: spent(Spent::of(c), currency, words),
        }
    }
}

/// Of the clients reached, who refused to be measured: nothing is known of their reading. A copy to a deputy is
/// no client's refusal, and in neither number.
pub(crate) fn unmeasured(counts: &Counts) -> Proportion {
    let clients = counts.reached - counts.to_deputies;
    Proportion::new(clients - counts.read_measurable, clients)
}

pub(crate) struct Table {
    pub(crate) question: Cow<'static, str>,
    pub(super) answer: String,
    pub(super) key: Cow<'static, str>,
    pub(super) lines: Vec<RateLine>,
}

pub(crate) fn tables(sums: &Sums, currency: &Currency, words: ConsoleWords) -> Vec<Table> {
    let lines = |rows: &[StatsRow], key: &dyn Fn(&StatsRow) -> String| {
        rows.iter()
            .map(|row| RateLine::new(key(row), &row.counts, currency, words))
            .collect()
    };
    let channel = |row: &StatsRow| words.of("channel", &row.channel).into_owned();
    vec![
        Table {
            question: words.say("insight-template-question"),
            answer: least_read(&sums.by_template, words),
            key: words.say("insight-template"),
            lines: lines(&sums.by_template, &|row| row.template.clone()),
        },
        Table {
            question: words.say("insight-version-question"),
            answer: versions(&sums.by_version, words),
            key: words.say("insight-version"),
            lines: lines(&sums.by_version, &|row| {
                format!("{} v{}", row.template, row.version)
            }),
        },
        Table {
            question: words.say("insight-channel-question"),
            answer: best_channel(&sums.by_channel, words),
            key: words.say("insight-channel"),
            lines: lines(&sums.by_channel, &channel),
        },
    ]
}

/// Ranked by the upper bound of the interval: few cases do not make a verdict.
fn least_read(rows: &[StatsRow], words: ConsoleWords) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Proportion::new(row.counts.read, row.counts.read_measurable);
        (!rate.is_small()).then_some((row, rate.interval()?.high))
    });
    match ranked.min_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, high)) => {
            let values = [
                ("template", FluentValue::from(&row.template)),
                ("percent", format!("{:.0}", high * 100.0).into()),
            ];
            words.say_with("insight-template-answer", &values)
        }
        None => words.say("insight-too-few").into_owned(),
    }
}

/// Templates of whose versions a sentence is said.
const VERSIONS_SAID: usize = 3;

/// The newest version of each template beside the one before it: a sentence each.
fn versions(rows: &[StatsRow], words: ConsoleWords) -> String {
    let mut by_template: BTreeMap<&str, Vec<&StatsRow>> = BTreeMap::new();
    for row in rows {
        by_template.entry(&row.template).or_default().push(row);
    }
    let sentences = by_template.into_values().filter_map(|mut versions| {
        versions.sort_by_key(|row| row.version);
        let [.., before, newest] = versions.as_slice() else {
            return None;
        };
        Some(version(newest, before, words))
    });
    let said: Vec<String> = sentences.take(VERSIONS_SAID).collect();
    match said.is_empty() {
        true => words.say("insight-version-answer").into_owned(),
        false => said.join(" "),
    }
}

fn version(newest: &StatsRow, before: &StatsRow, words: ConsoleWords) -> String {
    let rate = |row: &StatsRow| Proportion::new(row.counts.read, row.counts.read_measurable);
    let difference = ShareDifference::between(rate(newest), rate(before));
    let shown = difference.filter(|found| found.is_shown());
    let mut values = vec![
        ("template", FluentValue::from(&newest.template)),
        ("version", newest.version.to_string().into()),
    ];
    match shown {
        Some(found) => {
            values.push(("points", points(found, words).into()));
            words.say_with("insight-version-differs", &values)
        }
        None => words.say_with("insight-version-same", &values),
    }
}

/// Ranked by the lower bound, for the same reason. Only some providers report.
fn best_channel(rows: &[StatsRow], words: ConsoleWords) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Proportion::new(row.counts.delivered, row.counts.reporting);
        (!rate.is_small()).then_some((row, rate.interval()?.low))
    });
    match ranked.max_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, low)) => {
            let values = [
                (
                    "channel",
                    FluentValue::from(words.of("channel", &row.channel)),
                ),
                ("percent", format!("{:.0}", low * 100.0).into()),
            ];
            words.say_with("insight-channel-answer", &values)
        }
        None => words.say("insight-too-few").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_messages_make_no_verdict() {
        let row = StatsRow {
            day: 0,
            template: "notice".into(),
            version: 1,
            channel: "sms".into(),
            counts: Counts {
                accepted: 8,
                reporting: 8,
                delivered: 8,
                read_measurable: 8,
                read: 8,
                ..Counts::default()
            },
        };
        let english = ConsoleWords::ENGLISH;
        assert_eq!(
            least_read(std::slice::from_ref(&row), english),
            "Too few messages to say."
        );
        assert_eq!(best_channel(&[row], english), "Too few messages to say.");
    }

    #[test]
    fn every_rate_is_divided_by_its_own_whole() {
        let counts = Counts {
            planned: 230,
            accepted: 200,
            reporting: 100,
            delivered: 60,
            reached: 190,
            measurable: 20,
            opened: 10,
            clicks_measurable: 160,
            clicked: 40,
            read_measurable: 170,
            read: 80,
            confirmed: 19,
            to_deputies: 5,
            ..Counts::default()
        };
        let euro = Currency::default();
        let line = RateLine::new(String::new(), &counts, &euro, ConsoleWords::ENGLISH);
        assert_eq!(line.delivered, Proportion::new(60, 100).to_string());
        assert_eq!(line.read, Proportion::new(80, 170).to_string());
        assert_eq!(line.opened, Proportion::new(10, 20).to_string());
        assert_eq!(line.clicked, Proportion::new(40, 160).to_string());
        assert_eq!(line.confirmed, Proportion::new(19, 190).to_string());
        assert_eq!(line.unmeasured, Proportion::new(15, 185).to_string());
        let sms = RateLine::new(
            String::new(),
            &Counts {
                measurable: 0,
                opened: 0,
                ..counts
            },
            &euro,
            ConsoleWords::ENGLISH,
        );
        assert_eq!(sms.opened, "–", "an SMS cannot be opened");
    }
}
