//! A form of the status page that is asked again: what was typed stands in its field, with the reason, and
//! nothing of it is kept. The page itself is made by `status`.

use super::phrases::{Confirmation, Language};
use crate::domain::limits::{LONGEST_REPLY, SURVEY_COMMENT};
use crate::text::sanitize;

/// What was typed, and why it is asked for again; empty where a page is only looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AskedAgain {
    /// The reason, for the field that has something.
    why: Option<Confirmation>,
    /// In the field for words to a person.
    pub(super) reply: String,
    /// In the field beside the scores.
    pub(super) comment: String,
    field: TypedField,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum TypedField {
    #[default]
    Nothing,
    Reply,
    Comment,
}

impl AskedAgain {
    /// A reply that is longer than what is kept.
    pub(super) fn reply(text: &str) -> Self {
        Self {
            why: Some(Confirmation::TooLong),
            reply: text.to_owned(),
            field: TypedField::Reply,
            ..Self::default()
        }
    }

    /// An answer to "how did it go?" that cannot be kept.
    pub(super) fn comment(why: Confirmation, text: &str) -> Self {
        Self {
            why: Some(why),
            comment: text.to_owned(),
            field: TypedField::Comment,
            ..Self::default()
        }
    }

    /// The sentence that says why; nothing where nothing is asked again.
    pub(super) fn said(&self, language: Language) -> Option<&'static str> {
        self.why.map(|why| language.done(why))
    }

    /// The same with the words for a person: nobody asks how it went any more.
    pub(super) fn without_survey(self) -> Self {
        match self.field {
            TypedField::Comment => Self {
                reply: self.comment,
                comment: String::new(),
                field: TypedField::Reply,
                why: self.why,
            },
            TypedField::Nothing | TypedField::Reply => self,
        }
    }

    pub(super) fn is_reply(&self) -> bool {
        self.field == TypedField::Reply
    }

    pub(super) fn is_comment(&self) -> bool {
        self.field == TypedField::Comment
    }
}

/// Characters that the browser lets somebody type.
pub(super) const fn longest_reply() -> usize {
    LONGEST_REPLY
}

/// The same of a comment beside the scores.
pub(super) const fn longest_comment() -> usize {
    SURVEY_COMMENT
}

/// What somebody typed, without what is not seen and the space around it. Line breaks stay.
pub(super) fn cleaned(text: &str) -> String {
    sanitize::lines(text).trim().to_owned()
}

/// Whether it has more than so many characters.
pub(super) fn is_longer(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_some()
}
