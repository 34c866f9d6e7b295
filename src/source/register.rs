//! The sources of the settings as `web` needs them: for each its mapping, to take dead letters once
//! more and to try a record, and for those that others post to, who takes what comes. Where a system
//! is and how one logs in there is not kept here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kinds::ReaderSettings;
use super::mapping::Mapping;
use super::settings::{SourceSettings, WatchSettings};
use super::webhook::Receiver;
use crate::domain::Ids;
use crate::store::Store;

/// All sources of the settings, by their names.
#[derive(Default)]
pub struct SourceRegister(BTreeMap<String, RegisteredSource>);

/// One source of the settings.
pub struct RegisteredSource {
    kind: &'static str,
    watch: WatchSettings,
    mapping: Arc<Mapping>,
    receiver: Option<Receiver>,
}

impl RegisteredSource {
    /// The word for its kind, as in the settings.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// When it is looked at, and what else all kinds have in common.
    #[must_use]
    pub const fn watch(&self) -> &WatchSettings {
        &self.watch
    }

    /// What its records become.
    #[must_use]
    pub const fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    /// Whether others post to it; else Araldo looks.
    #[must_use]
    pub const fn is_posted_to(&self) -> bool {
        self.receiver.is_some()
    }
}

impl SourceRegister {
    /// Enters a source. An error names the key to mend.
    pub fn enter(
        &mut self,
        name: &str,
        settings: &SourceSettings,
        mapping: Mapping,
        store: &Store,
        ids: &Arc<dyn Ids>,
    ) -> Result<(), String> {
        let mapping = Arc::new(mapping);
        let receiver = match &settings.reader {
            ReaderSettings::Webhook(webhook) => Some(Receiver::new(
                name,
                webhook,
                Arc::clone(&mapping),
                store.clone(),
                Arc::clone(ids),
            )?),
            _ => None,
        };
        let source = RegisteredSource {
            kind: settings.reader.kind(),
            watch: settings.watch.clone(),
            mapping,
            receiver,
        };
        self.0.insert(name.to_owned(), source);
        Ok(())
    }

    /// The source of this name, if the settings have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RegisteredSource> {
        self.0.get(name)
    }

    /// All of them with their names, in the order of these.
    pub fn all(&self) -> impl Iterator<Item = (&str, &RegisteredSource)> {
        self.0.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// What the records of a source become; none: the settings have no such source.
    #[must_use]
    pub fn mapping(&self, name: &str) -> Option<&Mapping> {
        self.0.get(name).map(|source| &*source.mapping)
    }

    /// Who takes what is posted to the source of this name, if it is one that others post to.
    #[must_use]
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.0.get(name)?.receiver.as_ref()
    }

    /// Whether the body of a request to `name` may be read: its secret is right, or it bears what
    /// some source's signature stands in. The latter holds for every name, so that nobody learns
    /// from it which sources there are.
    pub fn may_be_read<'h>(
        &self,
        name: &str,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
    ) -> bool {
        let receivers = self.0.values().filter_map(|it| it.receiver.as_ref());
        let mut signatures = receivers.filter_map(Receiver::signature_header);
        self.receiver(name).is_some_and(|it| it.is_borne(header))
            || signatures.any(|name| header(name).is_some())
    }
}
