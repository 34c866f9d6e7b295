//! Whether two shares differ: by how many points, and whether that can be told from chance. It
//! says nothing of why they differ: other days have other messages.

use std::fmt;

use super::Proportion;
use super::rates::Interval;

/// How far one share lies from another, in parts of one: 0.05 are five points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareDifference {
    /// The first share less the second.
    pub by: f64,
    /// Where the true difference lies, 95 times in 100.
    pub interval: Interval,
}

impl ShareDifference {
    /// Newcombe's hybrid score interval (Statistics in Medicine 17 (1998) 873, method 10): made of
    /// the two Wilson intervals, and right for few cases and for shares near 0 and 1. Nothing where
    /// one of the two has too few cases for a percentage.
    #[must_use]
    pub fn between(one: Proportion, other: Proportion) -> Option<Self> {
        if one.is_small() || other.is_small() {
            return None;
        }
        Self::of_any_size(one, other)
    }

    fn of_any_size(one: Proportion, other: Proportion) -> Option<Self> {
        let (p, q) = (one.share()?, other.share()?);
        let (first, second) = (one.interval()?, other.interval()?);
        let by = p - q;
        let down = (p - first.low).hypot(second.high - q);
        let up = (first.high - p).hypot(q - second.low);
        let interval = Interval {
            low: (by - down).max(-1.0),
            high: (by + up).min(1.0),
        };
        Some(Self { by, interval })
    }

    /// Whether chance alone would show so much less than five times in 100.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        self.interval.low > 0.0 || self.interval.high < 0.0
    }
}

/// `+2.5` points, with a sign always: a number without one reads as a share.
impl fmt::Display for ShareDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = format!("{:+.1}", self.by * 100.0);
        f.write_str(&points.replace('-', "\u{2212}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The interval in parts of ten thousand.
    fn interval(one: (i64, i64), other: (i64, i64)) -> (String, String) {
        let [one, other] = [one, other].map(|(k, n)| Proportion::new(k, n));
        let found = ShareDifference::of_any_size(one, other).unwrap().interval;
        (format!("{:.4}", found.low), format!("{:.4}", found.high))
    }

    /// Judged by Newcombe's own table II (method 10), and for the last three by Python, where
    /// Wilson's bounds are the roots of a quadratic equation: `a = 1 + z²/n`, `b = -(2p + z²/n)`,
    /// `c = p²` with `z = NormalDist().inv_cdf(.975)`.
    #[test]
    fn the_interval_is_newcombes() {
        for (one, other, low, high) in [
            ((56, 70), (48, 80), "0.0524", "0.3339"),
            ((9, 10), (3, 10), "0.1705", "0.8090"),
            ((6, 7), (2, 7), "0.0582", "0.8062"),
            ((5, 56), (0, 29), "-0.0381", "0.1926"),
            ((10, 10), (0, 20), "0.6791", "1.0000"),
            ((500, 1_000), (450, 1_000), "0.0062", "0.0935"),
            ((500, 1_000), (480, 1_000), "-0.0238", "0.0637"),
            ((40, 100), (45, 100), "-0.1831", "0.0857"),
        ] {
            assert_eq!(interval(one, other), (low.to_owned(), high.to_owned()));
        }
    }

    #[test]
    fn a_difference_is_shown_only_where_chance_does_not_explain_it() {
        let between = |k, other| {
            let two = [k, other].map(|k| Proportion::new(k, 1_000));
            ShareDifference::between(two[0], two[1]).unwrap()
        };
        assert!(between(500, 450).is_shown());
        assert!(between(450, 500).is_shown());
        assert!(!between(500, 480).is_shown());
        assert!(!between(0, 0).is_shown());
        assert_eq!(between(450, 500).to_string(), "\u{2212}5.0");
        assert_eq!(between(500, 450).to_string(), "+5.0");
        let few = Proportion::new(9, 10);
        assert!(ShareDifference::between(few, Proportion::new(1, 1_000)).is_none());
    }
}
