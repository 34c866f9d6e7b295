//! What a person wrote in an answer: without what is quoted and without a signature. It is for a
//! person to read and for the words of `track::words`; the whole mail is the evidence.

use super::phrases::{begins, phrases};
use super::said::words;
use crate::domain::limits::RETURNED_TEXT;
use crate::text::sanitize::prose;

/// Words with which the line above a quotation ends, as in "Il 3 maggio Maria ha scritto:".
const WROTE: [&str; 12] = [
    "wrote:",
    "writes:",
    "ha scritto:",
    "scrisse:",
    "schrieb:",
    "a ecrit :",
    "a ecrit:",
    "escribio:",
    "escreveu:",
    "schreef:",
    "het volgende geschreven:",
    "ha escrito:",
];
/// Lines over which such a line may be broken.
const BROKEN_OVER: usize = 3;
/// What a pocket's mail program puts under each mail.
const SENT_FROM: [&str; 9] = [
    "inviato da ",
    "inviato dal ",
    "sent from ",
    "get outlook for",
    "ottieni outlook",
    "von meinem ",
    "envoye de mon",
    "enviado desde",
    "verzonden vanaf",
];

/// The own words of an answer.
pub(super) fn own_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len())
        .find(|at| ends_at(&lines, *at))
        .unwrap_or(lines.len());
    let own = lines
        .iter()
        .take(end)
        .filter(|line| !line.trim_start().starts_with('>'));
    let own: Vec<&str> = own.copied().collect();
    let mut own = prose(&own.join("\n"));
    own.truncate(own.floor_char_boundary(RETURNED_TEXT));
    own
}

fn ends_at(lines: &[&str], at: usize) -> bool {
    let Some(line) = lines.get(at) else {
        return true;
    };
    if matches!(line.trim_end_matches('\r'), "--" | "-- ") {
        return true;
    }
    let folded = words(line);
    let is_head = folded.contains('@') || at + 1 < lines.len() && is_mail_head(lines, at + 1);
    let marks = begins(&folded, &phrases().quote_starts);
    let field = folded
        .split_once(": ")
        .is_some_and(|(name, _)| name.trim_end().len() <= 5);
    if marks && (!field || is_head) || SENT_FROM.iter().any(|start| folded.starts_with(start)) {
        return true;
    }
    wrote(lines, at)
}

/// "Inviato: .." or "Subject: .." below "Da: ..".
fn is_mail_head(lines: &[&str], at: usize) -> bool {
    let folded = lines.get(at).map(|line| words(line)).unwrap_or_default();
    let names = [
        "inviato:",
        "sent:",
        "date:",
        "data:",
        "gesendet:",
        "datum:",
        "envoye",
        "enviado",
        "verzonden:",
    ];
    names.iter().any(|name| folded.starts_with(name))
}

fn wrote(lines: &[&str], at: usize) -> bool {
    let starts = [
        "il ", "on ", "am ", "le ", "el ", "em ", "op ", "in data ", "a ", "den ",
    ];
    let near = lines.get(at..).unwrap_or_default().iter().take(BROKEN_OVER);
    let folded: Vec<String> = near.map(|line| words(line)).collect();
    let begins = folded
        .first()
        .is_some_and(|line| starts.iter().any(|start| line.starts_with(start)));
    let mut joined = String::new();
    begins
        && folded
            .iter()
            .take_while(|line| !line.is_empty())
            .any(|line| {
                joined.push_str(line);
                joined.push(' ');
                joined.contains(char::is_numeric)
                    && WROTE.iter().any(|word| joined.trim_end().ends_with(word))
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_and_signatures_are_cut_off() {
        for (text, own) in [
            (
                "Grazie\n\nIl 3 maggio 2026 Avvisi <a@b.it> ha\nscritto:\n> ciao",
                "Grazie",
            ),
            (
                "Thanks\r\nOn Mon, 3 May 2026 A wrote:\r\n\r\n> hi",
                "Thanks",
            ),
            ("> ciao\nVa bene\n-- \nMaria", "Va bene"),
            ("STOP\n\n-----Messaggio originale-----\nDa: x", "STOP"),
            ("Si\nInviato da iPhone", "Si"),
            ("Ok\nDa: Avvisi <a@b.it>\nInviato: oggi", "Ok"),
            (
                "Il 3 maggio non posso, grazie",
                "Il 3 maggio non posso, grazie",
            ),
            ("da: qui non arriva", "da: qui non arriva"),
        ] {
            assert_eq!(own_words(text), own, "{text}");
        }
    }
}
