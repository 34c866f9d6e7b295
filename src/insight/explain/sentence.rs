//! A sentence of an explanation, and what stands in it. Here it is said in English, for programs and
//! the command line; the console says the same sentences in its reader's language, from the same
//! pieces. Which sentences a message gets is told in `explain`.

use std::fmt;

use chrono::TimeDelta;

use super::{duration, reason};
use crate::domain::{Channel, Class, Lane, MessageState, Reason};
use crate::text::text_enum::text_enum;

text_enum! {
    /// Each sentence there is. Its word is the English text, with the names of its values in braces.
    pub enum Why {
        Caused => "Event {event} ({kind}) came from {source}.",
        CausedAbout => "Event {event} ({kind}) about {subject} came from {source}.",
        Planned => "Rule {rule} applied: template {template} version {version}, topic {topic}, class {class}, lane {lane}.",
        Barred => "A gate said no: {reason}.",
        BarredUnsaid => "A gate said no: the reason was not recorded.",
        AddressSafety => "The client has an address for {channel} that works: safety passes a STOP.",
        Address => "The client has an address for {channel} and nothing bars it.",
        TopicSafety => "It is about safety, so it cannot be refused by topic.",
        TopicService => "The client did not refuse the topic {topic}.",
        TopicMarketing => "The client asked for the topic {topic}.",
        AtOnce => "It was due at once, in the urgent lane.",
        Later => "It was not to leave before {span} later.",
        LaterQuiet => "It was not to leave before {span} later: the client's quiet hours.",
        LaterCoalesced => "It was not to leave before {span} later: several changes were to become one message.",
        Attempt => "Attempt {number} through {provider}: {answer}.",
        AttemptTook => "Attempt {number} through {provider}: {answer} within {span}.",
        AttemptSaid => "Attempt {number} through {provider}: {answer} ({said}).",
        AttemptTookSaid => "Attempt {number} through {provider}: {answer} within {span} ({said}).",
        Receipt => "{provider} reported: {receipt}.",
        ReceiptSaid => "{provider} reported: {receipt} ({said}).",
        ReceiptWrong => "{provider} reported: {receipt}. That was wrong, and does not count.",
        Stands => "{state}.",
        StandsBecause => "{state}, because {reason}.",
        Erased => "It was withdrawn, because the client was erased.",
        CameTooLate => "It was not sent: what it tells happened {age} before, and was heard of too late: the rule gives such news {life}.",
        Double => "It was sent again though the first may have left: a double is possible.",
        Bounced => "A later report says it bounced after all.",
        FallbackWaits => "The other channel waits: who reads this in time needs no second message.",
        FallbackTurned => "The other channel was used as well.",
        FallbackSpared => "The other channel was spared: a person read this in time.",
        FallbackUnreadable => "The other channel was left alone: reading could not show itself, and the rule leaves such as they are.",
        FallbackUnreachable => "The other channel was wanted, and did not reach the client or was overtaken by something newer.",
        NotMeasured => "Reading is not measured for this message.",
        NotNamed => "Reading is counted without saying who, so this message alone shows nothing.",
        Unread => "No sign of reading yet.",
        ByPerson => "It was {act} by a person.",
        ByMachine => "It was {act} by a machine, which is not counted as reading.",
        BySomebody => "It was {act} by someone or something: it cannot be told.",
    }
}

text_enum! {
    /// What came of a hand-over, as a part of a sentence.
    pub enum AttemptAnswer {
        Missing => "no answer is recorded yet",
        Accepted => "it was accepted",
        NotSent => "it certainly did not leave",
        Rejected => "it was refused for good",
        Misconfigured => "the provider's set-up is wrong, which costs no try",
        Lost => "the answer was lost, so nobody can say whether it left",
    }
}

impl AttemptAnswer {
    /// Of what the attempt's row has; nothing while it is under way.
    pub(super) fn of(outcome: Option<&str>) -> Self {
        match outcome {
            None => Self::Missing,
            Some("accepted") => Self::Accepted,
            Some("not_sent") => Self::NotSent,
            Some("rejected") => Self::Rejected,
            Some("misconfigured") => Self::Misconfigured,
            Some(_) => Self::Lost,
        }
    }
}

/// Where a message stands, as the beginning of a sentence.
#[must_use]
pub const fn standing(state: MessageState) -> &'static str {
    match state {
        MessageState::Held => "It is held",
        MessageState::Queued => "It waits in the queue",
        MessageState::Leased => "A node has taken it and nothing has left",
        MessageState::Sending => "It is being handed over",
        MessageState::Unknown => "Nobody can say yet whether it left",
        MessageState::Accepted => "The provider has it; a receipt may follow",
        MessageState::Delivered => "It arrived",
        MessageState::Undelivered => "It did not arrive",
        MessageState::Unconfirmed => "It was accepted, and no receipt came in time",
        MessageState::Rejected => "It was refused for good",
        MessageState::Failed => "It never left, and the tries are used up",
        MessageState::Expired => "Its time ran out before it left",
        MessageState::Superseded => "Something newer on the same subject took its place",
        MessageState::Cancelled => "An operator withdrew it",
        MessageState::Suppressed => "It will not be sent",
        MessageState::Unresolved => "Nobody can say whether it left, and every means is used up",
    }
}

/// What stands in a sentence: whoever says it in another language has words for all but names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyValue {
    /// A name, a number, or what somebody else said: the same in every language.
    Name(String),
    Channel(Channel),
    Class(Class),
    Lane(Lane),
    Reason(Reason),
    State(MessageState),
    Answer(AttemptAnswer),
    /// What a receipt reported.
    Receipt(String),
    /// What a reader did.
    Act(String),
    Span(TimeDelta),
}

impl fmt::Display for WhyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::Receipt(text) | Self::Act(text) => f.write_str(text),
            Self::Channel(channel) => f.write_str(channel.as_str()),
            Self::Class(class) => f.write_str(class.as_str()),
            Self::Lane(lane) => f.write_str(lane.as_str()),
            Self::Reason(known) => f.write_str(reason(*known)),
            Self::State(state) => f.write_str(standing(*state)),
            Self::Answer(answer) => f.write_str(answer.as_str()),
            Self::Span(span) => f.write_str(&duration(*span)),
        }
    }
}

/// One sentence, with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhySentence {
    /// Which sentence it is.
    pub why: Why,
    /// What stands in it, by name.
    pub values: Vec<(&'static str, WhyValue)>,
}

impl WhySentence {
    /// A sentence in which nothing stands yet.
    pub(super) const fn new(why: Why) -> Self {
        let values = Vec::new();
        Self { why, values }
    }

    pub(super) fn with(mut self, name: &'static str, value: WhyValue) -> Self {
        self.values.push((name, value));
        self
    }

    /// The same with a name, or what somebody else said.
    pub(super) fn name(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, WhyValue::Name(text.into()))
    }
}

/// The English text with its values, in one pass: a value may have braces of its own.
impl fmt::Display for WhySentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.why.as_str();
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            f.write_str(before)?;
            if let Some((_, value)) = self.values.iter().find(|(known, _)| *known == name) {
                value.fmt(f)?;
            }
            rest = behind;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_places_and_are_not_read_again() {
        let sentence = WhySentence::new(Why::ReceiptSaid)
            .name("provider", "{said}")
            .with("receipt", WhyValue::Receipt("expired".to_owned()))
            .name("said", "id:{receipt}");
        assert_eq!(
            sentence.to_string(),
            "{said} reported: expired (id:{receipt})."
        );
        let plain = WhySentence::new(Why::Unread);
        assert_eq!(plain.to_string(), "No sign of reading yet.");
    }
}
