//! A system that posts by itself: `POST /v1/sources/{name}` with its own JSON. There is no reader;
//! whichever node a request reaches takes it. `web` reads the request and asks here whether it may
//! come in (`proof`), and what became of it.
//!
//! All records of a request are taken together with the source's row, as those of a look are
//! (`taking`), and answered only then: their system may forget them. A record that cannot be mapped
//! becomes a dead letter, and the request is taken all the same: repeating it would mend nothing.
//!
//! Next: `records` (what a body holds), `silence` (who notices that nothing comes any more).

mod proof;
mod records;
mod settings;
mod silence;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use self::proof::WebhookProof;
use self::records::records;
use super::ReaderSettings;
use super::mapping::Mapping;
use super::reader::{SourceLook, SourceRecord};
use super::taking::{Keeper, Quiet};
use crate::domain::limits::SOURCE_DEAD_KEPT;
use crate::domain::{Ids, Timestamp};
use crate::store::{Store, StoreError};

pub use proof::{HeaderProof, NotAdmitted};
pub use records::PostedFault;
pub use settings::WebhookSettings;
pub use silence::WebhookSilence;

/// The word for this kind.
pub(super) const WEBHOOK: &str = "webhook";

/// What became of the records of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostedOutcome {
    pub taken: usize,
    /// Had been taken before.
    pub known: usize,
    pub dead: usize,
}

/// Why a request was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum NotReceived {
    #[error(transparent)]
    Posted(#[from] PostedFault),
    /// So many records wait for a person that no more are taken.
    #[error("{SOURCE_DEAD_KEPT} records of this source wait for a person; no more are taken")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes what is posted to one source.
pub struct Receiver {
    proof: WebhookProof,
    /// For requests to names that no source has.
    decoy: Option<WebhookProof>,
    items: Option<String>,
    keeper: Keeper,
    /// There may be as many dead letters as are kept.
    may_be_full: AtomicBool,
    /// A doubt that hangs on the settings, and so stands until they are read again.
    of_settings: OnceLock<String>,
}

impl Receiver {
    /// The receiver of `[source.NAME]`. An error names the key to mend.
    pub(super) fn new(
        name: &str,
        settings: &WebhookSettings,
        mapping: Arc<Mapping>,
        store: Store,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, String> {
        let proof = WebhookProof::new(settings)?;
        Ok(Self {
            decoy: proof.decoy()?,
            proof,
            items: settings.items.clone(),
            keeper: Keeper {
                name: name.to_owned(),
                kind: WEBHOOK,
                mapping,
                store,
                ids,
                node: None,
            },
            may_be_full: AtomicBool::new(true),
            of_settings: OnceLock::new(),
        })
    }

    /// What the headers alone prove.
    pub(super) fn weighed<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h [u8]> + Copy,
    ) -> HeaderProof {
        self.proof.weighed(header)
    }

    /// Whether all headers are there that its signature needs, if it has one.
    pub(super) fn is_signed<'h>(&self, header: impl Fn(&str) -> Option<&'h [u8]>) -> bool {
        self.proof.is_signed(header)
    }

    /// Refuses a request that is signed as those to this source are, but for a name that no source
    /// has: how long that takes says nothing of the name.
    pub(super) fn refuse<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h [u8]>,
        body: &[u8],
        now: Timestamp,
    ) -> NotAdmitted {
        let decoy = self.decoy.as_ref();
        let outcome = decoy.and_then(|decoy| decoy.admit(header, body, now).err());
        outcome.unwrap_or(NotAdmitted::Unproven)
    }

    /// Lets a request in by its headers and its body as it came, before anything is made of it.
    pub(super) fn admit<'h>(
        &self,
        header: impl Fn(&str) -> Option<&'h [u8]>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), NotAdmitted> {
        let admitted = self.proof.admit(header, body, now);
        if admitted == Err(NotAdmitted::Stale) {
            // Whoever signs has the secret: a clock is wrong, or somebody repeats what was seen.
            tracing::warn!(
                source.name = self.keeper.name,
                "a request was signed too long ago, or ahead of time; is their clock wrong, or ours?"
            );
        }
        admitted
    }

    /// Takes all records of a body, or none.
    pub async fn take(&self, body: Value, now: Timestamp) -> Result<PostedOutcome, NotReceived> {
        let whence = format!("the request of {now}");
        let records = records(self.items.as_deref(), body, &whence)?;
        if self.is_full().await? {
            return Err(NotReceived::Full);
        }
        let look = SourceLook {
            records,
            doubt: self.of_settings.get().cloned(),
            ..SourceLook::default()
        };
        // It was set up when they began to post: nothing of it stood there before.
        let keep = self.keeper.keep(&look, Quiet::Never, true, now);
        let taken = Box::pin(keep).await?;
        if !taken.refused.is_empty() {
            self.may_be_full.store(true, Ordering::Relaxed);
        }
        if let Some(said) = taken.of_settings
            && self.of_settings.get().is_none()
        {
            tracing::warn!(source.name = self.keeper.name, "{said}");
            self.of_settings.get_or_init(|| said);
        }
        Ok(PostedOutcome {
            taken: taken.new,
            known: taken.known,
            dead: taken.refused.len(),
        })
    }

    /// They are counted only where some may have come since.
    async fn is_full(&self) -> Result<bool, StoreError> {
        if !self.may_be_full.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let is_full = self.keeper.dead().await? >= SOURCE_DEAD_KEPT;
        self.may_be_full.store(is_full, Ordering::Relaxed);
        Ok(is_full)
    }
}

/// The records of a body that lies in a file, as this source would read it if it were posted.
/// `whence`: the file, for people.
pub fn posted_records(
    settings: &ReaderSettings,
    body: Value,
    whence: &str,
) -> Result<Vec<SourceRecord>, PostedFault> {
    let items = match settings {
        ReaderSettings::Webhook(settings) => settings.items.as_deref(),
        _ => None,
    };
    records(items, body, whence)
}
