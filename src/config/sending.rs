//! Settings of what is sent: channels, providers, contact, hours, numbers, and how hard to try.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::section::Section;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Channel, Lane};

/// `[channels]`: providers in order of preference.
#[derive(Debug, Clone)]
pub struct Channels {
    /// Who carries e-mail.
    pub email: Vec<String>,
    /// Who carries SMS.
    pub sms: Vec<String>,
    pub(super) at: [Origin; 2],
}

impl Channels {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "channels");
        let channels = Self {
            email: section.list("email")?,
            sms: section.list("sms")?,
            at: [section.at("email"), section.at("sms")],
        };
        section.finish()?;
        Ok(channels)
    }

    /// The providers of one channel, the preferred one first.
    #[must_use]
    pub fn of(&self, channel: Channel) -> &[String] {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        }
    }

    /// Whether a provider is in use.
    #[must_use]
    pub fn names(&self, provider: &str) -> bool {
        self.email
            .iter()
            .chain(&self.sms)
            .any(|name| name == provider)
    }
}

/// `[contact]`: whom a client can turn to. Shown in messages and on the status page.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Who speaks.
    pub organisation: String,
    /// A number with the usual charge.
    pub phone: Option<String>,
    /// A toll-free number.
    pub phone_free: Option<String>,
    /// A mailbox that people read.
    pub email: Option<String>,
    /// When someone answers.
    pub hours: Option<String>,
}

impl Contact {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "contact");
        let contact = Self {
            organisation: section.text("organisation")?,
            phone: section.optional("phone")?,
            phone_free: section.optional("phone_free")?,
            email: section.optional("email")?,
            hours: section.optional("hours")?,
        };
        section.finish()?;
        Ok(contact)
    }
}

/// `[quiet_hours]`; equal times mean none.
pub(super) fn quiet_hours(layers: &mut Layers) -> Result<Option<QuietHours>, ConfigError> {
    let mut section = Section::take(layers, "quiet_hours");
    let from_minute = minute_of_day(&mut section, "from")?;
    let to_minute = minute_of_day(&mut section, "to")?;
    section.finish()?;
    Ok((from_minute != to_minute).then_some(QuietHours {
        from_minute,
        to_minute,
    }))
}

fn minute_of_day(section: &mut Section, key: &'static str) -> Result<u16, ConfigError> {
    let text = section.text(key)?;
    let parts = text
        .split_once(':')
        .filter(|(hour, minute)| (1..=2).contains(&hour.len()) && minute.len() == 2);
    parts
        .and_then(|(hour, minute)| Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?)))
        .filter(|(hour, minute)| *hour < 24 && *minute < 60)
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| section.fault(key, format!("`{text}` is no time of day; write \"21:00\"")))
}

/// `[phone]`
#[derive(Debug, Clone)]
pub struct Phone {
    /// Of a number without a prefix, such as `IT`.
    pub default_country: String,
    /// Where SMS may go; empty means everywhere.
    pub allowed_countries: Vec<String>,
}

impl Phone {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "phone");
        let phone = Self {
            default_country: section.text("default_country")?,
            allowed_countries: section.list("allowed_countries")?,
        };
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code(&phone.default_country) {
            return Err(section.fault("default_country", "write two capital letters, such as IT"));
        }
        if !phone.allowed_countries.iter().all(|code| is_code(code)) {
            return Err(section.fault("allowed_countries", "write two capital letters for each"));
        }
        section.finish()?;
        Ok(phone)
    }
}

/// `[calendar] patron` as month and day.
pub(super) fn patron_days(layers: &mut Layers) -> Result<Vec<(u32, u32)>, ConfigError> {
    let mut section = Section::take(layers, "calendar");
    let days = section.list("patron")?;
    let days: Option<Vec<_>> = days.iter().map(|day| month_and_day(day)).collect();
    let days = days.ok_or_else(|| section.fault("patron", "write days as MM-DD, such as 10-04"))?;
    section.finish()?;
    Ok(days)
}

fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // A leap year, so that the 29th of February may be meant.
    chrono::NaiveDate::from_ymd_opt(2024, month, day).map(|_| (month, day))
}

/// `[dispatch]`
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Messages opened and not yet answered, at once.
    pub window: usize,
    /// Messages taken in one grasp.
    pub claim: i64,
    /// Places of the window that only this lane may use.
    pub reserved: BTreeMap<Lane, usize>,
    /// How often this node says that it is alive.
    pub heartbeat: TimeDelta,
    /// Silence after which a node counts as dead.
    pub lease: TimeDelta,
    /// First delay of a retry.
    pub retry_base: TimeDelta,
    /// Longest delay of a retry.
    pub retry_cap: TimeDelta,
    /// After so many tries the message has failed.
    pub max_tries: u32,
    /// How long before an unknown message is asked about.
    pub reconcile_after: TimeDelta,
    /// How often it is asked about.
    pub reconcile_asks: u32,
    /// Messages to one address in an hour.
    pub flood_per_hour: u32,
    /// Messages to one address in a day.
    pub flood_per_day: u32,
    /// How long to wait for an SMS delivery report.
    pub receipt_horizon_sms: TimeDelta,
    /// How long to wait for a bounce.
    pub receipt_horizon_email: TimeDelta,
}

impl Dispatch {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "dispatch");
        let dispatch = Self {
            window: section.number("window", 1, 10_000)?,
            claim: section.number("claim", 1, 1000)?,
            reserved: BTreeMap::from([
                (Lane::Urgent, section.number("reserved_urgent", 0, 10_000)?),
                (Lane::Normal, section.number("reserved_normal", 0, 10_000)?),
                (Lane::Bulk, section.number("reserved_bulk", 0, 10_000)?),
            ]),
            heartbeat: section.time("heartbeat")?,
            lease: section.time("lease")?,
            retry_base: section.time("retry_base")?,
            retry_cap: section.time("retry_cap")?,
            max_tries: section.number("max_tries", 1, 100)?,
            reconcile_after: section.time("reconcile_after")?,
            reconcile_asks: section.number("reconcile_asks", 0, 100)?,
            flood_per_hour: section.number("flood_per_hour", 1, 10_000)?,
            flood_per_day: section.number("flood_per_day", 1, 10_000)?,
            receipt_horizon_sms: section.time("receipt_horizon_sms")?,
            receipt_horizon_email: section.time("receipt_horizon_email")?,
        };
        dispatch.agrees(&section)?;
        section.finish()?;
        Ok(dispatch)
    }

    /// How long to wait for a receipt on this channel.
    #[must_use]
    pub const fn receipt_horizon(&self, channel: Channel) -> TimeDelta {
        match channel {
            Channel::Sms => self.receipt_horizon_sms,
            Channel::Email => self.receipt_horizon_email,
        }
    }

    fn agrees(&self, section: &Section) -> Result<(), ConfigError> {
        if self.lease < self.heartbeat * 3 {
            return Err(section.fault(
                "lease",
                "shorter than three heartbeats: a living node would count as dead",
            ));
        }
        if self.reserved.values().sum::<usize>() > self.window {
            return Err(section.fault("window", "smaller than the places reserved for the lanes"));
        }
        if self.retry_cap < self.retry_base {
            return Err(section.fault("retry_cap", "shorter than `retry_base`"));
        }
        if self.flood_per_day < self.flood_per_hour {
            return Err(section.fault("flood_per_day", "smaller than `flood_per_hour`"));
        }
        Ok(())
    }
}
