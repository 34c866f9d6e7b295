//! All faults of a file that holds a list of tables (`[[rule]]`) in one run, in words that a person
//! who writes TOML knows. The reader stops at the first; here the line that was at fault is blanked,
//! and the reader goes over the rest again.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::DeTable;

/// What can be read, and each fault with the byte where it stands. A line that is no TOML is a
/// fault like the others where the rest can be read without it; else it is the last that is found,
/// because nothing after it means what it seems to. At most `most` are named.
pub(crate) fn read<T: DeserializeOwned>(
    text: &str,
    most: usize,
) -> (Option<T>, Vec<(usize, String)>) {
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
        if faults.len() == most {
            let more = "so many faults are named at once; mend these, then look again";
            faults.sort();
            faults.push((span.start, more.to_owned()));
            return (None, faults);
        }
        let table = table_around(text, span.start);
        let lacks = error.message().starts_with("missing field");
        if !(lacks && touched.contains(&table)) {
            faults.push((span.start, plain(error.message())));
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

/// From the `[[` before a byte to the next one that begins no table inside this one, or an end of
/// the text.
fn table_around(text: &str, at: usize) -> Range<usize> {
    let name = |head: usize| {
        text.get(head + 2..)
            .unwrap_or_default()
            .split(']')
            .next()
            .unwrap_or_default()
    };
    let heads = || text.match_indices("[[").map(|(head, _)| head);
    let heads = || heads().filter(|head| text[..*head].ends_with('\n') || *head == 0);
    let start = heads().take_while(|head| *head <= at).last().unwrap_or(0);
    let inside = format!("{}.", name(start));
    let next = heads().find(|head| *head > at && !name(*head).starts_with(&inside));
    let end = next.unwrap_or(text.len());
    start..end
}

/// The whole lines on which a span lies.
fn lines_of(text: &str, span: &Range<usize>) -> Range<usize> {
    // In bytes: a span may end inside a letter.
    let bytes = text.as_bytes();
    let is_end = |byte: &u8| *byte == b'\n';
    let start = bytes[..span.start].iter().rposition(is_end);
    let start = start.map_or(0, |at| at + 1);
    let last = span.end.saturating_sub(1).max(span.start).min(bytes.len());
    let end = bytes[last..].iter().position(is_end);
    let end = end.map_or(bytes.len(), |at| last + at);
    start..end
}

/// The text with blanks in place of a part, so that every byte behind it stays where it was.
fn blanked(text: &str, part: Range<usize>) -> String {
    let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
    let blanks: String = text[part.clone()].bytes().map(blank).collect();
    format!("{}{blanks}{}", &text[..part.start], &text[part.end..])
}

/// The line, counted from 1, on which a byte stands.
pub(crate) fn line_at(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    1 + before.filter(|byte| *byte == b'\n').count()
}

/// What the reader says of a value, without the words of the program behind it: not "invalid type:
/// string "x", expected u32" but "this is the text "x"; write a whole number".
pub(crate) fn plain(message: &str) -> String {
    let message = message.trim();
    let kind = message.strip_prefix("invalid type: ");
    let value = message.strip_prefix("invalid value: ");
    let parts = kind
        .or(value)
        .and_then(|rest| rest.split_once(", expected "));
    match parts {
        None => message.to_owned(),
        Some((found, wanted)) if kind.is_some() => {
            format!("this is {}; write {}", in_toml(found), asked_for(wanted))
        }
        Some((found, wanted)) => format!(
            "{} is out of range; write {}",
            in_toml(found),
            asked_for(wanted)
        ),
    }
}

/// What stands there, as somebody who writes TOML calls it.
fn in_toml(found: &str) -> String {
    let (kind, rest) = found.split_once(' ').unwrap_or((found, ""));
    let kind = match kind {
        "string" => "the text",
        "integer" | "floating" => "the number",
        "boolean" => "the word",
        "sequence" => "a list",
        "map" => "a table",
        "datetime" => "a date",
        other => other,
    };
    let rest = rest.strip_prefix("point ").unwrap_or(rest);
    format!("{kind} {rest}").trim_end().to_owned()
}

fn asked_for(wanted: &str) -> String {
    let whole = |most: u64| format!("a whole number from 0 to {most}");
    match wanted {
        "u8" => whole(u8::MAX.into()),
        "u16" => whole(u16::MAX.into()),
        "u32" => whole(u32::MAX.into()),
        "u64" | "usize" => "a whole number above zero, or zero".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a string" => "a text in quotation marks".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list in [ ]".to_owned(),
        wanted if wanted == "a map" || wanted.starts_with("struct ") => "a table".to_owned(),
        wanted => wanted.to_owned(),
    }
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

    const MOST: usize = 20;

    fn faults(text: &str) -> Vec<(usize, String)> {
        read::<Written>(text, MOST).1
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
    fn faults_are_said_in_the_words_of_the_file() {
        let said: Vec<String> = [
            "it = 1\n",
            "[[it]]\nname = 1\n",
            "[[it]]\nname = \"\"\nmany = \"è\"\n",
            "[[it]]\nname = \"\"\nmany = 300\n",
            "[[it]]\nname = [1]\n",
            "[[it]]\nname = \"\"\nmany = 1.5\n",
        ]
        .iter()
        .map(|text| faults(text).remove(0).1)
        .collect();
        let right = [
            "this is the number `1`; write a list in [ ]",
            "this is the number `1`; write a text in quotation marks",
            "this is the text \"è\"; write a whole number from 0 to 255",
            "the number `300` is out of range; write a whole number from 0 to 255",
            "this is a list; write a text in quotation marks",
            "this is the number `1.5`; write a whole number from 0 to 255",
        ];
        assert_eq!(said, right);
    }

    #[test]
    fn letters_that_are_not_ascii_stand_where_no_letter_may() {
        for line in [
            "priorità = 1",
            "name = novità",
            "name = “avvisi”",
            "è",
            "name = \"è",
        ] {
            for text in [format!("[[it]]\n{line}\n"), format!("[[it]]\n{line}")] {
                assert!(!faults(&text).is_empty(), "{line}");
            }
        }
    }

    #[test]
    fn of_a_file_full_of_faults_some_are_named() {
        let found = faults(&"[[it]]\nname = 1\n".repeat(5_000));
        assert_eq!(found.len(), MOST + 1);
        assert!(found[MOST].1.contains("mend these"), "{found:?}");
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
