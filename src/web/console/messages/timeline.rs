//! What happened to a message, in the order of time.

use crate::domain::{MessageState, Timestamp};
use crate::insight::explain::{duration, reason};
use crate::store::reports::{MessageStory, StoryAttempt, StoryEngagement, StoryReceipt};
use crate::web::console::shell::format::plain;
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{Badge, When};
use crate::web::console::state::Moment;

/// When, in which tone, what, and more of it.
type TimelineEntry = (Timestamp, &'static str, String, String);

/// What happened, in the order of time.
pub(super) fn steps(story: &MessageStory, now: Moment) -> Vec<TimelineStep> {
    let mut steps = planned(story);
    steps.extend(ended(story));
    steps.extend(story.attempts.iter().zip(1..).flat_map(attempt));
    steps.extend(story.receipts.iter().map(receipt));
    steps.extend(story.engagement.iter().map(engagement));
    steps.sort_by_key(|(at, ..)| *at);
    let mut before = steps.first().map_or(now.at, |(at, ..)| *at);
    let step = |(at, tone, word, detail)| {
        let gap = at - before;
        before = at;
        let mut step = TimelineStep::new(When::new(at, now), tone, word, detail);
        if gap.num_milliseconds() > 0 {
            step.later = format!("+{}", duration(gap));
        }
        step
    };
    steps.into_iter().map(step).collect()
}

fn planned(story: &MessageStory) -> Vec<TimelineEntry> {
    let (event, plan, message) = (&story.event, &story.plan, &story.message);
    let step = |at, word: &str, detail| (at, "waiting", word.to_owned(), detail);
    let text = format!("{} v{}", plan.template, plan.version);
    let way = format!("{}, {} lane", message.channel, message.lane);
    vec![
        step(
            event.occurred_at,
            "event",
            format!("{} {}", event.kind, event.event_id),
        ),
        step(
            event.received_at,
            "received",
            format!("from {}", event.source),
        ),
        step(plan.created_at, "rule", format!("{} applied", plan.rule)),
        step(message.created_at, "planned", format!("{text} by {way}")),
    ]
}

/// The end of a message that did not end by a report.
fn ended(story: &MessageStory) -> Option<TimelineEntry> {
    let message = &story.message;
    let by_report = matches!(
        message.state,
        MessageState::Delivered | MessageState::Undelivered
    );
    let at = message.final_at.filter(|_| !by_report)?;
    let tone = Badge::of_message(message.state, false).tone;
    let why = message.reason.map_or("", reason).to_owned();
    Some((at, tone, message.state.to_string(), why))
}

fn attempt((attempt, number): (&StoryAttempt, u32)) -> Vec<TimelineEntry> {
    let through = format!("attempt {number} through {}", attempt.provider);
    let word = "handed over".to_owned();
    let mut found = vec![(attempt.began_at, "going", word, through)];
    if let Some(at) = attempt.finished_at {
        let outcome = attempt.outcome.as_deref().unwrap_or("unknown");
        let tone = match outcome {
            "accepted" => "going",
            "not_sent" | "unknown" => "attention",
            _ => "failed",
        };
        let said = [&attempt.stage, &attempt.code, &attempt.detail];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        found.push((at, tone, plain(outcome), said.join(" · ")));
    }
    found
}

fn receipt(receipt: &StoryReceipt) -> TimelineEntry {
    let tone = match receipt.kind.as_str() {
        "delivered" => "delivered",
        "undelivered" | "rejected" | "expired" => "failed",
        _ => "going",
    };
    let code = receipt.code.as_deref().unwrap_or_default();
    let detail = format!("receipt from {} {code}", receipt.provider);
    (receipt.received_at, tone, receipt.kind.clone(), detail)
}

fn engagement(hit: &StoryEngagement) -> TimelineEntry {
    let tone = match hit.verdict.as_str() {
        "human" => "read",
        _ => "waiting",
    };
    let target = hit.url.as_ref().map(|url| format!(" · {url}"));
    let words = hit.detail.as_ref().map(|words| format!(" · “{words}”"));
    let more = [target, words].into_iter().flatten().collect::<String>();
    let detail = format!("{}: {}{more}", hit.verdict, hit.grounds);
    (hit.at, tone, hit.kind.clone(), detail)
}
