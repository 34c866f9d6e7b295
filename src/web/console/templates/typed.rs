//! What is in the editor's form: the text of one tab, and what was typed in the others before.
//!
//! A tab is a button of the form, so that nothing typed is lost when another is opened, with or
//! without a script. What is not saved yet travels along in the field `kept`.

use std::collections::BTreeMap;

use crate::domain::Channel;
use crate::domain::language::Language;
use crate::domain::template::{Locale, Part, Source, TemplateParts};
use crate::template::Fullness;
use crate::web::auth::csrf::FormFields;
use crate::web::problem::Problem;

/// Which text of a template is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    pub(super) locale: String,
    pub(super) channel: Channel,
    /// With every variable, or only those that must be there.
    pub(super) fullness: Fullness,
}

impl Tab {
    /// The tab of a form or an address; the first language and SMS when nothing is said.
    pub(super) fn of(source: &Source, locale: &str, channel: &str, sample: &str) -> Self {
        let known = source.parts.contains_key(locale);
        let first = source.parts.keys().next();
        Self {
            locale: match first {
                Some(first) if !known => {
                    let home = Language::HOME.tag();
                    match source.parts.contains_key(home) {
                        true => home.to_owned(),
                        false => first.clone(),
                    }
                }
                _ => locale.to_owned(),
            },
            channel: channel.parse().unwrap_or(Channel::Sms),
            fullness: if sample == "least" {
                Fullness::Least
            } else {
                Fullness::Everything
            },
        }
    }

    /// The tab that a form shows.
    pub(super) fn of_form(source: &Source, fields: &FormFields) -> Self {
        Self::of(
            source,
            fields.get("locale"),
            fields.get("channel"),
            fields.get("sample"),
        )
    }

    /// The tab whose button was pressed, if one was.
    pub(super) fn pressed(source: &Source, fields: &FormFields) -> Option<Self> {
        let (locale, channel) = fields.get("tab").split_once(' ')?;
        Some(Self::of(source, locale, channel, fields.get("sample")))
    }

    /// The parts it edits, with the names of their fields.
    pub(super) const fn parts(&self) -> &'static [(Part, &'static str)] {
        parts_of(self.channel)
    }
}

/// The parts of a channel, with the names of their fields.
pub(super) const fn parts_of(channel: Channel) -> &'static [(Part, &'static str)] {
    match channel {
        Channel::Sms => &[(Part::Sms, "sms")],
        Channel::Email => &[
            (Part::EmailSubject, "subject"),
            (Part::EmailMarkdown, "markdown"),
            (Part::EmailMjml, "mjml"),
            (Part::EmailText, "text"),
        ],
    }
}

/// Whether a mail is written as MJML. Nobody has to: a mail that is not written yet is Markdown.
pub(super) fn is_mjml(source: &Source, locale: &str) -> bool {
    let parts = source.parts.get(locale);
    parts.is_some_and(|parts| parts.email_mjml.is_some())
}

/// How a mail is shown beside its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MailView {
    pub(super) width: MailWidth,
    pub(super) theme: MailTheme,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum MailWidth {
    /// Beside a list of mails.
    #[default]
    Inbox,
    /// As wide as a telephone.
    Phone,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum MailTheme {
    #[default]
    Light,
    Dark,
}

impl MailView {
    /// Of a form or an address; a light inbox when nothing is said.
    pub(super) fn of(width: &str, theme: &str) -> Self {
        Self {
            width: match width {
                "phone" => MailWidth::Phone,
                _ => MailWidth::Inbox,
            },
            theme: MailTheme::named(theme).unwrap_or_default(),
        }
    }

    pub(super) fn of_form(fields: &FormFields) -> Self {
        Self::of(fields.get("width"), fields.get("theme"))
    }
}

impl MailWidth {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "wide",
            Self::Phone => "phone-wide",
        }
    }
}

impl MailTheme {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }
}

/// The template with what was typed in place of what is stored. Browsers send CR LF.
pub(super) fn typed(stored: &Source, tab: &Tab, fields: &FormFields) -> Result<Source, Problem> {
    let mut source = stored.clone();
    for (locale, parts) in read_kept(fields.get("kept"))? {
        // Other languages come and go with folders, not with a form.
        if let Some(place) = source.parts.get_mut(&locale) {
            *place = parts;
        }
    }
    let parts = source.parts.entry(tab.locale.clone()).or_default();
    for (part, name) in tab.parts() {
        let text = fields.get(name).replace("\r\n", "\n");
        parts.set(*part, (!text.trim().is_empty()).then_some(text));
    }
    Ok(source)
}

/// What was typed and is not stored, for the field `kept`; empty when there is nothing.
pub(super) fn kept(stored: &Source, typed: &Source) -> String {
    let unsaved: BTreeMap<&Locale, &TemplateParts> = typed
        .parts
        .iter()
        .filter(|(locale, parts)| stored.parts.get(*locale) != Some(*parts))
        .collect();
    if unsaved.is_empty() {
        return String::new();
    }
    serde_json::to_string(&unsaved).unwrap_or_default()
}

/// Whether a tab holds a text that is not stored.
pub(super) fn unsaved(stored: &Source, typed: &Source, locale: &str, channel: Channel) -> bool {
    let text = |source: &Source, part| {
        let parts = source.parts.get(locale)?;
        parts.get(part).map(str::to_owned)
    };
    parts_of(channel)
        .iter()
        .any(|(part, _)| text(stored, *part) != text(typed, *part))
}

fn read_kept(text: &str) -> Result<BTreeMap<Locale, TemplateParts>, Problem> {
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_str(text)
        .map_err(|_| Problem::field("/kept", "the form is not one of ours; load the page again"))
}
