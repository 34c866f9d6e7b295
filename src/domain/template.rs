//! What operators write: a message's texts by language and channel, and the variables they use.
//!
//! The words only, as they stand in a folder, in the store and in the console. Reading folders,
//! compiling and rendering are in `template`; keeping versions is in `store::templates`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Channel;
use crate::text::text_enum::text_enum;

/// A language tag as in a folder's name: `it`, `en`, `de-AT`.
pub type Locale = String;

/// A template with everything an operator can change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What rules call it: lower case, digits and dashes.
    pub name: String,
    /// One sentence for the operator: when it is sent.
    pub description: String,
    /// What a client may refuse.
    pub topic: String,
    /// What the texts may use beyond the variables that are always there.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// The texts by language.
    pub parts: BTreeMap<Locale, TemplateParts>,
}

/// A variable that the texts of a template use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Path with dots, such as `case.expected_by`.
    pub name: String,
    /// What it says, for the operator.
    pub description: String,
    /// Whether a message without it must be held back. An optional one is tested with `if`.
    #[serde(default)]
    pub required: bool,
    /// A realistic value: for previews, for tests, and for the check.
    pub example: serde_json::Value,
    /// Examples that read differently in another language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<Locale, serde_json::Value>,
}

/// The texts in one language. A channel without its parts is not spoken in this language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateParts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    /// The subject line of the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_subject: Option<String>,
    /// The e-mail as MJML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_mjml: Option<String>,
    /// The e-mail as Markdown, in the layout of the house. A language has this or MJML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_markdown: Option<String>,
    /// The e-mail as plain text; made from the HTML when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_text: Option<String>,
}

text_enum! {
    /// One of the texts of a language, by the name of its file.
    pub enum Part {
        Sms => "sms.txt",
        /// The subject line of the e-mail.
        EmailSubject => "email.subject.txt",
        /// The e-mail as MJML.
        EmailMjml => "email.mjml",
        /// The e-mail as plain text.
        EmailText => "email.txt",
        /// The e-mail as Markdown, in the layout of the house.
        EmailMarkdown => "email.md",
    }
}

text_enum! {
    /// Where a version of a template stands.
    pub enum VersionState {
        /// Being written; nothing is sent from it.
        Draft => "draft",
        /// The one that new messages are pinned to.
        Published => "published",
        /// Published once; messages pinned to it still use it.
        Retired => "retired",
    }
}

impl TemplateParts {
    #[must_use]
    pub fn get(&self, part: Part) -> Option<&str> {
        match part {
            Part::Sms => self.sms.as_deref(),
            Part::EmailSubject => self.email_subject.as_deref(),
            Part::EmailMjml => self.email_mjml.as_deref(),
            Part::EmailText => self.email_text.as_deref(),
            Part::EmailMarkdown => self.email_markdown.as_deref(),
        }
    }

    /// Puts one text in, or takes it out.
    pub fn set(&mut self, part: Part, text: Option<String>) {
        match part {
            Part::Sms => self.sms = text,
            Part::EmailSubject => self.email_subject = text,
            Part::EmailMjml => self.email_mjml = text,
            Part::EmailText => self.email_text = text,
            Part::EmailMarkdown => self.email_markdown = text,
        }
    }

    /// Whether a message on this channel can be written with them.
    #[must_use]
    pub const fn speak(&self, channel: Channel) -> bool {
        match channel {
            Channel::Sms => self.sms.is_some(),
            Channel::Email => {
                let body = self.email_mjml.is_some() || self.email_markdown.is_some();
                body && self.email_subject.is_some()
            }
        }
    }
}
