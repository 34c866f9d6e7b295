//! What a message counts in: one table, from its row and what its plan froze to the sums.
//!
//! Every numerator is written here as "part of its denominator, and ...", so that no sequence of
//! receipts, clicks and consents can make a rate exceed one. `super::counted` says the same in
//! SQL; a property test holds the two against each other.

use crate::domain::money::Money;
use crate::domain::{Channel, EngagementKind, MessageState, Tracking, Verdict};

/// What readers did with one message, as `message.engaged` keeps it: a bit for each kind of act,
/// however often it was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::store) struct Acts(i64);

impl Acts {
    pub(in crate::store) const NONE: Self = Self(0);
    const OPENED: i64 = 1;
    const OPENED_MACHINE: i64 = 2;
    const CLICKED: i64 = 4;
    const CLICKED_MACHINE: i64 = 8;
    const REPLIED: i64 = 16;
    const VIEWED: i64 = 32;
    const CONFIRMED: i64 = 64;
    /// Any of these is a person's.
    const READ: i64 = Self::OPENED | Self::CLICKED | Self::REPLIED | Self::VIEWED | Self::CONFIRMED;

    pub(in crate::store) const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    pub(in crate::store) const fn bits(self) -> i64 {
        self.0
    }

    /// With one more row of engagement. A machine's view of the status page, and what nobody can
    /// judge, count for nothing; a button and a reply are a person's.
    pub(in crate::store) const fn with(self, kind: EngagementKind, verdict: Verdict) -> Self {
        use EngagementKind as K;
        let bit = match (kind, verdict) {
            (K::Opened, Verdict::Human) => Self::OPENED,
            (K::Opened, Verdict::Machine) => Self::OPENED_MACHINE,
            (K::Clicked, Verdict::Human) => Self::CLICKED,
            (K::Clicked, Verdict::Machine) => Self::CLICKED_MACHINE,
            (K::Viewed, Verdict::Human) => Self::VIEWED,
            (K::Replied, _) => Self::REPLIED,
            (K::Confirmed, _) => Self::CONFIRMED,
            (K::Opened | K::Clicked, Verdict::Undetermined) | (K::Viewed | K::Unsubscribed, _) => 0,
        };
        Self(self.0 | bit)
    }

    /// Whether a person gave any sign of having read it.
    pub(in crate::store) const fn read(self) -> bool {
        self.has(Self::READ)
    }

    /// What persons did that was not done `before`, in the words of the feed. A reply is told with its
    /// own number.
    pub(super) fn told_since(self, before: Self) -> impl Iterator<Item = &'static str> {
        let words = [
            (Self::OPENED, "opened"),
            (Self::CLICKED, "clicked"),
            (Self::VIEWED, "read"),
            (Self::CONFIRMED, "confirmed"),
        ];
        let is_new = move |bit: i64| self.has(bit) && !before.has(bit);
        words
            .into_iter()
            .filter_map(move |(bit, word)| is_new(bit).then_some(word))
    }

    const fn has(self, bits: i64) -> bool {
        self.0 & bits != 0
    }
}

/// Everything that decides what a message counts in, besides its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Standing {
    pub(in crate::store) state: MessageState,
    /// How its reading may be measured, frozen when it was planned.
    pub(in crate::store) tracking: Tracking,
    /// Whether following links could be kept, frozen with its plan.
    pub(in crate::store) clicks: bool,
    /// Whether the provider that had it last reports deliveries.
    pub(in crate::store) reports: bool,
    pub(in crate::store) acts: Acts,
    /// What the provider that had it last charges for it, fixed when its attempt began. Written between two
    /// states that cost nothing.
    pub(in crate::store) price: Option<Money>,
}

/// The sums, in the order in which [`super`] writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Planned,
    Suppressed,
    Accepted,
    Delivered,
    Undelivered,
    Unconfirmed,
    Unknown,
    Opened,
    OpenedMachine,
    Clicked,
    ClickedMachine,
    Replied,
    Measurable,
    AnonymousOpens,
    Reporting,
    Reached,
    ClicksMeasurable,
    ReadMeasurable,
    Read,
    Confirmed,
    Priced,
    /// Not a count: see [`Standing::cost`].
    Cost,
}

/// How many sums there are.
pub(super) const COLUMNS: usize = Column::Cost as usize + 1;

impl Standing {
    /// The same message in another state.
    pub(in crate::store) const fn in_state(self, state: MessageState) -> Self {
        Self { state, ..self }
    }

    /// The same message after other acts.
    pub(in crate::store) const fn with_acts(self, acts: Acts) -> Self {
        Self { acts, ..self }
    }

    /// Whether it is in the same sums as `other`.
    pub(in crate::store) fn counts_like(self, other: Self, channel: Channel) -> bool {
        self.columns(channel).eq(other.columns(channel)) && self.cost() == other.cost()
    }

    /// What it adds to the sum of costs, in millionths: what a provider took is paid, whatever became of it.
    pub(super) fn cost(self) -> i64 {
        match self.price {
            Some(price) if self.is_accepted() => price.micros(),
            _ => 0,
        }
    }

    const fn is_accepted(self) -> bool {
        self.state.was_taken()
    }

    /// The sums it is in.
    ///
    /// `accepted` holds every message a provider took, whatever became of it. `reached` holds of
    /// these all but those that a report says did not arrive; where a person read one all the
    /// same, the person is right. What readers do is counted of the reached alone. A report that a
    /// message came back is a report: it is among the `reporting`, as one that says it arrived.
    pub(super) fn columns(self, channel: Channel) -> impl Iterator<Item = Column> {
        use Column as C;
        use MessageState as S;
        let Self { state, acts, .. } = self;
        let arrived = matches!(state, S::Accepted | S::Delivered | S::Unconfirmed);
        let accepted = self.is_accepted();
        let reached = arrived || (state == S::Undelivered && acts.read());
        let by_name = self.tracking == Tracking::Individual && channel == Channel::Email;
        let opens = reached && by_name;
        let reading = reached && self.tracking != Tracking::None;
        let clicks = reading && self.clicks;
        let table = [
            (C::Planned, true),
            (C::Suppressed, state == S::Suppressed),
            (C::Accepted, accepted),
            (C::Delivered, state == S::Delivered),
            (C::Undelivered, state == S::Undelivered),
            (C::Unconfirmed, state == S::Unconfirmed),
            (C::Unknown, matches!(state, S::Unknown | S::Unresolved)),
            (
                C::Reporting,
                accepted && (self.reports || matches!(state, S::Delivered | S::Undelivered)),
            ),
            (C::Reached, reached),
            (C::Measurable, opens),
            (C::Opened, opens && acts.has(Acts::OPENED)),
            (C::OpenedMachine, opens && acts.has(Acts::OPENED_MACHINE)),
            (C::ClicksMeasurable, clicks),
            (C::Clicked, clicks && acts.has(Acts::CLICKED)),
            (C::ClickedMachine, clicks && acts.has(Acts::CLICKED_MACHINE)),
            (C::ReadMeasurable, reading),
            (C::Read, reading && acts.read()),
            (C::Confirmed, reached && acts.has(Acts::CONFIRMED)),
            (C::Replied, reached && acts.has(Acts::REPLIED)),
            (C::Priced, accepted && self.price.is_some()),
        ];
        table
            .into_iter()
            .filter_map(|(column, counts)| counts.then_some(column))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every standing a message can have.
    fn standings() -> impl Iterator<Item = (Standing, Channel)> {
        let trackings = [Tracking::None, Tracking::Aggregate, Tracking::Individual];
        MessageState::ALL.iter().flat_map(move |state| {
            (0..128_i64 * 3 * 2 * 2 * 2).map(move |number| {
                let standing = Standing {
                    state: *state,
                    tracking: trackings[usize::try_from(number / 1_024).unwrap()],
                    clicks: number & 512 != 0,
                    reports: number & 256 != 0,
                    acts: Acts::from_bits(number & 127),
                    price: (number & 64 != 0).then_some(Money::from_micros(45_000)),
                };
                let sms = number & 128 != 0;
                (standing, if sms { Channel::Sms } else { Channel::Email })
            })
        })
    }

    #[test]
    fn every_numerator_is_part_of_its_denominator_whatever_happened() {
        use Column as C;
        let parts = [
            (C::Accepted, C::Planned),
            (C::Delivered, C::Reporting),
            (C::Undelivered, C::Reporting),
            (C::Reporting, C::Accepted),
            (C::Reached, C::Accepted),
            (C::Measurable, C::Reached),
            (C::Opened, C::Measurable),
            (C::OpenedMachine, C::Measurable),
            (C::ClicksMeasurable, C::ReadMeasurable),
            (C::Clicked, C::ClicksMeasurable),
            (C::ClickedMachine, C::ClicksMeasurable),
            (C::ReadMeasurable, C::Reached),
            (C::Read, C::ReadMeasurable),
            (C::Confirmed, C::Reached),
            (C::Priced, C::Accepted),
            (C::Replied, C::Reached),
            (C::Opened, C::Read),
            (C::Clicked, C::Read),
        ];
        for (standing, channel) in standings() {
            let counted: BTreeSet<usize> = standing.columns(channel).map(|c| c as usize).collect();
            for (part, whole) in parts {
                assert!(
                    !counted.contains(&(part as usize)) || counted.contains(&(whole as usize)),
                    "{part:?} without {whole:?} for {standing:?} by {channel}"
                );
            }
            let priced = counted.contains(&(C::Priced as usize));
            assert_eq!(standing.cost() > 0, priced, "{standing:?}");
            if channel == Channel::Sms {
                assert!(!counted.contains(&(C::Opened as usize)), "{standing:?}");
            }
        }
    }

    #[test]
    fn a_click_is_no_pixel_and_a_confirmation_is_no_reply() {
        let click = Acts::NONE.with(EngagementKind::Clicked, Verdict::Human);
        assert_eq!(click.bits(), Acts::CLICKED);
        let pressed = Acts::NONE.with(EngagementKind::Confirmed, Verdict::Human);
        assert_eq!(pressed.bits(), Acts::CONFIRMED);
        let scanned = Acts::NONE.with(EngagementKind::Opened, Verdict::Machine);
        assert!(click.read() && pressed.read() && !scanned.read());
    }
}
