//! The words of the console, in the language of the person who looks: the texts of `locales/` by
//! their keys. What a page says stands there and nowhere else; how numbers and times are written
//! is `format`'s, and what clients read is `web::public`'s.

use std::borrow::Cow;
use std::sync::LazyLock;

pub(crate) use fluent_bundle::FluentValue;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::domain::language::Language;

type Bundle = FluentBundle<FluentResource>;

/// The texts of each part of the console in one language.
macro_rules! parts {
    ($language:literal) => {
        [
            parts!($language, "shell"),
            parts!($language, "domain"),
            parts!($language, "now"),
            parts!($language, "messages"),
            parts!($language, "clients"),
            parts!($language, "cases"),
            parts!($language, "replies"),
            parts!($language, "inbox"),
            parts!($language, "incidents"),
            parts!($language, "rectify"),
            parts!($language, "insight"),
            parts!($language, "sources"),
            parts!($language, "sandbox"),
            parts!($language, "settings"),
            parts!($language, "login"),
            parts!($language, "templates"),
            parts!($language, "rules"),
            parts!($language, "people"),
            parts!($language, "webhooks"),
            parts!($language, "partner"),
        ]
    };
    ($language:literal, $part:literal) => {
        include_str!(concat!(
            "../../../../locales/",
            $language,
            "/",
            $part,
            ".ftl"
        ))
    };
}

const ITALIAN: [&str; 20] = parts!("it");
const ENGLISH: [&str; 20] = parts!("en");

/// Built when the first page is drawn: each parses its texts once.
static IN_ITALIAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Italian));
static IN_ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));

fn bundle(language: Language) -> Bundle {
    // What is no language tag would give the neutral language; a test reads both tags.
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Both are written from left to right: marks around values would only be in the way.
    bundle.set_use_isolating(false);
    for text in language.choose(ITALIAN, ENGLISH) {
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) => resource,
            Err((rest, faults)) => {
                tracing::error!(?faults, "some words of the console cannot be read");
                rest
            }
        };
        if let Err(faults) = bundle.add_resource(resource) {
            tracing::error!(?faults, "some words of the console are written twice");
        }
    }
    bundle
}

/// The console's words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConsoleWords {
    language: Language,
}

impl ConsoleWords {
    pub(crate) const ENGLISH: Self = Self::new(Language::English);

    /// The words of this language.
    pub(crate) const fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language they are in.
    pub(crate) const fn language(self) -> Language {
        self.language
    }

    /// The text of a key that takes no values. English stands in for what Italian lacks; a key that
    /// nobody wrote says itself.
    pub(crate) fn say(self, key: &str) -> Cow<'static, str> {
        self.found(key, None)
            .unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The text of a key, with these values in it.
    pub(crate) fn say_with(self, key: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
        let values: FluentArgs<'_> = values.iter().cloned().collect();
        self.found(key, Some(&values))
            .map_or_else(|| key.to_owned(), Cow::into_owned)
    }

    /// The text of a key, with one text in it: short enough for a template.
    pub(crate) fn with(self, key: &str, name: &'static str, text: &str) -> String {
        self.say_with(key, &[(name, text.into())])
    }

    /// The text of a key for `count` of something: `{ $count }` chooses the form, `{ $number }` is
    /// shown, with separators.
    pub(crate) fn count(self, key: &str, count: i64) -> String {
        let number = self.number(count);
        self.say_with(key, &[("count", count.into()), ("number", number.into())])
    }

    /// A word of a fixed list, as the list's family has it: `of("state", "queued")` is the text of
    /// `state-queued`, and `planned_outage` the one of `…-planned-outage`. What the family does not
    /// have (an organisation's own word) is said as it is, with spaces.
    pub(crate) fn of(self, family: &str, word: &str) -> Cow<'static, str> {
        let key = format!("{family}-{}", word.replace(['_', '.'], "-"));
        self.found(&key, None)
            .unwrap_or_else(|| Cow::Owned(word.replace('_', " ")))
    }

    fn found(self, key: &str, values: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let own: &'static Bundle = self.language.choose(&*IN_ITALIAN, &*IN_ENGLISH);
        text(own, key, values).or_else(|| text(&IN_ENGLISH, key, values))
    }
}

/// The text of a key in one language; borrowed where it has no values in it.
fn text(
    bundle: &'static Bundle,
    key: &str,
    values: Option<&FluentArgs<'_>>,
) -> Option<Cow<'static, str>> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, values, &mut faults);
    debug_assert!(faults.is_empty(), "{key}: {faults:?}");
    Some(text)
}

#[cfg(test)]
mod tests;
