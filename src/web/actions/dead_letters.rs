//! Records of sources that could not be taken, seen to by a program or at the console: taken once
//! more with the mapping as this node has it, or given up. Both are written into the audit.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::domain::limits::{SOURCE_DEAD_SHOWN, SOURCE_REPLAYED};
use crate::source::{RegisteredSource, ReplayParts, Replayed, replay};
use crate::store::access::audit::AuditEntry;
use crate::store::sources::DeadRecord;
use crate::web::Web;
use crate::web::problem::Problem;

const REPLAYED: &str = "source.replayed";
const FORGOTTEN: &str = "source.forgotten";

/// What became of several records that were taken once more.
#[derive(Debug, Default, serde::Serialize)]
pub(in crate::web) struct ReplayCount {
    pub(in crate::web) taken: usize,
    pub(in crate::web) known: usize,
    pub(in crate::web) dead: usize,
    /// The last that was tried, if there may be more.
    pub(in crate::web) next: Option<String>,
}

/// Takes one record once more. `actor`: who asks.
pub(in crate::web) async fn replay_one(
    web: &Web,
    actor: &str,
    name: &str,
    id: &str,
) -> Result<Replayed, Problem> {
    let missing = || Problem::not_found("dead letter", id);
    let number = id.parse().map_err(|_| missing())?;
    let mut tx = web.store.read().await?;
    let dead = tx.sources().dead_one(name, number).await?;
    drop(tx);
    let dead = dead.ok_or_else(missing)?;
    let entry = AuditEntry::new(actor, REPLAYED, name).with(id);
    let source = described(web, name)?;
    let parts = parts(web, name, &source, Some(entry));
    let outcome = replay(&parts, &dead, web.clock.now()).await?;
    if outcome == Replayed::Taken {
        web.wake.events_stored();
    }
    Ok(outcome)
}

/// Takes those of a source behind `after` once more, a bounded number at a time.
pub(in crate::web) async fn replay_all(
    web: &Web,
    actor: &str,
    name: &str,
    after: i64,
) -> Result<ReplayCount, Problem> {
    let source = described(web, name)?;
    let parts = parts(web, name, &source, None);
    let mut count = ReplayCount::default();
    let (mut tried, mut last) = (0, after);
    while tried < SOURCE_REPLAYED {
        let page = page(web, name, last).await?;
        let Some(end) = page.last() else {
            break;
        };
        last = end.id;
        for dead in &page {
            match replay(&parts, dead, web.clock.now()).await? {
                Replayed::Taken => count.taken += 1,
                Replayed::Known => count.known += 1,
                Replayed::StillDead(_) => count.dead += 1,
            }
            tried += 1;
        }
    }
    if !page(web, name, last).await?.is_empty() {
        count.next = Some(last.to_string());
    }
    if count.taken > 0 {
        web.wake.events_stored();
    }
    let detail = format!("{} taken, {} left", count.taken + count.known, count.dead);
    let mut tx = web.store.write().await?;
    let entry = AuditEntry::new(actor, REPLAYED, name).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(count)
}

/// Gives one record up: nobody is told of it.
pub(in crate::web) async fn forget(
    web: &Web,
    actor: &str,
    name: &str,
    id: &str,
) -> Result<(), Problem> {
    let missing = || Problem::not_found("dead letter", id);
    let number = id.parse().map_err(|_| missing())?;
    let mut tx = web.store.write().await?;
    if !tx.sources().forget(name, number).await? {
        return Err(missing());
    }
    let entry = AuditEntry::new(actor, FORGOTTEN, name).with(id);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}

async fn page(web: &Web, name: &str, after: i64) -> Result<Vec<DeadRecord>, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx
        .sources()
        .dead_after(name, after, SOURCE_DEAD_SHOWN)
        .await;
    Ok(found?)
}

/// The source as the settings of this node describe it now.
fn described(web: &Web, name: &str) -> Result<Arc<RegisteredSource>, Problem> {
    web.sources.get(name).ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "not_configured",
            "the settings of this node have no such source, and so no mapping for its records; forget \
             them, or describe it again",
        )
    })
}

fn parts<'a>(
    web: &'a Web,
    name: &'a str,
    source: &'a RegisteredSource,
    audit: Option<AuditEntry<'a>>,
) -> ReplayParts<'a> {
    ReplayParts {
        store: &web.store,
        ids: &*web.ids,
        name,
        mapping: source.mapping(),
        audit,
    }
}
