//! What to improve: where something does worse than the rest and chance does not explain it,
//! ranked by how many people it would help. A finding says what was counted, not why it is so.

use std::collections::BTreeMap;

use super::reach::ZoneReach;
use super::{Proportion, ShareDifference};
use crate::domain::segments::{Alphabet, measure, replacement};
use crate::store::insight::days::{Awaited, DelayCount, ProviderSums};
use crate::store::reports::StatsRow;
use crate::text::text_enum::text_enum;

text_enum! {
    /// What does worse than it could.
    pub enum FindingKind {
        /// A template is read less than the others.
        LittleRead => "little_read",
        /// The newest version of a template is read less than the one before.
        VersionWorse => "version_worse",
        /// In a zone more clients have no contact that could be used than elsewhere.
        ZoneUnreached => "zone_unreached",
        /// A provider delivers less than the others of its channel.
        ProviderLoses => "provider_loses",
        /// A provider takes minutes for more than one message in ten.
        ProviderSlow => "provider_slow",
        /// A character makes an SMS dearer, though another says the same.
        DearCharacter => "dear_character",
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// The template, the zone or the provider.
    pub subject: String,
    /// What it does: read, unreachable, delivered, slow; of its own whole.
    pub rate: Proportion,
    /// The same of what it is compared with; no base where it stands alone.
    pub rest: Proportion,
    /// How many would be helped if it did as well as the rest; of a dear character, how many SMS
    /// were dearer.
    pub people: i64,
    pub character: Option<char>,
}

/// What the findings are made of.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    pub templates: &'a [StatsRow],
    /// By template and version.
    pub versions: &'a [StatsRow],
    pub zones: &'a [ZoneReach],
    pub providers: &'a [ProviderSums],
    pub delays: &'a [DelayCount],
    pub texts: &'a [SmsText],
}

/// An SMS text of a template in one language, and how many SMS of the template went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsText {
    pub template: String,
    pub text: String,
    pub sent: i64,
}

/// Seconds until a delivery counts as slow.
pub const SLOW: i64 = 600;

/// All findings, those that would help most people first.
#[must_use]
pub fn findings(grounds: Grounds<'_>) -> Vec<Finding> {
    let mut found = little_read(grounds.templates);
    found.extend(worse_versions(grounds.versions));
    found.extend(unreached(grounds.zones));
    found.extend(losing(grounds.providers));
    found.extend(slow(grounds.delays));
    found.extend(dear(grounds.texts));
    found.sort_by(|a, b| {
        b.people
            .cmp(&a.people)
            .then_with(|| a.subject.cmp(&b.subject))
    });
    found
}

fn reading(row: &StatsRow) -> (String, Proportion) {
    let rate = Proportion::new(row.counts.read, row.counts.read_measurable);
    (row.template.clone(), rate)
}

fn little_read(rows: &[StatsRow]) -> Vec<Finding> {
    let rates: Vec<_> = rows.iter().map(reading).collect();
    below_the_rest(FindingKind::LittleRead, &rates)
}

fn losing(providers: &[ProviderSums]) -> Vec<Finding> {
    let mut by_channel: BTreeMap<&str, Vec<(String, Proportion)>> = BTreeMap::new();
    // Who never says that anything arrived, and only sends back, is not known to deliver less.
    let says_all = |sums: &&ProviderSums| sums.delivered > 0 || sums.reporting == sums.accepted;
    for sums in providers.iter().filter(says_all) {
        let rate = Proportion::new(sums.delivered, sums.reporting);
        let channel = by_channel.entry(&sums.channel).or_default();
        channel.push((sums.provider.clone(), rate));
    }
    let found = by_channel.values();
    found
        .flat_map(|rates| below_the_rest(FindingKind::ProviderLoses, rates))
        .collect()
}

/// Each that does less than all others together.
fn below_the_rest(kind: FindingKind, rates: &[(String, Proportion)]) -> Vec<Finding> {
    let (k, n) = sum(rates.iter().map(|(_, rate)| *rate));
    let finding = |(subject, rate): &(String, Proportion)| {
        let rest = Proportion::new(k - rate.k, n - rate.n);
        worse(kind, subject, *rate, rest)
    };
    rates.iter().filter_map(finding).collect()
}

fn worse(kind: FindingKind, subject: &str, rate: Proportion, rest: Proportion) -> Option<Finding> {
    let difference = ShareDifference::between(rest, rate)?;
    (difference.by > 0.0 && difference.is_shown()).then(|| Finding {
        kind,
        subject: subject.to_owned(),
        rate,
        rest,
        people: (rest.k * rate.n / rest.n.max(1)) - rate.k,
        character: None,
    })
}

/// The newest version beside the one before it.
fn worse_versions(rows: &[StatsRow]) -> Vec<Finding> {
    let mut by_template: BTreeMap<&str, Vec<&StatsRow>> = BTreeMap::new();
    for row in rows {
        by_template.entry(&row.template).or_default().push(row);
    }
    let newest = |mut versions: Vec<&StatsRow>| {
        versions.sort_by_key(|row| row.version);
        let [.., before, last] = versions.as_slice() else {
            return None;
        };
        let (subject, rate) = reading(last);
        worse(FindingKind::VersionWorse, &subject, rate, reading(before).1)
    };
    by_template.into_values().filter_map(newest).collect()
}

fn unreached(zones: &[ZoneReach]) -> Vec<Finding> {
    let known = || zones.iter().filter(|zone| !zone.zone.is_empty());
    let rate = |zone: &ZoneReach| Proportion::new(zone.any.unreachable(), zone.clients);
    let (k, n) = sum(known().map(rate));
    let finding = |zone: &ZoneReach| {
        let own = rate(zone);
        let rest = Proportion::new(k - own.k, n - own.n);
        let difference = ShareDifference::between(own, rest)?;
        (difference.by > 0.0 && difference.is_shown()).then(|| Finding {
            kind: FindingKind::ZoneUnreached,
            subject: zone.zone.clone(),
            rate: own,
            rest,
            people: own.k - rest.k * own.n / rest.n.max(1),
            character: None,
        })
    };
    known().filter_map(finding).collect()
}

fn slow(steps: &[DelayCount]) -> Vec<Finding> {
    let mut by_provider: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for step in steps {
        if step.what != Awaited::Delivery {
            continue;
        }
        let (late, all) = by_provider.entry(&step.provider).or_default();
        *all += step.messages;
        *late += if step.step > SLOW { step.messages } else { 0 };
    }
    let finding = |(provider, (late, all)): (&str, (i64, i64))| {
        let rate = Proportion::new(late, all);
        (!rate.is_small() && late * 10 > all).then(|| Finding {
            kind: FindingKind::ProviderSlow,
            subject: provider.to_owned(),
            rate,
            rest: Proportion::new(0, 0),
            people: late,
            character: None,
        })
    };
    by_provider.into_iter().filter_map(finding).collect()
}

/// One for each template: its first language in which every dear character could be another.
fn dear(texts: &[SmsText]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for text in texts {
        let known = found.iter().any(|one| one.subject == text.template);
        if known || text.sent == 0 {
            continue;
        }
        if let Some(character) = dear_character(&without_tags(&text.text)) {
            found.push(Finding {
                kind: FindingKind::DearCharacter,
                subject: text.template.clone(),
                rate: Proportion::new(0, 0),
                rest: Proportion::new(0, 0),
                people: text.sent,
                character: Some(character),
            });
        }
    }
    found
}

/// The first character that makes the whole text dear, where all such have a replacement.
fn dear_character(text: &str) -> Option<char> {
    let mended: String = text
        .chars()
        .map(|c| replacement(c).map_or_else(|| c.to_string(), str::to_owned))
        .collect();
    let helps = Alphabet::of(&mended) == Alphabet::Gsm7;
    let (character, _) = measure(text).first_foreign.filter(|_| helps)?;
    Some(character)
}

/// What stands in every message, whatever its variables.
fn without_tags(text: &str) -> String {
    let (mut own, mut rest) = (String::new(), text);
    while let Some((before, tag)) = rest.split_once('{') {
        own.push_str(before);
        let end = match tag.chars().next() {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => {
                own.push('{');
                rest = tag;
                continue;
            }
        };
        rest = tag.split_once(end).map_or("", |(_, after)| after);
    }
    own.push_str(rest);
    own
}

fn sum(rates: impl Iterator<Item = Proportion>) -> (i64, i64) {
    rates.fold((0, 0), |(k, n), rate| (k + rate.k, n + rate.n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::reports::Counts;

    fn read(template: &str, version: i64, read: i64, measurable: i64) -> StatsRow {
        StatsRow {
            day: 0,
            template: template.to_owned(),
            version,
            channel: String::new(),
            counts: Counts {
                read,
                read_measurable: measurable,
                ..Counts::default()
            },
        }
    }

    const NOTHING: Grounds<'_> = Grounds {
        templates: &[],
        versions: &[],
        zones: &[],
        providers: &[],
        delays: &[],
        texts: &[],
    };

    #[test]
    fn a_template_is_named_only_where_chance_does_not_explain_it() {
        let rows = [
            read("good", 0, 800, 1_000),
            read("bad", 0, 300, 1_000),
            read("alike", 0, 60, 100),
            read("few", 0, 0, 10),
        ];
        let found = findings(Grounds {
            templates: &rows,
            ..NOTHING
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].subject, "bad");
        assert_eq!(found[0].rest, Proportion::new(860, 1_110));
        assert_eq!(found[0].people, 774 - 300);
    }

    #[test]
    fn the_newest_version_is_held_against_the_one_before_it() {
        let rows = [
            read("t", 3, 300, 1_000),
            read("t", 1, 100, 1_000),
            read("t", 2, 600, 1_000),
            read("u", 1, 300, 1_000),
        ];
        let found = findings(Grounds {
            versions: &rows,
            ..NOTHING
        });
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].people), ("t", 300));
    }

    #[test]
    fn a_provider_is_slow_when_more_than_one_in_ten_takes_minutes() {
        let step = |provider: &str, step, messages| DelayCount {
            what: Awaited::Delivery,
            template: "t".to_owned(),
            channel: "sms".to_owned(),
            provider: provider.to_owned(),
            step,
            messages,
        };
        let steps = [
            step("a", 5, 89),
            step("a", 900, 11),
            step("b", 5, 90),
            step("b", 900, 10),
        ];
        let found = findings(Grounds {
            delays: &steps,
            ..NOTHING
        });
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].subject.as_str(), found[0].people), ("a", 11));
    }

    #[test]
    fn a_dear_character_is_named_where_another_says_the_same() {
        let text = |template: &str, text: &str, sent| SmsText {
            template: template.to_owned(),
            text: text.to_owned(),
            sent,
        };
        let texts = [
            text("plain", "E' tornata la luce", 9),
            text(
                "dear",
                "L’utenza {{ place }} {% if x %}è{% endif %} attiva",
                50,
            ),
            text("dear", "L’utenza", 50),
            text("in a value", "Gentile {{ name or '’' }}", 9),
            text("needed", "Привет’", 9),
            text("unsent", "L’utenza", 0),
        ];
        let found = findings(Grounds {
            texts: &texts,
            ..NOTHING
        });
        assert_eq!(found.len(), 1, "{found:?}");
        let told = (
            found[0].subject.as_str(),
            found[0].character,
            found[0].people,
        );
        assert_eq!(told, ("dear", Some('’'), 50));
    }
}
