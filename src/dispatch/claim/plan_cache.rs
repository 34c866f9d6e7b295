//! Plans and compiled templates, cached: a thousand messages of one plan cost one look
//! into the store. What can change while a message waits (superseded, cancelled) is not taken
//! from here; the attempt writer reads it again.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::domain::PlanId;
use crate::domain::rule::PlanSettings;
use crate::store::messages::Claimed;
use crate::store::planning::plans::Plan;
use crate::store::{Store, StoreError, Tx};
use crate::template::stored::{StoredTemplates, Unusable};
use crate::template::{Versioned, Workshop};

/// Plans cached. Beyond it all are forgotten and read again as needed.
const PLANS: usize = 4_096;

/// A plan with its texts.
#[derive(Debug)]
pub(in crate::dispatch) struct CachedPlan {
    pub(in crate::dispatch) plan: Plan,
    pub(in crate::dispatch) settings: PlanSettings,
    pub(in crate::dispatch) variables: Value,
    /// None when the template was not published or does not compile: its messages are held.
    pub(in crate::dispatch) template: Option<Arc<Versioned>>,
}

/// How long a version may take to be compiled. It passed its check when it was published, so
/// only a machine that stands still takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(in crate::dispatch) struct PlanCache {
    /// Compiled once for each version. A message is written where it is sent.
    templates: StoredTemplates,
    plans: Mutex<HashMap<PlanId, Arc<CachedPlan>>>,
    /// Read with a claim, not made ready yet.
    fetched: Mutex<HashMap<PlanId, Plan>>,
    /// Held while something is read and compiled: a hundred sends that all want the same text
    /// wait for the one who makes it.
    making: tokio::sync::Mutex<()>,
}

impl Default for PlanCache {
    fn default() -> Self {
        Self {
            templates: StoredTemplates::for_sending(Workshop::new(1, PATIENCE)),
            plans: Mutex::default(),
            fetched: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }
    }
}

impl PlanCache {
    /// The plan with its texts; none when the store cannot say, which is logged.
    pub(in crate::dispatch) async fn plan(
        &self,
        store: &Store,
        id: PlanId,
    ) -> Option<Arc<CachedPlan>> {
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
                // A plan without a template is read again next time: it may be corrected by then.
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

    /// Reads the plans of these messages that are not in the cache, in the transaction of their
    /// claim.
    pub(in crate::dispatch) async fn fetch(
        &self,
        tx: &mut Tx,
        claimed: &[Claimed],
    ) -> Result<(), StoreError> {
        let plans: BTreeSet<PlanId> = claimed.iter().map(|message| message.plan).collect();
        let mut missing: Vec<PlanId> = plans.into_iter().collect();
        missing.retain(|plan| self.at_hand(*plan).is_none());
        if missing.is_empty() {
            return Ok(());
        }
        let plans = tx.plans().get_many(&missing).await?;
        let mut fetched = self.fetched();
        if fetched.len() >= PLANS {
            fetched.clear();
        }
        fetched.extend(plans.into_iter().map(|plan| (plan.id, plan)));
        Ok(())
    }

    async fn load(&self, store: &Store, id: PlanId) -> Result<Arc<CachedPlan>, StoreError> {
        let fetched = self.fetched().remove(&id);
        let plan = match fetched {
            Some(plan) => plan,
            None => store.read().await?.plans().get(id).await?,
        };
        let template = self.template(store, &plan).await?;
        let inconsistent = |column| StoreError::Inconsistent {
            table: "plan",
            column,
            row: id.to_string(),
            value: String::from("(not the JSON expected)"),
        };
        Ok(Arc::new(CachedPlan {
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
        plan: &Plan,
    ) -> Result<Option<Arc<Versioned>>, StoreError> {
        let Some(version) = plan.template_version else {
            return Ok(None);
        };
        match self
            .templates
            .version(store, version, plan.created_at)
            .await
        {
            Ok(template) => Ok(Some(template)),
            Err(Unusable::Store(error)) => Err(error),
            Err(fault) => {
                tracing::error!(
                    template.name = plan.template,
                    %fault,
                    "a template does not compile; its messages are held"
                );
                Ok(None)
            }
        }
    }

    fn at_hand(&self, id: PlanId) -> Option<Arc<CachedPlan>> {
        self.kept().get(&id).cloned()
    }

    fn fetched(&self) -> std::sync::MutexGuard<'_, HashMap<PlanId, Plan>> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<PlanId, Arc<CachedPlan>>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
