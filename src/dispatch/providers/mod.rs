//! The providers as the dispatcher sees them: which one is used next, how fast, and whether it is
//! well.

mod blame;
mod breaker;
mod rate_limiter;
mod route;

pub(super) use blame::{Place, Whom};
pub(super) use rate_limiter::Admission;
pub use rate_limiter::{Pace, StoredRate, Till, USED_PERCENT};
pub(super) use route::{Choice, Heard};
pub use route::{Condition, Line, Lines};
