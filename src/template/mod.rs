//! Texts: from what an operator wrote to what a client reads.
//!
//! [`Source`] is a template as it stands in a folder or in the store; [`Compiled`] is made of it
//! once per version; a message is `compiled.sms(locale, &input)` or `compiled.email(..)`.
//! [`check`] renders everything with its samples; [`Catalog`] keeps compiled versions in a cache.
//! [`stored`] takes them out
//! of the store; nothing else here reads it. A client's data is only ever printed, never compiled.
//!
//! What a text may use: [`BUILTINS`], the variables its `template.toml` declares, the filters
//! `date`, `time`, `datetime`, `cut`, `default`, `upper_first`, `paragraphs`, `lower`, `upper`,
//! `trim`, `replace`, `join`, `length`, `first`, `last`, and the statements `if`, `for` and `set`.
//! `templates/messages/README.md` says the same to operators.
//!
//! A mail is written as MJML, or as Markdown in the layout of the house (`markdown`). How a text
//! reads, beyond whether it works, is said by [`lint()`].
//!
//! No text may harm who reads it: `bounds` and `layout` refuse what is too large before it is
//! compiled, `values` while it is rendered, and a [`Workshop`] is where texts are tried that
//! somebody just typed. Read `compiled` next.

mod addresses;
mod bounds;
mod builtin;
mod catalog;
mod check;
mod compiled;
mod conditions;
mod context;
mod dates;
mod difference;
mod engine;
mod fault;
mod folder;
mod layout;
mod links;
mod lint;
mod mail;
mod markdown;
mod names;
mod plain;
pub mod rendered;
mod samples;
mod scan;
mod starter;
pub mod stored;
pub mod trial;
mod values;
mod workshop;

pub use addresses::undecided;
pub use builtin::{BUILTINS, Builtin};
pub use catalog::{Catalog, Versioned};
pub use check::{Severity, TemplateFinding, check};
pub use compiled::{Compiled, Input, RenderedEmail};
pub use conditions::conditions;
pub use context::missing;
pub use difference::{Change, Difference, difference};
pub use fault::{RenderFault, TemplateFault};
pub use folder::{is_template_name, is_variable_name};
pub use lint::{EaseLevel, Lint, LintFinding, lint, unnamed};
pub use markdown::as_mjml;
pub use samples::{Fullness, introduce};
pub use starter::{TemplateSubject, started, untouched};
pub use workshop::{Unfinished, Workshop};

pub use crate::domain::template::{Locale, Part, Source, TemplateParts, Variable, VersionState};
