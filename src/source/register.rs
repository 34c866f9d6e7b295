//! The sources of the settings as `web` needs them: for each its mapping, to take dead letters once
//! more and to try a record, and for those that others post to, who takes what comes. Where a system
//! is and how one logs in there is not kept here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kinds::ReaderSettings;
use super::mapping::Mapping;
use super::settings::{SourceSettings, WatchSettings};
use super::webhook::{HeaderProof, NotAdmitted, Receiver};
use crate::domain::{Ids, Timestamp};
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
    fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.0.get(name)?.receiver.as_ref()
    }

    /// What the headers of a request to `name` prove. A name that no source has is taken for one of a
    /// source that others sign for, so that nobody learns from it which sources there are.
    pub fn weighed<'h>(
        &self,
        name: &str,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
    ) -> HeaderProof {
        match (self.receiver(name), self.alike(header)) {
            (Some(receiver), _) => receiver.weighed(header),
            (None, Some(_)) => HeaderProof::NeedsBody,
            (None, None) => HeaderProof::Missing,
        }
    }

    /// Who takes the request to `name`, by its headers and its body as it came.
    pub fn admitted<'h>(
        &self,
        name: &str,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
        body: &[u8],
        now: Timestamp,
    ) -> Result<&Receiver, NotAdmitted> {
        let Some(receiver) = self.receiver(name) else {
            let alike = self.alike(header);
            return Err(alike.map_or(NotAdmitted::Unproven, |it| it.refuse(header, body, now)));
        };
        receiver.admit(header, body, now)?;
        Ok(receiver)
    }

    /// The first source that a request with these headers may be signed for.
    fn alike<'h>(&self, header: impl Fn(&str) -> Option<&'h [u8]> + Copy) -> Option<&Receiver> {
        let mut receivers = self.0.values().filter_map(|it| it.receiver.as_ref());
        receivers.find(|it| it.is_signed(header))
    }
}
