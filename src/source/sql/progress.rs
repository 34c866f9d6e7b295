//! A look that takes several pages: where the next one begins, and whether what was known when the
//! look began has been seen again. Kept in memory only; whoever asks with another place, or has not
//! taken the last page, begins anew.

use std::cmp::Ordering;
use std::time::Duration;

use super::position::Position;
use crate::source::fault::SourceFault;
use crate::source::reader::Cursor;

/// A look of which a page is to be read, or has been.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Progress {
    /// Where the page begins.
    pub(super) begin: Position,
    /// The newest row that was known when the look began further back, until it is seen again.
    expected: Option<Position>,
    /// What the store holds when the page before has been taken.
    stored: Option<Cursor>,
    taken: bool,
}

impl Progress {
    /// A look from the beginning, or from so much before the place that is known.
    pub(super) fn new(
        stored: Option<&Cursor>,
        known: Option<&Position>,
        overlap: Duration,
        least: &Position,
    ) -> Self {
        let earlier = known.and_then(|known| known.before(overlap, least));
        Self {
            expected: earlier.as_ref().and(known).cloned(),
            begin: earlier.unwrap_or_else(|| known.unwrap_or(least).clone()),
            stored: stored.cloned(),
            taken: false,
        }
    }

    /// The page before is in the store.
    pub(super) const fn take(&mut self) {
        self.taken = true;
    }

    /// Whether the look goes on from what the store holds now.
    pub(super) fn goes_on_from(&self, stored: Option<&Cursor>) -> bool {
        self.taken && self.stored.as_ref() == stored
    }

    /// The look after a page that ended with `last`.
    pub(super) fn after(mut self, last: Option<Position>, stored: Option<Cursor>) -> Self {
        let Some(last) = last else {
            return self;
        };
        // Rows rise, so the last one is the newest.
        let expected = self.expected.take();
        self.expected = expected.filter(|it| it.order(&last) == Some(Ordering::Greater));
        self.begin = last;
        self.stored = stored;
        self.taken = false;
        self
    }

    /// What an operator should know when the look has come to its end.
    pub(super) fn doubt(&self) -> Option<String> {
        let expected = self.expected.as_ref()?;
        Some(format!(
            "the newest row that was known ({expected}) is gone: was a row deleted, or a backup \
             restored?"
        ))
    }

    /// Whether another page follows. `more`: the database had further rows than were wanted;
    /// `bounded`: the query takes `:limit`. One that has a limit of its own may stop before it has
    /// said everything, and is asked until nothing comes.
    pub(super) fn goes_on(
        &self,
        last: Option<&Position>,
        more: bool,
        bounded: bool,
    ) -> Result<bool, SourceFault> {
        match last {
            None => Ok(false),
            Some(last) if *last != self.begin => Ok(more || !bounded),
            Some(_) if !more => Ok(false),
            Some(last) => Err(SourceFault::Unexpected(format!(
                "the query brings the row at {last} again and again: it must say > rather than >="
            ))),
        }
    }
}

/// The greater of what is known and what was read; `None`: nothing new.
pub(super) fn risen(known: Option<&Position>, last: Option<&Position>) -> Option<Position> {
    let last = last?;
    match known.map(|known| known.order(last)) {
        Some(Some(Ordering::Equal | Ordering::Greater)) => None,
        _ => Some(last.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OVERLAP: Duration = Duration::from_mins(1);

    fn at(time: &str, id: i64) -> Position {
        Position(vec![json!(format!("2026-11-24 {time}")), json!(id)])
    }

    fn stored() -> Cursor {
        Cursor(json!({"at": "2026-11-24 10:00:00", "id": 5}))
    }

    fn begun() -> Progress {
        let least = at("", -9);
        Progress::new(Some(&stored()), Some(&at("10:00:00", 5)), OVERLAP, &least)
    }

    #[test]
    fn a_look_begins_so_much_before_what_is_known() {
        assert_eq!(begun().begin, at("09:59:00", -9));
        let first = Progress::new(None, None, OVERLAP, &at("", -9));
        assert_eq!((first.doubt(), first.begin), (None, at("", -9)));
    }

    #[test]
    fn a_row_that_was_known_and_is_not_seen_again_is_a_doubt() {
        let gone = begun().after(Some(at("09:59:30", 1)), Some(stored()));
        assert!(gone.doubt().unwrap().contains("(2026-11-24 10:00:00 / 5)"));
        assert!(begun().after(None, None).doubt().is_some());
        for newer in [at("10:00:00", 5), at("10:00:00", 6), at("10:00:01", 1)] {
            assert_eq!(begun().after(Some(newer), None).doubt(), None);
        }
    }

    #[test]
    fn only_a_page_that_was_taken_is_gone_on_from() {
        let mut page = begun().after(Some(at("09:59:30", 1)), Some(stored()));
        assert!(!page.goes_on_from(Some(&stored())));
        page.take();
        assert!(page.goes_on_from(Some(&stored())));
        assert!(!page.goes_on_from(None));
        assert_eq!(page.begin, at("09:59:30", 1));
    }

    #[test]
    fn a_look_ends_when_nothing_more_comes() {
        let begun = begun();
        let last = at("09:59:30", 1);
        assert_eq!(begun.goes_on(None, false, false), Ok(false));
        assert_eq!(begun.goes_on(Some(&last), false, true), Ok(false));
        assert_eq!(begun.goes_on(Some(&last), true, true), Ok(true));
        // A query with a limit of its own: nobody knows whether that was all.
        assert_eq!(begun.goes_on(Some(&last), false, false), Ok(true));
        let same = begun.begin.clone();
        assert_eq!(begun.goes_on(Some(&same), false, false), Ok(false));
        assert!(begun.goes_on(Some(&same), true, true).is_err());
    }

    #[test]
    fn the_place_never_goes_down() {
        let known = at("10:00:00", 5);
        assert_eq!(risen(Some(&known), Some(&at("09:59:00", 9))), None);
        assert_eq!(risen(Some(&known), Some(&known)), None);
        assert_eq!(risen(Some(&known), None), None);
        let newer = at("10:00:00", 6);
        assert_eq!(risen(Some(&known), Some(&newer)), Some(newer.clone()));
        assert_eq!(risen(None, Some(&newer)), Some(newer));
    }
}
