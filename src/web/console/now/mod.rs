//! Now: is it going out, to how many, what is stuck. Live by server-sent events: one event per
//! region of the page that changed, with the region's HTML. Without script the page is the same
//! and stands still.

mod bodies;
mod cards;
pub(crate) mod live;
pub(crate) mod page;
mod view;
mod worries;
