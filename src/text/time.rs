//! Lengths of time as people write them in settings: "30s", "2m", "5 days".

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize as _, Deserializer, de::Error as _};

/// A length of time above zero, such as "30s", "2m", "5 days", "24 months".
pub(crate) fn parse_time(text: &str) -> Result<TimeDelta, String> {
    humantime::parse_duration(text)
        .ok()
        .and_then(|time| TimeDelta::from_std(time).ok())
        .filter(|time| *time > TimeDelta::zero())
        .ok_or_else(|| {
            format!(
                "`{text}` is not a length of time; write \"30s\", \"2m\", \"72h\" or \"5 days\""
            )
        })
}

/// Reads `30s`, `10m` and the like, and zero as well.
pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text)
        .map_err(|_| D::Error::custom(format!("`{text}` is not a time such as `30s` or `10m`")))
}
