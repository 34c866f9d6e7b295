//! How long something took, as one of a few steps: so many messages within so many seconds. A
//! median of millions is then read from a few dozen counts, and said as "within".

/// The upper bounds in seconds: close together where people feel a difference, later each about half
/// as much again as the one before.
const STEPS: [i64; 39] = [
    1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 420, 600, 900, 1_200, 1_800, 2_700,
    3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 57_600, 86_400, 129_600, 172_800,
    259_200, 345_600, 432_000, 604_800, 864_000, 1_209_600,
];

/// The upper bound, in seconds, of the step that a time of so many microseconds falls into: the
/// smallest that is not below it. Nothing for what took longer than two weeks. A clock that was
/// put back makes no time shorter than none.
#[must_use]
pub fn step_of(micros: i64) -> Option<i64> {
    STEPS.into_iter().find(|bound| micros <= bound * 1_000_000)
}

/// Within how many seconds this share of them was done, in percent; from upper bounds with how
/// many fell below each, in order of the bounds. Nothing when there are none.
#[must_use]
pub fn within(steps: &[(i64, i64)], percent: i64) -> Option<i64> {
    let whole: i64 = steps.iter().map(|(_, count)| count).sum();
    let mut so_far = 0;
    let found = steps.iter().find(|(_, count)| {
        so_far += count;
        so_far * 100 >= whole * percent
    });
    found.filter(|_| whole > 0).map(|(bound, _)| *bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_into_the_smallest_step_that_holds_it() {
        for (micros, step) in [
            (-5, Some(1)),
            (0, Some(1)),
            (1_000_000, Some(1)),
            (1_000_001, Some(2)),
            (61_000_000, Some(90)),
            (1_209_600_000_000, Some(1_209_600)),
            (1_209_600_000_001, None),
        ] {
            assert_eq!(step_of(micros), step, "{micros}");
        }
    }

    #[test]
    fn the_share_is_reached_at_the_first_step_that_holds_it() {
        // Ten times: 1 s four times, 5 s five times, 60 s once. The fifth is 5 s, so is the ninth.
        let steps = [(1, 4), (5, 5), (60, 1)];
        assert_eq!(within(&steps, 50), Some(5));
        assert_eq!(within(&steps, 90), Some(5));
        assert_eq!(within(&steps, 91), Some(60));
        assert_eq!(within(&[(1, 1), (5, 1)], 50), Some(1));
        assert_eq!(within(&[], 50), None);
    }
}
