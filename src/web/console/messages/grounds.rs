//! Why something a reader did counts as a person's or a machine's. The rows keep it in English, as
//! whoever judged it said it; pages say it in their reader's language.

use std::borrow::Cow;

use crate::web::console::shell::ConsoleWords;

/// What is kept, and the key of its words.
#[rustfmt::skip] // a table is read line by line
const GROUNDS: [(&str, &str); 19] = [
    ("a messenger's preview", "messages-grounds-messenger"),
    ("a search engine or preview", "messages-grounds-search"),
    ("a mail or link scanner", "messages-grounds-scanner"),
    ("a browser without a screen", "messages-grounds-headless"),
    ("a program, by its own name", "messages-grounds-program"),
    ("asked for the headers only", "messages-grounds-headers"),
    ("fetched ahead of need", "messages-grounds-ahead"),
    ("gave no name", "messages-grounds-nameless"),
    ("a mail privacy proxy", "messages-grounds-privacy"),
    ("fetched by the mail provider's picture proxy on opening", "messages-grounds-picture"),
    ("a browser or mail program", "messages-grounds-browser"),
    ("a program that is not known", "messages-grounds-unknown"),
    ("within two seconds of acceptance", "messages-grounds-soon"),
    ("before the acceptance was known", "messages-grounds-before"),
    ("fetched three or more addresses within two seconds", "messages-grounds-burst"),
    ("pressed a button on the status page", "messages-grounds-button"),
    ("refused the topic on the status page", "messages-grounds-topic"),
    ("stopped everything on the status page", "messages-grounds-stop"),
    ("used the unsubscribe address", "messages-grounds-address"),
];

/// The grounds in the reader's words; what is not known here, as it is kept.
pub(super) fn grounds(kept: &str, words: ConsoleWords) -> Cow<'_, str> {
    let known = GROUNDS.iter().find(|(text, _)| *text == kept);
    known.map_or(Cow::Borrowed(kept), |(_, key)| words.say(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    /// Where grounds are given.
    const GIVEN: [&str; 5] = [
        include_str!("../../../track/verdict.rs"),
        include_str!("../../../track/recent.rs"),
        include_str!("../../public/answer.rs"),
        include_str!("../../public/decide.rs"),
        include_str!("../../public/unsubscribe.rs"),
    ];

    #[test]
    fn grounds_are_those_that_are_given_and_each_has_its_words() {
        let italian = ConsoleWords::new(Language::Italian);
        for (text, _) in GROUNDS {
            let quoted = format!("\"{text}\"");
            assert!(GIVEN.iter().any(|file| file.contains(&quoted)), "{text}");
            assert_eq!(grounds(text, ConsoleWords::ENGLISH), text);
            assert_ne!(grounds(text, italian), text);
        }
        assert_eq!(grounds("one link", italian), "one link");
    }
}
