//! What can be put into a text with a click: the variables, each with what it says and an example,
//! and in a mail the pieces it is made of. Without a script each stands there to be copied.

use serde_json::Value as Json;

use crate::domain::Channel;
use crate::domain::language::Language;
use crate::domain::template::Source;
use crate::template::BUILTINS;
use crate::web::console::shell::ConsoleWords;

use super::faults;
use super::typed::{Tab, is_mjml};

/// A variable as a text may use it.
pub(super) struct VariableChip {
    pub(super) name: String,
    pub(super) meaning: String,
    pub(super) example: String,
    /// Whether a message is held back without it.
    pub(super) required: bool,
    /// Whether this template declares it, and may therefore forget it.
    pub(super) declared: bool,
    /// What a click puts into the text.
    pub(super) print: String,
    /// A sentence that is left out where the value is not known.
    pub(super) sentence: String,
}

/// A piece of a mail: its name, and what a click puts into the text.
pub(super) struct PieceChip {
    pub(super) word: String,
    pub(super) text: String,
}

/// Those of the template, and those that are always there. Of the latter only what a reader would
/// be told.
pub(super) fn variables(words: ConsoleWords, source: &Source, tab: &Tab) -> Vec<VariableChip> {
    let declared = source.variables.iter().map(|variable| {
        let example = variable.examples.get(&tab.locale);
        let example = shown(example.unwrap_or(&variable.example));
        chip(
            &variable.name,
            faults::meaning(words, &variable.description),
            example,
            variable.required,
            true,
        )
    });
    let told = BUILTINS
        .iter()
        .filter(|builtin| builtin.name.contains('.') && !builtin.name.starts_with("event."))
        .filter(|builtin| source.variables.iter().all(|it| it.name != builtin.name));
    let builtins = told.map(|builtin| {
        let [italian, english] = builtin.example;
        let example = Language::for_reader(&tab.locale).choose(italian, english);
        chip(
            builtin.name,
            words.of("templates-builtin", builtin.name).into_owned(),
            example.to_owned(),
            !builtin.name.starts_with("contact."),
            false,
        )
    });
    declared.chain(builtins).collect()
}

fn chip(
    name: &str,
    meaning: String,
    example: String,
    required: bool,
    declared: bool,
) -> VariableChip {
    let print = match moment(&example) {
        None => format!("{{{{ {name} }}}}"),
        Some(filter) => format!("{{{{ {name} | {filter} }}}}"),
    };
    VariableChip {
        sentence: format!("{{% if {name} %}} ... {print}.{{% endif %}}"),
        name: name.to_owned(),
        meaning,
        example,
        required,
        declared,
        print,
    }
}

/// How a date or a time is written for people, if the example is one.
fn moment(example: &str) -> Option<&'static str> {
    let digit = |at: usize| example.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let dash = |at: usize| example.as_bytes().get(at) == Some(&b'-');
    let is_day = (0..4).all(digit) && dash(4) && digit(5) && digit(6) && dash(7) && digit(8);
    match example.len() {
        10 if is_day => Some("date"),
        17.. if is_day && example.as_bytes()[10] == b'T' => Some("datetime"),
        _ => None,
    }
}

fn shown(example: &Json) -> String {
    match example {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The pieces of a mail in Markdown, in the language of the text.
pub(super) fn pieces(words: ConsoleWords, source: &Source, tab: &Tab) -> Vec<PieceChip> {
    if tab.channel != Channel::Email || is_mjml(source, &tab.locale) {
        return Vec::new();
    }
    let language = Language::for_reader(&tab.locale);
    let (heading, entry, bold, link, button, contact) = language.choose(
        (
            "Titolo",
            "Voce",
            "importante",
            "testo del link",
            "Segua la pratica",
            "Numero verde",
        ),
        (
            "Heading",
            "Entry",
            "important",
            "text of the link",
            "Follow your case",
            "Toll-free",
        ),
    );
    let piece = |word: &str, text: String| PieceChip {
        word: words.say(word).into_owned(),
        text,
    };
    vec![
        piece("templates-piece-heading", format!("\n# {heading}\n\n")),
        piece(
            "templates-piece-list",
            format!("\n- {entry}\n- {entry}\n\n"),
        ),
        piece("templates-piece-bold", format!("**{bold}**")),
        piece("templates-piece-link", format!("[{link}](https://)")),
        piece(
            "templates-piece-button",
            format!("\n\n[{button}]({{{{ links.status }}}})\n\n"),
        ),
        piece(
            "templates-piece-contact",
            format!(
                "\n\n{{% if contact.phone_free %}}\n> {contact} {{{{ contact.phone_free }}}}\n\
                 {{% endif %}}\n\n"
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Fullness;

    #[test]
    fn each_chip_puts_in_what_compiles() {
        let source = crate::template::trial::markdown("x");
        let tab = Tab {
            locale: "it".to_owned(),
            channel: Channel::Email,
            fullness: Fullness::Everything,
        };
        for words in Language::ALL.map(ConsoleWords::new) {
            let chips = variables(words, &source, &tab);
            assert!(
                chips
                    .iter()
                    .any(|chip| chip.name == "case.ref" && chip.required)
            );
            for builtin in chips.iter().filter(|chip| !chip.declared) {
                assert!(builtin.meaning.contains(' '), "{}", builtin.name);
            }
            let printed = chips.iter().flat_map(|it| [&it.print, &it.sentence]);
            let text: Vec<&str> = printed.map(String::as_str).collect();
            let pieces = pieces(words, &source, &tab);
            let pieces: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            let mail = format!("{}\n{pieces}", text.join("\n\n"));
            let mail = mail.replace("(https://)", "(https://a.example)");
            let written = crate::template::trial::markdown(&mail);
            assert!(
                crate::template::Compiled::compile(&written).is_ok(),
                "{mail}"
            );
        }
        assert_eq!(moment("2026-11-29"), Some("date"));
        assert_eq!(moment("2026-11-22T18:02:00+01:00"), Some("datetime"));
        assert_eq!(moment("PR-2026-00412"), None);
    }
}
