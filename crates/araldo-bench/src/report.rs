//! What a measurement prints: each pair, then the median ratio; with `--json` one object.

use std::time::Duration;

use serde_json::{Value, json};

/// One run of ours beside one of the peer's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    /// How many of each.
    pub(super) count: usize,
    /// How long ours took.
    pub(super) ours: Duration,
    /// How long the peer took.
    pub(super) peer: Duration,
}

impl Pair {
    /// Ours for one of the peer's.
    pub(super) fn ratio(&self) -> f64 {
        self.peer.as_secs_f64() / self.ours.as_secs_f64()
    }

    fn rates(&self) -> [f64; 2] {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let count = self.count as f64;
        [self.ours, self.peer].map(|took| (count / took.as_secs_f64()).round())
    }

    pub(super) fn print(&self, number: usize, what: &str, peer: &str) {
        let [ours, theirs] = self.rates();
        println!(
            "pair {number}: {ours:>9} {what}/s, {peer} {theirs:>9}/s, ratio {:.3}",
            self.ratio()
        );
    }

    fn json(&self) -> Value {
        let [ours, peer] = self.rates();
        json!({ "per_second": ours, "peer_per_second": peer, "ratio": round(self.ratio()) })
    }
}

/// The ratio in the middle, and against the best run the peer had: slow spells of the machine
/// flatter the former.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    /// Median over the pairs.
    pub(super) median: f64,
    /// Our median run for the peer's best.
    pub(super) to_best: f64,
}

impl Summary {
    /// Of at least one pair.
    pub(super) fn of(pairs: &[Pair]) -> Self {
        let best = pairs
            .iter()
            .map(|pair| pair.peer.as_secs_f64())
            .fold(f64::MAX, f64::min);
        let ours = median(pairs.iter().map(|pair| pair.ours.as_secs_f64()));
        Self {
            median: median(pairs.iter().map(Pair::ratio)),
            to_best: best / ours,
        }
    }

    /// Everything as one object, with what only this measurement knows.
    pub(super) fn json(&self, bench: &str, store: &str, pairs: &[Pair], more: Value) -> Value {
        let mut whole = json!({
            "bench": bench, "store": store, "count": pairs.first().map(|pair| pair.count),
            "pairs": pairs.iter().map(Pair::json).collect::<Vec<_>>(),
            "ratio": round(self.median), "ratio_to_best": round(self.to_best),
        });
        if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), more) {
            whole.extend(more);
        }
        whole
    }
}

/// The one in the middle.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even.is_multiple_of(2) => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

pub(super) fn round(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(ours: u64, peer: u64) -> Pair {
        Pair {
            count: 10,
            ours: Duration::from_secs(ours),
            peer: Duration::from_secs(peer),
        }
    }

    #[test]
    fn the_summary_is_the_middle_and_never_better_than_the_best_peer_allows() {
        let summary = Summary::of(&[pair(4, 2), pair(10, 9), pair(4, 1)]);
        assert!((summary.median - 0.5).abs() < 1e-9);
        assert!((summary.to_best - 0.25).abs() < 1e-9);
        let two = Summary::of(&[pair(4, 2), pair(4, 1)]);
        assert!((two.median - 0.375).abs() < 1e-9);
    }
}
