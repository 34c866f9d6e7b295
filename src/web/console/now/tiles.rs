//! The figures at the top of the page: each a number, its name, and what it is of.

use crate::insight::Rate;
use crate::store::reports::MOST;

use super::super::chart::spark_line;
use super::super::format::grouped;
use super::super::replies::counted;
use super::Snapshot;

/// A number with its name and what it means.
pub(super) struct Tile {
    pub(super) word: &'static str,
    pub(super) value: String,
    pub(super) hint: String,
    /// Points of a small line, if there is one.
    pub(super) spark: String,
    /// Where more of it stands.
    pub(super) link: Option<&'static str>,
}

/// The figures at the top of the page.
pub(super) fn tiles(snapshot: &Snapshot) -> Vec<Tile> {
    let today = &snapshot.totals.today;
    let waiting: i64 = snapshot.lanes.iter().map(|load| load.waiting).sum();
    let delivered = Rate::new(today.delivered, today.reporting);
    let tile = |word, value, hint: &str| Tile {
        word,
        value,
        hint: hint.to_owned(),
        spark: String::new(),
        link: None,
    };
    vec![
        Tile {
            word: "Going out",
            value: snapshot
                .pace
                .per_minute
                .map_or_else(|| "–".to_owned(), grouped),
            hint: "accepted per minute".to_owned(),
            spark: spark_line(&snapshot.pace.spark),
            link: None,
        },
        tile("Waiting", capped(waiting), "queued in all lanes"),
        tile(
            "Sent today",
            grouped(today.accepted),
            "accepted of those planned today",
        ),
        tile(
            "Delivered",
            delivered
                .share()
                .map_or_else(|| "–".to_owned(), |_| format!("{} %", delivered.percent())),
            &format!(
                "{} of the {} whose provider reports it",
                grouped(delivered.k),
                grouped(delivered.n)
            ),
        ),
        tile(
            "Unknown",
            grouped(snapshot.totals.ever.unknown),
            "nobody can say whether they left",
        ),
        tile(
            "Held",
            grouped(snapshot.totals.held),
            "quiet hours, pause or a faulty template",
        ),
        Tile {
            link: Some("/console/replies"),
            ..tile(
                "Replies",
                counted(snapshot.replies),
                "written by clients, not answered yet",
            )
        },
    ]
}

/// A count that stops at [`MOST`].
pub(super) fn capped(count: i64) -> String {
    if count > MOST {
        format!("> {}", grouped(MOST))
    } else {
        grouped(count)
    }
}
