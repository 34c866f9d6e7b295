//! What was found to differ, held against the store twice: when it was found, and again after the
//! source was looked at once more. What the look brought was only under way; so is what waits to be
//! planned. Cases of clients who were erased are not missing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::theirs::{HandedOver, PresentSuspect, TheirPresent, agree};
use super::{ReconcileError, late};
use crate::domain::limits::{RECONCILE_NAMED, RECONCILE_OPEN, RECONCILE_WITHIN, SOURCE_RECORDS};
use crate::domain::{Ids, Timestamp};
use crate::source::fault::SourceFault;
use crate::source::mapping::Mapping;
use crate::source::reader::Reader;
use crate::source::sql::within;
use crate::store::sources::{ComparedSource, DifferenceSort, NamedDifference, StandingHere};
use crate::store::{Store, StoreError, Tx};

/// Open cases or incidents that are read from our store at once.
const PAGE: i64 = 5_000;

/// What differs, as far as is known.
pub(in crate::source) struct FoundDifferences {
    /// How many are open there.
    open: usize,
    suspects: BTreeMap<String, PresentSuspect>,
    gone: BTreeMap<String, StandingHere>,
    doubts: Vec<String>,
    late: usize,
}

/// Asks a source for its present state, and holds it against ours. `keeps_records`: late events may
/// be made of what is found.
pub(in crate::source) async fn found(
    store: &Store,
    mapping: &Arc<Mapping>,
    reader: &mut dyn Reader,
    keeps_records: bool,
) -> Result<FoundDifferences, ReconcileError> {
    let ours = open_here(store, mapping).await?;
    let mut present = TheirPresent::new(Arc::clone(mapping), ours, keeps_records);
    within(RECONCILE_WITHIN, reader.present(&mut present)).await?;
    let handed = present.end();
    if let Some(why) = nothing_compared(&handed) {
        return Err(SourceFault::Unexpected(why).into());
    }
    let mut found = FoundDifferences::from(handed);
    let mut tx = store.read().await?;
    found.note_standings(&mut tx, mapping).await?;
    Ok(found)
}

/// What is open here and came from this source.
async fn open_here(store: &Store, mapping: &Mapping) -> Result<Vec<StandingHere>, ReconcileError> {
    let mut tx = store.read().await?;
    let mut all: Vec<StandingHere> = Vec::new();
    loop {
        let after = all.last().map_or(0, |last| last.id);
        let mut rows = tx.reconciliations();
        let page = match mapping.is_of_cases() {
            true => rows.open_cases(mapping.source(), after, PAGE).await?,
            false => rows.open_incidents(mapping.source(), after, PAGE).await?,
        };
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
        if all.len() > RECONCILE_OPEN {
            let why = format!("more than {RECONCILE_OPEN} are open here, and no more are compared");
            return Err(SourceFault::Unexpected(why).into());
        }
    }
}

/// How these stand here, those that are known.
async fn standings(
    tx: &mut Tx,
    mapping: &Mapping,
    names: &[&str],
) -> Result<HashMap<String, StandingHere>, StoreError> {
    let mut all = HashMap::with_capacity(names.len());
    for some in names.chunks(SOURCE_RECORDS) {
        let mut rows = tx.reconciliations();
        let found = match mapping.is_of_cases() {
            true => rows.cases(some).await?,
            false => rows.incidents(some).await?,
        };
        all.extend(found.into_iter().map(|here| (here.reference.clone(), here)));
    }
    Ok(all)
}

/// Where no record at all could be read, nobody may say that nothing is missing.
fn nothing_compared(handed: &HandedOver) -> Option<String> {
    let (count, why) = handed.unread.as_ref()?;
    (*count == handed.rows).then(|| {
        format!(
            "nothing could be compared: none of its {count} records could be read; the first: {why}"
        )
    })
}

impl From<HandedOver> for FoundDifferences {
    fn from(handed: HandedOver) -> Self {
        let doubt = handed.unread.map(|(count, why)| {
            format!(
                "{count} records could not be read, so nobody can say what is gone there; the \
                 first: {why}"
            )
        });
        Self {
            open: handed.open,
            suspects: handed.suspects,
            gone: handed.gone,
            doubts: doubt.into_iter().collect(),
            late: 0,
        }
    }
}

impl FoundDifferences {
    /// Whether both sides say the same.
    pub(super) fn is_empty(&self) -> bool {
        self.suspects.is_empty() && self.gone.is_empty()
    }

    /// How what is not open here stands now: closed, unknown, or heard of by another way.
    async fn note_standings(&mut self, tx: &mut Tx, mapping: &Mapping) -> Result<(), StoreError> {
        let strange = self.suspects.iter().filter(|(_, it)| it.here.is_none());
        let names: Vec<&str> = strange.map(|(name, _)| name.as_str()).collect();
        let mut known = standings(tx, mapping, &names).await?;
        self.suspects.retain(|name, suspect| {
            if suspect.here.is_none() {
                suspect.here = known.remove(name);
            }
            let here = suspect.here.as_ref();
            !here.is_some_and(|here| agree(&suspect.there, here))
        });
        Ok(())
    }

    /// Keeps what still differs after another look: what stands here as it stood then, of which
    /// nothing waits to be planned, and of whose client something may be said.
    pub(super) async fn confirm(
        &mut self,
        tx: &mut Tx,
        mapping: &Mapping,
    ) -> Result<(), StoreError> {
        let names: Vec<&str> = self
            .suspects
            .keys()
            .chain(self.gone.keys())
            .map(String::as_str)
            .collect();
        let now = standings(tx, mapping, &names).await?;
        let waiting = waiting(tx, mapping, &names).await?;
        let stands = |name: &String, before: Option<&StandingHere>| {
            now.get(name) == before && !waiting.contains(name)
        };
        self.suspects
            .retain(|name, suspect| stands(name, suspect.here.as_ref()));
        self.gone
            .retain(|name, before| stands(name, Some(&*before)));
        self.leave_out_the_erased(tx).await
    }

    async fn leave_out_the_erased(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if !tx.erasure().watch().await? {
            return Ok(());
        }
        let missing = self.suspects.values().filter(|it| it.here.is_none());
        let clients: HashSet<String> = missing.filter_map(|it| it.there.client.clone()).collect();
        let mut gone = HashSet::new();
        for client in clients {
            if tx.erasure().is_gone(&client).await? {
                gone.insert(client);
            }
        }
        let before = self.suspects.len();
        self.suspects.retain(|_, suspect| {
            let client = suspect.there.client.as_ref();
            suspect.here.is_some() || !client.is_some_and(|client| gone.contains(client))
        });
        self.open = self.open.saturating_sub(before - self.suspects.len());
        Ok(())
    }

    /// Makes late events of what is missing or in another state, those of whose records are at hand.
    pub(super) async fn tell(
        &mut self,
        tx: &mut Tx,
        mapping: &Mapping,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let made = late::made(tx, mapping, self.suspects.values(), now, ids).await?;
        self.late = made.new;
        self.doubts.extend(made.doubts);
        Ok(())
    }

    /// What it came to.
    pub(super) fn compared(&self) -> ComparedSource {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let (mut missing, mut reopened, mut closed) = (0, 0, 0);
        for suspect in self.suspects.values() {
            match &suspect.here {
                None => missing += 1,
                Some(here) if here.is_open && suspect.there.over => closed += 1,
                Some(here) if !here.is_open && !suspect.there.over => reopened += 1,
                Some(_) => {}
            }
        }
        let (theirs, gone) = (count(self.open), count(self.gone.len()));
        ComparedSource {
            theirs,
            // Whatever agrees is open on both sides.
            ours: theirs - missing - reopened + closed + gone,
            missing,
            other: count(self.suspects.len()) - missing,
            gone,
            late: count(self.late),
            doubt: (!self.doubts.is_empty()).then(|| self.doubts.join("; ")),
        }
    }

    /// The first differences of each sort by name.
    pub(super) fn names(&self) -> Vec<NamedDifference> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let of_suspects = |missing: bool| {
            let sort = match missing {
                true => DifferenceSort::Missing,
                false => DifferenceSort::Other,
            };
            let some = self.suspects.iter();
            let some = some.filter(move |(_, it)| it.here.is_none() == missing);
            some.take(RECONCILE_NAMED)
                .map(move |(name, it)| NamedDifference {
                    sort,
                    name: name.clone(),
                    theirs: text(&it.there.state),
                    ours: it.here.as_ref().and_then(|here| text(&here.state)),
                    client: it.there.client.clone(),
                })
        };
        let gone = self.gone.iter().take(RECONCILE_NAMED);
        let gone = gone.map(|(name, here)| NamedDifference {
            sort: DifferenceSort::Gone,
            name: name.clone(),
            theirs: None,
            ours: text(&here.state),
            client: None,
        });
        of_suspects(true)
            .chain(of_suspects(false))
            .chain(gone)
            .collect()
    }
}

/// Of these names, those of which an event of this source waits to be planned.
async fn waiting(
    tx: &mut Tx,
    mapping: &Mapping,
    names: &[&str],
) -> Result<HashSet<String>, StoreError> {
    let mut all = HashSet::new();
    for some in names.chunks(SOURCE_RECORDS) {
        let some: Vec<String> = some.iter().map(|&name| name.to_owned()).collect();
        all.extend(tx.events().waiting_about(mapping.source(), &some).await?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::mapping::StandingThere;

    fn here(reference: &str, state: &str, is_open: bool) -> StandingHere {
        StandingHere {
            id: 1,
            reference: reference.to_owned(),
            state: state.to_owned(),
            is_open,
            changed_at: Timestamp::from_micros(1),
        }
    }

    fn suspect(name: &str, over: bool, here: Option<StandingHere>) -> (String, PresentSuspect) {
        let there = StandingThere {
            subject: name.to_owned(),
            state: "internal_review".to_owned(),
            over,
            client: Some("C-1".to_owned()),
        };
        let suspect = PresentSuspect {
            there,
            here,
            record: None,
        };
        (name.to_owned(), suspect)
    }

    fn differences(suspects: Vec<(String, PresentSuspect)>, gone: &[&str]) -> FoundDifferences {
        let gone = gone.iter().map(|name| {
            let here = here(name, "received", true);
            (here.reference.clone(), here)
        });
        FoundDifferences {
            open: 412,
            suspects: suspects.into_iter().collect(),
            gone: gone.collect(),
            doubts: Vec::new(),
            late: 0,
        }
    }

    #[test]
    fn what_we_know_is_what_they_say_but_for_what_differs() {
        let found = differences(
            vec![
                suspect("PR-7", false, None),
                suspect("PR-9", false, None),
                suspect("PR-1", false, Some(here("PR-1", "received", true))),
                suspect("PR-2", false, Some(here("PR-2", "done", false))),
                suspect("PR-3", true, Some(here("PR-3", "received", true))),
            ],
            &["PR-4"],
        );
        let compared = found.compared();
        // Two are missing and one is closed here; one is closed there, and one is gone.
        assert_eq!((compared.theirs, compared.ours), (412, 411));
        assert_eq!((compared.missing, compared.other, compared.gone), (2, 3, 1));
        let names = found.names();
        let names: Vec<&str> = names.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["PR-7", "PR-9", "PR-1", "PR-2", "PR-3", "PR-4"]);
        let first = &found.names()[0];
        assert_eq!(first.theirs.as_deref(), Some("internal_review"));
        assert_eq!((&first.ours, first.client.as_deref()), (&None, Some("C-1")));
    }

    #[test]
    fn all_are_counted_and_twenty_of_each_sort_are_named() {
        let missing = (0..30).map(|number| suspect(&format!("PR-{number:02}"), false, None));
        let gone: Vec<String> = (0..25).map(|number| format!("X-{number:02}")).collect();
        let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
        let found = differences(missing.collect(), &gone);
        let compared = found.compared();
        assert_eq!((compared.missing, compared.gone), (30, 25));
        assert_eq!(found.names().len(), 2 * RECONCILE_NAMED);
    }
}
