//! Person or machine? Pure: what one hit shows by itself, and what its moment adds.
//!
//! Mail scanners follow every link, mail programs load every picture, messengers preview every
//! address. None of them has read anything. Nothing is refused to them and nothing is thrown
//! away: each hit keeps its verdict, the rule that decided and the version of the rules. The rules
//! are a file of data (`verdict/rules.toml`, read by [`rules`]); [`asked`] answers whoever wants to
//! try them. What only several hits together show is in [`super::recent`].

pub mod asked;
pub mod rules;

use chrono::TimeDelta;

use crate::domain::{EngagementKind, Reading, Timestamp, Verdict};

/// Sooner after acceptance than this, nobody can have read a message: it is being scanned.
const TOO_SOON: TimeDelta = TimeDelta::seconds(2);

/// What only a person does.
const PRESSED: &str = "pressed a button on the status page";

/// The headers that rules may speak of.
pub const HEADERS: [&str; 5] = [
    "sec-purpose",
    "purpose",
    "x-purpose",
    "x-moz",
    "sec-fetch-dest",
];

/// What one request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs<'a> {
    /// How it was asked: `GET`, `HEAD`, …
    pub method: &'a str,
    /// The User-Agent, empty when absent.
    pub agent: &'a str,
    /// The values of [`HEADERS`], in their order; empty when absent.
    pub headers: [&'a str; HEADERS.len()],
}

/// A verdict with its grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// What it was taken for.
    pub reading: Reading,
    /// The rule that decided, by its name.
    pub rule: &'static str,
    /// Why, in words for people.
    pub grounds: &'static str,
    /// It loads a picture when a person opens the mail.
    opening: bool,
}

impl Judgement {
    const fn new(reading: Reading, rule: &'static str, grounds: &'static str) -> Self {
        Self {
            verdict: reading.verdict(),
            reading,
            rule,
            grounds,
            opening: false,
        }
    }

    const fn undetermined(rule: &'static str, grounds: &'static str) -> Self {
        Self::new(Reading::Undetermined, rule, grounds)
    }

    /// Asked for the headers only: what a scanner does before it fetches.
    #[must_use]
    pub fn is_bodiless(&self) -> bool {
        self.rule == "scanner.headers_only"
    }

    /// What is left of it when one network opens many mails at once: no person is sure any more.
    #[must_use]
    pub fn doubted(self) -> Self {
        if self.verdict != Verdict::Human {
            return self;
        }
        Self::undetermined(
            "undetermined.one_network",
            "one network opened many mails within a minute",
        )
    }
}

/// What one request shows by itself.
#[must_use]
pub fn at_sight(signs: Signs<'_>) -> Judgement {
    let Some(rule) = rules::known().deciding(signs) else {
        return Judgement::undetermined("undetermined.unknown", "a program that is not known");
    };
    let grounds = rule.grounds.as_deref();
    Judgement {
        opening: rule.opening,
        ..Judgement::new(
            rule.verdict,
            &rule.name,
            grounds.unwrap_or_else(|| usual_grounds(rule.verdict)),
        )
    }
}

/// What the kind of hit adds: some proxies and programs load a picture because a person opens the mail.
#[must_use]
pub fn in_kind(sight: Judgement, kind: EngagementKind) -> Judgement {
    if !(sight.opening && kind == EngagementKind::Opened) {
        return sight;
    }
    let (rule, grounds) = match sight.reading {
        Reading::PrivacyProxy => (
            "person.picture_proxy",
            "fetched by the mail provider's picture proxy on opening",
        ),
        _ => ("person.picture_shown", usual_grounds(Reading::Person)),
    };
    Judgement::new(Reading::Person, rule, grounds)
}

/// What the moment adds: too soon after acceptance is a scanner, whatever it calls itself.
/// A button or a reply is a person's at any time.
#[must_use]
pub fn in_time(
    sight: Judgement,
    kind: EngagementKind,
    at: Timestamp,
    accepted_at: Option<Timestamp>,
) -> Judgement {
    let sight = in_kind(sight, kind);
    if sight.verdict == Verdict::Machine || !is_passive(kind) {
        return sight;
    }
    match accepted_at {
        Some(accepted_at) => after(sight, (at - accepted_at).as_seconds_f64()),
        // The provider's answer is still on its way or was lost: the moment shows nothing.
        None => Judgement::undetermined(
            "undetermined.before_acceptance",
            "before the acceptance was known",
        ),
    }
}

/// So many seconds after acceptance.
fn after(sight: Judgement, seconds: f64) -> Judgement {
    if sight.verdict == Verdict::Machine || seconds >= TOO_SOON.as_seconds_f64() {
        return sight;
    }
    Judgement::new(
        Reading::Scanner,
        "scanner.too_soon",
        "within two seconds of acceptance",
    )
}

/// What needs nobody to press anything.
const fn is_passive(kind: EngagementKind) -> bool {
    use EngagementKind as K;
    matches!(kind, K::Opened | K::Clicked | K::Viewed)
}

const fn usual_grounds(reading: Reading) -> &'static str {
    match reading {
        Reading::PrivacyProxy => "a mail privacy proxy",
        Reading::Scanner => "a mail or link scanner",
        Reading::Preview => "a messenger's preview",
        Reading::Crawler => "a program, by its own name",
        Reading::Undetermined => "a program that is not known",
        Reading::Person => "a browser or mail program",
        Reading::Confirmed => PRESSED,
    }
}

#[cfg(test)]
mod tests;
