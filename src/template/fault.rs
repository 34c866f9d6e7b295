//! What can be wrong with a template, and with rendering one message from it.

use crate::domain::Channel;

/// A template that cannot be used as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}{}: {what}; {advice}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct TemplateFault {
    /// File of the template's folder, such as `it/email.mjml`.
    pub part: String,
    /// Line in it, from 1, where there is one to name.
    pub line: Option<usize>,
    pub what: String,
    pub advice: String,
}

impl TemplateFault {
    /// A fault at a line of a part.
    pub(super) fn at(part: &str, line: usize, what: impl Into<String>, advice: &str) -> Self {
        Self {
            line: Some(line),
            ..Self::of(part, what, advice)
        }
    }

    /// A fault of a part as a whole.
    pub(super) fn of(part: &str, what: impl Into<String>, advice: &str) -> Self {
        Self {
            part: part.to_owned(),
            line: None,
            what: what.into(),
            advice: advice.to_owned(),
        }
    }

    /// The same without its line: the text it counts in is not the operator's.
    pub(super) fn without_line(self) -> Self {
        Self { line: None, ..self }
    }

    /// What the engine found wrong with the syntax.
    pub(super) fn syntax(part: &str, error: &minijinja::Error) -> Self {
        Self {
            line: error.line(),
            ..Self::of(
                part,
                described(error),
                "variables are written {{ case.ref }}, conditions {% if case.owner %}...{% endif %}",
            )
        }
    }
}

/// A message that must not go out as it is: it is held until the template or the data is corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderFault {
    /// A variable that the text needs is absent or empty.
    #[error("variable `{variable}` is missing or empty")]
    Missing {
        /// Its path, such as `client.name`.
        variable: String,
    },
    /// The template has no text for this channel in any language.
    #[error("the template has no text for channel `{channel}`")]
    NoText {
        /// The channel asked for.
        channel: Channel,
    },
    /// The rendered text is longer than any message may be.
    #[error("{part} becomes longer than {limit} bytes")]
    TooLong {
        part: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text cannot be evaluated with these values.
    #[error("{part}{}: {detail}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
    Broken {
        part: String,
        /// Line in it, from 1, where there is one to name.
        line: Option<usize>,
        /// What went wrong, without any client's data.
        detail: String,
    },
}

/// What the engine says, without its own file and line.
pub(super) fn described(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}
