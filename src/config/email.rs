//! `[email]`: where what comes back of e-mails goes.

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::section::Section;
use crate::domain::mail_return::{MailReturns, ReturnMailbox};

/// `[email]`
#[derive(Debug, Clone)]
pub struct EmailSettings {
    pub returns: MailReturns,
    /// Where `bounces` was set.
    pub(super) bounces_at: Origin,
}

impl EmailSettings {
    pub(super) fn read(layers: &mut Layers) -> Result<Self, ConfigError> {
        let mut section = Section::take(layers, "email");
        let bounces = mailbox(&mut section, "bounces")?;
        let replies = mailbox(&mut section, "replies")?;
        let settings = Self {
            bounces_at: section.at("bounces"),
            returns: MailReturns {
                bounces,
                replies,
                asks_for_success: section.get("ask_for_success")?,
            },
        };
        section.finish()?;
        Ok(settings)
    }

    /// Whether mails are to come back that a mailbox or a pipe must bring.
    #[must_use]
    pub const fn wants_mails(&self) -> bool {
        self.returns.bounces.is_some() || self.returns.replies.is_some()
    }
}

fn mailbox(section: &mut Section, key: &'static str) -> Result<Option<ReturnMailbox>, ConfigError> {
    let address = section.optional(key)?;
    let parsed = address.map(|address| {
        ReturnMailbox::parse(&address)
            .map_err(|wrong| section.fault(key, format!("`{address}` {wrong}")))
    });
    parsed.transpose()
}
