//! What happened to a message, in the order of time.

use super::grounds::grounds;
use crate::domain::{MessageState, Timestamp};
use crate::store::reports::{
    EvidenceMark, MessageStory, StoryAttempt, StoryEngagement, StoryReceipt,
};
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{Badge, ConsoleWords, FluentValue, When};
use crate::web::console::state::Moment;

/// When, in which tone, what, and more of it.
type TimelineEntry = (Timestamp, &'static str, String, String);

/// What happened, in the order of time.
pub(super) fn steps(story: &MessageStory, now: Moment) -> Vec<TimelineStep> {
    let words = now.words;
    let attempts = (1_u32..).zip(&story.attempts);
    let mut plain = planned(story, words);
    plain.extend(ended(story, words));
    plain.extend(attempts.flat_map(|attempt| handed_over(attempt, words)));
    let mut steps: Vec<(TimelineEntry, Option<String>)> =
        plain.into_iter().map(|entry| (entry, None)).collect();
    let marked = |mark: Option<&EvidenceMark>| mark.map(|mark| wrong(mark, words));
    let receipts = story.receipts.iter();
    steps.extend(receipts.map(|found| (receipt(found, words), marked(found.wrong.as_ref()))));
    let acts = story.engagement.iter();
    steps.extend(acts.map(|hit| (engagement(hit, words), marked(hit.wrong.as_ref()))));
    steps.sort_by_key(|((at, ..), _)| *at);
    let mut before = steps.first().map_or(now.at, |((at, ..), _)| *at);
    let step = |((at, tone, word, detail), wrong)| {
        let gap = at - before;
        before = at;
        let mut step = TimelineStep::new(When::new(at, now), tone, word, detail);
        if gap.num_milliseconds() > 0 {
            step.later = format!("+{}", words.span(gap));
        }
        step.wrong = wrong;
        step
    };
    steps.into_iter().map(step).collect()
}

/// Why something that was heard does not count any more.
fn wrong(mark: &EvidenceMark, words: ConsoleWords) -> String {
    let reason = mark.reason.as_deref().unwrap_or_default();
    match mark.by.split_once(':') {
        Some(("receipt", _)) => words.say("messages-wrong-later").into_owned(),
        Some(("rule", _)) => {
            words.with("messages-wrong-machine", "grounds", &grounds(reason, words))
        }
        _ => {
            let values = [
                ("person", FluentValue::from(mark.by.as_str())),
                ("reason", reason.into()),
            ];
            words.say_with("messages-wrong-said", &values)
        }
    }
}

/// What still counts of what was heard, by its number, as it is said in a list to choose from.
pub(super) fn countable(story: &MessageStory, now: Moment) -> Vec<(i64, String)> {
    let words = now.words;
    let said = |(at, _, word, detail): TimelineEntry| {
        let when = When::new(at, now).exact;
        format!("{when}: {word}, {}", detail.trim())
    };
    let receipts = story.receipts.iter().filter(|found| found.wrong.is_none());
    let receipts = receipts.map(|found| (found.id, said(receipt(found, words))));
    let acts = story.engagement.iter().filter(|hit| hit.wrong.is_none());
    let acts = acts.map(|hit| (hit.id, said(engagement(hit, words))));
    receipts.chain(acts).collect()
}

fn planned(story: &MessageStory, words: ConsoleWords) -> Vec<TimelineEntry> {
    let (event, plan, message) = (&story.event, &story.plan, &story.message);
    let step = |at, key, detail| (at, "waiting", words.say(key).into_owned(), detail);
    let from = [("source", FluentValue::from(&event.source))];
    let rule = [("rule", FluentValue::from(&plan.rule))];
    let text = [
        ("template", FluentValue::from(&plan.template)),
        ("version", plan.version.to_string().into()),
        (
            "channel",
            words.of("channel", message.channel.as_str()).into(),
        ),
        ("lane", words.of("lane", message.lane.as_str()).into()),
    ];
    vec![
        step(
            event.occurred_at,
            "messages-step-event",
            format!("{} {}", event.kind, event.event_id),
        ),
        step(
            event.received_at,
            "messages-step-received",
            words.say_with("messages-step-received-from", &from),
        ),
        step(
            plan.created_at,
            "messages-step-rule",
            words.say_with("messages-step-rule-applied", &rule),
        ),
        step(
            message.created_at,
            "messages-step-planned",
            words.say_with("messages-step-planned-by", &text),
        ),
    ]
}

/// The end of a message that did not end by a report.
fn ended(story: &MessageStory, words: ConsoleWords) -> Option<TimelineEntry> {
    let message = &story.message;
    let by_report = matches!(
        message.state,
        MessageState::Delivered | MessageState::Undelivered
    );
    let at = message.final_at.filter(|_| !by_report)?;
    let badge = Badge::of_message(message.state, false, words);
    let why = message
        .reason
        .map(|known| words.of("reason", known.as_str()));
    let why = why.unwrap_or_default().into_owned();
    Some((at, badge.tone, badge.word, why))
}

fn handed_over((number, attempt): (u32, &StoryAttempt), words: ConsoleWords) -> Vec<TimelineEntry> {
    let values = [
        ("number", FluentValue::from(number.to_string())),
        ("provider", FluentValue::from(&attempt.provider)),
    ];
    let through = words.say_with("messages-step-attempt", &values);
    let word = words.say("messages-step-handed-over").into_owned();
    let mut found = vec![(attempt.began_at, "going", word, through)];
    if let Some(at) = attempt.finished_at {
        let outcome = attempt.outcome.as_deref().unwrap_or("unknown");
        let tone = match outcome {
            "accepted" => "going",
            "not_sent" | "unknown" => "attention",
            _ => "failed",
        };
        let word = words.of("messages-outcome", outcome).into_owned();
        let said = [&attempt.stage, &attempt.code, &attempt.detail];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        found.push((at, tone, word, said.join(" · ")));
    }
    found
}

fn receipt(receipt: &StoryReceipt, words: ConsoleWords) -> TimelineEntry {
    let tone = match receipt.kind.as_str() {
        "delivered" => "delivered",
        "undelivered" | "rejected" | "expired" => "failed",
        _ => "going",
    };
    let values = [
        ("provider", FluentValue::from(&receipt.provider)),
        ("code", receipt.code.as_deref().unwrap_or_default().into()),
    ];
    let detail = words.say_with("messages-step-receipt", &values);
    let word = words.of("messages-receipt", &receipt.kind).into_owned();
    (receipt.received_at, tone, word, detail)
}

fn engagement(hit: &StoryEngagement, words: ConsoleWords) -> TimelineEntry {
    let tone = match hit.verdict.as_str() {
        "human" => "read",
        _ => "waiting",
    };
    let target = hit.url.as_ref().map(|url| format!(" · {url}"));
    let wrote = hit.detail.as_ref().map(|wrote| format!(" · “{wrote}”"));
    let more = [target, wrote].into_iter().flatten().collect::<String>();
    let verdict = words.of("messages-verdict", &hit.verdict);
    let detail = format!("{verdict}: {}{more}", grounds(&hit.grounds, words));
    let word = words.of("messages-act", &hit.kind).into_owned();
    (hit.at, tone, word, detail)
}
