//! What clients wrote back: on the pages of its message, case and client, and all that nobody has
//! answered on a page of their own. Answering happens by telephone or mail; the button only says
//! that it was done, and by whom.

pub(crate) mod answer;
mod line;
pub(crate) mod list;

pub(crate) use line::{ReplyLine, about, counted};
