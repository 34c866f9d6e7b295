//! What the numbers and rows mean, for people: rates with their uncertainty, and the sentences
//! that say why a message was or was not sent. Pure: the rows come from `store::reports`.
//! Next: `explain` and `read_status` (one message), `rates` (many), `difference` (two of them),
//! `findings` (what to do about it), `satisfaction` (of closed cases), `spending` (what it cost). `sums` alone reads the store: a whole period.

pub mod difference;
pub mod explain;
pub mod findings;
pub mod period;
pub mod rates;
pub mod reach;
pub mod read_status;
pub mod satisfaction;
pub mod spending;
pub mod sums;
pub mod waits;

pub use difference::ShareDifference;
pub use explain::explain;
pub use period::Period;
pub use rates::{Interval, Proportion};
pub use read_status::{ReadStatus, ReadWhy, read_status};
pub use spending::Spent;
pub use sums::Sums;
