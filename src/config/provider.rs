//! `[provider.NAME]`: understood by `channel`, which knows the kinds.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers};
use super::named;
use crate::channel::ProviderSettings;
use crate::domain::mail_return::MAILBOX_REPORTS;

/// One provider as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its kind and what that kind needs.
    pub settings: ProviderSettings,
    /// Where its section begins.
    pub at: Origin,
    keys: BTreeMap<String, Origin>,
}

impl ConfiguredProvider {
    /// The line to look at for a fault, which names its key in backticks first.
    #[must_use]
    pub fn place(&self, fault: &str) -> &Origin {
        let quoted = |key: &str| {
            let inside = fault.find(&format!("`{key}."));
            fault.find(&format!("`{key}`")).or(inside)
        };
        let keys = self.keys.iter();
        keys.filter_map(|(key, at)| Some((quoted(key)?, at)))
            .min_by_key(|(first, _)| *first)
            .map_or(&self.at, |(_, at)| at)
    }
}

/// Takes every `provider.NAME` out of the layers.
pub(super) fn read(
    layers: &mut Layers,
) -> Result<BTreeMap<String, ConfiguredProvider>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| section.starts_with("provider."))
        .collect();
    sections
        .into_iter()
        .map(|(section, entries)| {
            let name = section.trim_start_matches("provider.").to_owned();
            if name == MAILBOX_REPORTS {
                let detail = format!(
                    "reports by mail are called `{MAILBOX_REPORTS}`; give the provider another name"
                );
                return Err(named::fault(&section, &entries, detail));
            }
            let settings = named::understood(&section, &entries, named::table(&entries))?;
            let at = entries.at;
            let keys = entries.keys.into_iter();
            let keys = keys.map(|(key, entry)| (key, entry.at)).collect();
            Ok((name, ConfiguredProvider { settings, at, keys }))
        })
        .collect()
}
