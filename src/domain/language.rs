//! The languages that Araldo's own words are written in: labels, client pages, shipped texts,
//! names of days. An organisation's templates may speak any other.
//!
//! To add one: a variant here and what the compiler then asks for (this file, `choose`'s callers,
//! the examples of `template::builtin`, the folders of the shipped texts), and its labels in
//! `config/case-kinds.toml`, which a test asks for.

use crate::domain::day_names::DayNames;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With the courteous "Lei".
    Italian,
    /// What readers of any other language get on pages.
    English,
}

impl Language {
    /// Each, in the order of the variants.
    pub const ALL: [Self; 2] = [Self::Italian, Self::English];
    /// That of a client who named none, and of texts that have none in the client's language.
    pub const HOME: Self = Self::Italian;

    /// The language of a locale such as `it` or `it-CH`, if it is one of these.
    #[must_use]
    pub fn of(locale: &str) -> Option<Self> {
        let spoken = primary(locale);
        Self::ALL.into_iter().find(|one| one.tag() == spoken)
    }

    /// That of pages for a reader of `locale`: the reader's own, else English.
    #[must_use]
    pub fn for_reader(locale: &str) -> Self {
        Self::of(locale).unwrap_or(Self::English)
    }

    /// The one of these that is this language's: one for each, in the order of [`Self::ALL`].
    pub fn choose<T>(self, italian: T, english: T) -> T {
        match self {
            Self::Italian => italian,
            Self::English => english,
        }
    }

    /// BCP 47, as in `locale` of a client and in `<html lang>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Italian => "it",
            Self::English => "en",
        }
    }

    /// What it calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Italian => "Italiano",
            Self::English => "English",
        }
    }

    /// Its names of days and months.
    #[must_use]
    pub const fn days(self) -> &'static DayNames {
        match self {
            Self::Italian => &DayNames::ITALIAN,
            Self::English => &DayNames::ENGLISH,
        }
    }
}

/// The language of a locale, whichever: `de` of `de-AT`.
#[must_use]
pub fn primary(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_has_the_language_before_its_region() {
        assert_eq!(Language::of("it-CH"), Some(Language::Italian));
        assert_eq!(Language::of("ita"), None);
        assert_eq!(Language::of("de"), None);
        assert_eq!(Language::for_reader("de-AT"), Language::English);
    }
}
