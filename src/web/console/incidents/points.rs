//! Lists that people paste or bring as a file: supply points out of a spreadsheet, codes out of a mail.
//! Pure. Which of them are supply points here is asked of the store before (`spellings`): what it knows
//! is taken however it is spelled, anything else only if it looks like a code.

use std::collections::{BTreeSet, HashSet};

use crate::domain::limits::{ENTRIES_KNOWN, LEFT_OUT_SHOWN, REFERENCE};
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

/// All that the entries of a text could be called in the store: as they stand, without blanks, in
/// capital and in small letters.
pub(super) fn spellings(text: &str) -> BTreeSet<String> {
    let possible = entries(text).filter(|entry| entry.chars().nth(REFERENCE).is_none());
    possible
        .take(ENTRIES_KNOWN)
        .flat_map(spellings_of)
        .collect()
}

fn spellings_of(entry: &str) -> [String; 4] {
    let joined: String = entry.split_whitespace().collect();
    [
        entry.to_owned(),
        joined.to_uppercase(),
        joined.to_lowercase(),
        joined,
    ]
}

/// The codes of supply points in a text. `known`: those of its spellings that the store has.
pub(super) fn codes(text: &str, known: &BTreeSet<String>) -> PastedList {
    let (mut list, mut taken) = (PastedList::default(), HashSet::new());
    for entry in entries(text) {
        let mut spelled = spellings_of(entry).into_iter();
        let code = spelled.find(|code| known.contains(code));
        let Some(code) = code.or_else(|| looks_like_code(entry).then(|| entry.to_owned())) else {
            list.notes.left_out += 1;
            if list.notes.shown.len() < LEFT_OUT_SHOWN {
                list.notes.shown.push(harmless(entry));
            }
            continue;
        };
        if taken.insert(code.to_uppercase()) {
            list.codes.push(code);
        } else {
            list.notes.doubles += 1;
        }
    }
    list
}

/// Signs of a code that nobody here knows, at least.
const LEAST: usize = 4;
/// Digits of one that has no letter: more than a postal code, a date or a telephone number has.
const LEAST_DIGITS: usize = 12;

/// A code is one word with a digit in it; whatever else stands in a sheet (a heading, a name, a street)
/// is none.
fn looks_like_code(entry: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let digits = entry.chars().filter(char::is_ascii_digit).count();
    let has_letter = entry.contains(|c: char| c.is_ascii_alphabetic());
    entry.chars().all(is_sign)
        && !sanitize::has_invisible(entry)
        && (LEAST..=REFERENCE).contains(&entry.chars().count())
        && digits >= if has_letter { 1 } else { LEAST_DIGITS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_in_latin_1_with_semicolons_is_read_and_its_faults_are_counted() {
        let sheet = b"POD;Citt\xE0 di\r\n\"IT001E1\";Forl\xEC\r\nIT001E2;via Po\r\nIT001E1;\r\n";
        let found = codes(&decoded(sheet), &BTreeSet::new());
        assert_eq!(found.codes, ["IT001E1", "IT001E2"]);
        let left_out = ["POD", "Città di", "Forlì", "via Po"];
        let notes = ListNotes {
            doubles: 1,
            left_out: 4,
            shown: left_out.map(str::to_owned).to_vec(),
        };
        assert_eq!(found.notes, notes);
    }

    #[test]
    fn what_is_known_is_taken_however_it_is_spelled_and_names_are_not() {
        let sheet = "POD;Nome\nit999e0001;Davide\nIT 999 E 0002;3331234567\nCASA;40121\n\
            IT999E0001;01/12/2026\n12345678901234;IT999X";
        let stored = ["IT999E0001", "IT999E0002", "CASA"];
        let asked = spellings(sheet);
        assert!(stored.iter().all(|code| asked.contains(*code)), "{asked:?}");
        let found = codes(sheet, &stored.map(str::to_owned).into());
        let codes = [
            "IT999E0001",
            "IT999E0002",
            "CASA",
            "12345678901234",
            "IT999X",
        ];
        assert_eq!(found.codes, codes);
        assert_eq!((found.notes.doubles, found.notes.left_out), (1, 6));
    }

    #[test]
    fn marks_and_blanks_are_nobodys() {
        assert_eq!(decoded("\u{feff}IT1\n".as_bytes()), "IT1\n");
        let none = BTreeSet::new();
        assert!(codes(" ; ,\n\t\"\"", &none).codes.is_empty());
        let utf16 = codes(&decoded(b"\xFF\xFEI\x00T\x00001\x00"), &none);
        assert!(utf16.codes.is_empty());
        assert_eq!(utf16.notes.left_out, 1);
        let many = "a b;".repeat(LEFT_OUT_SHOWN + 5);
        let notes = codes(&many, &none).notes;
        assert_eq!((notes.left_out, notes.shown.len()), (25, LEFT_OUT_SHOWN));
    }
}
