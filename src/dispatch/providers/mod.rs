//! The providers as the dispatcher sees them: which one is used next, how fast, and whether it is
//! well.

mod balance;
mod blame;
mod breaker;
mod places;
mod rate_limiter;
mod route;
mod routes;
mod weight;

pub(super) use balance::balance;
pub(super) use blame::{Destination, Whom};
pub(super) use places::SendingPlace;
pub(super) use rate_limiter::SlotPermit;
pub use rate_limiter::{RateLimiter, SlotSource, StoredRate, USED_PERCENT};
pub(super) use route::AnswerEffect;
pub use route::{ProviderRoute, ProviderStatus};
pub use routes::ProviderRoutes;
pub(super) use routes::{Choice, Chosen, Leaning};
