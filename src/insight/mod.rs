//! What the numbers and rows mean, for people: rates with their uncertainty, and the sentences
//! that say why a message was or was not sent. Pure: the rows come from `store::reports`.
//! Next: `explain` (one message), `rates` (many), `difference` (two of them),
//! `findings` (what to do about it).

pub mod difference;
pub mod explain;
pub mod findings;
pub mod period;
pub mod rates;
pub mod reach;
pub mod waits;

pub use difference::ShareDifference;
pub use explain::explain;
pub use period::Period;
pub use rates::{Interval, Proportion};
