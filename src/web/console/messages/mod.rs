//! Messages: the list with its filters, and the page of one message.

mod line;
pub(crate) mod list;
pub(crate) mod show;
mod timeline;

pub(crate) use line::MessageLine;
