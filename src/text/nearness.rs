//! The known name that is written most like an unknown one, for whoever mistyped it.

/// Letters of a name that are compared: names are short, and the work grows with their square.
const COMPARED: usize = 60;

/// The name that was meant, most likely: another one, within a third of the letters.
#[must_use]
pub fn nearest<'a>(known: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    let known = known.into_iter();
    let measured = known.map(|known| (distance(name, known), known));
    let (distance, known) = measured.min()?;
    (distance > 0 && distance <= (name.len() / 3).max(1)).then_some(known)
}

/// How many letters have to be typed, deleted or replaced (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(COMPARED).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().take(COMPARED).enumerate() {
        let mut before = row[0];
        row[0] = line + 1;
        for (column, known) in other.iter().enumerate() {
            let replaced = before + usize::from(letter != *known);
            before = row[column + 1];
            row[column + 1] = replaced.min(before + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        assert_eq!(distance("case.reff", "case.ref"), 1);
        assert_eq!(distance("case.fer", "case.ref"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn what_is_far_from_all_is_none_of_them() {
        let known = ["case.state_changed", "case.opened"];
        assert_eq!(nearest(known, "case.opend"), Some("case.opened"));
        assert_eq!(nearest(known, "meter.read"), None);
        assert_eq!(nearest(known, "case.opened"), None, "it is known");
    }
}
