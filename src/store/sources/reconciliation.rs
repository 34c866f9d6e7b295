//! Whether anything is missing: what the last comparison of each source with its present state came to,
//! some of the differences by name, and what is open here. What is compared, and what becomes of a
//! difference, is decided in `source::reconcile`. An erasure deletes the names of its client's cases
//! (`people::erasure`).

use crate::domain::Timestamp;
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, optional, value};
use crate::store::people::erasure;
use crate::store::{StoreError, handle};
use crate::text::text_enum::text_enum;

text_enum! {
    /// How what is known here differs from what a source says.
    pub enum DifferenceSort {
        /// Open there, and not known here.
        Missing => "missing",
        /// In another state here.
        Other => "other",
        /// Open here, and not named there.
        Gone => "gone",
    }
}

row! {
    /// What a comparison came to.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ComparedSource {
        /// How many are open over there.
        pub theirs: i64,
        /// How many are open here.
        pub ours: i64,
        /// See [`DifferenceSort::Missing`].
        pub missing: i64,
        /// See [`DifferenceSort::Other`].
        pub other: i64,
        /// See [`DifferenceSort::Gone`].
        pub gone: i64,
        /// How many of these became late events.
        pub late: i64,
        /// What could not be compared, or not become an event, and why.
        pub doubt: Option<String>,
    }
}

impl ComparedSource {
    /// How many differ, in whichever way.
    #[must_use]
    pub const fn differs(&self) -> i64 {
        self.missing + self.other + self.gone
    }
}

row! {
    /// The last comparison of a source.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReconciledRow {
        pub source: String,
        /// None: nothing was compared yet.
        pub compared_at: Option<Timestamp>,
        pub compared: ComparedSource as row,
        /// Why it could not be asked since.
        pub fault: Option<String>,
    }
}

row! {
    /// A case or an incident that differs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NamedDifference {
        pub sort: DifferenceSort as difference,
        pub name: String,
        /// Its state over there, in our words, if there is one.
        pub theirs: Option<String>,
        /// Its state here, if it is known.
        pub ours: Option<String>,
        /// Whose case it is, where their record says it.
        pub client: Option<String> as client_ref,
    }
}

row! {
    /// How a case or an incident stands here.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StandingHere {
        pub id: i64,
        pub reference: String,
        /// Empty for an incident.
        pub state: String,
        pub is_open: bool,
        /// Time of its newest event.
        pub changed_at: Timestamp,
    }
}

handle!(reconciliations -> Reconciliations);

macro_rules! columns {
    () => {
        "SELECT source, compared_at, theirs, ours, missing, other, gone, late, doubt, fault
         FROM reconciliation"
    };
}

impl Reconciliations<'_> {
    /// From when on the next night of a source counts: since it was last compared, or from now on if it
    /// never was.
    pub async fn since(&mut self, source: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        execute!(self.0, "enter a source to be compared",
            "INSERT INTO reconciliation (source, since, theirs, ours, missing, other, gone, late)
             VALUES ($1, $2, 0, 0, 0, 0, 0, 0) ON CONFLICT (source) DO NOTHING";
            source, now
        )?;
        value!(self.0, "read when a source was compared",
            "SELECT since FROM reconciliation WHERE source = $1";
            source
        )
    }

    /// The last comparison of a source, if it is to be compared.
    pub async fn get(&mut self, source: &str) -> Result<Option<ReconciledRow>, StoreError> {
        optional!(self.0, "read what a source was compared to",
            columns!(), " WHERE source = $1";
            source
        )
    }

    /// The last comparisons of all sources, by name.
    pub async fn list(&mut self) -> Result<Vec<ReconciledRow>, StoreError> {
        all!(
            self.0,
            "list what the sources were compared to",
            columns!(),
            " ORDER BY source"
        )
    }

    /// The differences of a source that are named: first those of one sort, in the order of names.
    pub async fn names(&mut self, source: &str) -> Result<Vec<NamedDifference>, StoreError> {
        all!(self.0, "read the names of differences",
            "SELECT difference, name, theirs, ours, client_ref FROM reconciliation_name
             WHERE source = $1 ORDER BY CASE difference WHEN 'missing' THEN 1 WHEN 'other' THEN 2
             ELSE 3 END, name";
            source
        )
    }

    /// Keeps what a comparison came to, in the place of the one before.
    pub async fn keep(
        &mut self,
        source: &str,
        compared: &ComparedSource,
        names: &[NamedDifference],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // An erasure deletes names: it waits for these.
        erasure::hold_off(self.0).await?;
        execute!(self.0, "record what a source was compared to",
            "UPDATE reconciliation SET since = $2, compared_at = $2, theirs = $3, ours = $4,
             missing = $5, other = $6, gone = $7, late = $8, doubt = $9, fault = NULL,
             failed_at = NULL WHERE source = $1";
            source, now, compared.theirs, compared.ours, compared.missing, compared.other,
            compared.gone, compared.late, &compared.doubt
        )?;
        execute!(self.0, "forget the differences of the night before",
            "DELETE FROM reconciliation_name WHERE source = $1";
            source
        )?;
        let rows: Vec<_> = names
            .iter()
            .map(|one| (one.sort, &one.name, &one.theirs, &one.ours, &one.client))
            .collect();
        execute!(self.0, "record the names of differences",
            "INSERT INTO reconciliation_name (source, difference, name, theirs, ours, client_ref)
             SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM ",
            words::rows!("$2");
            source, json(&rows)?
        )
    }

    /// Notes why a source could not be asked.
    pub async fn failed(
        &mut self,
        source: &str,
        fault: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record that a source could not be asked",
            "UPDATE reconciliation SET fault = $2, failed_at = $3 WHERE source = $1";
            source, fault, now
        )
    }

    /// At most `limit` cases, behind the row `after`, that are open here and of which an event of this
    /// `source` spoke.
    pub async fn open_cases(
        &mut self,
        source: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StandingHere>, StoreError> {
        all!(self.0, "list the open cases of a source",
            "SELECT id, ref AS reference, state, closed_at IS NULL AS is_open, changed_at
             FROM case_file WHERE id > $2 AND closed_at IS NULL AND EXISTS
             (SELECT 1 FROM case_change h JOIN event e ON e.id = h.event_id
             WHERE h.case_id = case_file.id AND e.source = $1) ORDER BY id LIMIT $3";
            source, after, limit
        )
    }

    /// The same of incidents that go on.
    pub async fn open_incidents(
        &mut self,
        source: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StandingHere>, StoreError> {
        all!(self.0, "list the incidents of a source that go on",
            "SELECT id, ref AS reference, '' AS state, state = 'going_on' AS is_open, changed_at
             FROM incident WHERE id > $2 AND state = 'going_on' AND EXISTS
             (SELECT 1 FROM incident_change h JOIN event e ON e.id = h.event_id
             WHERE h.incident_id = incident.id AND e.source = $1) ORDER BY id LIMIT $3";
            source, after, limit
        )
    }

    /// How the cases of these references stand here, those that are known.
    pub async fn cases(&mut self, references: &[&str]) -> Result<Vec<StandingHere>, StoreError> {
        all!(self.0, "read how cases stand",
            "SELECT id, ref AS reference, state, closed_at IS NULL AS is_open, changed_at
             FROM case_file WHERE ref IN (", words::texts!("$1"), ")";
            json(references)?
        )
    }

    /// The same of incidents.
    pub async fn incidents(
        &mut self,
        references: &[&str],
    ) -> Result<Vec<StandingHere>, StoreError> {
        all!(self.0, "read how incidents stand",
            "SELECT id, ref AS reference, '' AS state, state = 'going_on' AS is_open, changed_at
             FROM incident WHERE ref IN (", words::texts!("$1"), ")";
            json(references)?
        )
    }
}
