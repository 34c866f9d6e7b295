//! The clock of cases: it takes those whose time has come, thinks of each, and makes events of what
//! is to be said. When that is so is reckoned in `due`; who is told is `plan`'s.

use serde_json::{Value, json};

use super::due::{CaseTimes, Reckoning, Saying};
use super::{ClockSettings, made};
use crate::domain::Timestamp;
use crate::domain::case_kind::{CaseKinds, CaseState};
use crate::domain::event::{Arrival, CaseData, CaseReminder, CaseStep};
use crate::domain::limits::CLOCK_BATCH;
use crate::store::planning::cases::{ClockDecision, ClockedCase};
use crate::store::{StoreError, Tx};

/// What looking at cases came to.
#[derive(Default)]
pub(super) struct CaseLook {
    /// What is to be said.
    pub(super) said: Vec<Arrival>,
    /// Some were thought of, and that has to be kept.
    pub(super) thought: bool,
    /// More wait to be thought of at once.
    pub(super) more: bool,
}

impl CaseLook {
    /// Two looks as one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.said.extend(other.said);
        Self {
            said: self.said,
            thought: self.thought || other.thought,
            more: self.more || other.more,
        }
    }
}

/// By what a case is judged.
#[derive(Clone, Copy)]
pub(super) struct CaseRules<'a> {
    pub(super) settings: &'a ClockSettings,
    pub(super) kinds: &'a CaseKinds,
    pub(super) now: Timestamp,
}

/// Thinks of the cases whose time has come, within the caller's transaction.
pub(super) async fn look(tx: &mut Tx, rules: CaseRules<'_>) -> Result<CaseLook, StoreError> {
    let cases = tx.cases().to_clock(rules.now, CLOCK_BATCH).await?;
    let mut decisions = Vec::with_capacity(cases.len());
    let mut said = Vec::new();
    for case in &cases {
        let (decision, events) = rules.judge(case);
        decisions.push(decision);
        said.extend(events);
    }
    if !decisions.is_empty() {
        tx.cases().note_clock(&decisions).await?;
    }
    Ok(CaseLook {
        said,
        thought: !decisions.is_empty(),
        more: i64::try_from(cases.len()).unwrap_or(CLOCK_BATCH) == CLOCK_BATCH,
    })
}

impl CaseRules<'_> {
    fn judge(self, case: &ClockedCase) -> (ClockDecision, Vec<Arrival>) {
        let state = self.kinds.state(&case.data.kind, &case.data.state);
        let mut decision = ClockDecision {
            case: case.id,
            step: case.clock_step,
            seen_at: case.seen_at.unwrap_or(self.now),
            look_at: None,
            stalled: None,
        };
        // Nothing to wait for, or somebody who must not be told that he is waited for.
        if state.is_some_and(|state| state.is_final || state.is_stopped()) {
            return (decision, Vec::new());
        }
        let reckoning = Reckoning::from(self.settings);
        let times = CaseTimes {
            since: case.state_since,
            seen: decision.seen_at,
            expected_by: case.data.expected_by,
            limit: state.and_then(CaseState::limit),
        };
        let thought = reckoning.think(&times, case.clock_step, self.now);
        decision.step = thought.step;
        let mut said = Vec::new();
        if let Some(say) = thought.say {
            said.extend(self.event(case, say, &times));
        }
        let stalls = matches!(thought.say, Some(Saying::Stalled(_)));
        if stalls {
            decision.stalled = Some((self.owner(&case.data).unwrap_or_default(), self.now));
        }
        let silence = self.silence(case, stalls);
        said.extend(silence.event);
        decision.look_at = thought.look_at.into_iter().chain(silence.look_at).min();
        (decision, said)
    }

    /// Whether the client has to hear that there is nothing to hear. Who was never told anything of
    /// the case does not wait for news of it.
    fn silence(self, case: &ClockedCase, stalls: bool) -> Silence {
        let Some(told) = case.told_at else {
            // That it stalls is told now, and counts from now on.
            let look_at = stalls.then(|| self.silent_at(self.now));
            return Silence {
                event: None,
                look_at,
            };
        };
        let heard = case.silent_at.map_or(told, |silent| silent.max(told));
        let due = self.silent_at(heard);
        if stalls {
            return Silence {
                event: None,
                look_at: Some(self.silent_at(self.now)),
            };
        }
        if due > self.now {
            return Silence {
                event: None,
                look_at: Some(due),
            };
        }
        let id = format!(
            "{}:silent:{}",
            case.data.case,
            heard.as_micros().div_euclid(1_000_000)
        );
        Silence {
            event: self.arrival(&case.data, CaseStep::Silent, &id, reminder(case, 0)),
            look_at: Some(self.silent_at(self.now)),
        }
    }

    fn silent_at(self, told: Timestamp) -> Timestamp {
        Reckoning::from(self.settings).silent_at(told, self.settings.silent_after_days)
    }

    /// Its id has the state and the deadline of which it speaks, and how often: what is said once
    /// more under that id is known.
    fn event(self, case: &ClockedCase, say: Saying, times: &CaseTimes) -> Option<Arrival> {
        let (step, threshold) = match say {
            Saying::DueSoon => (CaseStep::DueSoon, 0),
            Saying::Stalled(threshold) => (CaseStep::Stalled, threshold),
        };
        let word = step.as_str().trim_start_matches("case.");
        let deadline = case.data.expected_by.map(|deadline| deadline.to_string());
        let id = format!(
            "{}:{word}:{}:{}:{threshold}",
            case.data.case,
            case.state_since.as_micros().div_euclid(1_000_000),
            deadline.unwrap_or_default(),
        );
        let next_check = Reckoning::from(self.settings).next_check(times, threshold);
        let said = CaseReminder {
            next_check,
            ..reminder(case, threshold)
        };
        self.arrival(&case.data, step, &id, said)
    }

    /// The body responsible: the one that the case names, else the one of its state.
    pub(super) fn owner(self, case: &CaseData) -> Option<String> {
        let usual = self.kinds.state(&case.kind, &case.state);
        let usual = || usual.and_then(|state| state.owner.clone());
        case.owner.clone().or_else(usual)
    }

    /// The event says again how the case stands, so that whoever reads it alone knows enough.
    pub(super) fn arrival(
        self,
        case: &CaseData,
        step: CaseStep,
        id: &str,
        reminder: CaseReminder,
    ) -> Option<Arrival> {
        let mut data = json!(case);
        data["owner"] = json!(self.owner(case));
        let parts = [data, json!(reminder)].into_iter();
        let fields = parts.filter_map(|part| match part {
            Value::Object(fields) => Some(fields),
            _ => None,
        });
        let known = fields.flatten().filter(|(_, value)| !value.is_null());
        let data = Value::Object(known.collect());
        made(step.as_str(), id, &case.case, &data, self.now)
    }
}

/// What is said beside how the case stands.
const fn reminder(case: &ClockedCase, threshold: u16) -> CaseReminder {
    CaseReminder {
        since: case.state_since,
        threshold,
        next_check: None,
    }
}

/// What became of the question whether a client has heard nothing for long.
struct Silence {
    event: Option<Arrival>,
    look_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
