//! Whether a message turns to another channel, pure: by where it stands, by what its reader did, and
//! by what its rule waits for. Whether the other channel reaches the client, and whether the news still
//! holds, is asked by `fallback`, in the transaction that makes the second message.

use chrono::TimeDelta;

use crate::domain::rule::UnreadableChoice;
use crate::domain::{MessageState, Timestamp};

/// What has to be known of a message.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that are true or not, each of its own"
)]
pub(super) struct TurnCase {
    /// Where it stands after this look.
    pub(super) state: MessageState,
    /// When a provider took it.
    pub(super) accepted_at: Option<Timestamp>,
    /// A person gave a sign of having read it, or wrote back.
    pub(super) read: bool,
    /// Whether reading it would show itself.
    pub(super) readable: bool,
    /// It was not sent because the client has no address that works on its channel.
    pub(super) without_address: bool,
    /// What it tells is no news any more, by the life that was left when it was planned.
    pub(super) too_late: bool,
    /// What became of it was written down before.
    pub(super) decided: bool,
    /// How long the rule waits after acceptance.
    pub(super) after: TimeDelta,
    /// The rule waits for reading, and does this with those whose reading cannot show.
    pub(super) unread: Option<UnreadableChoice>,
    /// The rule would rather say it twice than never.
    pub(super) resends: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FallbackTurn {
    /// Nothing is to be done: there was a sign of life, or nothing can be known.
    Stay,
    /// It is to be looked at again then.
    Wait(Timestamp),
    /// The other channel's turn.
    Now,
    /// It was read in time.
    Spared,
    /// Nobody could know whether it was read, and the rule leaves such as they are.
    LeaveUnreadable,
}

impl TurnCase {
    /// What is to be done at `now`.
    pub(super) fn decide(&self, now: Timestamp) -> FallbackTurn {
        use MessageState as S;
        let waits_for_reading = self.unread.is_some();
        if self.decided {
            return FallbackTurn::Stay;
        }
        match self.state {
            S::Accepted | S::Unconfirmed => self.when_due(now),
            S::Delivered if waits_for_reading => self.when_due(now),
            // A bounce that came after somebody read it is no reason to say it again.
            S::Undelivered | S::Unresolved if self.read => self.spared(),
            S::Undelivered | S::Rejected | S::Failed => FallbackTurn::Now,
            S::Unresolved if self.resends => FallbackTurn::Now,
            // What was too late for the first channel is too late for the second.
            S::Suppressed if waits_for_reading && self.without_address && !self.too_late => {
                FallbackTurn::Now
            }
            _ => FallbackTurn::Stay,
        }
    }

    /// It was taken, and nothing speaks against its having arrived.
    fn when_due(&self, now: Timestamp) -> FallbackTurn {
        let Some(accepted_at) = self.accepted_at else {
            return FallbackTurn::Stay;
        };
        let due = accepted_at + self.after;
        if now < due {
            return FallbackTurn::Wait(due);
        }
        if self.read {
            return self.spared();
        }
        match self.unread {
            Some(UnreadableChoice::Skip) if !self.readable => FallbackTurn::LeaveUnreadable,
            _ => FallbackTurn::Now,
        }
    }

    /// Spared counts where the rule would have turned for want of reading alone.
    const fn spared(&self) -> FallbackTurn {
        match self.unread {
            Some(_) => FallbackTurn::Spared,
            None => FallbackTurn::Stay,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const TAKEN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
    const AFTER: TimeDelta = TimeDelta::hours(2);

    fn case(state: MessageState) -> TurnCase {
        TurnCase {
            state,
            accepted_at: Some(TAKEN),
            read: false,
            readable: true,
            without_address: false,
            too_late: false,
            decided: false,
            after: AFTER,
            unread: None,
            resends: false,
        }
    }

    fn unread(state: MessageState, choice: UnreadableChoice) -> TurnCase {
        TurnCase {
            unread: Some(choice),
            ..case(state)
        }
    }

    #[test]
    fn silence_turns_when_its_time_has_come_and_a_receipt_is_enough() {
        let due = TAKEN + AFTER;
        let before = due - TimeDelta::seconds(1);
        assert_eq!(
            case(MessageState::Accepted).decide(before),
            FallbackTurn::Wait(due)
        );
        assert_eq!(case(MessageState::Accepted).decide(due), FallbackTurn::Now);
        assert_eq!(
            case(MessageState::Unconfirmed).decide(due),
            FallbackTurn::Now
        );
        assert_eq!(
            case(MessageState::Delivered).decide(due),
            FallbackTurn::Stay
        );
    }

    #[test]
    fn what_came_back_turns_at_once_and_not_when_somebody_read_it() {
        for state in [MessageState::Undelivered, MessageState::Rejected] {
            assert_eq!(case(state).decide(TAKEN), FallbackTurn::Now);
        }
        let read = TurnCase {
            read: true,
            ..case(MessageState::Undelivered)
        };
        assert_eq!(read.decide(TAKEN), FallbackTurn::Stay);
    }

    #[test]
    fn what_arrived_and_was_not_read_turns_where_the_rule_waits_for_reading() {
        let (due, delivered) = (TAKEN + AFTER, MessageState::Delivered);
        let waiting = unread(delivered, UnreadableChoice::Send);
        assert_eq!(waiting.decide(TAKEN), FallbackTurn::Wait(due));
        assert_eq!(waiting.decide(due), FallbackTurn::Now);
        let read = TurnCase {
            read: true,
            ..waiting
        };
        assert_eq!(read.decide(due), FallbackTurn::Spared);
    }

    #[test]
    fn whose_reading_cannot_show_is_told_or_left_as_the_rule_says() {
        let due = TAKEN + AFTER;
        for (choice, turn) in [
            (UnreadableChoice::Send, FallbackTurn::Now),
            (UnreadableChoice::Skip, FallbackTurn::LeaveUnreadable),
        ] {
            let hidden = TurnCase {
                readable: false,
                ..unread(MessageState::Accepted, choice)
            };
            assert_eq!(hidden.decide(due), turn);
            let wrote_back = TurnCase {
                read: true,
                ..hidden
            };
            assert_eq!(
                wrote_back.decide(due),
                FallbackTurn::Spared,
                "a reply shows"
            );
        }
    }

    #[test]
    fn whoever_has_no_address_there_is_told_at_once_unless_it_is_too_late() {
        let nowhere = TurnCase {
            without_address: true,
            ..unread(MessageState::Suppressed, UnreadableChoice::Send)
        };
        assert_eq!(nowhere.decide(TAKEN), FallbackTurn::Now);
        let old = TurnCase {
            too_late: true,
            ..nowhere
        };
        assert_eq!(old.decide(TAKEN), FallbackTurn::Stay);
    }

    fn cases() -> impl Strategy<Value = TurnCase> {
        let choices = [
            None,
            Some(UnreadableChoice::Send),
            Some(UnreadableChoice::Skip),
        ];
        let flags = prop::array::uniform6(any::<bool>());
        let taken = prop::option::of(0_i64..20_000);
        let states = select(MessageState::ALL);
        (
            states,
            flags,
            taken,
            1_i64..10_000,
            select(choices.to_vec()),
        )
            .prop_map(|(state, flags, taken, after, unread)| TurnCase {
                state,
                accepted_at: taken.map(|seconds| TAKEN + TimeDelta::seconds(seconds)),
                read: flags[0],
                readable: flags[1],
                without_address: flags[2],
                too_late: flags[5],
                decided: flags[3],
                after: TimeDelta::seconds(after),
                unread,
                resends: flags[4],
            })
    }

    proptest! {
        /// Whatever happened: nobody who read it is told again, nothing that may still leave or is
        /// unknown turns, nothing turns twice, and nothing turns before its time.
        #[test]
        fn no_sign_of_life_is_overheard(case in cases(), seconds in 0_i64..40_000) {
            use MessageState as S;
            let now = TAKEN + TimeDelta::seconds(seconds);
            let turn = case.decide(now);
            if turn == FallbackTurn::Now {
                prop_assert!(!case.decided);
                prop_assert!(!case.read || matches!(case.state, S::Rejected | S::Failed | S::Suppressed));
                prop_assert!(case.state != S::Unknown);
                prop_assert!(case.state != S::Unresolved || case.resends);
                prop_assert!(case.state != S::Delivered || case.unread.is_some());
                let open = [S::Held, S::Queued, S::Leased, S::Sending, S::Superseded, S::Cancelled, S::Expired];
                prop_assert!(!open.contains(&case.state));
                if matches!(case.state, S::Accepted | S::Delivered | S::Unconfirmed) {
                    prop_assert!(case.accepted_at.is_some_and(|taken| taken + case.after <= now));
                }
            }
            if let FallbackTurn::Wait(until) = turn {
                prop_assert!(until > now, "it would be looked at for ever");
            }
            if turn == FallbackTurn::Spared {
                prop_assert!(case.read && case.unread.is_some());
            }
        }
    }
}
