//! Rules that somebody pasted, as they stand in the file: read, or all that is wrong with them. The
//! console and the API say so each in their way.

use crate::config::rules;
use crate::domain::limits::{PASTED_BYTES, RULES_PASTED};
use crate::domain::rule::Rule;
use crate::web::Web;

/// How pasted rules are named in faults; a line follows.
pub(in crate::web) const NAME: &str = "rules";

/// Why nothing can be made of what was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum PastedFault {
    /// There is no rule in it.
    Empty,
    /// It has so many bytes.
    TooLong(usize),
    /// It has more rules than are taken at once.
    TooMany,
    /// Each names its line.
    Faults(Vec<String>),
}

/// Reads pasted rules, away from those who serve.
pub(in crate::web) async fn read(web: &Web, text: String) -> Result<Vec<Rule>, PastedFault> {
    if text.trim().is_empty() {
        return Err(PastedFault::Empty);
    }
    if text.len() > PASTED_BYTES {
        return Err(PastedFault::TooLong(text.len()));
    }
    let reading = web.console.texts.work(move || parsed(&text)).await;
    let rules = reading
        .map_err(|unfinished| vec![unfinished.to_string()])
        .and_then(|parsed| parsed)
        .map_err(PastedFault::Faults)?;
    match rules.len() {
        0 => Err(PastedFault::Empty),
        count if count > RULES_PASTED => Err(PastedFault::TooMany),
        _ => Ok(rules),
    }
}

fn parsed(text: &str) -> Result<Vec<Rule>, Vec<String>> {
    rules::parse(NAME, text).map_err(|fault| {
        let all = fault.to_string();
        all.lines().map(str::to_owned).collect()
    })
}
