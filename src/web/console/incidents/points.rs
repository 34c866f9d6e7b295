//! Lists that people paste or bring as a file: supply points out of a spreadsheet, codes out of a mail.
//! Pure. Whether there is such a supply point is asked of the store where the list is shown.

use std::collections::HashSet;

use crate::domain::limits::{LEFT_OUT_SHOWN, REFERENCE};
use crate::text::invisible::harmless;
use crate::text::sanitize;

/// What of a list was left out, to be told to whoever pasted it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct ListNotes {
    /// Entries that stood there already.
    pub(super) doubles: usize,
    /// Entries that can be no code.
    pub(super) left_out: usize,
    /// The first of these.
    pub(super) shown: Vec<String>,
}

/// A list of codes, each once, in the order given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PastedList {
    pub(super) codes: Vec<String>,
    pub(super) notes: ListNotes,
}

/// A file as text: UTF-8, or Latin-1 where it is not. What a sheet in UTF-16 comes to holds control
/// characters, and so no code.
pub(super) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The entries between commas, semicolons, tabs and ends of lines.
pub(super) fn entries(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([',', ';', '\t', '\n', '\r']);
    parts
        .map(|part| part.trim_matches(|c: char| c == '"' || c.is_whitespace()))
        .filter(|part| !part.is_empty())
}

/// The codes of supply points in a text.
pub(super) fn codes(text: &str) -> PastedList {
    let (mut list, mut known) = (PastedList::default(), HashSet::new());
    for entry in entries(text) {
        if !is_code(entry) {
            list.notes.left_out += 1;
            if list.notes.shown.len() < LEFT_OUT_SHOWN {
                list.notes.shown.push(harmless(entry));
            }
        } else if known.insert(entry) {
            list.codes.push(entry.to_owned());
        } else {
            list.notes.doubles += 1;
        }
    }
    list
}

/// A code is one word; whatever else stands in a row of a sheet (a name, a street) is none.
fn is_code(entry: &str) -> bool {
    !entry.contains(char::is_whitespace)
        && !sanitize::has_invisible(entry)
        && entry.chars().nth(REFERENCE).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_in_latin_1_with_semicolons_is_read_and_its_faults_are_counted() {
        let sheet = b"POD;Citt\xE0 di\r\n\"IT001E1\";Forl\xEC\r\nIT001E2;via Po\r\nIT001E1;\r\n";
        let found = codes(&decoded(sheet));
        assert_eq!(found.codes, ["POD", "IT001E1", "Forlì", "IT001E2"]);
        let notes = ListNotes {
            doubles: 1,
            left_out: 2,
            shown: vec!["Città di".to_owned(), "via Po".to_owned()],
        };
        assert_eq!(found.notes, notes);
    }

    #[test]
    fn marks_and_blanks_are_nobodys() {
        assert_eq!(decoded("\u{feff}IT1\n".as_bytes()), "IT1\n");
        assert!(codes(" ; ,\n\t\"\"").codes.is_empty());
        let utf16 = codes(&decoded(b"\xFF\xFEI\x00T\x00001\x00"));
        assert!(utf16.codes.is_empty());
        assert_eq!(utf16.notes.left_out, 1);
        let many = "a b;".repeat(LEFT_OUT_SHOWN + 5);
        let notes = codes(&many).notes;
        assert_eq!((notes.left_out, notes.shown.len()), (25, LEFT_OUT_SHOWN));
    }
}
