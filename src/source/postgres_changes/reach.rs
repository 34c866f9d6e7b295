//! How much of their log one look reads. After hours without us there may be more than their server
//! can decode within `timeout`: so a look that takes too long asks for less the next time.

use super::lsn::LogPlace;

/// As long as all goes well.
const MOST: u64 = 256 << 20;
/// However slow their server is.
const LEAST: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogReach(u64);

impl Default for LogReach {
    fn default() -> Self {
        Self(MOST)
    }
}

impl LogReach {
    /// Up to where to read from here, if the log ends there.
    pub(super) fn end(self, from: LogPlace, end: LogPlace) -> LogPlace {
        end.min(LogPlace(from.0.saturating_add(self.0)))
    }

    pub(super) fn grow(&mut self) {
        self.0 = MOST.min(self.0.saturating_mul(2));
    }

    /// It took too long; false: it cannot be less.
    pub(super) fn shrink(&mut self) -> bool {
        let before = self.0;
        self.0 = LEAST.max(before / 4);
        self.0 < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_takes_too_long_asks_for_less() {
        let mut reach = LogReach::default();
        let far = LogPlace(u64::MAX);
        assert_eq!(reach.end(LogPlace(0), LogPlace(7)), LogPlace(7));
        assert_eq!(reach.end(LogPlace(1), far), LogPlace(MOST + 1));
        for _ in 0..4 {
            assert!(reach.shrink());
        }
        assert!(!reach.shrink());
        assert_eq!(reach.end(LogPlace(0), far), LogPlace(LEAST));
        for _ in 0..20 {
            reach.grow();
        }
        assert_eq!(reach, LogReach::default());
    }
}
