//! One source, and one record that could not be taken, as pages show them.

use std::borrow::Cow;

use super::words::{badge, sentence};
use crate::domain::limits::SOURCE_DEAD_SHOWN;
use crate::source::{RegisteredSource, SourceState};
use crate::store::sources::{DEAD_BEGINNING, DeadNotice, SourceRow};
use crate::store::{StoreError, Tx};
use crate::text::sanitize::excerpt;
use crate::web::Web;
use crate::web::console::shell::{Badge, When, in_path};
use crate::web::console::state::Moment;

/// Characters that are shown of a place and of a reason.
const SHOWN: usize = 300;
/// The same of what a source says: a fault quotes what their system answered.
const SAID: usize = 1_000;

/// One source, and how it does.
pub(super) struct SourceLine {
    pub(super) name: String,
    /// The name as a part of an address.
    pub(super) path: String,
    pub(super) kind: &'static str,
    pub(super) badge: Badge,
    pub(super) looked: Option<When>,
    pub(super) record: Option<When>,
    pub(super) lag: Option<String>,
    pub(super) records: String,
    /// How many records wait because they could not be taken; none: nothing waits.
    pub(super) dead: Option<String>,
    /// The fault or the doubt, or what follows from its state.
    pub(super) says: String,
}

impl SourceLine {
    /// All sources: those of the settings, and those that were read before.
    pub(super) fn all(web: &Web, rows: &[SourceRow], now: Moment) -> Vec<Self> {
        let sources = web.sources.all();
        let of_settings = sources.iter().map(|(name, source)| {
            let row = rows.iter().find(|row| row.name == *name);
            Self::new(name, row, Some(&**source), now)
        });
        let others = rows
            .iter()
            .filter(|row| !sources.contains_key(&row.name))
            .map(|row| Self::new(&row.name, Some(row), None, now));
        of_settings.chain(others).collect()
    }

    /// `source`: as the settings of this node describe it, if they do.
    pub(super) fn new(
        name: &str,
        row: Option<&SourceRow>,
        source: Option<&RegisteredSource>,
        now: Moment,
    ) -> Self {
        let when = |at| When::new(at, now);
        let (badge, usual) = judged(row, source, now);
        let fault = row.and_then(|row| row.fault.as_deref());
        let doubt = row.and_then(|row| row.doubt.as_deref());
        let says = match (fault, doubt) {
            (Some(fault), _) => now
                .words
                .with("sources-fault", "said", &excerpt(fault, SAID)),
            (None, Some(doubt)) => now
                .words
                .with("sources-doubt", "said", &excerpt(doubt, SAID)),
            (None, None) => usual.into_owned(),
        };
        Self {
            name: name.to_owned(),
            path: in_path(name),
            kind: source.map_or("–", RegisteredSource::kind),
            badge,
            looked: row.and_then(|row| row.looked_at).map(when),
            record: row.and_then(|row| row.record_at).map(when),
            lag: row.and_then(|row| row.lag).map(|lag| now.words.span(lag)),
            records: now.words.number(row.map_or(0, |row| row.records)),
            dead: row
                .filter(|row| row.dead > 0)
                .map(|row| now.words.number(row.dead)),
            says,
        }
    }
}

/// The badge of a source, and what follows where it says nothing itself.
fn judged(
    row: Option<&SourceRow>,
    source: Option<&RegisteredSource>,
    now: Moment,
) -> (Badge, Cow<'static, str>) {
    let words = now.words;
    let Some(source) = source else {
        let badge = Badge::new("waiting", &words.say("sources-state-gone"));
        return (badge, words.say("sources-sentence-gone"));
    };
    let alarm_after = source.watch().alarm_after;
    let state = SourceState::of(row, source.kind(), alarm_after, now.at);
    (badge(state, words), sentence(state, words))
}

/// One record that could not be taken.
pub(super) struct DeadLine {
    pub(super) id: i64,
    pub(super) place: String,
    pub(super) reason: String,
    pub(super) since: When,
    /// How it begins, where it is to be shown.
    pub(super) record: Option<String>,
}

impl DeadLine {
    /// The newest of a source. `shown`: with what the records say.
    pub(super) async fn newest(
        tx: &mut Tx,
        source: &str,
        shown: bool,
        now: Moment,
    ) -> Result<Vec<Self>, StoreError> {
        let found = tx.sources().newest_dead(source, SOURCE_DEAD_SHOWN).await?;
        let line = |notice| Self::new(notice, shown, now);
        Ok(found.iter().map(line).collect())
    }

    fn new(notice: &DeadNotice, shown: bool, now: Moment) -> Self {
        Self {
            id: notice.id,
            place: excerpt(&notice.place, SHOWN),
            reason: excerpt(&notice.reason, SHOWN),
            since: When::new(notice.dead_at, now),
            record: shown.then(|| beginning(&notice.beginning)),
        }
    }
}

/// With a sign where something is missing.
fn beginning(text: &str) -> String {
    let shown = excerpt(text, DEAD_BEGINNING);
    match text.chars().count() < DEAD_BEGINNING {
        true => shown,
        false => format!("{shown} …"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::web::console::shell::ConsoleWords;

    const NOW: Moment = Moment {
        at: Timestamp::from_micros(1_800_000_000_000_000),
        zone: chrono_tz::Europe::Rome,
        words: ConsoleWords::ENGLISH,
    };

    #[test]
    fn a_source_that_is_in_the_settings_no_more_says_what_it_said_last() {
        let mut row = SourceRow {
            name: "old-crm".to_owned(),
            node: None,
            cursor: None,
            settled: true,
            looked_at: Some(NOW.at),
            record_at: None,
            lag: Some(chrono::TimeDelta::milliseconds(340)),
            records: 1_234,
            faults: 0,
            fault: None,
            fault_since: None,
            doubt: None,
            dead: 0,
        };
        let line = SourceLine::new("old-crm", Some(&row), None, NOW);
        assert_eq!(line.badge.word, "not in the settings");
        assert_eq!(line.says, "The settings of this node have no such source.");
        assert_eq!(
            (line.path.as_str(), line.records.as_str()),
            ("old%2Dcrm", "1,234")
        );
        assert_eq!((line.lag.as_deref(), line.dead), (Some("340 ms"), None));
        row.doubt = Some("a word is new".to_owned());
        row.dead = 2;
        let line = SourceLine::new("old-crm", Some(&row), None, NOW);
        assert_eq!(line.says, "a word is new");
        assert_eq!(line.dead.as_deref(), Some("2"));
    }

    #[test]
    fn a_long_record_shows_that_it_goes_on() {
        assert_eq!(beginning("{\"a\":1}"), "{\"a\":1}");
        let long = "è".repeat(DEAD_BEGINNING);
        assert!(beginning(&long).ends_with("è …"));
    }
}
