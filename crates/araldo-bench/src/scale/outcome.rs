//! What a run of the model showed: how many went out, how much of the rate was used, and the
//! fullest second of any, wherever it begins.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::model::{Plan, SECOND};

/// The times of sends, in order, as far back as a second.
#[derive(Debug, Default)]
pub(super) struct Sends {
    last_second: VecDeque<i64>,
    all: usize,
    worst: usize,
}

impl Sends {
    /// Notes a send; times never go back.
    pub(super) fn note(&mut self, at: i64) {
        while self
            .last_second
            .front()
            .is_some_and(|first| at - first >= SECOND)
        {
            self.last_second.pop_front();
        }
        self.last_second.push_back(at);
        self.all += 1;
        self.worst = self.worst.max(self.last_second.len());
    }
}

/// The figures of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) closed: usize,
    /// Closed in a second.
    pub(super) per_second: f64,
    /// The part of the rate that was used; nothing without a rate.
    pub(super) share: Option<f64>,
    /// Sends in the fullest second.
    pub(super) worst_second: usize,
    /// Slots bought and lost.
    pub(super) void: usize,
    /// Time the database worked.
    pub(super) database_us: i64,
    /// The part of its processors' time that is.
    pub(super) database: f64,
}

impl Outcome {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(super) fn close(mut self, plan: &Plan, sends: &Sends) -> Self {
        let seconds = (plan.seconds - 1).max(1) as f64;
        self.per_second = self.closed as f64 / seconds;
        self.share = plan
            .rate
            .map(|rate| sends.all as f64 / seconds / rate as f64);
        self.worst_second = sends.worst;
        let had = (plan.seconds * SECOND) as f64 * plan.cores as f64;
        self.database = (self.database_us as f64 / had).min(1.0);
        self
    }

    pub(super) fn line(&self, plan: &Plan) -> String {
        let start = format!(
            "{:>3} nodes: {:>7.0}/s, the database at {:>3.0} %",
            plan.nodes,
            self.per_second,
            self.database * 100.0
        );
        match (plan.rate, self.share) {
            (Some(rate), Some(share)) => format!(
                "{start}; of {rate}/s by contract {:.1} % used, fullest second {}, {} slots lost",
                share * 100.0,
                self.worst_second,
                self.void
            ),
            _ => start,
        }
    }

    /// For `--json`.
    pub(super) fn json(&self, plan: &Plan) -> Value {
        json!({
            "nodes": plan.nodes, "rate": plan.rate, "per_second": self.per_second.round(),
            "share_of_rate": self.share, "fullest_second": self.worst_second,
            "slots_lost": self.void, "database_share": self.database,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_second_may_begin_anywhere() {
        let mut sends = Sends::default();
        for at in [
            0, 900_000, 950_000, 999_999, 1_000_000, 1_899_999, 3_000_000,
        ] {
            sends.note(at);
        }
        assert_eq!((sends.all, sends.worst), (7, 5));
    }
}
