//! What is a word, what is not, and that no sentence is taken for one.

use super::*;

const SHIPPED: [&str; 4] = ["cases", "notices", "outages", "reports"];

fn stop(topic: &str) -> SentWord {
    SentWord::Stop(Some(topic.to_owned()))
}

#[test]
fn a_word_is_known_however_it_is_written() {
    for text in [
        "STOP",
        "stop",
        "Stop.",
        " «STOP»!! ",
        "*Stop*",
        "stop grazie",
        "Stop per favore",
        "STOP\n-- \nMaria Rossi",
        "stop\nInviato da iPhone",
        "> Energia Comune: la luce\nSTOP",
        "STOP 🙏",
        "stopp",
        "stp",
        "sotp",
        "ST0P",
        "stop tutti",
        "STOP SMS",
        "Stop please",
    ] {
        assert_eq!(understood(text), SentWord::Stop(None), "{text}");
    }
    for (text, word) in [
        ("START", SentWord::Start(None)),
        ("strat", SentWord::Start(None)),
        ("Info", SentWord::Info),
        ("INFO?", SentWord::Info),
        ("ifno", SentWord::Info),
        ("aiuto", SentWord::Help),
        ("Aiutoo!", SentWord::Help),
        ("HELP", SentWord::Help),
        ("Sì", SentWord::Yes),
        ("si'", SentWord::Yes),
        ("SIII", SentWord::Yes),
        ("sì, grazie", SentWord::Yes),
        ("Yes", SentWord::Yes),
        ("NO", SentWord::No),
        ("Nooo!", SentWord::No),
        ("no, ancora niente", SentWord::No),
        ("Ancora", SentWord::No),
        ("àncora", SentWord::No),
        ("ancra", SentWord::No),
        ("non ancora", SentWord::No),
        ("not yet", SentWord::No),
        ("1", SentWord::Score(1)),
        (" 5! ", SentWord::Score(5)),
        ("4 grazie", SentWord::Score(4)),
        ("0", SentWord::OtherNumber),
        ("6", SentWord::OtherNumber),
        ("10 grazie", SentWord::OtherNumber),
        (
            "> Come è andata? Risponda da 1 a 5\n3\nInviato da iPhone",
            SentWord::Score(3),
        ),
    ] {
        assert_eq!(understood(text), word, "{text}");
    }
}

#[test]
fn what_may_mean_something_else_is_for_a_person() {
    for text in [
        "",
        " ",
        "👍",
        "?",
        "sto bene",
        "Sto",
        "top",
        "shop",
        "step",
        "smart",
        "hell",
        "into",
        "stop rompere scatole",
        "non stop",
        "no problem",
        "no tornata",
        "sì ma poi",
        "info bolletta",
        "help me",
        "quando?",
        "non",
        "la luce",
        "startup",
        "1234",
        "4,5",
        "1 lampada",
        "il bus non ferma allo stop",
        "per favore fate stop ai lavori",
        "ok",
        "sono io",
    ] {
        assert_eq!(understood(text), SentWord::Free, "{text}");
    }
}

#[test]
fn a_topic_is_found_by_what_clients_call_it() {
    assert_eq!(understood("STOP GUASTI"), stop("guasti"));
    assert_eq!(understood("stop alle pratiche"), stop("pratiche"));
    let start = SentWord::Start(Some("guasti".to_owned()));
    assert_eq!(understood("Start guasti!"), start);
    for (word, topic) in [
        ("guasti", Some("outages")),
        ("guasto", Some("outages")),
        ("guaati", Some("outages")),
        ("PRATICHE", Some("cases")),
        ("avvisi", Some("notices")),
        ("reports", Some("reports")),
        ("outages", Some("outages")),
        ("pioggia", None),
        ("cas", None),
        ("me", None),
    ] {
        assert_eq!(topic_named(word, &SHIPPED), topic, "{word}");
    }
    assert_eq!(
        topic_named("scuolabus", &["scuola-bus"]),
        Some("scuola-bus")
    );
    assert_eq!(
        topic_named("guasti", &["cases"]),
        None,
        "nobody writes of it"
    );
    assert_eq!(topic_said("outages", Language::Italian), "guasti");
    assert_eq!(topic_said("school_bus", Language::English), "school bus");
}

#[test]
fn one_mistake_is_one() {
    for (typed, is_one) in [
        ("stop", false),
        ("sto", true),
        ("stopp", true),
        ("astop", true),
        ("stip", true),
        ("sotp", true),
        ("pots", false),
        ("", false),
        ("s", false),
    ] {
        assert_eq!(is_one_mistake(typed, "stop"), is_one, "{typed}");
    }
    assert!(is_one_mistake("", "s"));
}

proptest::proptest! {
    #[test]
    fn no_sentence_is_a_word(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "stop", "STOP!", "start", "info", "aiuto", "no", "sì", "guasti", "la", "luce",
                "non", "grazie", "per", "favore", "ancora", "bus", "fermata", "please",
            ]),
            4..12,
        ),
    ) {
        proptest::prop_assert_eq!(understood(&words.join(" ")), SentWord::Free);
    }

    #[test]
    fn signs_and_case_do_not_matter(
        word in proptest::sample::select(vec!["stop", "start", "info", "aiuto", "sì", "no"]),
        capitals in proptest::collection::vec(proptest::bool::ANY, 5),
        before in "[ .,;:!?*'\"()«»…-]{0,4}",
        after in "[ .,;:!?*'\"()«»…-]{0,4}",
    ) {
        let mut flags = capitals.into_iter().cycle();
        let typed: String = word
            .chars()
            .map(|c| match flags.next() {
                Some(true) => c.to_uppercase().collect::<String>(),
                _ => c.to_string(),
            })
            .collect();
        let text = format!("{before}{typed}{after}");
        proptest::prop_assert_eq!(understood(&text), understood(word), "{}", text);
    }

    #[test]
    fn a_stop_begins_with_something_like_it(text in "\\PC{0,30}") {
        if let SentWord::Stop(_) = understood(&text) {
            let said = words(&text);
            proptest::prop_assert!(said.len() <= MOST_WORDS);
            let first = &said[0];
            proptest::prop_assert!(first == "stop" || is_one_mistake(first, "stop"));
        }
    }
}
