//! The providers as the dispatcher sees them: which one is used next, how fast, and whether it is
//! well.

mod blame;
mod breaker;
mod rate_limiter;
mod route;

pub(super) use blame::{Destination, Whom};
pub(super) use rate_limiter::SlotPermit;
pub use rate_limiter::{RateLimiter, SlotSource, StoredRate, USED_PERCENT};
pub(super) use route::{AnswerEffect, Choice, Chosen};
pub use route::{ProviderRoute, ProviderRoutes, ProviderStatus};
