//! What the numbers and rows mean, for people: rates with their uncertainty, and the sentences
//! that say why a message was or was not sent. Pure: the rows come from `store::reports`.
//! Next: `explain` (one message), `rates` (many).

pub mod explain;
pub mod rates;

pub use explain::explain;
pub use rates::{Interval, Proportion};
