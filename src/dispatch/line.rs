//! A line: one provider with its pace and its health. Chooses who carries the next message of a
//! channel; opens the breaker when a provider is down, wrongly set up, or leaves too much
//! unknown. It decides nothing about messages.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use super::pace::Pace;
use crate::channel::{Provider, SendError};
use crate::domain::{Channel, Timestamp};

/// Failures in a row after which a provider counts as down.
const FAILURES: u32 = 3;
/// Shortest and longest rest of a provider that is down.
const REST: (i64, i64) = (2, 60);
/// Rest of a provider whose set-up is wrong: somebody has to mend it.
const MISCONFIGURED_REST_S: i64 = 60;
/// Answers looked back at for the share that was lost, and how many lost ones are too many.
const LOOK_BACK: usize = 200;
const TOO_MANY_UNKNOWN: usize = 20;

/// One provider with its pace and health.
pub struct Line {
    /// Who carries.
    pub provider: Arc<dyn Provider>,
    /// How fast, by contract.
    pub pace: Option<Pace>,
    health: Mutex<Health>,
}

#[derive(Debug, Default)]
struct Health {
    failures: u32,
    closed_until: Option<Timestamp>,
    why: Option<String>,
    lost: VecDeque<bool>,
}

/// How a line does, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The provider's name.
    pub provider: String,
    /// What it carries.
    pub channel: Channel,
    /// Rests until then.
    pub paused_until: Option<Timestamp>,
    /// Why.
    pub why: Option<String>,
}

impl Line {
    /// A healthy line. `rate`: messages a second by contract, if any.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, rate: Option<f64>) -> Self {
        Self {
            provider,
            pace: rate.map(Pace::per_second),
            health: Mutex::default(),
        }
    }

    /// How long its provider knows a reference again.
    pub fn key_life(&self) -> Option<TimeDelta> {
        let life = self.provider.capabilities().idempotent_for?;
        TimeDelta::from_std(life).ok()
    }

    /// Until when it rests, if it does.
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.health().closed_until.filter(|until| *until > now)
    }

    /// How it does.
    pub fn condition(&self, now: Timestamp) -> Condition {
        let paused_until = self.rests_until(now);
        Condition {
            provider: self.provider.name().to_owned(),
            channel: self.provider.capabilities().channel,
            paused_until,
            why: paused_until.and_then(|_| self.health().why.clone()),
        }
    }

    /// The provider answered clearly: it is well.
    pub fn well(&self) {
        let mut health = self.health();
        health.failures = 0;
        health.closed_until = None;
        remember(&mut health.lost, false);
    }

    /// The provider failed. Opens the breaker when that says something about the provider.
    pub fn failed(&self, error: &SendError, now: Timestamp) {
        let mut health = self.health();
        let rest = match error {
            SendError::NotSent {
                retry_after: Some(wait),
                ..
            } => Some(
                TimeDelta::from_std(*wait)
                    .unwrap_or(TimeDelta::hours(1))
                    .min(TimeDelta::hours(1)),
            ),
            SendError::NotSent {
                provider_down: true,
                ..
            } => {
                health.failures += 1;
                let doubled = REST.0 << (health.failures.saturating_sub(FAILURES)).min(5);
                (health.failures >= FAILURES).then(|| TimeDelta::seconds(doubled.min(REST.1)))
            }
            SendError::Misconfigured { .. } => Some(TimeDelta::seconds(MISCONFIGURED_REST_S)),
            SendError::Unknown { .. } => {
                remember(&mut health.lost, true);
                let lost = health.lost.iter().filter(|lost| **lost).count();
                (lost > TOO_MANY_UNKNOWN).then(|| {
                    health.lost.clear();
                    TimeDelta::seconds(REST.1)
                })
            }
            SendError::NotSent { .. } | SendError::Rejected { .. } => None,
        };
        let Some(rest) = rest else { return };
        tracing::warn!(
            provider.name = self.provider.name(),
            rest_s = rest.num_seconds(),
            error = %error,
            "a provider is left alone for a while"
        );
        health.closed_until = Some(now + rest);
        health.why = Some(error.to_string());
    }

    fn health(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remember(lost: &mut VecDeque<bool>, is_lost: bool) {
    if lost.len() == LOOK_BACK {
        lost.pop_front();
    }
    lost.push_back(is_lost);
}

/// Every line, by channel, in order of preference.
#[derive(Clone, Default)]
pub struct Lines(Vec<Arc<Line>>);

/// Who carries the next message.
pub enum Choice {
    /// This one.
    Line(Arc<Line>),
    /// All of them rest; the first is back then.
    Wait(Timestamp),
    /// Nobody carries this channel.
    Nobody,
}

impl Lines {
    /// In order of preference within each channel.
    #[must_use]
    pub fn new(lines: Vec<Line>) -> Self {
        Self(lines.into_iter().map(Arc::new).collect())
    }

    /// The first well line of the channel.
    pub fn choose(&self, channel: Channel, now: Timestamp) -> Choice {
        let mut back = None;
        for line in self
            .0
            .iter()
            .filter(|l| l.provider.capabilities().channel == channel)
        {
            match line.rests_until(now) {
                None => return Choice::Line(Arc::clone(line)),
                Some(until) => back = Some(back.map_or(until, |b: Timestamp| b.min(until))),
            }
        }
        back.map_or(Choice::Nobody, Choice::Wait)
    }

    /// The line of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Line>> {
        self.0.iter().find(|line| line.provider.name() == name)
    }

    /// The longest that any provider may take for one message.
    #[must_use]
    pub fn longest_send(&self) -> TimeDelta {
        let longest = self
            .0
            .iter()
            .map(|l| l.provider.capabilities().longest_send);
        TimeDelta::from_std(longest.max().unwrap_or_default()).unwrap_or(TimeDelta::minutes(10))
    }

    /// How each does.
    #[must_use]
    pub fn conditions(&self, now: Timestamp) -> Vec<Condition> {
        self.0.iter().map(|line| line.condition(now)).collect()
    }
}
