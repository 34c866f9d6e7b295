//! Names in a rule that stand for something which must be there before it is published: its template,
//! of which a version is published, and its topic, which clients can choose only where another knows
//! it. Types, audiences and channels are words of the reader of rules (`config::rules`).

use std::collections::BTreeSet;

use crate::domain::rule::Rule;
use crate::store::StoreError;
use crate::text::nearness::nearest;
use crate::web::Web;

/// A name in a rule's text that stands for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct LostRuleName {
    /// The key that it stands under: `template` or `topic`.
    pub(in crate::web) key: &'static str,
    /// Where the key stands in the text, from 1.
    pub(in crate::web) line: usize,
    pub(in crate::web) name: String,
    /// The one that is meant, perhaps.
    pub(in crate::web) nearest: Option<String>,
}

/// What a rule names that is not there. `text`: as it was written, for the lines.
pub(in crate::web) async fn lost(
    web: &Web,
    text: &str,
    rule: &Rule,
) -> Result<Vec<LostRuleName>, StoreError> {
    let templates = web.store.read().await?.templates().list().await?;
    let published = templates
        .iter()
        .filter(|template| template.published.is_some())
        .map(|template| template.name.clone());
    let published: BTreeSet<String> = published.collect();
    let in_force = web.rules.load_full();
    let topics = templates.iter().map(|template| template.topic.clone());
    let topics = topics.chain(in_force.rules().map(|rule| rule.topic.clone()));
    let topics: BTreeSet<String> = topics.collect();
    let named = [
        ("template", &rule.template, &published),
        ("topic", &rule.topic, &topics),
    ];
    let lost = named
        .into_iter()
        .filter(|(_, name, known)| !known.contains(*name));
    let lost = lost.map(|(key, name, known)| LostRuleName {
        key,
        line: line_of(text, key),
        name: name.clone(),
        nearest: nearest(known.iter().map(String::as_str), name).map(str::to_owned),
    });
    Ok(lost.collect())
}

/// Where a key of a rule stands, from 1; the first line where it stands otherwise than usual.
fn line_of(text: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(is_key).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_at_its_line() {
        let text =
            "[[rule]]\nname = \"topic = 1\"\ntemplates = 3\n  topic  = \"x\"\ntemplate=\"y\"";
        assert_eq!((line_of(text, "topic"), line_of(text, "template")), (4, 5));
        assert_eq!(line_of(text, "lane"), 1);
    }
}
