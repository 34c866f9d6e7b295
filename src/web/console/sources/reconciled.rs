//! Whether anything is missing, as the page of a source says it: what the last comparison came to, and
//! the first differences of each sort by name. A source that is never asked for its present state has
//! no such section.

use crate::source::RegisteredSource;
use crate::store::sources::{ComparedSource, NamedDifference, ReconciledRow};
use crate::store::{StoreError, Tx};
use crate::text::sanitize::excerpt;
use crate::web::console::shell::{ConsoleWords, FluentValue, When, in_path};
use crate::web::console::state::Moment;

/// Characters that are shown of what their system said of itself.
const SAID: usize = 1_000;

/// What the last comparison of a source came to.
pub(super) struct ReconciledView {
    /// When that was; none: nothing was compared yet.
    pub(super) at: Option<When>,
    pub(super) says: String,
    /// How many of them became late events.
    pub(super) late: Option<String>,
    pub(super) differences: Vec<DifferenceLine>,
    /// How many more there are than are named.
    pub(super) more: Option<String>,
    /// What could not be compared, and why it could not be asked since.
    pub(super) notes: Vec<String>,
}

/// One case or incident that differs.
pub(super) struct DifferenceLine {
    pub(super) name: String,
    /// Its page; none where it is not known here.
    pub(super) link: Option<String>,
    pub(super) sort: String,
    pub(super) theirs: String,
    pub(super) ours: String,
}

impl ReconciledView {
    /// `source`: as the settings of this node describe it, if they do.
    pub(super) async fn of(
        tx: &mut Tx,
        name: &str,
        source: Option<&RegisteredSource>,
        now: Moment,
    ) -> Result<Option<Self>, StoreError> {
        let Some(source) = source.filter(|it| it.watch().reconcile.is_some()) else {
            return Ok(None);
        };
        let of_cases = source.mapping().is_of_cases();
        let Some(row) = tx.reconciliations().get(name).await? else {
            return Ok(Some(Self::not_yet(now.words)));
        };
        let names = tx.reconciliations().names(name).await?;
        Ok(Some(Self::new(&row, &names, of_cases, now)))
    }

    fn not_yet(words: ConsoleWords) -> Self {
        Self {
            at: None,
            says: words.say("sources-reconcile-not-yet").into_owned(),
            late: None,
            differences: Vec::new(),
            more: None,
            notes: Vec::new(),
        }
    }

    fn new(row: &ReconciledRow, names: &[NamedDifference], of_cases: bool, now: Moment) -> Self {
        let words = now.words;
        let fault = row.fault.as_deref();
        let fault = fault.map(|why| words.with("sources-reconcile-fault", "why", &cut(why)));
        let Some(compared_at) = row.compared_at else {
            return Self {
                notes: fault.into_iter().collect(),
                ..Self::not_yet(words)
            };
        };
        let compared = &row.compared;
        let doubt = compared.doubt.as_deref();
        let doubt = doubt.map(|why| words.with("sources-reconcile-doubt", "why", &cut(why)));
        let more = compared.differs() - i64::try_from(names.len()).unwrap_or(i64::MAX);
        let line = |one| DifferenceLine::new(one, of_cases, words);
        Self {
            at: Some(When::new(compared_at, now)),
            says: said(compared, of_cases, words),
            late: (compared.late > 0).then(|| words.count("sources-reconcile-late", compared.late)),
            differences: names.iter().map(line).collect(),
            more: (more > 0).then(|| words.count("sources-reconcile-more", more)),
            notes: doubt.into_iter().chain(fault).collect(),
        }
    }
}

impl DifferenceLine {
    fn new(one: &NamedDifference, of_cases: bool, words: ConsoleWords) -> Self {
        let folder = if of_cases { "cases" } else { "incidents" };
        let is_known = one.ours.is_some() || !of_cases;
        let state = |state: Option<&String>| state.cloned().unwrap_or_else(|| "–".to_owned());
        Self {
            link: is_known.then(|| format!("/console/{folder}/{}", in_path(&one.name))),
            sort: words
                .of("sources-reconcile-sort", one.sort.as_str())
                .into_owned(),
            theirs: state(one.theirs.as_ref()),
            ours: state(one.ours.as_ref()),
            name: one.name.clone(),
        }
    }
}

/// "It says 412 open cases, we know 410."
fn said(compared: &ComparedSource, of_cases: bool, words: ConsoleWords) -> String {
    let values = [
        ("count", FluentValue::from(compared.theirs)),
        ("theirs", words.number(compared.theirs).into()),
        ("ours", words.number(compared.ours).into()),
    ];
    match of_cases {
        true => words.say_with("sources-reconcile-cases", &values),
        false => words.say_with("sources-reconcile-incidents", &values),
    }
}

fn cut(text: &str) -> String {
    excerpt(text, SAID)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::language::Language;
    use crate::store::sources::DifferenceSort;

    fn moment(words: ConsoleWords) -> Moment {
        Moment {
            at: Timestamp::from_micros(1_800_000_000_000_000),
            zone: chrono_tz::Europe::Rome,
            words,
        }
    }

    fn row(compared: ComparedSource) -> ReconciledRow {
        ReconciledRow {
            source: "crm".to_owned(),
            compared_at: Some(moment(ConsoleWords::ENGLISH).at),
            compared,
            fault: None,
        }
    }

    fn difference(sort: DifferenceSort, ours: Option<&str>) -> NamedDifference {
        NamedDifference {
            sort,
            name: "PR-7".to_owned(),
            theirs: Some("received".to_owned()),
            ours: ours.map(str::to_owned),
            client: None,
        }
    }

    #[test]
    fn a_comparison_is_said_in_both_languages() {
        let compared = ComparedSource {
            theirs: 1_412,
            ours: 1_410,
            missing: 2,
            ..ComparedSource::default()
        };
        let row = row(compared);
        let names = [difference(DifferenceSort::Missing, None)];
        let english = ReconciledView::new(&row, &names, true, moment(ConsoleWords::ENGLISH));
        assert_eq!(english.says, "It says 1,412 open cases, we know 1,410.");
        assert_eq!(english.more.as_deref(), Some("and 1 more"));
        let line = &english.differences[0];
        assert_eq!(
            (line.sort.as_str(), line.ours.as_str()),
            ("missing here", "–")
        );
        assert_eq!(line.link, None);
        let italian = moment(ConsoleWords::new(Language::Italian));
        let italian = ReconciledView::new(&row, &names, true, italian);
        assert!(
            italian.says.contains("1.412 pratiche aperte"),
            "{}",
            italian.says
        );
    }

    #[test]
    fn every_sort_of_difference_has_a_word_in_both_languages() {
        let italian = ConsoleWords::new(Language::Italian);
        for sort in DifferenceSort::ALL {
            let said = |words: ConsoleWords| words.of("sources-reconcile-sort", sort.as_str());
            assert_ne!(said(ConsoleWords::ENGLISH), sort.as_str());
            assert_ne!(said(ConsoleWords::ENGLISH), said(italian));
        }
    }

    #[test]
    fn what_is_known_here_has_a_link_and_a_source_that_could_not_be_asked_says_so() {
        let mut row = row(ComparedSource::default());
        let names = [difference(DifferenceSort::Other, Some("done"))];
        row.fault = Some("cannot reach it".to_owned());
        let view = ReconciledView::new(&row, &names, true, moment(ConsoleWords::ENGLISH));
        let link = view.differences[0].link.as_deref();
        assert_eq!(link, Some("/console/cases/PR%2D7"));
        assert!(
            view.notes[0].contains("cannot reach it"),
            "{}",
            view.notes[0]
        );
        row.compared_at = None;
        let view = ReconciledView::new(&row, &[], true, moment(ConsoleWords::ENGLISH));
        assert!(view.at.is_none() && view.notes.len() == 1);
    }
}
