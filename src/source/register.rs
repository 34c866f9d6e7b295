//! The sources of the settings as `web` needs them: for each its mapping, to take dead letters once
//! more and to try a record, and for those that others post to, who takes what comes. Where a system
//! is and how one logs in there is not kept here.
//!
//! When the settings are read again all of it changes at once; a request that is under way goes on with
//! what it found.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::ReaderSettings;
use super::mapping::Mapping;
use super::settings::{SourceSettings, WatchSettings};
use super::webhook::{HeaderProof, NotAdmitted, Receiver};
use crate::domain::{Ids, Timestamp};
use crate::store::Store;

/// Sources by their names.
pub type SourcesByName = BTreeMap<String, Arc<RegisteredSource>>;

/// All sources of the settings.
#[derive(Default)]
pub struct SourceRegister(ArcSwap<SourcesByName>);

/// One source of the settings.
pub struct RegisteredSource {
    kind: &'static str,
    watch: WatchSettings,
    mapping: Arc<Mapping>,
    receiver: Option<Arc<Receiver>>,
}

impl RegisteredSource {
    /// The source of `[source.NAME]`. An error names the key to mend.
    pub fn new(
        name: &str,
        settings: &SourceSettings,
        mapping: Mapping,
        store: &Store,
        ids: &Arc<dyn Ids>,
    ) -> Result<Self, String> {
        let mapping = Arc::new(mapping);
        let receiver = match &settings.reader {
            ReaderSettings::Webhook(webhook) => Some(Arc::new(Receiver::new(
                name,
                webhook,
                Arc::clone(&mapping),
                store.clone(),
                Arc::clone(ids),
            )?)),
            _ => None,
        };
        Ok(Self {
            kind: settings.reader.kind(),
            watch: settings.watch.clone(),
            mapping,
            receiver,
        })
    }

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
    /// Puts these in the place of all that are there.
    pub fn replace(&self, sources: SourcesByName) {
        self.0.store(Arc::new(sources));
    }

    /// The source of this name, if the settings have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<RegisteredSource>> {
        self.0.load().get(name).cloned()
    }

    /// All of them with their names, in the order of these.
    #[must_use]
    pub fn all(&self) -> Arc<SourcesByName> {
        self.0.load_full()
    }

    /// What the headers of a request to `name` prove. A name that no source has is taken for one of a
    /// source that others sign for, so that nobody learns from it which sources there are.
    pub fn weighed<'h>(
        &self,
        name: &str,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
    ) -> HeaderProof {
        let sources = self.0.load();
        match (receiver(&sources, name), alike(&sources, header)) {
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
    ) -> Result<Arc<Receiver>, NotAdmitted> {
        let sources = self.0.load();
        let Some(receiver) = receiver(&sources, name) else {
            let alike = alike(&sources, header);
            return Err(alike.map_or(NotAdmitted::Unproven, |it| it.refuse(header, body, now)));
        };
        receiver.admit(header, body, now)?;
        Ok(Arc::clone(receiver))
    }
}

/// Who takes what is posted to the source of this name, if it is one that others post to.
fn receiver<'a>(sources: &'a SourcesByName, name: &str) -> Option<&'a Arc<Receiver>> {
    sources.get(name)?.receiver.as_ref()
}

/// The first source that a request with these headers may be signed for.
fn alike<'a, 'h>(
    sources: &'a SourcesByName,
    header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
) -> Option<&'a Arc<Receiver>> {
    let mut receivers = sources.values().filter_map(|it| it.receiver.as_ref());
    receivers.find(|it| it.is_signed(header))
}
