//! One table of rates per question, with its answer in a sentence.

use super::sums::Sums;
use crate::insight::Proportion;
use crate::store::reports::{Counts, StatsRow};
use crate::web::console::shell::format::grouped;

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
}

impl RateLine {
    pub(crate) fn new(key: String, counts: &Counts) -> Self {
        let c = counts;
        Self {
            key,
            planned: grouped(c.planned),
            suppressed: grouped(c.suppressed),
            accepted: grouped(c.accepted),
            delivered: Proportion::new(c.delivered, c.reporting).to_string(),
            read: Proportion::new(c.read, c.read_measurable).to_string(),
            opened: Proportion::new(c.opened, c.measurable).to_string(),
            clicked: Proportion::new(c.clicked, c.clicks_measurable).to_string(),
            confirmed: Proportion::new(c.confirmed, c.reached).to_string(),
            replied: Proportion::new(c.replied, c.reached).to_string(),
            machine: grouped(c.opened_machine + c.clicked_machine),
            unmeasured: unmeasured(c).to_string(),
        }
    }
}

/// Of those reached, whose clients refused to be measured: nothing is known of their reading.
pub(crate) fn unmeasured(counts: &Counts) -> Proportion {
    Proportion::new(counts.reached - counts.read_measurable, counts.reached)
}

pub(crate) struct Table {
    pub(crate) question: &'static str,
    pub(super) answer: String,
    pub(super) key: &'static str,
    pub(super) lines: Vec<RateLine>,
}

pub(crate) fn tables(sums: &Sums) -> Vec<Table> {
    let lines = |rows: &[StatsRow], key: fn(&StatsRow) -> String| {
        rows.iter()
            .map(|row| RateLine::new(key(row), &row.counts))
            .collect()
    };
    vec![
        Table {
            question: "Which template is not read?",
            answer: least_read(&sums.by_template),
            key: "Template",
            lines: lines(&sums.by_template, |row| row.template.clone()),
        },
        Table {
            question: "Did the new version help?",
            answer: "Compare only versions whose intervals do not overlap.".to_owned(),
            key: "Version",
            lines: lines(&sums.by_version, |row| {
                format!("{} v{}", row.template, row.version)
            }),
        },
        Table {
            question: "Which channel reaches people?",
            answer: best_channel(&sums.by_channel),
            key: "Channel",
            lines: lines(&sums.by_channel, |row| row.channel.clone()),
        },
    ]
}

/// Ranked by the upper bound of the interval: few cases do not make a verdict.
fn least_read(rows: &[StatsRow]) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Proportion::new(row.counts.read, row.counts.read_measurable);
        (!rate.is_small()).then_some((row, rate.interval()?.high))
    });
    match ranked.min_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, high)) => format!(
            "{} is read by {:.0} % of those who can be measured, at the very most.",
            row.template,
            high * 100.0
        ),
        None => "Too few messages to say.".to_owned(),
    }
}

/// Ranked by the lower bound, for the same reason. Only some providers report.
fn best_channel(rows: &[StatsRow]) -> String {
    let ranked = rows.iter().filter_map(|row| {
        let rate = Proportion::new(row.counts.delivered, row.counts.reporting);
        (!rate.is_small()).then_some((row, rate.interval()?.low))
    });
    match ranked.max_by(|a, b| a.1.total_cmp(&b.1)) {
        Some((row, low)) => format!(
            "{} delivers at least {:.0} % of what was accepted by providers that report it.",
            row.channel,
            low * 100.0
        ),
        None => "Too few messages to say.".to_owned(),
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
        assert_eq!(
            least_read(std::slice::from_ref(&row)),
            "Too few messages to say."
        );
        assert_eq!(best_channel(&[row]), "Too few messages to say.");
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
            ..Counts::default()
        };
        let line = RateLine::new(String::new(), &counts);
        assert_eq!(line.delivered, Proportion::new(60, 100).to_string());
        assert_eq!(line.read, Proportion::new(80, 170).to_string());
        assert_eq!(line.opened, Proportion::new(10, 20).to_string());
        assert_eq!(line.clicked, Proportion::new(40, 160).to_string());
        assert_eq!(line.confirmed, Proportion::new(19, 190).to_string());
        assert_eq!(line.unmeasured, Proportion::new(20, 190).to_string());
        let sms = RateLine::new(
            String::new(),
            &Counts {
                measurable: 0,
                opened: 0,
                ..counts
            },
        );
        assert_eq!(sms.opened, "–", "an SMS cannot be opened");
    }
}
