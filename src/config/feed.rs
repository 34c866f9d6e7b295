//! `[feed]` and `[webhooks]`: whether what happens is kept for programs, and to whom it may be posted.

use std::net::IpAddr;

use chrono::TimeDelta;
use ipnet::IpNet;

use super::error::ConfigError;
use super::layers::Layers;
use super::section::Section;

/// `[feed]` and `[webhooks]`
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// Kept for whoever asks, also while there is no webhook.
    pub enabled: bool,
    /// Networks that are not public, and to which webhooks may lead all the same.
    pub allow_private: Vec<IpNet>,
    /// A webhook that has failed for so long is switched off.
    pub give_up: TimeDelta,
}

impl FeedSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut feed = Section::take(layers, "feed");
        let enabled = feed.get("enabled")?;
        feed.finish()?;
        let mut webhooks = Section::take(layers, "webhooks");
        let settings = Self {
            enabled,
            allow_private: networks(&mut webhooks)?,
            give_up: webhooks.time("give_up")?,
        };
        webhooks.finish()?;
        Ok(settings)
    }
}

/// An address alone is a network of one.
fn networks(section: &mut Section) -> Result<Vec<IpNet>, ConfigError> {
    let words = section.list("allow_private")?;
    let network = |word: &String| {
        let address = word.parse::<IpAddr>().map(IpNet::from);
        let network = address.or_else(|_| word.parse());
        network.map_err(|_| {
            let fault = format!("`{word}` is neither an address nor a network such as 10.0.0.0/8");
            section.fault("allow_private", fault)
        })
    };
    words.iter().map(network).collect()
}
