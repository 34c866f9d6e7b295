//! Versions of templates as they stand in the store: loaded and compiled once, then cached.
//! Who sends a message and who shows it again both come here, so both get the same to the byte.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;

use super::rendered::{PlannedText, RenderedMessage, write};
use super::{Catalog, Compiled, RenderFault, TemplateFault, Unfinished, Versioned, Workshop};
use crate::domain::links::{LinkContext, Links};
use crate::domain::{MessageId, TemplateVersionId, Timestamp, Tracking};
use crate::store::templates::StoredVersion;
use crate::store::{Store, StoreError};

/// Compiled versions out of the store.
#[derive(Debug)]
pub struct StoredTemplates {
    catalog: Catalog,
    /// Where they are compiled, off the threads that send and serve.
    workshop: Workshop,
    /// Whether each link gets a row, so that who follows it can be counted.
    counts_links: bool,
    /// Held while a version is made: a hundred that want the same one wait for it.
    making: Mutex<()>,
}

/// Why a version cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not compile.
    #[error(transparent)]
    Fault(#[from] TemplateFault),
    /// It takes too long to compile.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// Why a message cannot be shown again.
#[derive(Debug, thiserror::Error)]
pub enum NotShown {
    /// Its version cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// It has no version.
    #[error("template `{0}` was not published")]
    NotPublished(String),
    /// Its variables do not make a text.
    #[error(transparent)]
    Render(#[from] RenderFault),
}

impl From<StoreError> for NotShown {
    fn from(error: StoreError) -> Self {
        Self::Unusable(error.into())
    }
}

impl StoredTemplates {
    /// For messages that are sent: their links are counted.
    #[must_use]
    pub fn for_sending(workshop: Workshop) -> Self {
        Self::new(workshop, true)
    }

    /// For people who look at a message: nothing is written, no link is counted.
    #[must_use]
    pub fn for_looking(workshop: Workshop) -> Self {
        Self::new(workshop, false)
    }

    fn new(workshop: Workshop, counts_links: bool) -> Self {
        Self {
            catalog: Catalog::default(),
            workshop,
            counts_links,
            making: Mutex::default(),
        }
    }

    /// A version, ready to render. `now`: when its links are written down, should they be new.
    pub async fn version(
        &self,
        store: &Store,
        id: TemplateVersionId,
        now: Timestamp,
    ) -> Result<Arc<Versioned>, Unusable> {
        if let Some(found) = self.catalog.get(id) {
            return Ok(found);
        }
        let _making = self.making.lock().await;
        if let Some(found) = self.catalog.get(id) {
            return Ok(found);
        }
        let stored = store.read().await?.templates().get_version(id).await?;
        let source = stored.source.clone();
        let compile = move || Compiled::compile(&source);
        let compiled = self.workshop.work(compile).await??;
        Ok(self.keep(store, stored, compiled, now).await?)
    }

    async fn keep(
        &self,
        store: &Store,
        stored: StoredVersion,
        compiled: Compiled,
        now: Timestamp,
    ) -> Result<Arc<Versioned>, StoreError> {
        let mut link_ids = Vec::new();
        if self.counts_links && !compiled.links().is_empty() {
            let mut tx = store.write().await?;
            link_ids = tx.templates().ensure_links(compiled.links(), now).await?;
            tx.commit().await?;
        }
        Ok(self.catalog.insert(Versioned {
            id: stored.id,
            link_ids,
            compiled,
        }))
    }

    /// A message as its client got it, or will. `links`: made by [`Links::for_looking`]. Variables
    /// are read each time: an erasure blanks them.
    pub async fn rendered(
        &self,
        store: &Store,
        message: MessageId,
        links: &Links,
    ) -> Result<RenderedMessage, NotShown> {
        let mut tx = store.read().await?;
        let frozen = tx.messages().frozen(message).await?;
        let plan = tx.plans().get(frozen.plan).await?;
        drop(tx);
        let version = plan.template_version;
        let version = version.ok_or(NotShown::NotPublished(plan.template))?;
        let template = self.version(store, version, plan.created_at).await?;
        let plan_variables: Value = serde_json::from_str(&plan.variables).unwrap_or_default();
        let frozen = PlannedText {
            reading: LinkContext {
                message,
                plan: plan.id,
                tracking: Tracking::None,
            },
            channel: frozen.channel,
            locale: &frozen.locale,
            plan_variables: &plan_variables,
            own_variables: &frozen.variables,
            template: &template,
        };
        Ok(write(&frozen, links)?)
    }
}
