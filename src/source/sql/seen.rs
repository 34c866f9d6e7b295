//! What a look back finds again. The window of overlap is read at each look; rows that were taken and
//! have not changed since are left out, so that an idle source brings nothing. Kept in memory only:
//! after a restart they come once more, and are recognised by their events' ids.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::source::reader::SourceRecord;

/// Rows as 64 bits each: that two of a million meet happens once in some ten million looks, and then
/// one of them comes when it changes again.
#[derive(Debug, Default)]
pub(in crate::source) struct SeenRows {
    taken: HashSet<u64>,
    /// What the look under way has come across.
    window: HashSet<u64>,
}

impl SeenRows {
    /// The rows that are new, or say something else.
    pub(in crate::source) fn new_ones(&mut self, records: Vec<SourceRecord>) -> Vec<SourceRecord> {
        let mut records = records;
        records.retain(|record| {
            let key = key(record);
            self.window.insert(key);
            !self.taken.contains(&key)
        });
        records
    }

    /// These are in the store.
    pub(in crate::source) fn take(&mut self, records: &[SourceRecord]) {
        self.taken.extend(records.iter().map(key));
    }

    /// A look has come to its end: what it did not come across lies before the window.
    pub(in crate::source) fn end_look(&mut self) {
        let window = std::mem::take(&mut self.window);
        self.taken.retain(|key| window.contains(key));
    }
}

fn key(record: &SourceRecord) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.place.hash(&mut hasher);
    for (name, value) in &record.fields {
        name.hash(&mut hasher);
        value.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn record(place: &str, state: &str) -> SourceRecord {
        SourceRecord {
            place: place.to_owned(),
            fields: Map::from_iter([("state".to_owned(), json!(state))]),
        }
    }

    #[test]
    fn only_what_is_new_or_has_changed_comes_again() {
        let mut seen = SeenRows::default();
        let page = vec![record("1", "new"), record("2", "new")];
        assert_eq!(seen.new_ones(page.clone()).len(), 2);
        // Not taken: it comes again.
        assert_eq!(seen.new_ones(page.clone()).len(), 2);
        seen.take(&page);
        seen.end_look();
        let changed = record("2", "done");
        assert_eq!(
            seen.new_ones(vec![record("1", "new"), changed.clone()]),
            [changed]
        );
    }

    #[test]
    fn what_lies_before_the_window_is_forgotten() {
        let mut seen = SeenRows::default();
        let (old, new) = (record("1", "new"), record("2", "new"));
        seen.new_ones(vec![old.clone()]);
        seen.take(&[old]);
        seen.end_look();
        seen.new_ones(vec![new.clone()]);
        seen.take(&[new]);
        seen.end_look();
        assert_eq!(seen.taken.len(), 1);
    }
}
