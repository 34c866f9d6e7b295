//! Tools for text that know nothing of messages: JSON read where it lies, invisible characters,
//! text from outside made fit to be shown, text as it is searched, enums that are words, lengths of
//! time, all faults of a TOML file in one run, how a CSV file is written, bytes in letters whose case
//! does not matter, the known name that somebody meant who mistyped it.
//!
//! What a field of an event or a client means is `domain`'s; what a template may say, `template`'s.

pub mod base32;
pub mod csv_form;
pub mod folded;
pub mod invisible;
pub mod nearness;
pub mod sanitize;
pub(crate) mod text_enum;
pub(crate) mod time;
pub(crate) mod toml_faults;
pub mod tree;

pub use text_enum::UnknownWord;
