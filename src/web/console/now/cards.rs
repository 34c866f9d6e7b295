//! The figures at the top of the page: each a number, its name, and what it is of.

use std::borrow::Cow;

use crate::insight::Proportion;
use crate::store::reports::MOST;
use crate::web::console::replies::counted;
use crate::web::console::shell::chart::spark_line;
use crate::web::console::shell::{ConsoleWords, FluentValue};
use crate::web::console::state::Snapshot;

/// A number with its name and what it means.
pub(crate) struct Card {
    pub(crate) word: Cow<'static, str>,
    pub(crate) value: String,
    pub(crate) hint: String,
    /// Points of a small line, if there is one.
    pub(crate) spark: String,
    /// Where more of it stands.
    pub(crate) link: Option<&'static str>,
}

/// The figures at the top of the page.
pub(crate) fn cards(snapshot: &Snapshot, words: ConsoleWords) -> Vec<Card> {
    let (today, ever) = (&snapshot.totals.today, &snapshot.totals.ever);
    let waiting = snapshot.lanes.iter().map(|load| load.waiting).sum();
    let throughput = snapshot.throughput.per_minute;
    let throughput = throughput.map_or_else(none, |pace| words.number(pace));
    let sent = words.number(today.accepted);
    let (unknown, held) = (ever.unknown, snapshot.totals.held_in_all());
    let card = |key, value, hint| Card {
        word: words.say(key),
        value,
        hint: words.say(hint).into_owned(),
        spark: String::new(),
        link: None,
    };
    vec![
        Card {
            spark: spark_line(&snapshot.throughput.spark),
            ..card("now-going-out", throughput, "now-going-out-hint")
        },
        card("now-waiting", capped(waiting, words), "now-waiting-hint"),
        card("now-sent-today", sent, "now-sent-today-hint"),
        delivered(Proportion::new(today.delivered, today.reporting), words),
        card("now-unknown", words.number(unknown), "now-unknown-hint"),
        card("now-held", words.number(held), "now-held-hint"),
        Card {
            link: Some("/console/inbox"),
            ..card(
                "now-replies",
                counted(snapshot.replies, words),
                "now-replies-hint",
            )
        },
    ]
}

/// The share of those whose provider reports it; of none there is no share.
fn delivered(delivered: Proportion, words: ConsoleWords) -> Card {
    let share = delivered.share().map(|_| delivered.percent());
    let parts = [
        ("part", FluentValue::from(words.number(delivered.k))),
        ("whole", FluentValue::from(words.number(delivered.n))),
    ];
    Card {
        word: words.say("now-delivered"),
        value: share.map_or_else(none, |percent| format!("{percent} %")),
        hint: words.say_with("now-delivered-hint", &parts),
        spark: String::new(),
        link: None,
    }
}

/// What stands where there is no number.
fn none() -> String {
    "–".to_owned()
}

/// A count that stops at [`MOST`].
pub(crate) fn capped(count: i64, words: ConsoleWords) -> String {
    if count > MOST {
        format!("> {}", words.number(MOST))
    } else {
        words.number(count)
    }
}
