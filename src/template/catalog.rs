//! Compiled versions, cached by the roles that render. A message names its version; the
//! caller loads a version it does not find here and puts it in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::compiled::Compiled;
use crate::domain::{LinkId, TemplateVersionId};

/// Versions kept. Beyond it the one not asked for the longest goes; it can be compiled again.
const KEPT: usize = 256;

/// One version, compiled, with the numbers of its links.
#[derive(Debug)]
pub struct Versioned {
    pub id: TemplateVersionId,
    /// Rows of `compiled.links()`, in the same order.
    pub link_ids: Vec<LinkId>,
    pub compiled: Compiled,
}

/// Compiled versions by id. Shared between tasks.
#[derive(Debug, Default)]
pub struct Catalog {
    kept: RwLock<HashMap<TemplateVersionId, CachedVersion>>,
    asked: AtomicU64,
}

#[derive(Debug)]
struct CachedVersion {
    version: Arc<Versioned>,
    last_asked: AtomicU64,
}

impl Catalog {
    /// A version, if it is in the cache.
    #[must_use]
    pub fn get(&self, id: TemplateVersionId) -> Option<Arc<Versioned>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&id)?;
        found.last_asked.store(self.tick(), Ordering::Relaxed);
        Some(Arc::clone(&found.version))
    }

    /// Keeps a version and hands it back, ready to be used.
    pub fn insert(&self, version: Versioned) -> Arc<Versioned> {
        let version = Arc::new(version);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            forget_one(&mut kept);
        }
        let fresh = CachedVersion {
            version: Arc::clone(&version),
            last_asked: AtomicU64::new(self.tick()),
        };
        kept.insert(version.id, fresh);
        version
    }

    fn tick(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }
}

fn forget_one(kept: &mut HashMap<TemplateVersionId, CachedVersion>) {
    let oldest = kept
        .iter()
        .min_by_key(|(_, kept)| kept.last_asked.load(Ordering::Relaxed))
        .map(|(id, _)| *id);
    if let Some(id) = oldest {
        kept.remove(&id);
    }
}
