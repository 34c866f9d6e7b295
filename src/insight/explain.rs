//! Why this message was, or was not, sent: what eligibility said and what became of it, in
//! sentences for people. Pure: the same story always gives the same sentences.
//!
//! The order is the order of the path: event, rule, eligibility, attempts, receipts, reader.

use chrono::TimeDelta;

use crate::domain::{Class, Lane, MessageState, Reason, Tracking};
use crate::store::reports::{MessageStory, StoryAttempt};

/// The sentences, in the order things happened.
#[must_use]
pub fn explain(story: &MessageStory) -> Vec<String> {
    let mut why = vec![caused(story), planned(story)];
    why.extend(eligibility(story));
    why.extend(story.attempts.iter().enumerate().map(attempt));
    why.extend(receipts(story));
    why.push(standing(story));
    why.extend(flags(story));
    why.extend(reading(story));
    why
}

fn caused(story: &MessageStory) -> String {
    let event = &story.event;
    let about = event
        .subject
        .as_ref()
        .map_or_else(String::new, |subject| format!(" about {subject}"));
    format!(
        "Event {} ({}){about} came from {}.",
        event.event_id, event.kind, event.source
    )
}

fn planned(story: &MessageStory) -> String {
    let plan = &story.plan;
    format!(
        "Rule {} applied: template {} version {}, topic {}, class {}, lane {}.",
        plan.rule, plan.template, plan.version, plan.topic, plan.class, story.message.lane
    )
}

/// What stood between the plan and the queue.
fn eligibility(story: &MessageStory) -> Vec<String> {
    let message = &story.message;
    let mut passed = Vec::new();
    if message.state == MessageState::Suppressed {
        return vec![format!(
            "A gate said no: {}.",
            message.reason.map_or("the reason was not recorded", reason)
        )];
    }
    passed.push(match story.plan.class {
        Class::Safety => format!(
            "The client has an address for {} that works: safety passes a STOP.",
            message.channel
        ),
        _ => format!(
            "The client has an address for {} and nothing bars it.",
            message.channel
        ),
    });
    passed.push(match story.plan.class {
        Class::Safety => "It is about safety, so it cannot be refused by topic.".to_owned(),
        Class::Service => format!("The client did not refuse the topic {}.", story.plan.topic),
        Class::Marketing => format!("The client asked for the topic {}.", story.plan.topic),
    });
    passed.extend(due(story));
    passed
}

/// When it was to leave, where that was not at once. Nothing where it was put off later: then the
/// attempts and the last word say why.
fn due(story: &MessageStory) -> Option<String> {
    let message = &story.message;
    let waited = message.due_at - message.created_at;
    if waited <= TimeDelta::minutes(1) {
        let urgent = message.lane == Lane::Urgent;
        return urgent.then(|| "It was due at once, in the urgent lane.".to_owned());
    }
    let tried_before = |attempt: &StoryAttempt| attempt.began_at < message.due_at;
    if story.attempts.iter().any(tried_before) {
        return None;
    }
    let because = match message.reason {
        Some(Reason::QuietHours) => ": the client's quiet hours",
        Some(Reason::Coalesced) => ": several changes were to become one message",
        Some(
            Reason::ProviderAway
            | Reason::PutOff
            | Reason::TemplateFault
            | Reason::NoTemplate
            | Reason::NoProvider,
        ) => return None,
        // What made it wait is over, and was not kept.
        _ => "",
    };
    Some(format!(
        "It was not to leave before {} later{because}.",
        duration(waited)
    ))
}

fn attempt((place, attempt): (usize, &StoryAttempt)) -> String {
    let answer = match attempt.outcome.as_deref() {
        None => "no answer is recorded yet".to_owned(),
        Some("accepted") => "it was accepted".to_owned(),
        Some("not_sent") => "it certainly did not leave".to_owned(),
        Some("rejected") => "it was refused for good".to_owned(),
        Some("misconfigured") => "the provider's set-up is wrong, which costs no try".to_owned(),
        Some(_) => "the answer was lost, so nobody can say whether it left".to_owned(),
    };
    let took = attempt.finished_at.map_or_else(String::new, |finished| {
        format!(" within {}", duration(finished - attempt.began_at))
    });
    let said: Vec<&str> = [&attempt.stage, &attempt.code, &attempt.detail]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let said = if said.is_empty() {
        String::new()
    } else {
        format!(" ({})", said.join(", "))
    };
    format!(
        "Attempt {} through {}: {answer}{took}{said}.",
        place + 1,
        attempt.provider
    )
}

fn receipts(story: &MessageStory) -> Vec<String> {
    let receipts = &story.receipts;
    receipts
        .iter()
        .map(|receipt| {
            let detail = receipt
                .detail
                .as_ref()
                .or(receipt.code.as_ref())
                .map_or_else(String::new, |detail| format!(" ({detail})"));
            format!("{} reported: {}{detail}.", receipt.provider, receipt.kind)
        })
        .collect()
}

/// Where it stands, and why there.
fn standing(story: &MessageStory) -> String {
    let message = &story.message;
    let because = message
        .reason
        .map_or_else(String::new, |known| format!(", because {}", reason(known)));
    let then = match message.state {
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
        MessageState::Expired if message.expires_at <= message.created_at => {
            return came_too_late(story);
        }
        MessageState::Expired => "Its time ran out before it left",
        MessageState::Superseded => "Something newer on the same subject took its place",
        MessageState::Cancelled if message.reason == Some(Reason::Erased) => "It was withdrawn",
        MessageState::Cancelled => "An operator withdrew it",
        MessageState::Suppressed => "It will not be sent",
        MessageState::Unresolved => "Nobody can say whether it left, and every means is used up",
    };
    format!("{then}{because}.")
}

/// The news was too old when it was planned: nothing of Araldo's was slow.
fn came_too_late(story: &MessageStory) -> String {
    let (event, message) = (&story.event, &story.message);
    let age = message.created_at - event.occurred_at;
    let life = message.expires_at - event.occurred_at;
    format!(
        "It was not sent: what it tells happened {} before, and was heard of too late: the rule \
         gives such news {}.",
        duration(age),
        duration(life)
    )
}

fn flags(story: &MessageStory) -> Vec<String> {
    let mut flags = Vec::new();
    if story.message.maybe_duplicate {
        flags.push("It was sent again though the first may have left: a double is possible.");
    }
    if story.message.late_bounce {
        flags.push("A later report says it bounced after all.");
    }
    flags.into_iter().map(ToOwned::to_owned).collect()
}

fn reading(story: &MessageStory) -> Vec<String> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for hit in &story.engagement {
        let hit = (hit.kind.as_str(), hit.verdict.as_str());
        if !seen.contains(&hit) {
            seen.push(hit);
        }
    }
    if seen.is_empty() && story.message.accepted_at.is_some() {
        return vec![unseen(story.message.tracking).to_owned()];
    }
    seen.into_iter()
        .map(|(kind, verdict)| {
            let who = match verdict {
                "human" => "by a person",
                "machine" => "by a machine, which is not counted as reading",
                _ => "by someone or something: it cannot be told",
            };
            format!("It was {kind} {who}.")
        })
        .collect()
}

const fn unseen(tracking: Tracking) -> &'static str {
    match tracking {
        Tracking::None => "Reading is not measured for this message.",
        Tracking::Aggregate => {
            "Reading is counted without saying who, so this message alone shows nothing."
        }
        Tracking::Individual => "No sign of reading yet.",
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
        Reason::HardBounce => "the address does not exist",
        Reason::Complaint => "the client reported earlier mail as unwanted",
        Reason::Manual => "an operator barred the address",
        Reason::SameAddress => "another client with the same address gets it",
        Reason::WiderIncident => {
            "the client was told of a wider incident, of which this is a part, and hears of this \
             one if it outlasts that"
        }
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
        Reason::AnswerLost => "the answer was lost on the wire",
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
