//! Whether one message was read: yes, no, or nobody can know, and why. Pure, from its story. A message that
//! may not be measured was not "not read"; rates over many leave it out of their whole (`rates`).

use crate::domain::{Channel, MessageState, Tracking};
use crate::store::reports::MessageStory;
use crate::text::text_enum::text_enum;

text_enum! {
    /// What can be said of one message.
    pub enum ReadStatus {
        /// A person gave a sign.
        Yes => "yes",
        /// It could have been seen, and nothing was; or it reached nobody.
        No => "no",
        /// Nobody can know, for want of a yes or of anything to see.
        Unknown => "unknown",
    }
}

text_enum! {
    /// Why that is said.
    pub enum ReadWhy {
        /// A person opened it, followed a link, looked at the page, confirmed or answered.
        Sign => "sign",
        /// It could be measured, and there was no sign.
        NoSign => "no_sign",
        /// It has not left, or came back.
        NotReached => "not_reached",
        /// Nobody knows whether it left.
        InDoubt => "in_doubt",
        /// The client's reading is not measured.
        NoConsent => "no_consent",
        /// Following the links of an SMS is not counted, and it cannot be seen otherwise.
        NoLink => "no_link",
        /// The picture of the e-mail says that somebody opened it, not who.
        NoPixel => "no_pixel",
        /// Reading is counted in the whole only: that one SMS showed nothing says nothing of its client.
        NotNamed => "not_named",
    }
}

/// Whether it was read, and why that is said: the one place that does, for pages, API and `explain`.
#[must_use]
pub const fn read_status(story: &MessageStory) -> (ReadStatus, ReadWhy) {
    let message = &story.message;
    if message.read {
        return (ReadStatus::Yes, ReadWhy::Sign);
    }
    unseen(
        message.state,
        (message.tracking, message.channel, story.plan.clicks),
    )
}

/// What the silence of a message says, by how it could have been seen: its tracking, its channel, and whether
/// following links is counted.
const fn unseen(state: MessageState, measured: (Tracking, Channel, bool)) -> (ReadStatus, ReadWhy) {
    use MessageState as S;
    match state {
        S::Sending | S::Unknown | S::Unresolved => (ReadStatus::Unknown, ReadWhy::InDoubt),
        S::Accepted | S::Delivered | S::Unconfirmed => match measured {
            (Tracking::None, ..) => (ReadStatus::Unknown, ReadWhy::NoConsent),
            (_, Channel::Sms, false) => (ReadStatus::Unknown, ReadWhy::NoLink),
            (Tracking::Aggregate, Channel::Email, _) => (ReadStatus::Unknown, ReadWhy::NoPixel),
            (Tracking::Aggregate, Channel::Sms, true) => (ReadStatus::Unknown, ReadWhy::NotNamed),
            (Tracking::Individual, ..) => (ReadStatus::No, ReadWhy::NoSign),
        },
        S::Held
        | S::Queued
        | S::Leased
        | S::Undelivered
        | S::Rejected
        | S::Failed
        | S::Expired
        | S::Superseded
        | S::Cancelled
        | S::Suppressed => (ReadStatus::No, ReadWhy::NotReached),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_no_reading_only_where_this_client_could_have_shown_it() {
        for clicks in [false, true] {
            for channel in [Channel::Sms, Channel::Email] {
                for tracking in [Tracking::None, Tracking::Aggregate] {
                    let measured = (tracking, channel, clicks);
                    let (status, why) = unseen(MessageState::Delivered, measured);
                    assert_eq!(status, ReadStatus::Unknown, "{measured:?}: {why}");
                }
            }
            let by_name = (Tracking::Individual, Channel::Email, clicks);
            let no_sign = (ReadStatus::No, ReadWhy::NoSign);
            assert_eq!(unseen(MessageState::Delivered, by_name), no_sign);
        }
        let refused = (Tracking::None, Channel::Sms, true);
        assert_eq!(
            unseen(MessageState::Accepted, refused).1,
            ReadWhy::NoConsent
        );
        let counted = (Tracking::Aggregate, Channel::Sms, true);
        assert_eq!(unseen(MessageState::Accepted, counted).1, ReadWhy::NotNamed);
        let by_link = (Tracking::Individual, Channel::Sms, true);
        assert_eq!(unseen(MessageState::Delivered, by_link).0, ReadStatus::No);
    }
}
