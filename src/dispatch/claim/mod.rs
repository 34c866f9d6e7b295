//! Claim: takes due messages off the queue, as many at once as may be in flight.

mod claim_loop;
mod concurrency;
mod fetch;
mod plan_cache;

pub(super) use claim_loop::{ClaimGuard, claim, claim_loop};
pub(super) use concurrency::ConcurrencyLimit;
pub(super) use fetch::fetch;
pub(super) use plan_cache::{CachedPlan, PlanCache};
