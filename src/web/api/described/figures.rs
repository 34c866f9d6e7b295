//! Limits and lists of words of the code, by the names that schemas say them by: a limit as in
//! `domain::limits`, a list of words as its enum. A part that names another is no part (`notation`).

use serde_json::{Value, json};

use crate::domain::area::AreaKind;
use crate::domain::client::{SuppressionReason, TrackingConsent};
use crate::domain::conversation::{ConversationState, LineWay};
use crate::domain::deputy::DeputyMode;
use crate::domain::event::{CaseStep, EventState, IncidentKind, IncidentState, IncidentStep};
use crate::domain::forwarding::ProblemKind;
use crate::domain::limits;
use crate::domain::rectification::RectificationState;
use crate::domain::rule::{Audience, FallbackUnless, UnreadableChoice};
use crate::domain::{Channel, Class, Lane, MessageState, OnUnknown, Reason};
use crate::insight::findings::FindingKind;
use crate::insight::{ReadStatus, ReadWhy};
use crate::web::api::{feed, page};

/// What a name stands for.
pub(super) fn figure(name: &str) -> Option<Value> {
    limit(name).or_else(|| words(name))
}

fn limit(name: &str) -> Option<Value> {
    Some(match name {
        "AREA_CORNERS" => json!(limits::AREA_CORNERS),
        "AREA_ITEMS" => json!(limits::AREA_ITEMS),
        "ASKED" => json!(limits::ASKED),
        "BATCH_EVENTS" => json!(limits::BATCH_EVENTS),
        "CHANNELS" => json!(limits::CHANNELS),
        "CLOSING_REASON" => json!(limits::CLOSING_REASON),
        "CONTACTS" => json!(limits::CONTACTS),
        "FEED_PAGE" => json!(limits::FEED_PAGE),
        "FEED_TYPE" => json!(limits::FEED_TYPE),
        "FEED_TYPES" => json!(limits::FEED_TYPES),
        "FEED_USUAL" => json!(feed::USUAL),
        "FEED_WAIT" => json!(limits::FEED_WAIT),
        "FORWARDED_WORDS" => json!(limits::FORWARDED_WORDS),
        "LONGEST_ANSWER" => json!(limits::LONGEST_ANSWER),
        "MANDATE" => json!(limits::MANDATE),
        "MANDATE_PARTS" => json!(limits::MANDATE_PARTS),
        "NAME" => json!(limits::NAME),
        "NAMED_LINES" => json!(limits::NAMED_LINES),
        "NAMED_WARNINGS" => json!(limits::NAMED_WARNINGS),
        "OBJECTION_REASON" => json!(limits::OBJECTION_REASON),
        "PAGE_LARGEST" => json!(page::LARGEST),
        "PAGE_USUAL" => json!(page::USUAL),
        "PASTED_BYTES" => json!(limits::PASTED_BYTES),
        "PLACE_KIND" => json!(limits::PLACE_KIND),
        "PLACES" => json!(limits::PLACES),
        "POSTAL_CODE" => json!(limits::POSTAL_CODE),
        "PREVIEW_STEP" => json!(limits::PREVIEW_STEP),
        "PROSE" => json!(limits::PROSE),
        "RADIUS_KM" => json!(limits::RADIUS_KM),
        "REACH_CODE" => json!(limits::REACH_CODE),
        "REACH_CODES" => json!(limits::REACH_CODES),
        "RECTIFIED_TEXT" => json!(limits::RECTIFIED_TEXT),
        "REFERENCE" => json!(limits::REFERENCE),
        "REPLAY_DAYS" => json!(limits::REPLAY_DAYS),
        "RULE_PLANS_COUNTED" => json!(limits::RULE_PLANS_COUNTED),
        "SOURCE" => json!(limits::SOURCE),
        "SOURCE_DEAD_SHOWN" => json!(limits::SOURCE_DEAD_SHOWN),
        "SOURCE_NAME" => json!(limits::SOURCE_NAME),
        "TAGS" => json!(limits::TAGS),
        "TOPICS" => json!(limits::TOPICS),
        "UNREAD_MESSAGES" => json!(limits::UNREAD_MESSAGES),
        "VARIABLES" => json!(limits::VARIABLES),
        "WEBHOOK_NAME" => json!(limits::WEBHOOK_NAME),
        "WEBHOOK_URL" => json!(limits::WEBHOOK_URL),
        _ => return None,
    })
}

fn words(name: &str) -> Option<Value> {
    Some(match name {
        "AreaKind" => json!(AreaKind::ALL),
        "Audience" => json!(Audience::ALL),
        "CaseStep" => json!(CaseStep::ALL),
        "Channel" => json!(Channel::ALL),
        "Class" => json!(Class::ALL),
        "ConversationState" => json!(ConversationState::ALL),
        "DeputyMode" => json!(DeputyMode::ALL),
        "EventState" => json!(EventState::ALL),
        "FallbackUnless" => json!(FallbackUnless::ALL),
        "FindingKind" => json!(FindingKind::ALL),
        "IncidentKind" => json!(IncidentKind::ALL),
        "IncidentState" => json!(IncidentState::ALL),
        "IncidentStep" => json!(IncidentStep::ALL),
        "Lane" => json!(Lane::ALL),
        "LineWay" => json!(LineWay::ALL),
        "MessageState" => json!(MessageState::ALL),
        "OnUnknown" => json!(OnUnknown::ALL),
        "ReadStatus" => json!(ReadStatus::ALL),
        "ReadWhy" => json!(ReadWhy::ALL),
        "ProblemKind" => json!(ProblemKind::ALL),
        "Reason" => json!(Reason::ALL),
        "RectificationState" => json!(RectificationState::ALL),
        "SuppressionReason" => json!(SuppressionReason::ALL),
        "TrackingConsent" => json!(TrackingConsent::ALL),
        "UnreadableChoice" => json!(UnreadableChoice::ALL),
        _ => return None,
    })
}
