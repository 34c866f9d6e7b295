//! Rates that say what they are made of: a count, its base, and how sure one can be.
//!
//! Below twenty cases a percentage pretends to know more than it does (and may show one
//! person's behaviour), so only the counts are shown. Definitions of each base stand with the
//! figures on the page; this module only divides.

use std::cmp::Ordering;
use std::fmt;

/// The 97.5 % point of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Fewer cases than this are shown as counts only.
pub const SMALL: i64 = 20;

/// `k` of `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    pub k: i64,
    /// Out of how many that could.
    pub n: i64,
}

/// Where the true share lies, 95 times in 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound, 0 to 1.
    pub low: f64,
    /// Upper bound, 0 to 1.
    pub high: f64,
}

impl Proportion {
    /// `k` of `n`. A count never exceeds its base: late receipts may bring `k` first.
    #[must_use]
    pub fn new(k: i64, n: i64) -> Self {
        let n = n.max(0);
        Self {
            k: k.clamp(0, n),
            n,
        }
    }

    /// The share, 0 to 1; nothing when there is no base.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| float(self.k) / float(self.n))
    }

    /// Too few cases for a percentage.
    #[must_use]
    pub const fn is_small(self) -> bool {
        self.n < SMALL
    }

    /// Which of two is surely lower: by the upper bound of the interval, so that few cases make no
    /// verdict. Those with too few cases for a percentage come last.
    #[must_use]
    pub fn rank_low(self, other: Self) -> Ordering {
        let high = |rate: Self| rate.interval().map_or(1.0, |interval| interval.high);
        let small = self.is_small().cmp(&other.is_small());
        small.then_with(|| high(self).total_cmp(&high(other)))
    }

    /// Whole percent, 0 to 100, for bars.
    #[must_use]
    pub fn percent(self) -> i64 {
        if self.n == 0 {
            0
        } else {
            (self.k * 200 / self.n + 1) / 2
        }
    }

    /// Wilson's 95 % interval: right near 0 and 1 and for few cases, where the usual one
    /// leaves the range of a share.
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        let p = self.share()?;
        let n = float(self.n);
        let z2 = Z * Z;
        let scale = 1.0 + z2 / n;
        let centre = (p + z2 / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt() / scale;
        Some(Interval {
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
        })
    }
}

/// `3 of 8` · `50 % (40–60 %)` · `–` when there is nothing to divide by. The sign stays with
/// its number; a line may break before the interval.
impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.share(), self.interval()) {
            (Some(share), Some(interval)) if !self.is_small() => {
                write!(f, "{} ({interval})", Percent(share))
            }
            (Some(_), _) => write!(f, "{} of {}", self.k, self.n),
            (None, _) => f.write_str("–"),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (self.low * 100.0, self.high * 100.0);
        // A narrow interval would round to "94–94 %".
        if high - low < 3.0 {
            write!(f, "{low:.1}–{high:.1}\u{a0}%")
        } else {
            write!(f, "{low:.0}–{high:.0}\u{a0}%")
        }
    }
}

/// One decimal where it says something: `97.4 %`, `50 %`.
struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.0 * 100.0);
        write!(f, "{}\u{a0}%", text.strip_suffix(".0").unwrap_or(&text))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
const fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percents(k: i64, n: i64) -> (String, String) {
        let interval = Proportion::new(k, n).interval().unwrap();
        (
            format!("{:.1}", interval.low * 100.0),
            format!("{:.1}", interval.high * 100.0),
        )
    }

    #[test]
    fn the_interval_is_wilsons() {
        assert_eq!(percents(0, 10), ("0.0".into(), "27.8".into()));
        assert_eq!(percents(10, 10), ("72.2".into(), "100.0".into()));
        assert_eq!(percents(3, 8), ("13.7".into(), "69.4".into()));
        assert_eq!(percents(50, 100), ("40.4".into(), "59.6".into()));
    }

    #[test]
    fn small_numbers_are_shown_as_counts() {
        assert_eq!(Proportion::new(3, 8).to_string(), "3 of 8");
        assert_eq!(Proportion::new(0, 0).to_string(), "–");
        assert_eq!(
            Proportion::new(50, 100).to_string(),
            "50\u{a0}% (40–60\u{a0}%)"
        );
        let narrow = Proportion::new(975, 1_001).to_string();
        assert_eq!(narrow, "97.4\u{a0}% (96.2–98.2\u{a0}%)");
    }

    #[test]
    fn a_count_never_exceeds_its_base() {
        assert_eq!(Proportion::new(9, 8), Proportion { k: 8, n: 8 });
        assert_eq!(Proportion::new(-1, 8).percent(), 0);
        assert_eq!(Proportion::new(1, 3).percent(), 33);
        assert_eq!(Proportion::new(2, 3).percent(), 67);
    }
}
