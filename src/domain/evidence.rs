//! What still counts of what is known about a message, and where it leaves the message. Nothing that was
//! ever heard is overwritten: a later fact marks an earlier one as wrong, both stay, and the message
//! stands where all that is valid leaves it, in whatever order it came.
//!
//! What one report says is in `receipt`, who a reader was in `engagement`. Rows are marked and messages moved
//! by `store::messages::evidence`.

use std::collections::BTreeMap;

use super::Timestamp;
use super::mail_return::MAILBOX_REPORTS;
use super::message::MessageState;
use super::receipt::{Fold, ReceiptKind, state_after};

/// Who marked a report as wrong where no person did: the number of the later one follows.
const BY_REPORT: &str = "receipt:";

/// A report, as far as later ones can prove it wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownReport {
    pub id: i64,
    pub provider: String,
    pub kind: ReceiptKind,
    /// By the provider's clock. Without it nobody can say which of two was later.
    pub provider_at: Option<Timestamp>,
    /// Who or what marked it as wrong; none: it counts.
    pub invalidated_by: Option<String>,
}

impl KnownReport {
    /// What is written beside a report that this one proves wrong.
    #[must_use]
    pub fn name_of(id: i64) -> String {
        format!("{BY_REPORT}{id}")
    }

    /// Whether a person, and no later report, says that it is wrong.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let by = self.invalidated_by.as_deref();
        by.is_some_and(|by| !by.starts_with(BY_REPORT))
    }

    /// Whether it proves `earlier` wrong: the same provider says the contrary of a later moment, or a mail
    /// server does to whom the mail was handed on. Moments that are alike, or unknown, prove nothing.
    fn disproves(&self, earlier: &Self) -> bool {
        let heard = self.provider == earlier.provider
            || (self.provider == MAILBOX_REPORTS && self.kind.rank() == 2);
        let contrary = matches!((earlier.kind.rank(), self.kind.rank()), (2, 3) | (3, 2));
        let later = match (self.provider_at, earlier.provider_at) {
            (Some(at), Some(before)) => at > before,
            _ => false,
        };
        heard && contrary && later
    }
}

/// Which of these reports, all about one attempt, later ones prove wrong, and by which. It depends on the
/// reports and what they say of time, never on the order in which they came.
#[must_use]
pub fn disproved(reports: &[KnownReport]) -> BTreeMap<i64, i64> {
    let believed = || reports.iter().filter(|report| !report.is_refused());
    let latest = |wrong: &KnownReport| {
        believed()
            .filter(|later| later.disproves(wrong))
            .max_by_key(|later| (later.provider_at, later.id))
    };
    believed()
        .filter_map(|wrong| Some((wrong.id, latest(wrong)?.id)))
        .collect()
}

/// What the attempts of a message came to, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptsSay {
    /// A provider took one.
    pub taken: bool,
    /// Of one nobody knows whether it left.
    pub in_doubt: bool,
    /// One was refused for good.
    pub rejected: bool,
}

impl AttemptsSay {
    /// Where they alone leave a message that has left. `over`: no report is waited for any more.
    #[must_use]
    pub const fn state(self, over: bool) -> MessageState {
        match (self, over) {
            (Self { taken: true, .. }, false) => MessageState::Accepted,
            (Self { taken: true, .. }, true) => MessageState::Unconfirmed,
            (Self { in_doubt: true, .. }, false) => MessageState::Unknown,
            (Self { in_doubt: true, .. }, true) => MessageState::Unresolved,
            (Self { rejected: true, .. }, _) => MessageState::Rejected,
            _ => MessageState::Failed,
        }
    }
}

/// Where a message that left stands, from where its attempts leave it, with all its reports and readers.
/// `reader`: a person did with it what nobody can do who has not got it. That settles a doubt, where no
/// report says the contrary; what a provider took stands as its reports say.
#[must_use]
pub fn stands(from: MessageState, reports: Fold, reader: bool, taken: bool) -> MessageState {
    use MessageState as S;
    let by_reports = state_after(from, true, reports);
    let in_doubt = match by_reports {
        S::Unknown | S::Unresolved => true,
        // Nothing but a report says that it was taken.
        S::Accepted | S::Unconfirmed => reports.rank == 1,
        _ => false,
    };
    if reader && !taken && in_doubt {
        S::Delivered
    } else {
        by_reports
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn report(id: i64, kind: ReceiptKind, at: Option<i64>) -> KnownReport {
        KnownReport {
            id,
            provider: "gateway".to_owned(),
            kind,
            provider_at: at.map(Timestamp::from_micros),
            invalidated_by: None,
        }
    }

    /// The fold over what is valid of these.
    fn valid(reports: &[KnownReport]) -> Fold {
        let wrong = disproved(reports);
        let counts =
            |report: &&KnownReport| !report.is_refused() && !wrong.contains_key(&report.id);
        reports.iter().filter(counts).map(|one| one.kind).collect()
    }

    #[test]
    fn the_later_of_two_contrary_reports_is_believed() {
        use ReceiptKind::{Delivered, Expired, Undelivered};
        let bounced = [
            report(1, Delivered, Some(10)),
            report(2, Undelivered, Some(20)),
        ];
        assert_eq!(disproved(&bounced), BTreeMap::from([(1, 2)]));
        assert_eq!(valid(&bounced).rank, 2);
        let reached = [report(1, Expired, Some(10)), report(2, Delivered, Some(20))];
        assert_eq!(disproved(&reached), BTreeMap::from([(1, 2)]));
        assert_eq!(valid(&reached).rank, 3);
        let again = [
            report(1, Delivered, Some(10)),
            report(2, Undelivered, Some(20)),
            report(3, Delivered, Some(30)),
        ];
        assert_eq!(
            valid(&again),
            Fold {
                rank: 3,
                late_bounce: false
            }
        );
    }

    #[test]
    fn who_cannot_say_when_or_speaks_for_another_proves_nothing() {
        use ReceiptKind::{Delivered, Undelivered};
        for at in [None, Some(10), Some(9)] {
            let pair = [report(1, Delivered, Some(10)), report(2, Undelivered, at)];
            assert!(!disproved(&pair).contains_key(&1), "{at:?}");
        }
        let mut stranger = report(2, Undelivered, Some(20));
        stranger.provider = "other".to_owned();
        let delivered = report(1, Delivered, Some(10));
        assert!(disproved(&[delivered.clone(), stranger.clone()]).is_empty());
        // The server that the mail was handed on to knows better, of failures alone.
        stranger.provider = MAILBOX_REPORTS.to_owned();
        assert_eq!(disproved(&[delivered, stranger.clone()]).len(), 1);
        stranger.kind = Delivered;
        assert!(disproved(&[report(1, Undelivered, Some(10)), stranger]).is_empty());
    }

    #[test]
    fn a_report_that_a_person_refused_proves_nothing_any_more() {
        use ReceiptKind::{Delivered, Undelivered};
        let mut bounce = report(2, Undelivered, Some(20));
        bounce.invalidated_by = Some("user:op@example.it".to_owned());
        let pair = [report(1, Delivered, Some(10)), bounce];
        assert!(disproved(&pair).is_empty());
        assert_eq!(valid(&pair).rank, 3);
    }

    #[test]
    fn a_reader_settles_a_doubt_and_contradicts_no_report() {
        use MessageState as S;
        let none = Fold::NONE;
        let bounced = none.with(ReceiptKind::Undelivered);
        let taken_by_report = none.with(ReceiptKind::Accepted);
        for doubt in [S::Unknown, S::Unresolved] {
            assert_eq!(stands(doubt, none, true, false), S::Delivered);
            assert_eq!(stands(doubt, taken_by_report, true, false), S::Delivered);
            assert_eq!(stands(doubt, bounced, true, false), S::Undelivered);
            assert_eq!(stands(doubt, none, false, false), doubt);
        }
        assert_eq!(stands(S::Accepted, none, true, true), S::Accepted);
        assert_eq!(stands(S::Unconfirmed, none, true, true), S::Unconfirmed);
    }

    fn reports() -> impl Strategy<Value = Vec<KnownReport>> {
        let one = (
            select(ReceiptKind::ALL),
            prop::option::of(0_i64..4),
            select(&["gateway", "other", MAILBOX_REPORTS][..]),
            prop::bool::weighted(0.2),
        );
        prop::collection::vec(one, 0..7).prop_map(|drawn| {
            let reports = drawn.into_iter().zip(1_i64..);
            let made = reports.map(|((kind, at, provider, refused), id)| KnownReport {
                provider: provider.to_owned(),
                invalidated_by: refused.then(|| "user:op".to_owned()),
                ..report(id, kind, at)
            });
            made.collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_valid_and_where_it_leads_depends_on_no_order(
            (known, shuffled) in reports().prop_flat_map(|known| {
                (Just(known.clone()), Just(known).prop_shuffle())
            }),
            from in select(&[
                MessageState::Unknown, MessageState::Unresolved, MessageState::Accepted,
                MessageState::Unconfirmed,
            ][..]),
            reader in any::<bool>(),
        ) {
            prop_assert_eq!(disproved(&known), disproved(&shuffled));
            prop_assert_eq!(valid(&known), valid(&shuffled));
            prop_assert_eq!(
                stands(from, valid(&known), reader, false),
                stands(from, valid(&shuffled), reader, false)
            );
        }

        #[test]
        fn marking_what_was_disproved_changes_nothing_more(known in reports()) {
            let wrong = disproved(&known);
            let marked: Vec<KnownReport> = known.iter().cloned().map(|mut report| {
                if let Some(by) = wrong.get(&report.id) {
                    report.invalidated_by = Some(KnownReport::name_of(*by));
                }
                report
            }).collect();
            prop_assert_eq!(disproved(&marked), wrong);
            prop_assert_eq!(valid(&marked), valid(&known));
        }
    }
}
