//! The keys of a provider with `kind = "sandbox"`.

use std::time::Duration;

use serde::Deserialize;

use crate::channel::settings::{Rate, some_duration};
use crate::domain::Channel;

/// Virtual handsets or mailboxes, as configured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxSettings {
    /// `sms` or `email`.
    pub channel: Channel,
    /// Who it is from: a sender name of up to 11 characters, or `Name <address>`.
    pub from: Option<String>,
    /// Messages per time at most.
    pub rate: Option<Rate>,
    /// SMS only: how long a handset takes to report; by default half a second to two seconds.
    #[serde(default, deserialize_with = "some_duration")]
    pub latency: Option<Duration>,
}
