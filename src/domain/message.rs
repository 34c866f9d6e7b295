//! The life of one SMS or e-mail: its states, and the one function that knows the allowed moves.

use crate::text::text_enum::text_enum;

text_enum! {
    pub enum Channel {
        /// A text message to a telephone.
        Sms => "sms",
        Email => "email",
    }
}

impl Channel {
    /// The other one: what a fallback turns to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Sms => Self::Email,
            Self::Email => Self::Sms,
        }
    }
}

text_enum! {
    /// Which queue a message waits in. Each has concurrency of its own.
    pub enum Lane {
        /// Someone must know now.
        Urgent => "urgent",
        Normal => "normal",
        /// Campaigns and large notices.
        Bulk => "bulk",
    }
}

text_enum! {
    /// What consent and quiet hours mean for a message.
    pub enum Class {
        /// Safety: cannot be refused by topic, ignores STOP; only a broken address stops it.
        Safety => "safety",
        /// About the client's own case or supply: sent unless refused.
        Service => "service",
        /// Everything else: sent only when asked for.
        Marketing => "marketing",
    }
}

text_enum! {
    /// How the reading of a message may be measured.
    pub enum Tracking {
        None => "none",
        /// Counted, without saying who.
        Aggregate => "aggregate",
        /// Counted for this client, who consented.
        Individual => "individual",
    }
}

text_enum! {
    /// What to do when nobody can say whether a message left.
    pub enum OnUnknown {
        /// Ask the provider; send again only on proof of absence.
        Reconcile => "reconcile",
        /// Send again once, flagged as a possible double.
        Resend => "resend",
        /// Leave it to a person.
        Hold => "hold",
    }
}

text_enum! {
    /// Where a message stands.
    pub enum MessageState {
        /// Waits for approval, the end of quiet hours, a corrected template or a pause's end.
        Held => "held",
        /// Ready to go when due.
        Queued => "queued",
        /// A node took it; nothing has left.
        Leased => "leased",
        /// Bytes may have left.
        Sending => "sending",
        /// Bytes may have left and no answer came.
        Unknown => "unknown",
        /// The provider took it; a receipt may follow.
        Accepted => "accepted",
        /// A receipt says it arrived.
        Delivered => "delivered",
        /// A receipt says it did not arrive.
        Undelivered => "undelivered",
        /// Accepted, and no receipt within the horizon.
        Unconfirmed => "unconfirmed",
        /// The provider refused it for good.
        Rejected => "rejected",
        /// Tries used up, none accepted.
        Failed => "failed",
        /// Its time ran out before it left.
        Expired => "expired",
        /// Something newer on the same subject took its place.
        Superseded => "superseded",
        /// An operator withdrew it.
        Cancelled => "cancelled",
        /// The client, the law or a guard said no.
        Suppressed => "suppressed",
        /// Unknown, and every means of finding out is used up.
        Unresolved => "unresolved",
    }
}

text_enum! {
    /// What happens to a message.
    pub enum Move {
        /// A node takes it.
        Claim => "claim",
        /// A node gives it back, or its lease ran out: nothing had left.
        GiveBack => "give_back",
        /// The attempt row is written; from here bytes may leave.
        Open => "open",
        /// The provider said yes.
        Accept => "accept",
        /// The provider certainly does not have it: try later.
        Retry => "retry",
        /// The provider said no for good.
        Reject => "reject",
        /// The last try failed.
        Fail => "fail",
        /// Nobody can say; or a repeat that was safe when it was decided is not any more.
        LoseTrack => "lose_track",
        /// Proof that it never arrived at the provider, or a risky repeat by policy.
        SendAgain => "send_again",
        /// Nobody will ever be able to say.
        GiveUp => "give_up",
        /// A receipt says it arrived.
        Deliver => "deliver",
        /// A receipt says it did not.
        Bounce => "bounce",
        /// No receipt in time.
        StopWaiting => "stop_waiting",
        /// Put aside until something changes.
        Hold => "hold",
        /// What it waited for has come.
        Release => "release",
        Expire => "expire",
        /// Something newer takes its place.
        Supersede => "supersede",
        /// An operator withdraws it.
        Cancel => "cancel",
        /// The client must not be told: refused, barred, without an address.
        Suppress => "suppress",
    }
}

impl MessageState {
    /// Where `step` leads from here, or `None` when it is not allowed.
    ///
    /// Late truth is kept: a receipt may still turn `unconfirmed`, `undelivered`, `unknown` or
    /// `unresolved` into what it says. Only `delivered` is never undone (a later bounce is a flag).
    /// A message that was withdrawn or given up while an earlier attempt of it was in doubt can
    /// still prove to have arrived.
    #[must_use]
    pub const fn after(self, step: Move) -> Option<Self> {
        use MessageState as S;
        use Move as M;
        let next = match (self, step) {
            (S::Queued, M::Claim) => S::Leased,
            (S::Held, M::Release)
            | (S::Leased, M::GiveBack)
            | (S::Sending, M::Retry)
            | (S::Unknown, M::SendAgain) => S::Queued,
            (S::Leased, M::Open) => S::Sending,
            (S::Leased | S::Sending | S::Unknown | S::Unresolved, M::Accept) => S::Accepted,
            (S::Sending | S::Unknown, M::Reject) => S::Rejected,
            (S::Sending | S::Unknown, M::Fail) => S::Failed,
            (S::Leased | S::Sending, M::LoseTrack) => S::Unknown,
            (S::Unknown, M::GiveUp) => S::Unresolved,
            (
                S::Sending
                | S::Unknown
                | S::Unresolved
                | S::Accepted
                | S::Unconfirmed
                | S::Undelivered
                | S::Delivered
                | S::Rejected
                | S::Failed
                | S::Expired
                | S::Superseded
                | S::Cancelled
                | S::Suppressed,
                M::Deliver,
            ) => S::Delivered,
            (
                S::Sending
                | S::Unknown
                | S::Unresolved
                | S::Accepted
                | S::Unconfirmed
                | S::Undelivered,
                M::Bounce,
            ) => S::Undelivered,
            (S::Accepted, M::StopWaiting) => S::Unconfirmed,
            (S::Queued | S::Leased, M::Hold) => S::Held,
            (S::Held | S::Queued | S::Leased | S::Sending, M::Expire) => S::Expired,
            (S::Held | S::Queued | S::Leased, M::Supersede) => S::Superseded,
            (S::Held | S::Queued | S::Leased, M::Cancel) => S::Cancelled,
            (S::Held | S::Queued | S::Leased, M::Suppress) => S::Suppressed,
            _ => return None,
        };
        Some(next)
    }

    /// Whether some move leads from here to `to`.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        Move::ALL.iter().any(|step| self.after(*step) == Some(to))
    }

    /// Whether a message that stood here by evidence which is not valid any more may turn out to stand
    /// there: no step of its life, but what is known of it said anew. What it never was by evidence, it
    /// does not become so.
    #[must_use]
    pub const fn may_be_restated(self, to: Self) -> bool {
        let stood_by_evidence = matches!(
            self,
            Self::Accepted | Self::Unconfirmed | Self::Delivered | Self::Undelivered
        );
        stood_by_evidence
            && matches!(
                to,
                Self::Accepted
                    | Self::Unconfirmed
                    | Self::Delivered
                    | Self::Undelivered
                    | Self::Unknown
                    | Self::Unresolved
                    | Self::Rejected
                    | Self::Failed
            )
    }

    /// Whether a provider took it, whatever became of it since: what is charged, and what `accepted` counts.
    #[must_use]
    pub const fn was_taken(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Delivered | Self::Unconfirmed | Self::Undelivered
        )
    }

    /// Whether a message may be written in this state: queued, or what eligibility makes of
    /// a queued one before any node has seen it.
    #[must_use]
    pub fn may_be_first(self) -> bool {
        self == Self::Queued || (self != Self::Leased && Self::Queued.may_become(self))
    }

    /// Nothing is planned to happen any more (a late receipt may still correct it).
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Held
                | Self::Queued
                | Self::Leased
                | Self::Sending
                | Self::Unknown
                | Self::Accepted
        )
    }

    /// Nothing has left and it may still be withdrawn.
    #[cfg(test)]
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Held | Self::Queued | Self::Leased)
    }
}

text_enum! {
    /// Why a message is held, was not sent, or ended as it did.
    pub enum Reason {
        /// The client has no address for this channel.
        NoContact => "no_contact",
        /// The client refused this topic.
        TopicRefused => "topic_refused",
        /// Marketing needs a yes that was not given.
        NoConsent => "no_consent",
        /// The client answered STOP.
        Stop => "stop",
        Unsubscribed => "unsubscribed",
        /// The address does not exist.
        HardBounce => "hard_bounce",
        /// The client reported the mail as unwanted.
        Complaint => "complaint",
        /// An operator barred the address.
        Manual => "manual",
        /// Another client with the same address gets this message.
        SameAddress => "same_address",
        /// Somebody who acts for the client gets it instead.
        Deputy => "deputy",
        /// The client knows of a wider incident, of which this one is a part.
        WiderIncident => "wider_incident",
        /// The client knows already what it says.
        NothingNew => "nothing_new",
        /// Too many messages to this client in an hour or a day.
        FloodGuard => "flood_guard",
        /// Waits for the end of the client's quiet hours.
        QuietHours => "quiet_hours",
        /// Waits a little, so that several changes become one message.
        Coalesced => "coalesced",
        /// The template could not be rendered: a variable is missing.
        TemplateFault => "template_fault",
        /// The template is not published, or does not compile.
        NoTemplate => "no_template",
        /// No provider is configured for the channel.
        NoProvider => "no_provider",
        /// Waits for its provider, which is away, busy, or refuses our set-up.
        ProviderAway => "provider_away",
        /// The last try was put off for this message alone; it is tried again.
        PutOff => "put_off",
        /// Something newer on the same subject came.
        Newer => "newer",
        /// Its time ran out.
        TooLate => "too_late",
        /// An operator withdrew it.
        Withdrawn => "withdrawn",
        /// The client was erased.
        Erased => "erased",
        /// The provider refused it.
        ProviderRefused => "provider_refused",
        TriesUsedUp => "tries_used_up",
        /// No receipt within the horizon.
        NoReceipt => "no_receipt",
        /// The answer was lost on the wire, or says nothing that we understand.
        AnswerLost => "answer_lost",
        /// The daemon stopped between handing over and hearing back.
        NodeDied => "node_died",
    }
}

impl Reason {
    /// Why a message is held: only the first passes by itself.
    pub const OF_HELD: [Self; 4] = [
        Self::QuietHours,
        Self::TemplateFault,
        Self::NoTemplate,
        Self::NoProvider,
    ];

    /// Whether a channel has no address that works for the client, though nobody said no: another
    /// channel may do instead.
    #[must_use]
    pub const fn is_of_address(self) -> bool {
        matches!(self, Self::NoContact | Self::HardBounce)
    }
}

#[cfg(test)]
mod tests;
