//! Which words clients write: what is said beside a word, and what they call topics. In Italian and
//! English, folded as `fold` leaves them; what they come to is decided beside this file.

use crate::domain::language::Language;

/// One mistake away from a keyword, and yet what somebody meant to write.
pub(super) const OTHER_WORDS: &[&str] = &[
    "atop", "heap", "held", "hell", "helm", "hemp", "inno", "into", "kelp", "shop", "slop",
    "smart", "sop", "star", "stara", "stare", "stari", "stark", "staro", "stars", "stat", "step",
    "sto", "stoa", "stomp", "stoop", "stow", "strop", "stuart", "tart", "top", "yelp",
];

/// Said beside a word without changing it.
pub(super) const COURTESY: &[&str] = &[
    "grazie", "mille", "per", "favore", "prego", "cortesia", "please", "thanks", "thank", "you",
    "subito", "now",
];
/// Stand between STOP and what it is about.
pub(super) const BETWEEN: &[&str] = &[
    "a",
    "ai",
    "agli",
    "al",
    "alle",
    "i",
    "gli",
    "le",
    "su",
    "to",
    "the",
    "about",
    "gentilmente",
    "con",
];
/// Whatever there is, and so no topic.
pub(super) const EVERYTHING: &[&str] = &[
    "tutto",
    "tutti",
    "tutte",
    "all",
    "everything",
    "sms",
    "messaggi",
    "messages",
    "texts",
    "stop",
];
/// What may follow a yes that is one.
pub(super) const BESIDE_YES: &[&str] = &[
    "grazie", "mille", "tutto", "ok", "bene", "perfetto", "tornata", "tornato", "back", "thanks",
];
/// What may follow a no that is one.
pub(super) const BESIDE_NO: &[&str] = &[
    "ancora",
    "niente",
    "nulla",
    "no",
    "grazie",
    "purtroppo",
    "yet",
    "still",
    "nothing",
    "out",
    "off",
    "thanks",
];

/// Lines that telephones and mail programs add of their own accord begin so.
pub(super) const SIGNATURES: &[&str] =
    &["inviato da", "sent from", "scarica outlook", "get outlook"];

/// A topic, what it is called in an answer (in the order of [`Language::ALL`]), and what clients may
/// call it.
pub(super) struct TopicWords {
    pub(super) topic: &'static str,
    pub(super) said: [&'static str; Language::ALL.len()],
    pub(super) heard: &'static [&'static str],
}

/// The topics of the rules and texts that come with the program.
pub(super) const TOPICS: &[TopicWords] = &[
    TopicWords {
        topic: "cases",
        said: ["pratiche", "cases"],
        heard: &["pratica", "pratiche", "caso", "casi", "case", "cases"],
    },
    TopicWords {
        topic: "outages",
        said: ["guasti", "outages"],
        heard: &[
            "guasto",
            "guasti",
            "interruzione",
            "interruzioni",
            "lavori",
            "ritardo",
            "ritardi",
            "outage",
            "outages",
            "works",
            "delay",
            "delays",
        ],
    },
    TopicWords {
        topic: "notices",
        said: ["avvisi", "notices"],
        heard: &["avviso", "avvisi", "notice", "notices"],
    },
    TopicWords {
        topic: "reports",
        said: ["elenchi", "lists"],
        heard: &["elenco", "elenchi", "list", "lists", "report", "reports"],
    },
    TopicWords {
        topic: "surveys",
        said: ["domande", "surveys"],
        heard: &[
            "domanda",
            "domande",
            "sondaggio",
            "sondaggi",
            "survey",
            "surveys",
        ],
    },
];
