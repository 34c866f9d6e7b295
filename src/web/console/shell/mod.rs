//! What all pages of the console share: the layout, the answers with their headers, the words, and
//! how things are said and drawn.

mod answer;
pub(crate) mod assets;
pub(crate) mod chart;
pub(crate) mod errors;
pub(crate) mod format;
pub(crate) mod funnel;
pub(crate) mod health;
pub(crate) mod languages;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod map;
mod problems;
pub(crate) mod timeline;
mod translated;
mod visit;
pub(crate) mod words;

pub(crate) use answer::{mail, page, page_with, strictly};
pub(crate) use format::{Badge, When, in_path};
pub(crate) use layout::{ConsolePart, Frame};
pub(crate) use visit::Visit;
pub(crate) use words::{ConsoleWords, FluentValue};
