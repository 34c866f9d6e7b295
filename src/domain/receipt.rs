//! Receipts: later reports about a message, folded into one standing.
//!
//! Reports come late, early, doubled and in any order. Each is kept as a row for ever; what the
//! message shows is a fold over them that is commutative, associative and idempotent, so that
//! order and repetition cannot matter. How a provider's words become a [`ReceiptKind`] is told
//! in `channel`; who stores and folds them is `track`.

use crate::domain::message::{MessageState, Move};
use crate::text::text_enum::text_enum;

text_enum! {
    /// What a report says.
    pub enum ReceiptKind {
        /// The next server or centre has it.
        Accepted => "accepted",
        /// It waits there, for instance because the telephone is off.
        Buffered => "buffered",
        /// It arrived on the telephone or in the mailbox.
        Delivered => "delivered",
        /// It did not arrive and will not.
        Undelivered => "undelivered",
        /// Its validity ran out on the way.
        Expired => "expired",
        /// The network or the mail server refused it.
        Rejected => "rejected",
        /// The provider knows the message and cannot say what became of it.
        Undetermined => "undetermined",
    }
}

impl ReceiptKind {
    /// How much it settles: 1 somebody has it, 2 it did not arrive, 3 it arrived.
    /// The rank 0 is that of no receipt at all.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Accepted | Self::Buffered | Self::Undetermined => 1,
            Self::Undelivered | Self::Expired | Self::Rejected => 2,
            Self::Delivered => 3,
        }
    }
}

/// All receipts of one message, joined. The two columns `receipt_rank` and `late_bounce`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fold {
    /// The highest rank seen; see [`ReceiptKind::rank`].
    pub rank: i64,
    /// Both `delivered` and its contrary were reported, in whichever order.
    pub late_bounce: bool,
}

impl Fold {
    /// No receipt yet: joining it changes nothing.
    pub const NONE: Self = Self {
        rank: 0,
        late_bounce: false,
    };

    /// The standing of two sets of receipts together.
    ///
    /// A rank of 2 means "a contrary report and no delivery", so the ranks 2 and 3 meeting is
    /// the only way to a late bounce: nothing else need be remembered.
    #[must_use]
    pub const fn join(self, other: Self) -> Self {
        let contradiction =
            (self.rank == 2 && other.rank == 3) || (self.rank == 3 && other.rank == 2);
        Self {
            rank: if self.rank > other.rank {
                self.rank
            } else {
                other.rank
            },
            late_bounce: self.late_bounce || other.late_bounce || contradiction,
        }
    }

    /// The standing after one more receipt.
    #[must_use]
    pub const fn with(self, kind: ReceiptKind) -> Self {
        self.join(Self {
            rank: kind.rank(),
            late_bounce: false,
        })
    }
}

impl FromIterator<ReceiptKind> for Fold {
    fn from_iter<I: IntoIterator<Item = ReceiptKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

/// Where a message stands, given all its receipts. Unchanged where the state machine allows no
/// such move, and where nothing ever `left`: a message that was cancelled before it was first sent
/// is not brought back by a stray report.
#[must_use]
pub fn state_after(current: MessageState, left: bool, fold: Fold) -> MessageState {
    if !left {
        return current;
    }
    let step = match fold.rank {
        1 => Move::Accept,
        2 => Move::Bounce,
        3 => Move::Deliver,
        _ => return current,
    };
    current.after(step).unwrap_or(current)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;

    /// Every state in which a message can be when its receipts begin to come.
    const LEFT: [MessageState; 5] = [
        MessageState::Sending,
        MessageState::Unknown,
        MessageState::Unresolved,
        MessageState::Accepted,
        MessageState::Unconfirmed,
    ];

    /// What the store does: fold one more, then move.
    fn arrive_one_by_one(start: MessageState, kinds: &[ReceiptKind]) -> (MessageState, Fold) {
        kinds
            .iter()
            .fold((start, Fold::NONE), |(state, fold), kind| {
                let fold = fold.with(*kind);
                (state_after(state, true, fold), fold)
            })
    }

    fn receipts() -> impl Strategy<Value = Vec<ReceiptKind>> {
        prop::collection::vec(select(ReceiptKind::ALL), 0..8)
    }

    fn folds() -> impl Strategy<Value = Fold> {
        receipts().prop_map(|kinds| kinds.into_iter().collect())
    }

    #[test]
    fn a_contradiction_is_kept_in_either_order_and_delivered_stays() {
        use ReceiptKind::{Buffered, Delivered, Undelivered};
        for kinds in [
            [Buffered, Delivered, Undelivered],
            [Undelivered, Delivered, Buffered],
        ] {
            let (state, fold) = arrive_one_by_one(MessageState::Accepted, &kinds);
            assert_eq!(state, MessageState::Delivered);
            assert!(fold.late_bounce);
        }
    }

    #[test]
    fn a_receipt_moves_nothing_that_never_left() {
        for state in [
            MessageState::Held,
            MessageState::Queued,
            MessageState::Cancelled,
            MessageState::Suppressed,
        ] {
            for kind in ReceiptKind::ALL {
                assert_eq!(state_after(state, false, Fold::NONE.with(*kind)), state);
            }
        }
    }

    #[test]
    fn what_was_withdrawn_in_doubt_can_still_prove_to_have_arrived() {
        let [delivered, refused] = [ReceiptKind::Delivered, ReceiptKind::Rejected]
            .map(|kind| state_after(MessageState::Superseded, true, Fold::NONE.with(kind)));
        assert_eq!(delivered, MessageState::Delivered);
        assert_eq!(refused, MessageState::Superseded);
    }

    #[test]
    fn a_report_proves_that_a_lost_message_had_arrived_at_the_provider() {
        let fold = Fold::NONE.with(ReceiptKind::Undetermined);
        assert_eq!(
            state_after(MessageState::Unknown, true, fold),
            MessageState::Accepted
        );
        assert_eq!(
            state_after(MessageState::Unconfirmed, true, fold),
            MessageState::Unconfirmed
        );
    }

    proptest! {
        #[test]
        fn the_join_is_a_lattice(a in folds(), b in folds(), c in folds()) {
            prop_assert_eq!(a.join(b), b.join(a));
            prop_assert_eq!(a.join(b).join(c), a.join(b.join(c)));
            prop_assert_eq!(a.join(a), a);
            prop_assert_eq!(a.join(Fold::NONE), a);
        }

        #[test]
        fn no_order_and_no_repetition_changes_where_a_message_ends(
            (kinds, shuffled, again) in receipts().prop_flat_map(|kinds| {
                let again = subsequence(kinds.clone(), 0..=kinds.len());
                (Just(kinds.clone()), Just(kinds).prop_shuffle(), again)
            }),
            start in select(&LEFT[..]),
        ) {
            let expected = arrive_one_by_one(start, &kinds);
            let mut doubled = shuffled;
            doubled.extend(again);
            prop_assert_eq!(arrive_one_by_one(start, &doubled), expected);
        }

        #[test]
        fn late_bounce_says_exactly_that_both_were_seen(kinds in receipts()) {
            let fold: Fold = kinds.iter().copied().collect();
            let both = kinds.contains(&ReceiptKind::Delivered)
                && kinds.iter().any(|kind| kind.rank() == 2);
            prop_assert_eq!(fold.late_bounce, both);
        }
    }
}
