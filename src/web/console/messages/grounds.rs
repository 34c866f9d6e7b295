//! Why something a reader did counts as a person's or a machine's. The rows keep it in English, as
//! whoever judged it said it; pages say it in their reader's language.

use std::borrow::Cow;

use crate::web::console::shell::ConsoleWords;

/// What is kept, and the key of its words.
#[rustfmt::skip] // a table is read line by line
const GROUNDS: [(&str, &str); 30] = [
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
    ("followed two links within a second", "messages-grounds-two-links"),
    ("asked for the headers and then for the page", "messages-grounds-looked-first"),
    ("one network opened many mails within a minute", "messages-grounds-network"),
    ("pressed a button on the status page", "messages-grounds-button"),
    ("refused the topic on the status page", "messages-grounds-topic"),
    ("stopped everything on the status page", "messages-grounds-stop"),
    ("used the unsubscribe address", "messages-grounds-address"),
    ("answered the e-mail", "messages-grounds-answered"),
    ("answered the e-mail from another address", "messages-grounds-answered-elsewhere"),
    (
        "wrote an e-mail that names this one; anybody who saw it can have written that",
        "messages-grounds-named",
    ),
    (
        "wrote an e-mail of their own, which is kept with the client's last; a sender's address can be forged",
        "messages-grounds-own-mail",
    ),
    ("wrote an SMS", "messages-grounds-sms"),
    ("wrote an SMS; several clients have the number, and this one was told last", "messages-grounds-sms-shared"),
    ("wrote an SMS more than three days after the last message", "messages-grounds-sms-late"),
    (
        "wrote an SMS, though none that asks for an answer is known to this number; this is the client's last message",
        "messages-grounds-sms-unasked",
    ),
];

/// The grounds in the reader's words; what is not known here, as it is kept.
pub(crate) fn grounds(kept: &str, words: ConsoleWords) -> Cow<'_, str> {
    let known = GROUNDS.iter().find(|(text, _)| *text == kept);
    known.map_or(Cow::Borrowed(kept), |(_, key)| words.say(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    /// Where grounds are given.
    const GIVEN: [&str; 8] = [
        include_str!("../../../track/verdict.rs"),
        include_str!("../../../track/verdict/rules.toml"),
        include_str!("../../../track/recent.rs"),
        include_str!("../../../track/postbag/answers.rs"),
        include_str!("../../inbound/sender.rs"),
        include_str!("../../public/answer.rs"),
        include_str!("../../public/decide.rs"),
        include_str!("../../public/unsubscribe.rs"),
    ];

    #[test]
    fn grounds_are_those_that_are_given_and_each_has_its_words() {
        let italian = ConsoleWords::new(Language::Italian);
        // A long one goes on in the next line of its file.
        let given = GIVEN.map(|file| {
            let lines: Vec<&str> = file.split("\\\n").map(str::trim_start).collect();
            lines.concat()
        });
        for (text, _) in GROUNDS {
            let quoted = format!("\"{text}\"");
            assert!(given.iter().any(|file| file.contains(&quoted)), "{text}");
            assert_eq!(grounds(text, ConsoleWords::ENGLISH), text);
            assert_ne!(grounds(text, italian), text);
        }
        assert_eq!(grounds("one link", italian), "one link");
    }
}
