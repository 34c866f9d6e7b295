//! Small charts as SVG numbers; the templates draw them, with the table behind them.

/// Points of a line of 100 by 24 through `values`, oldest first; empty with fewer than two.
pub(crate) fn spark_line(values: &[i64]) -> String {
    let last = values.len().saturating_sub(1);
    if last == 0 {
        return String::new();
    }
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(place, value)| {
            let x = place * 1_000 / last;
            let y = 22 - value.max(&0) * 20 / most;
            format!("{}.{},{y}", x / 10, x % 10)
        })
        .collect();
    points.join(" ")
}

/// One bar of a chart by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    /// Left edge, in a chart 600 wide.
    pub(crate) x: i64,
    pub(crate) width: i64,
    /// Heights from the ground, in a chart 120 high: the whole and the part of it.
    pub(crate) whole: i64,
    /// Height of the part.
    pub(crate) part: i64,
    /// What it stands for, for its title.
    pub(crate) word: String,
}

/// Bars side by side: each with a whole and a part of it.
pub(crate) fn bars(values: &[(String, i64, i64)]) -> Vec<Bar> {
    let most = values
        .iter()
        .map(|(_, whole, _)| *whole)
        .max()
        .unwrap_or(0)
        .max(1);
    let count = i64::try_from(values.len()).unwrap_or(1).max(1);
    let step = 600 / count;
    (0..count)
        .zip(values)
        .map(|(place, (word, whole, part))| Bar {
            x: place * 600 / count,
            width: (step - 2).clamp(1, 40),
            whole: whole * 120 / most,
            part: part * 120 / most,
            word: word.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_needs_two_points_and_stays_in_its_box() {
        assert_eq!(spark_line(&[5]), "");
        assert_eq!(spark_line(&[0, 10]), "0.0,22 100.0,2");
    }

    #[test]
    fn bars_fill_the_chart_and_never_exceed_it() {
        let drawn = bars(&[("a".into(), 10, 5), ("b".into(), 20, 20)]);
        assert_eq!((drawn[0].whole, drawn[0].part), (60, 30));
        assert_eq!((drawn[1].x, drawn[1].whole), (300, 120));
    }
}
