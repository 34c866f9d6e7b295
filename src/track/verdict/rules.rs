//! The rules by which one request is judged: read from `rules.toml`, which lies inside the program,
//! once, and asked for every hit. All words are looked for in one pass over the agent.
//!
//! What they mean stands at the head of the file. Nothing is decided here; see [`super::at_sight`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::{HEADERS, Signs};
use crate::domain::Reading;
use crate::domain::limits::LONGEST_AGENT;

/// The file as it was when the program was built.
const TEXT: &str = include_str!("rules.toml");

static KNOWN: LazyLock<VerdictRules> = LazyLock::new(|| {
    VerdictRules::read(TEXT).unwrap_or_else(|fault| {
        // A test reads them; without rules every hit would be undetermined, which claims nothing.
        tracing::error!(error = %fault, "the rules for who reads cannot be read");
        VerdictRules::default()
    })
});

/// The rules that come with the program.
#[must_use]
pub fn known() -> &'static VerdictRules {
    &KNOWN
}

/// One way to know who it is; see the head of `rules.toml` for its keys.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
pub(crate) struct VerdictRule {
    /// Names it in the record.
    pub(crate) name: String,
    pub(crate) verdict: Reading,
    pub(crate) grounds: Option<String>,
    #[serde(default)]
    pub(crate) opening: bool,
    shape: Option<AgentShape>,
    #[serde(default)]
    methods: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    exact: Vec<String>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    /// An agent that this very rule decides.
    #[cfg(test)]
    pub(super) example: String,
    #[cfg(test)]
    pub(super) example_method: Option<String>,
    #[cfg(test)]
    #[serde(default)]
    pub(super) example_headers: BTreeMap<String, String>,
}

/// What an agent looks like as a whole.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AgentShape {
    Nameless,
    Address,
    Mozilla,
    Stranger,
}

/// How a word must stand in the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Anywhere,
    Alone,
    AtEnd,
}

/// All rules, ready to be asked.
#[derive(Debug, Default)]
pub struct VerdictRules {
    /// Kept with every hit that they judged.
    pub version: i64,
    pub(super) rules: Vec<VerdictRule>,
    /// Of each rule, which words are its own.
    places: Vec<Places>,
    stands: Vec<Stands>,
    finder: Option<AhoCorasick>,
}

#[derive(Debug)]
struct Places {
    named: Range<usize>,
    all: Range<usize>,
    unless: Range<usize>,
}

#[derive(Debug, Deserialize)]
struct VerdictFile {
    version: i64,
    rule: Vec<VerdictRule>,
}

#[derive(Debug, thiserror::Error)]
enum VerdictFileFault {
    #[error("the file of rules: {0}")]
    File(#[from] toml::de::Error),
    #[error("the words of the rules: {0}")]
    Words(#[from] aho_corasick::BuildError),
}

impl VerdictRules {
    fn read(text: &str) -> Result<Self, VerdictFileFault> {
        let file: VerdictFile = toml::from_str(text)?;
        let mut words = Vec::new();
        let mut stands = Vec::new();
        let mut take = |list: &[String], how: Stands| {
            words.extend(list.iter().cloned());
            stands.extend(list.iter().map(|_| how));
            words.len()
        };
        let mut places = Vec::with_capacity(file.rule.len());
        let mut first = 0;
        for rule in &file.rule {
            take(&rule.any, Stands::Anywhere);
            take(&rule.words, Stands::Alone);
            let named = take(&rule.ends, Stands::AtEnd);
            let all = take(&rule.all, Stands::Anywhere);
            let unless = take(&rule.unless, Stands::Anywhere);
            places.push(Places {
                named: first..named,
                all: named..all,
                unless: all..unless,
            });
            first = unless;
        }
        Ok(Self {
            version: file.version,
            finder: Some(AhoCorasick::new(&words)?),
            rules: file.rule,
            places,
            stands,
        })
    }

    /// The first rule that fits.
    pub(super) fn deciding(&self, signs: Signs<'_>) -> Option<&VerdictRule> {
        let agent = shortened(signs.agent.trim()).to_ascii_lowercase();
        let method = signs.method.to_ascii_lowercase();
        let found = self.found(&agent);
        self.rules
            .iter()
            .zip(&self.places)
            .find(|(rule, places)| {
                let has = |place: &Range<usize>| found.get(place.clone()).unwrap_or_default();
                !has(&places.unless).contains(&true)
                    && if rule.all.is_empty() {
                        rule.fits(&agent, &method, signs.headers)
                            .unwrap_or_else(|| has(&places.named).contains(&true))
                    } else {
                        !has(&places.all).contains(&false)
                    }
            })
            .map(|(rule, _)| rule)
    }

    /// Which words stand in the agent as they must.
    fn found(&self, agent: &str) -> Vec<bool> {
        let mut found = vec![false; self.stands.len()];
        let Some(finder) = &self.finder else {
            return found;
        };
        for hit in finder.find_overlapping_iter(agent) {
            let word = hit.pattern().as_usize();
            if stands_so(agent, &hit.range(), self.stands[word]) {
                found[word] = true;
            }
        }
        found
    }
}

impl VerdictRule {
    /// All words that an agent is held against.
    #[cfg(test)]
    pub(super) fn held_words(&self) -> impl Iterator<Item = &String> {
        [
            &self.exact,
            &self.starts,
            &self.any,
            &self.words,
            &self.ends,
            &self.all,
            &self.unless,
        ]
        .into_iter()
        .flatten()
    }

    /// Decides without the words, where it can.
    fn fits(&self, agent: &str, method: &str, headers: [&str; HEADERS.len()]) -> Option<bool> {
        if !self.methods.is_empty() {
            return Some(self.methods.iter().any(|word| word == method));
        }
        if !self.headers.is_empty() {
            let says = |(name, value): (&&str, &str)| {
                let value = value.to_ascii_lowercase();
                let words = self.headers.get(*name);
                words.is_some_and(|words| words.iter().any(|word| value.contains(word)))
            };
            return Some(HEADERS.iter().zip(headers).any(says));
        }
        if let Some(shape) = self.shape {
            return Some(shape.fits(agent));
        }
        let whole = self.exact.iter().any(|word| word == agent);
        let begins = self.starts.iter().any(|word| agent.starts_with(word));
        (whole || begins).then_some(true)
    }
}

impl AgentShape {
    fn fits(self, agent: &str) -> bool {
        match self {
            Self::Nameless => agent.is_empty(),
            Self::Address => has_address(agent),
            Self::Mozilla => agent.starts_with("mozilla"),
            Self::Stranger => !agent.starts_with("mozilla") && !agent.starts_with("opera"),
        }
    }
}

/// An address of the web or of mail, as robots give it to whoever wants to complain.
fn has_address(agent: &str) -> bool {
    let between = |sign: char| sign.is_whitespace() || "();,<>[]{}\"'|".contains(sign);
    agent.contains("http:/")
        || agent.contains("https:/")
        || agent.split(between).any(|word| {
            let bare = word.trim_start_matches('+');
            bare.starts_with("www.")
                || (bare.len() < word.len() && has_domain(bare))
                || word
                    .split_once('@')
                    .is_some_and(|(who, domain)| !who.is_empty() && has_domain(domain))
        })
}

/// A dot before a letter; a version has a digit there.
fn has_domain(text: &str) -> bool {
    let signs = text.as_bytes();
    signs.first().is_some_and(u8::is_ascii_alphanumeric)
        && signs
            .windows(2)
            .any(|pair| pair[0] == b'.' && pair[1].is_ascii_lowercase())
}

fn stands_so(agent: &str, at: &Range<usize>, how: Stands) -> bool {
    let signs = agent.as_bytes();
    let is_part = |place: Option<&u8>| place.is_some_and(u8::is_ascii_alphanumeric);
    let (first, last) = (signs.get(at.start), signs.get(at.end.wrapping_sub(1)));
    let before = at.start.checked_sub(1).and_then(|place| signs.get(place));
    let begins = !(is_part(before) && is_part(first));
    let ends = !(is_part(signs.get(at.end)) && is_part(last));
    match how {
        Stands::Anywhere => true,
        Stands::Alone => begins && ends,
        Stands::AtEnd => ends,
    }
}

/// What is longer says nothing more.
fn shortened(agent: &str) -> &str {
    &agent[..agent.floor_char_boundary(LONGEST_AGENT)]
}
