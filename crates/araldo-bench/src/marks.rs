//! What a measurement is held to: the figure, the mark, and whether it was reached. A mark that
//! is missed is said and fails nothing: a machine may be busy. A lost message fails the run.

use serde_json::{Value, json};

use crate::report::round;

/// On which side of the mark the figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    AtLeast,
    AtMost,
}

/// One figure and its mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    what: &'static str,
    side: Side,
    wanted: f64,
    got: f64,
}

impl Mark {
    pub(super) const fn at_least(what: &'static str, wanted: f64, got: f64) -> Self {
        Self {
            what,
            side: Side::AtLeast,
            wanted,
            got,
        }
    }

    pub(super) const fn at_most(what: &'static str, wanted: f64, got: f64) -> Self {
        Self {
            what,
            side: Side::AtMost,
            wanted,
            got,
        }
    }

    /// Whether the figure is on the right side. One that was not measured is not.
    pub(super) fn reached(&self) -> bool {
        match self.side {
            Side::AtLeast => self.got >= self.wanted,
            Side::AtMost => self.got <= self.wanted,
        }
    }

    fn line(&self) -> String {
        let (side, verdict) = match (self.side, self.reached()) {
            (Side::AtLeast, true) => ("at least", "reached"),
            (Side::AtLeast, false) => ("at least", "MISSED"),
            (Side::AtMost, true) => ("at most", "reached"),
            (Side::AtMost, false) => ("at most", "MISSED"),
        };
        format!(
            "mark: {} {} {}, measured {}: {verdict}",
            self.what,
            side,
            round(self.wanted),
            round(self.got)
        )
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what,
            "side": match self.side { Side::AtLeast => "at least", Side::AtMost => "at most" },
            "mark": self.wanted, "measured": round(self.got), "reached": self.reached(),
        })
    }
}

/// All of them, as lines.
pub(super) fn print(marks: &[Mark]) {
    for mark in marks {
        println!("{}", mark.line());
    }
}

/// All of them, for `--json`.
pub(super) fn json(marks: &[Mark]) -> Value {
    marks.iter().map(Mark::json).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_reached_on_its_own_side_only_and_never_without_a_figure() {
        assert!(Mark::at_least("ratio", 0.5, 0.5).reached());
        assert!(!Mark::at_least("ratio", 0.5, 0.49).reached());
        assert!(Mark::at_most("p50 in ms", 3.0, 2.9).reached());
        assert!(!Mark::at_most("p50 in ms", 3.0, 3.1).reached());
        assert!(!Mark::at_least("ratio", 0.5, f64::NAN).reached());
        assert!(!Mark::at_most("ratio", 0.5, f64::NAN).reached());
    }

    #[test]
    fn the_line_says_figure_mark_and_verdict() {
        let line = Mark::at_most("p50 in ms", 3.0, 4.25).line();
        assert_eq!(line, "mark: p50 in ms at most 3, measured 4.25: MISSED");
    }
}
