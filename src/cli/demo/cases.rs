//! Lives of cases: which steps one takes, when, and where some get stuck.

use chrono::TimeDelta;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::json;

use super::story::Beat;
use super::town::pick;
use crate::domain::Timestamp;

/// The body that keeps people waiting.
const DISTRIBUTOR: &str = "Reti Montelume";

/// One kind of case and the states it passes between the first and the last.
struct CasePath {
    kind: &'static str,
    states: &'static [&'static str],
    /// The last state when all goes well.
    end: &'static str,
}

const PATHS: [CasePath; 4] = [
    CasePath {
        kind: "voltura",
        states: &[
            "internal_review",
            "sent_to_distributor",
            "waiting_distributor",
        ],
        end: "done",
    },
    CasePath {
        kind: "subentro",
        states: &[
            "sent_to_distributor",
            "waiting_distributor",
            "appointment_set",
        ],
        end: "done",
    },
    CasePath {
        kind: "prima_attivazione",
        states: &["internal_review", "sent_to_distributor", "appointment_set"],
        end: "done",
    },
    CasePath {
        kind: "allaccio",
        states: &[
            "quote_requested",
            "quote_sent",
            "permits_pending",
            "works_planned",
        ],
        end: "done",
    },
];

/// Most cases are changes of holder.
const SHARES: [usize; 10] = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3];

/// What is asked for when documents are missing.
const MISSING: [&str; 3] = [
    "Serve la copia di un documento d'identità valido.",
    "Serve la visura catastale dell'immobile.",
    "Serve il modulo firmato dal precedente intestatario.",
];

/// A case's life: each step with its seconds after the opening. `pace`: seconds between two
/// steps on average. Some lives end in a state that somebody else should have left.
pub(super) fn life(
    dice: &mut StdRng,
    (number, client): (u32, &str),
    pace: f64,
    now: Timestamp,
) -> Vec<(f64, Beat)> {
    let path = &PATHS[pick(dice, &SHARES)];
    let case = Case {
        reference: format!("PR-{}-{number:05}", now.to_utc().format("%Y")),
        client,
        path,
    };
    let mut at = 0.0;
    let mut life = vec![(at, case.step("case.opened", "received", dice, now))];
    if dice.random_bool(0.15) {
        at += pace * dice.random_range(0.5..1.0);
        life.push((
            at,
            case.step("case.state_changed", "documents_missing", dice, now),
        ));
        if dice.random_bool(0.4) {
            return life;
        }
    }
    for state in path.states {
        at += pace * dice.random_range(0.5..1.5);
        life.push((at, case.step("case.state_changed", state, dice, now)));
        let stuck = if state.starts_with("waiting") {
            0.35
        } else {
            0.08
        };
        if dice.random_bool(stuck) {
            return life;
        }
    }
    at += pace * dice.random_range(0.5..1.5);
    let end = if dice.random_bool(0.06) {
        "refused"
    } else {
        path.end
    };
    life.push((at, case.step("case.closed", end, dice, now)));
    life
}

struct Case<'a> {
    reference: String,
    client: &'a str,
    path: &'a CasePath,
}

impl Case<'_> {
    fn step(
        &self,
        event: &'static str,
        state: &'static str,
        dice: &mut StdRng,
        now: Timestamp,
    ) -> Beat {
        let mut data = json!({
            "case": self.reference,
            "client": self.client,
            "kind": self.path.kind,
            "state": state,
        });
        // Nobody promises what another body keeps waiting for: there the usual time counts.
        if event != "case.closed" && !state.ends_with("distributor") {
            let day = now + TimeDelta::days(dice.random_range(1..=9));
            data["expected_by"] = day.to_utc().format("%Y-%m-%d").to_string().into();
        }
        if state.ends_with("distributor") {
            data["owner"] = DISTRIBUTOR.into();
        }
        if state == "documents_missing" {
            data["note"] = pick(dice, &MISSING).into();
        }
        Beat {
            event,
            subject: self.reference.clone(),
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::domain::case_kind::CaseKinds;

    #[test]
    fn every_step_is_one_that_the_shipped_kinds_know_and_lives_go_forward() {
        let kinds = CaseKinds::shipped();
        let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
        let mut dice = StdRng::seed_from_u64(7);
        let mut ends = [0; 2];
        for number in 0..500 {
            let life = life(&mut dice, (number, "C-00100"), 30.0, now);
            assert_eq!(life[0].1.event, "case.opened");
            assert!(life.is_sorted_by(|one, next| one.0 < next.0));
            for (_, beat) in &life {
                let word = |name: &str| beat.data[name].as_str().unwrap().to_owned();
                let state = kinds.state(&word("kind"), &word("state"));
                assert!(state.is_some(), "{} {}", word("kind"), word("state"));
            }
            ends[usize::from(life.last().unwrap().1.event == "case.closed")] += 1;
        }
        assert!(ends[0] > 100, "too few are stuck: {ends:?}");
        assert!(ends[1] > 200, "too few are closed: {ends:?}");
    }
}
