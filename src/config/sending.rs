//! Settings of what is sent: channels, providers, contact, hours, numbers, and how hard to try.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::section::Section;
use crate::domain::address::PhonePolicy;
use crate::domain::limits::WEIGHTS;
use crate::domain::money::Currency;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Channel, Lane};

/// `[channels]`: providers in order of preference.
#[derive(Debug, Clone)]
pub struct Channels {
    pub email: Vec<String>,
    pub sms: Vec<String>,
    email_weights: Vec<u32>,
    sms_weights: Vec<u32>,
    /// What the providers' prices are in.
    pub currency: Currency,
    pub(super) at: [Origin; 2],
}

impl Channels {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "channels");
        let (email, sms) = (section.list("email")?, section.list("sms")?);
        let channels = Self {
            email_weights: weights(&mut section, "email_weights", email.len())?,
            sms_weights: weights(&mut section, "sms_weights", sms.len())?,
            currency: section.parsed("currency")?,
            email,
            sms,
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

    /// The points of a provider, where those of the channel share it.
    #[must_use]
    pub fn weight_of(&self, channel: Channel, provider: &str) -> Option<u32> {
        let weights = match channel {
            Channel::Email => &self.email_weights,
            Channel::Sms => &self.sms_weights,
        };
        let mut names = self.of(channel).iter();
        let place = names.position(|name| name == provider)?;
        weights.get(place).copied()
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

/// One number for each provider of the channel, or none at all.
fn weights(
    section: &mut Section,
    key: &'static str,
    providers: usize,
) -> Result<Vec<u32>, ConfigError> {
    let weights: Vec<u32> = section.get(key)?;
    if !weights.is_empty() && weights.len() != providers {
        let detail = format!(
            "there are {} weights for {providers} providers; write one for each, or none",
            weights.len()
        );
        return Err(section.fault(key, detail));
    }
    match weights.iter().find(|weight| !WEIGHTS.contains(*weight)) {
        Some(wrong) => Err(section.fault(
            key,
            format!(
                "{wrong} is out of range; write {} to {}",
                WEIGHTS.start(),
                WEIGHTS.end()
            ),
        )),
        None => Ok(weights),
    }
}

/// `[contact]`: whom a client can turn to. Shown in messages and on the status page.
#[derive(Debug, Clone)]
pub struct Contact {
    pub organisation: String,
    pub(super) organisation_at: Origin,
    /// A number with the usual charge.
    pub phone: Option<String>,
    pub phone_free: Option<String>,
    /// A mailbox that people read.
    pub email: Option<String>,
    pub hours: Option<String>,
}

impl Contact {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "contact");
        let contact = Self {
            organisation: section.text("organisation")?,
            organisation_at: section.at("organisation"),
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
    let (from, to) = (section.text("from")?, section.text("to")?);
    let hours = QuietHours::parse(&from, &to).map_err(|error| {
        let key = if QuietHours::parse(&from, "12:00").is_err() {
            "from"
        } else {
            "to"
        };
        section.fault(key, error.to_string())
    })?;
    section.finish()?;
    Ok((hours.from_minute != hours.to_minute).then_some(hours))
}

/// `[phone]`: which numbers are let in.
pub(super) fn phone(layers: &mut Layers) -> Result<PhonePolicy, ConfigError> {
    let mut section = Section::take(layers, "phone");
    let default = section.text("default_country")?;
    let allowed = section.list("allowed_countries")?;
    let policy = PhonePolicy::new(&default, &allowed).map_err(|error| {
        let default_is_wrong = PhonePolicy::new::<&str>(&default, &[]).is_err();
        let key = if default_is_wrong {
            "default_country"
        } else {
            "allowed_countries"
        };
        section.fault(key, error.to_string())
    })?;
    section.finish()?;
    Ok(policy)
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
    /// Attempts begun and not yet answered, at once.
    pub window: usize,
    /// Messages taken in one batch.
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
            reconcile_asks: section.number("reconcile_asks", 1, 100)?,
            flood_per_hour: section.number("flood_per_hour", 1, 10_000)?,
            flood_per_day: section.number("flood_per_day", 1, 10_000)?,
            receipt_horizon_sms: section.time("receipt_horizon_sms")?,
            receipt_horizon_email: section.time("receipt_horizon_email")?,
        };
        dispatch.agrees(&section)?;
        section.finish()?;
        Ok(dispatch)
    }

    fn agrees(&self, section: &Section) -> Result<(), ConfigError> {
        let reserved = self.reserved.values().sum::<usize>();
        let clashes: [(bool, &[&str], &str); 4] = [
            (
                self.lease < self.heartbeat * 3,
                &["lease", "heartbeat"],
                "`lease` is shorter than three heartbeats: a living node would count as dead",
            ),
            (
                reserved > self.window,
                &[
                    "reserved_urgent",
                    "reserved_normal",
                    "reserved_bulk",
                    "window",
                ],
                "`window` is smaller than what the three `reserved_` keys take of it together",
            ),
            (
                self.retry_cap < self.retry_base,
                &["retry_cap", "retry_base"],
                "`retry_cap` is shorter than `retry_base`",
            ),
            (
                self.flood_per_day < self.flood_per_hour,
                &["flood_per_day", "flood_per_hour"],
                "`flood_per_day` is smaller than `flood_per_hour`",
            ),
        ];
        if let Some((_, keys, detail)) = clashes.iter().find(|(clash, ..)| *clash) {
            return Err(section.clash(keys, *detail));
        }
        Ok(())
    }
}
