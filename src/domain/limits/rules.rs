//! Rules at the console, and what is tried with them before they hold.

use std::time::Duration;

use chrono::TimeDelta;

/// How far back rules are held against what came: plans that they made, events that they heard.
pub const RULES_LOOK_BACK: TimeDelta = TimeDelta::days(30);
/// Plans of that time that are counted: the newest.
pub const RULE_PLANS_COUNTED: i64 = 30_000;
/// Messages of one plan that are read for why a rule told nobody.
pub const RULE_MESSAGES_READ: i64 = 1_000;
/// Events of that time whose type is looked at: the newest.
pub const RULE_EVENTS_SAMPLED: i64 = 20_000;
/// Events that are read to say why rules were not set going: the newest of their types.
pub const RULE_EVENTS_READ: i64 = 500;
/// Values of one field that are named as those that came.
pub const RULE_VALUES_NAMED: usize = 5;
/// Days that can be replayed against changed rules.
pub const REPLAY_DAYS: i64 = 7;
/// Events of them that are looked at: the newest.
pub const REPLAY_EVENTS: usize = 10_000;
/// Events of them that are read at once.
pub const REPLAY_PAGE: i64 = 500;
/// Clients of all audiences together whose messages are worked out, and messages that are read, each.
pub const REPLAY_CLIENTS: usize = 50_000;
/// How long a replay may take; what is done by then is shown.
pub const REPLAY_TIME: Duration = Duration::from_secs(15);
/// Clients that are named of those who would newly be told, and of those who would not be any more.
pub const REPLAY_NAMED: usize = 20;
/// Rules that are pasted together.
pub const RULES_PASTED: usize = 50;
/// Versions of one rule that are shown: the newest.
pub const RULE_VERSIONS_SHOWN: i64 = 20;
/// Bytes of rules, or of an event, that are pasted.
pub const PASTED_BYTES: usize = 65_536;
