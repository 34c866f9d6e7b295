//! The figures at the top of the page: each a number, its name, and what it is of.

use crate::insight::Proportion;
use crate::store::reports::MOST;

use crate::web::console::replies::counted;
use crate::web::console::shell::chart::spark_line;
use crate::web::console::shell::format::grouped;
use crate::web::console::state::Snapshot;

/// A number with its name and what it means.
pub(crate) struct Card {
    pub(crate) word: &'static str,
    pub(crate) value: String,
    pub(crate) hint: String,
    /// Points of a small line, if there is one.
    pub(crate) spark: String,
    /// Where more of it stands.
    pub(crate) link: Option<&'static str>,
}

/// The figures at the top of the page.
pub(crate) fn cards(snapshot: &Snapshot) -> Vec<Card> {
    let (today, ever) = (&snapshot.totals.today, &snapshot.totals.ever);
    let waiting = snapshot.lanes.iter().map(|load| load.waiting).sum();
    let delivered = Proportion::new(today.delivered, today.reporting);
    let throughput = snapshot.throughput.per_minute;
    let share = delivered.share().map(|_| delivered.percent());
    let none = || "–".to_owned();
    vec![
        Card {
            spark: spark_line(&snapshot.throughput.spark),
            ..card(
                "Going out",
                throughput.map_or_else(none, grouped),
                "accepted per minute",
            )
        },
        card("Waiting", capped(waiting), "queued in all lanes"),
        card(
            "Sent today",
            grouped(today.accepted),
            "accepted of those planned today",
        ),
        card(
            "Delivered",
            share.map_or_else(none, |percent| format!("{percent} %")),
            &format!(
                "{} of the {} whose provider reports it",
                grouped(delivered.k),
                grouped(delivered.n)
            ),
        ),
        card(
            "Unknown",
            grouped(ever.unknown),
            "nobody can say whether they left",
        ),
        card(
            "Held",
            grouped(snapshot.totals.held_in_all()),
            "quiet hours, a faulty template, no provider",
        ),
        Card {
            link: Some("/console/replies"),
            ..card(
                "Replies",
                counted(snapshot.replies),
                "written by clients, not answered yet",
            )
        },
    ]
}

fn card(word: &'static str, value: String, hint: &str) -> Card {
    Card {
        word,
        value,
        hint: hint.to_owned(),
        spark: String::new(),
        link: None,
    }
}

/// A count that stops at [`MOST`].
pub(crate) fn capped(count: i64) -> String {
    if count > MOST {
        format!("> {}", grouped(MOST))
    } else {
        grouped(count)
    }
}
