//! All faults of a file that holds a list of tables (`[[rule]]`) in one run. The reader stops at
//! the first; here the line that was at fault is blanked, and the reader goes over the rest again.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::DeTable;

use crate::domain::limits::NAMED_FAULTS;

/// What can be read, and each fault with the byte where it stands. A line that is no TOML is a
/// fault like the others where the rest can be read without it; else it is the last that is found,
/// because nothing after it means what it seems to.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> (Option<T>, Vec<(usize, String)>) {
    let mut left = text.to_owned();
    let mut faults = Vec::new();
    // Tables that lines were taken from: what they lack, they may have had.
    let mut touched: Vec<Range<usize>> = Vec::new();
    loop {
        let error = match toml::from_str::<T>(&left) {
            Ok(read) => {
                faults.sort();
                return (Some(read), faults);
            }
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        if faults.len() == NAMED_FAULTS {
            let more = "so many faults are named at once; mend these, then look again";
            faults.sort();
            faults.push((span.start, more.to_owned()));
            return (None, faults);
        }
        let table = table_around(text, span.start);
        let lacks = error.message().starts_with("missing field");
        if !(lacks && touched.contains(&table)) {
            faults.push((span.start, error.message().trim().to_owned()));
        }
        let next = match blanked(&left, lines_of(text, &span)) {
            next if !lacks && is_toml(&next) => next,
            _ => blanked(&left, table.clone()),
        };
        if next == left || !is_toml(&next) {
            faults.sort();
            return (None, faults);
        }
        touched.push(table);
        left = next;
    }
}

fn is_toml(text: &str) -> bool {
    DeTable::parse(text).is_ok()
}

/// From the `[[` before a byte to the one after it, or an end of the text.
fn table_around(text: &str, at: usize) -> Range<usize> {
    let heads = || text.match_indices("[[").map(|(head, _)| head);
    let heads = || heads().filter(|head| text[..*head].ends_with('\n') || *head == 0);
    let start = heads().take_while(|head| *head <= at).last().unwrap_or(0);
    let end = heads().find(|head| *head > at).unwrap_or(text.len());
    start..end
}

/// The whole lines on which a span lies.
fn lines_of(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let last = span.end.saturating_sub(1).max(span.start);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    start..end
}

/// The text with blanks in place of a part, so that every byte behind it stays where it was.
fn blanked(text: &str, part: Range<usize>) -> String {
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let blanks: String = text[part.clone()].bytes().map(blank).collect();
    format!("{}{blanks}{}", &text[..part.start], &text[part.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read, and looked at no further")]
    struct Written {
        it: Vec<Item>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read, and looked at no further")]
    struct Item {
        name: String,
        #[serde(default)]
        many: u8,
    }

    fn faults(text: &str) -> Vec<(usize, String)> {
        read::<Written>(text).1
    }

    #[test]
    fn each_line_at_fault_is_found_once_and_what_follows_from_it_is_not() {
        let text = "[[it]]\nname = 1\nmany = \"è\"\n[[it]]\nnam = \"x\"\n[[it]]\nname = \"y\"\n";
        let found = faults(text);
        let at: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        let places = ["1\n", "\"è\"", "nam ="].map(|part| text.find(part).unwrap());
        assert_eq!(at, places, "{found:?}");
    }

    #[test]
    fn of_a_file_full_of_faults_some_are_named() {
        let found = faults(&"[[it]]\nname = 1\n".repeat(5_000));
        assert_eq!(found.len(), NAMED_FAULTS + 1);
        assert!(found[NAMED_FAULTS].1.contains("mend these"), "{found:?}");
    }

    #[test]
    fn a_line_that_is_no_toml_hides_no_other_fault_where_the_rest_can_be_read() {
        assert_eq!(faults("[[it]]\nname = \n[[it]]\nname = 1\n").len(), 2);
        // Where the list ends nobody can say, so what follows it is not looked at.
        assert_eq!(faults("[[it]]\nname = [\n[[it]]\nname = 1\n").len(), 1);
        assert_eq!(faults("colour = 1\n[[it]]\nname = \"\"\n").len(), 1);
        assert!(faults("[[it]]\nname = \"\"\n").is_empty());
    }
}
