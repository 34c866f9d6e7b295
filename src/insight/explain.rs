//! Why this message was, or was not, sent: what eligibility said and what became of it, in
//! sentences for people. Pure: the same story always gives the same sentences.
//! What a sentence says in English is in `sentence`; the console has it in other languages.
//!
//! The order is the order of the path: event, rule, eligibility, attempts, receipts, reader.

use chrono::TimeDelta;

mod sentence;

pub use sentence::{AttemptAnswer, Why, WhySentence, WhyValue, standing};

use crate::domain::rule::FallbackOutcome;
use crate::domain::{Class, Lane, MessageState, Reason, Tracking};
use crate::insight::read_status::{ReadWhy, read_status};
use crate::store::reports::{MessageStory, StoryAttempt, StoryMessage, StoryReceipt};

/// The sentences in English, in the order things happened.
#[must_use]
pub fn explain(story: &MessageStory) -> Vec<String> {
    let sentences = sentences(story).into_iter();
    sentences.map(|sentence| sentence.to_string()).collect()
}

/// The sentences in pieces, in the order things happened.
#[must_use]
pub fn sentences(story: &MessageStory) -> Vec<WhySentence> {
    let mut why = vec![caused(story), planned(story)];
    why.extend(eligibility(story));
    why.extend((1_u32..).zip(&story.attempts).map(attempt));
    why.extend(story.receipts.iter().map(receipt));
    why.push(stands(story));
    why.extend(flags(story));
    why.extend(reading(story));
    why
}

fn caused(story: &MessageStory) -> WhySentence {
    let event = &story.event;
    let sentence = match &event.subject {
        Some(subject) => WhySentence::new(Why::CausedAbout).name("subject", subject),
        None => WhySentence::new(Why::Caused),
    };
    sentence
        .name("event", &event.event_id)
        .name("kind", &event.kind)
        .name("source", &event.source)
}

fn planned(story: &MessageStory) -> WhySentence {
    let plan = &story.plan;
    WhySentence::new(Why::Planned)
        .name("rule", &plan.rule)
        .name("template", &plan.template)
        .name("version", plan.version.to_string())
        .name("topic", &plan.topic)
        .with("class", WhyValue::Class(plan.class))
        .with("lane", WhyValue::Lane(story.message.lane))
}

/// What stood between the plan and the queue.
fn eligibility(story: &MessageStory) -> Vec<WhySentence> {
    let (message, class) = (&story.message, story.plan.class);
    if message.state == MessageState::Suppressed {
        return vec![match message.reason {
            Some(reason) => WhySentence::new(Why::Barred).with("reason", WhyValue::Reason(reason)),
            None => WhySentence::new(Why::BarredUnsaid),
        }];
    }
    let address = match class {
        Class::Safety => Why::AddressSafety,
        _ => Why::Address,
    };
    let topic = || story.plan.topic.as_str();
    let mut passed = vec![
        WhySentence::new(address).with("channel", WhyValue::Channel(message.channel)),
        match class {
            Class::Safety => WhySentence::new(Why::TopicSafety),
            Class::Service => WhySentence::new(Why::TopicService).name("topic", topic()),
            Class::Marketing => WhySentence::new(Why::TopicMarketing).name("topic", topic()),
        },
    ];
    passed.extend(due(story));
    passed
}

/// When it was to leave, where that was not at once. Nothing where it was put off later: then the
/// attempts and the last word say why.
fn due(story: &MessageStory) -> Option<WhySentence> {
    let message = &story.message;
    let waited = message.due_at - message.created_at;
    if waited <= TimeDelta::minutes(1) {
        let urgent = message.lane == Lane::Urgent;
        return urgent.then(|| WhySentence::new(Why::AtOnce));
    }
    let tried_before = |attempt: &StoryAttempt| attempt.began_at < message.due_at;
    if story.attempts.iter().any(tried_before) {
        return None;
    }
    let later = match message.reason {
        Some(Reason::QuietHours) => Why::LaterQuiet,
        Some(Reason::Coalesced) => Why::LaterCoalesced,
        Some(
            Reason::ProviderAway
            | Reason::PutOff
            | Reason::TemplateFault
            | Reason::NoTemplate
            | Reason::NoProvider,
        ) => return None,
        // What made it wait is over, and was not kept.
        _ => Why::Later,
    };
    Some(WhySentence::new(later).with("span", WhyValue::Span(waited)))
}

fn attempt((number, attempt): (u32, &StoryAttempt)) -> WhySentence {
    let took = attempt.finished_at.map(|at| at - attempt.began_at);
    let said: Vec<&str> = [&attempt.stage, &attempt.code, &attempt.detail]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let why = match (took, said.is_empty()) {
        (None, true) => Why::Attempt,
        (None, false) => Why::AttemptSaid,
        (Some(_), true) => Why::AttemptTook,
        (Some(_), false) => Why::AttemptTookSaid,
    };
    let answer = AttemptAnswer::of(attempt.outcome.as_deref());
    let mut sentence = WhySentence::new(why)
        .name("number", number.to_string())
        .name("provider", &attempt.provider)
        .with("answer", WhyValue::Answer(answer));
    if let Some(took) = took {
        sentence = sentence.with("span", WhyValue::Span(took));
    }
    if !said.is_empty() {
        sentence = sentence.name("said", said.join(", "));
    }
    sentence
}

fn receipt(receipt: &StoryReceipt) -> WhySentence {
    let sentence = match receipt.detail.as_ref().or(receipt.code.as_ref()) {
        _ if receipt.wrong.is_some() => WhySentence::new(Why::ReceiptWrong),
        Some(said) => WhySentence::new(Why::ReceiptSaid).name("said", said),
        None => WhySentence::new(Why::Receipt),
    };
    sentence
        .name("provider", &receipt.provider)
        .with("receipt", WhyValue::Receipt(receipt.kind.clone()))
}

/// Where it stands, and why there.
fn stands(story: &MessageStory) -> WhySentence {
    let message = &story.message;
    match (message.state, message.reason) {
        (MessageState::Expired, _) if message.expires_at <= message.created_at => {
            came_too_late(story)
        }
        (MessageState::Cancelled, Some(Reason::Erased)) => WhySentence::new(Why::Erased),
        (state, None) => WhySentence::new(Why::Stands).with("state", WhyValue::State(state)),
        (state, Some(reason)) => WhySentence::new(Why::StandsBecause)
            .with("state", WhyValue::State(state))
            .with("reason", WhyValue::Reason(reason)),
    }
}

/// The news was too old when it was planned: nothing of Araldo's was slow.
fn came_too_late(story: &MessageStory) -> WhySentence {
    let (event, message) = (&story.event, &story.message);
    let age = message.created_at - event.occurred_at;
    let life = message.expires_at - event.occurred_at;
    WhySentence::new(Why::CameTooLate)
        .with("age", WhyValue::Span(age))
        .with("life", WhyValue::Span(life))
}

fn flags(story: &MessageStory) -> Vec<WhySentence> {
    let message = &story.message;
    let double = message.maybe_duplicate.then_some(Why::Double);
    let bounced = message.late_bounce.then_some(Why::Bounced);
    let flags = double.into_iter().chain(bounced).chain(fallback(message));
    flags.map(WhySentence::new).collect()
}

/// What became of turning to another channel. One that never left waits for nothing any more.
fn fallback(message: &StoryMessage) -> Option<Why> {
    Some(match message.fallback? {
        FallbackOutcome::Waits if message.accepted_at.is_none() => return None,
        FallbackOutcome::Waits => Why::FallbackWaits,
        FallbackOutcome::Turned => Why::FallbackTurned,
        FallbackOutcome::Spared => Why::FallbackSpared,
        FallbackOutcome::Unreadable => Why::FallbackUnreadable,
        FallbackOutcome::Unreachable => Why::FallbackUnreachable,
    })
}

fn reading(story: &MessageStory) -> Vec<WhySentence> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for hit in story.engagement.iter().filter(|hit| hit.wrong.is_none()) {
        let hit = (hit.kind.as_str(), hit.verdict.as_str());
        if !seen.contains(&hit) {
            seen.push(hit);
        }
    }
    if seen.is_empty() && story.message.accepted_at.is_some() {
        return vec![WhySentence::new(unseen(story))];
    }
    seen.into_iter()
        .map(|(kind, verdict)| {
            let by = match verdict {
                "human" => Why::ByPerson,
                "machine" => Why::ByMachine,
                _ => Why::BySomebody,
            };
            WhySentence::new(by).with("act", WhyValue::Act(kind.to_owned()))
        })
        .collect()
}

/// As `read_status` says it; of what came back since, how it would have been seen.
const fn unseen(story: &MessageStory) -> Why {
    use ReadWhy as R;
    match read_status(story).1 {
        R::NoConsent | R::NoLink => Why::NotMeasured,
        R::NoPixel | R::NotNamed => Why::NotNamed,
        R::NoSign => Why::Unread,
        R::Sign | R::NotReached | R::InDoubt => match story.message.tracking {
            Tracking::None => Why::NotMeasured,
            Tracking::Aggregate => Why::NotNamed,
            Tracking::Individual => Why::Unread,
        },
    }
}

/// A reason as the end of a sentence.
#[must_use]
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::NoContact => "the client has no address for this channel",
        Reason::TopicRefused => "the client refused this topic",
        Reason::NoConsent => "the client never asked for this topic",
        Reason::Stop => "the client answered STOP",
        Reason::Unsubscribed => "the client unsubscribed",
        Reason::HardBounce => "the address or number does not exist",
        Reason::Complaint => "the client reported earlier mail as unwanted",
        Reason::Manual => "an operator barred the address",
        Reason::SameAddress => "another client with the same address gets it",
        Reason::Deputy => "somebody who acts for the client gets it instead",
        Reason::WiderIncident => {
            "the client was told of a wider incident, of which this is a part, and hears of this \
             one if it outlasts that"
        }
        Reason::NothingNew => "the client knows already what it says",
        Reason::FloodGuard => "the client already got too many messages in this time",
        Reason::QuietHours => "the client's quiet hours have not ended",
        Reason::Coalesced => "several changes are to become one message",
        Reason::TemplateFault => "the template could not be rendered: a variable is missing",
        Reason::NoTemplate => "its template is not published, or does not compile",
        Reason::ProviderAway => {
            "its provider is away, busy, or refuses us; it goes as soon as one message went through"
        }
        Reason::PutOff => "the last try was put off for this message alone; it is tried again",
        Reason::NoProvider => "no provider is configured for the channel",
        Reason::Newer => "something newer on the same subject came",
        Reason::TooLate => "its time ran out",
        Reason::Withdrawn => "an operator withdrew it",
        Reason::Erased => "the client was erased",
        Reason::ProviderRefused => "the provider refused it",
        Reason::TriesUsedUp => "the tries are used up",
        Reason::NoReceipt => "no receipt came in time",
        Reason::AnswerLost => "no answer says whether the provider has it",
        Reason::NodeDied => "the daemon stopped between handing over and hearing back",
    }
}

/// A span of time as people say it: `340 ms`, `4 s`, `12 min`, `3 h`, `2 d`.
#[must_use]
pub fn duration(span: TimeDelta) -> String {
    let ms = span.num_milliseconds().max(0);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..100_000 => format!("{} s", ms / 1_000),
        100_000..7_200_000 => format!("{} min", ms / 60_000),
        7_200_000..172_800_000 => format!("{} h", ms / 3_600_000),
        _ => format!("{} d", ms / 86_400_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_the_unit_that_fits() {
        for (ms, said) in [
            (340, "340 ms"),
            (4_900, "4 s"),
            (720_000, "12 min"),
            (10_900_000, "3 h"),
            (180_000_000, "2 d"),
            (-5, "0 ms"),
        ] {
            assert_eq!(duration(TimeDelta::milliseconds(ms)), said);
        }
    }

    #[test]
    fn every_reason_reads_as_the_end_of_a_sentence() {
        for known in Reason::ALL {
            let text = reason(*known);
            assert!(text.chars().next().unwrap().is_lowercase() && !text.ends_with('.'));
        }
    }
}
