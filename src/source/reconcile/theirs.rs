//! What their system says stands there now, held against what is open here, one record after the
//! other. Pure: nothing is asked here, and of what agrees nothing is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::FieldError;
use crate::domain::limits::{RECONCILE_LATE, RECONCILE_OPEN, RECONCILE_ROWS, SOURCE_PAGE};
use crate::source::fault::SourceFault;
use crate::source::mapping::{Mapping, StandingThere};
use crate::source::reader::SourceRecord;
use crate::source::sql::excess;
use crate::store::sources::StandingHere;

/// What stands there now: a reader hands it over, one record after the other.
pub struct TheirPresent {
    mapping: Arc<Mapping>,
    /// What is open here, and whether they named it.
    ours: HashMap<String, (StandingHere, bool)>,
    suspects: BTreeMap<String, PresentSuspect>,
    /// How many more records may be kept for late events, and how many bytes of them.
    room: (usize, usize),
    rows: usize,
    open: usize,
    unread: usize,
    why_unread: Option<String>,
}

/// What may differ: it stands there otherwise than here, or is not open here at all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PresentSuspect {
    pub(super) there: StandingThere,
    /// How it stood here when it was compared, if it was known.
    pub(super) here: Option<StandingHere>,
    /// The whole record, where an event may be made of it.
    pub(super) record: Option<SourceRecord>,
}

/// All that was handed over.
pub(super) struct HandedOver {
    /// How many records there were.
    pub(super) rows: usize,
    /// How many are open there.
    pub(super) open: usize,
    pub(super) suspects: BTreeMap<String, PresentSuspect>,
    /// Open here, and not named there.
    pub(super) gone: BTreeMap<String, StandingHere>,
    /// How many could not be read, and why the first could not.
    pub(super) unread: Option<(usize, String)>,
}

impl TheirPresent {
    /// `ours`: what is open here. `keeps_records`: late events may be made.
    pub(super) fn new(mapping: Arc<Mapping>, ours: Vec<StandingHere>, keeps_records: bool) -> Self {
        let ours = ours.into_iter();
        Self {
            mapping,
            ours: ours
                .map(|here| (here.reference.clone(), (here, false)))
                .collect(),
            suspects: BTreeMap::new(),
            room: match keeps_records {
                true => (RECONCILE_LATE, SOURCE_PAGE),
                false => (0, 0),
            },
            rows: 0,
            open: 0,
            unread: 0,
            why_unread: None,
        }
    }

    /// Takes a record. A fault: there is more than is compared, and the rest need not come.
    pub(in crate::source) fn take(&mut self, record: SourceRecord) -> Result<(), SourceFault> {
        self.rows += 1;
        if self.rows > RECONCILE_ROWS {
            return Err(too_many("rows are there", RECONCILE_ROWS));
        }
        let there = match standing_by(&self.mapping, &record) {
            Ok(there) => there,
            Err(fault) => {
                self.unread += 1;
                self.why_unread.get_or_insert_with(|| fault.to_string());
                return Ok(());
            }
        };
        let is_first = !self.suspects.contains_key(&there.subject);
        let (here, is_first) = match self.ours.get_mut(&there.subject) {
            Some((here, named)) => (Some(here.clone()), !std::mem::replace(named, true)),
            // Closed there, and not open here: nobody's loss.
            None if there.over => return Ok(()),
            None => (None, is_first),
        };
        self.open += usize::from(is_first && !there.over);
        if self.open > RECONCILE_OPEN {
            return Err(too_many("are open there", RECONCILE_OPEN));
        }
        // Of several records of one thing the last counts.
        if here.as_ref().is_some_and(|here| agree(&there, here)) {
            self.suspects.remove(&there.subject);
            return Ok(());
        }
        let record = self.kept(record);
        let subject = there.subject.clone();
        let suspect = PresentSuspect {
            there,
            here,
            record,
        };
        self.suspects.insert(subject, suspect);
        Ok(())
    }

    /// The record, if there is room for it.
    fn kept(&mut self, record: SourceRecord) -> Option<SourceRecord> {
        let (count, bytes) = self.room;
        let fields = record.fields.iter();
        let weight: usize = fields
            .map(|(name, value)| name.len() + value.to_string().len())
            .sum();
        self.room = (count.checked_sub(1)?, bytes.checked_sub(weight)?);
        Some(record)
    }

    pub(super) fn end(self) -> HandedOver {
        let absent = self.ours.into_iter().filter(|(_, (_, named))| !named);
        let absent = absent.map(|(name, (here, _))| (name, here));
        HandedOver {
            rows: self.rows,
            open: self.open,
            suspects: self.suspects,
            // What could not be read may be any of them.
            gone: match self.unread {
                0 => absent.collect(),
                _ => BTreeMap::new(),
            },
            unread: self.why_unread.map(|why| (self.unread, why)),
        }
    }
}

/// Whether both say the same. Of a case its state says whether it is open.
pub(super) fn agree(there: &StandingThere, here: &StandingHere) -> bool {
    match there.state.is_empty() {
        true => here.is_open != there.over,
        false => here.state == there.state,
    }
}

/// Whatever a record does to whoever maps it, the others and the daemon go on.
fn standing_by(mapping: &Mapping, record: &SourceRecord) -> Result<StandingThere, FieldError> {
    if let Some(why) = excess(&record.fields) {
        return Err(FieldError::new("", why));
    }
    let work = std::panic::AssertUnwindSafe(|| mapping.standing(record));
    std::panic::catch_unwind(work)
        .unwrap_or_else(|_| Err(FieldError::new("", "the mapping stumbled over it")))
}

fn too_many(what: &str, most: usize) -> SourceFault {
    SourceFault::Unexpected(format!("more than {most} {what}, and no more are compared"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::case_kind::CaseKinds;
    use crate::domain::limits::SOURCE_ROW;
    use crate::source::settings::WatchSettings;

    fn mapping() -> Arc<Mapping> {
        let zone = chrono_tz::Europe::Rome;
        let mut watch = WatchSettings::read(toml::Table::new(), zone).unwrap();
        let case = "case = \"pratica\"\nclient = \"cliente\"\nkind = \"tipo\"\nstate = \"stato\"\n";
        watch.case = Some(toml::from_str(case).unwrap());
        let kinds = Arc::new(CaseKinds::shipped());
        Arc::new(Mapping::new("crm", &watch, kinds).unwrap())
    }

    fn here(reference: &str, state: &str) -> StandingHere {
        StandingHere {
            id: 1,
            reference: reference.to_owned(),
            state: state.to_owned(),
            is_open: true,
            changed_at: Timestamp::from_micros(1),
        }
    }

    fn row(case: &Value, state: &str) -> SourceRecord {
        let fields = json!({"pratica": case, "stato": state, "tipo": "voltura", "cliente": "C-1"});
        SourceRecord {
            place: case.to_string(),
            fields: fields.as_object().unwrap().clone(),
        }
    }

    fn compared(ours: &[(&str, &str)], theirs: &[(&str, &str)], keeps: bool) -> HandedOver {
        let ours = ours.iter().map(|(name, state)| here(name, state)).collect();
        let mut present = TheirPresent::new(mapping(), ours, keeps);
        for (name, state) in theirs {
            present.take(row(&json!(name), state)).unwrap();
        }
        present.end()
    }

    fn names<T>(found: &BTreeMap<String, T>) -> Vec<&str> {
        found.keys().map(String::as_str).collect()
    }

    #[test]
    fn what_is_missing_other_or_gone_is_told_from_what_agrees() {
        let ours = [("A", "received"), ("B", "received"), ("C", "received")];
        let theirs = [
            ("A", "received"),
            ("B", "internal_review"),
            ("D", "received"),
        ];
        let found = compared(&ours, &theirs, false);
        assert_eq!((found.open, found.unread), (3, None));
        assert_eq!(names(&found.suspects), ["B", "D"]);
        assert!(found.suspects["B"].here.is_some() && found.suspects["D"].here.is_none());
        assert!(found.suspects["B"].record.is_none(), "nobody wants it");
        assert_eq!(names(&found.gone), ["C"]);
    }

    #[test]
    fn what_is_closed_there_differs_only_where_it_is_open_here() {
        let found = compared(&[("A", "received")], &[("A", "done"), ("B", "done")], true);
        assert_eq!((found.open, names(&found.suspects)), (0, vec!["A"]));
        assert!(found.suspects["A"].there.over && found.suspects["A"].record.is_some());
        assert!(found.gone.is_empty());
    }

    #[test]
    fn a_thing_that_is_listed_twice_counts_once_and_the_last_word_counts() {
        let theirs = [
            ("A", "internal_review"),
            ("A", "received"),
            ("B", "x"),
            ("B", "y"),
        ];
        let found = compared(&[("A", "received")], &theirs, false);
        assert_eq!((found.open, names(&found.suspects)), (2, vec!["B"]));
        assert_eq!(found.suspects["B"].there.state, "y");
    }

    #[test]
    fn where_a_record_cannot_be_read_nothing_is_called_gone() {
        let mut present = TheirPresent::new(mapping(), vec![here("A", "received")], false);
        present.take(row(&Value::Null, "received")).unwrap();
        let found = present.end();
        let (count, why) = found.unread.unwrap();
        assert_eq!((count, found.gone.len()), (1, 0));
        assert!(why.contains("`case` is empty"), "{why}");
    }

    #[test]
    fn a_row_that_is_too_large_is_not_compared_and_its_largest_column_is_named() {
        let mut present = TheirPresent::new(mapping(), Vec::new(), false);
        let mut large = row(&json!("A"), "received");
        let cell = json!("x".repeat(SOURCE_ROW));
        large.fields.insert("allegato".to_owned(), cell);
        present.take(large).unwrap();
        let found = present.end();
        let (_, why) = found.unread.unwrap();
        assert!(why.contains("most of them in `allegato`"), "{why}");
        assert_eq!((found.rows, found.open, found.suspects.len()), (1, 0, 0));
    }

    #[test]
    fn only_so_many_records_are_kept_for_events() {
        let mut present = TheirPresent::new(mapping(), Vec::new(), true);
        for number in 0..=RECONCILE_LATE {
            present
                .take(row(&json!(format!("{number:05}")), "x"))
                .unwrap();
        }
        let found = present.end();
        let kept = found.suspects.values().filter(|it| it.record.is_some());
        assert_eq!(
            (kept.count(), found.suspects.len()),
            (RECONCILE_LATE, RECONCILE_LATE + 1)
        );
    }
}
