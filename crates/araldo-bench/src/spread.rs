//! Many times of the same thing: the middle, the slow hundredth, the worst.

use std::time::Duration;

use serde_json::{Value, json};

use crate::report::round;

#[derive(Debug, Clone)]
pub(super) struct Spread(Vec<Duration>);

impl Spread {
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// In milliseconds, the time that `percent` in a hundred do not exceed (nearest rank); the
    /// fastest for 0.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0
            .get(rank - 1)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    pub(super) fn line(&self) -> String {
        format!(
            "{} times: p50 {} ms, p99 {} ms, worst {} ms",
            self.count(),
            round(self.percentile(50)),
            round(self.percentile(99)),
            round(self.percentile(100))
        )
    }

    /// For `--json`.
    pub(super) fn json(&self) -> Value {
        json!({
            "count": self.count(), "p50_ms": round(self.percentile(50)),
            "p99_ms": round(self.percentile(99)), "worst_ms": round(self.percentile(100)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let spread = Spread::of((1..=200).rev().map(Duration::from_millis).collect());
        assert!((spread.percentile(0) - 1.0).abs() < 1e-9);
        assert!((spread.percentile(50) - 100.0).abs() < 1e-9);
        assert!((spread.percentile(99) - 198.0).abs() < 1e-9);
        assert!((spread.percentile(100) - 200.0).abs() < 1e-9);
        assert!(Spread::of(Vec::new()).percentile(50).is_nan());
    }
}
