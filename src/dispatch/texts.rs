//! Plans and compiled templates, kept at hand: a thousand messages of one plan cost one look
//! into the store. What can change while a message waits (superseded, cancelled) is not taken
//! from here; the ledger reads it anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::domain::rule::PlanSettings;
use crate::domain::{PlanId, TemplateVersionId, Timestamp};
use crate::store::plans::Plan;
use crate::store::{Store, StoreError};
use crate::template::{Catalog, Compiled, Versioned};

/// Plans kept at hand. Beyond it all are forgotten and read again as needed.
const PLANS: usize = 4_096;

/// A plan with its texts.
#[derive(Debug)]
pub(super) struct PlanText {
    pub(super) plan: Plan,
    pub(super) settings: PlanSettings,
    pub(super) variables: Value,
    /// None when the template was not published or does not compile: its messages are held.
    pub(super) template: Option<Arc<Versioned>>,
}

/// What is at hand.
#[derive(Default)]
pub(super) struct Texts {
    catalog: Catalog,
    plans: Mutex<HashMap<PlanId, Arc<PlanText>>>,
    /// Held while something is read and compiled: a hundred carriers that all want the same text
    /// wait for the one who makes it.
    making: tokio::sync::Mutex<()>,
}

impl Texts {
    /// The plan with its texts; none when the store cannot say, which is logged.
    pub(super) async fn plan(&self, store: &Store, id: PlanId) -> Option<Arc<PlanText>> {
        if let Some(found) = self.at_hand(id) {
            return Some(found);
        }
        let _making = self.making.lock().await;
        if let Some(found) = self.at_hand(id) {
            return Some(found);
        }
        match self.load(store, id).await {
            Ok(plan) => {
                let mut kept = self.kept();
                if kept.len() >= PLANS {
                    kept.clear();
                }
                // A plan without a template is read again next time: it may be mended by then.
                if plan.template.is_some() {
                    kept.insert(id, Arc::clone(&plan));
                }
                Some(plan)
            }
            Err(error) => {
                tracing::error!(plan.id = %id, error = %error, "cannot read a plan");
                None
            }
        }
    }

    async fn load(&self, store: &Store, id: PlanId) -> Result<Arc<PlanText>, StoreError> {
        let mut tx = store.read().await?;
        let plan = tx.plans().get_many(&[id]).await?.pop();
        drop(tx);
        let plan = plan.ok_or_else(|| StoreError::Missing {
            what: "plan",
            key: id.to_string(),
        })?;
        let template = match plan.template_version {
            Some(version) => self.template(store, version, plan.created_at).await?,
            None => None,
        };
        let inconsistent = |column| StoreError::Inconsistent {
            table: "plan",
            column,
            row: id.to_string(),
            value: String::from("(not the JSON expected)"),
        };
        Ok(Arc::new(PlanText {
            settings: serde_json::from_str(&plan.settings).map_err(|_| inconsistent("settings"))?,
            variables: serde_json::from_str(&plan.variables)
                .map_err(|_| inconsistent("variables"))?,
            plan,
            template,
        }))
    }

    async fn template(
        &self,
        store: &Store,
        id: TemplateVersionId,
        now: Timestamp,
    ) -> Result<Option<Arc<Versioned>>, StoreError> {
        if let Some(found) = self.catalog.get(id) {
            return Ok(Some(found));
        }
        let stored = store.read().await?.templates().get_version(id).await?;
        let compiled = match Compiled::compile(&stored.source) {
            Ok(compiled) => compiled,
            Err(fault) => {
                tracing::error!(template.name = stored.template, fault = %fault, "a template does not compile; its messages are held");
                return Ok(None);
            }
        };
        let mut link_ids = Vec::new();
        if !compiled.links().is_empty() {
            let mut tx = store.write().await?;
            link_ids = tx.templates().ensure_links(compiled.links(), now).await?;
            tx.commit().await?;
        }
        Ok(Some(self.catalog.insert(Versioned {
            id,
            template: stored.template,
            version: stored.version,
            topic: stored.source.topic,
            link_ids,
            compiled,
        })))
    }

    fn at_hand(&self, id: PlanId) -> Option<Arc<PlanText>> {
        self.kept().get(&id).cloned()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<PlanId, Arc<PlanText>>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
