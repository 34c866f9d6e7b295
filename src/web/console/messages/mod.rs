//! Messages: the list with its filters, and the page of one message.

pub(crate) mod correct;
mod grounds;
mod line;
pub(crate) mod list;
pub(crate) mod show;
mod silence;
mod timeline;
mod why;

pub(crate) use grounds::grounds;
pub(crate) use line::MessageLine;
pub(crate) use silence::silence;
