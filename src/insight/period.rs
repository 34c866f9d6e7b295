//! The days that are looked at, and those before them. Pure.

/// Some days in a row, counted from 1970-01-01, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: i64,
    pub to: i64,
}

impl Period {
    /// So many days, of which `to` is the last.
    #[must_use]
    pub const fn ending(to: i64, days: i64) -> Self {
        Self {
            from: to - days + 1,
            to,
        }
    }

    /// At least one where `from` is not after `to`.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.to - self.from + 1
    }

    /// As many days just before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self::ending(self.from - 1, self.days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        let week = Period::ending(100, 7);
        assert_eq!((week.from, week.to, week.days()), (94, 100, 7));
        assert_eq!(week.before(), Period { from: 87, to: 93 });
        assert_eq!(Period::ending(5, 1).before(), Period { from: 4, to: 4 });
    }
}
