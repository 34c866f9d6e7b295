//! What can be wrong with the settings, and where each one came from.

use std::path::{Path, PathBuf};

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The defaults built into the program.
    Default,
    /// A file, by line (counted from 1).
    File {
        /// As it was given.
        path: PathBuf,
        /// Line of the key.
        line: usize,
    },
    Environment {
        name: String,
    },
}

impl Origin {
    pub(super) fn file(path: &Path, line: usize) -> Self {
        Self::File {
            path: path.to_path_buf(),
            line,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("config/default.toml"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { name } => f.write_str(name),
        }
    }
}

/// The settings cannot be used. Every message begins with the place to correct.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that the settings need cannot be read.
    #[error("{named}{}: cannot read it: {fault}", path.display())]
    Unreadable {
        /// The setting that names it and where that stands, or nothing.
        named: String,
        path: PathBuf,
        /// What the system said: in the message, and so not below it once more.
        fault: std::io::Error,
    },
    /// Not TOML at all.
    #[error("{at}: this is not TOML: {detail}")]
    Syntax {
        at: Origin,
        /// What the parser expected.
        detail: String,
    },
    /// A section nobody reads.
    #[error("{at}: there is no section [{section}]; the sections are {}", expected.join(", "))]
    UnknownSection {
        at: Origin,
        section: String,
        /// What would be right.
        expected: Vec<String>,
    },
    /// A key nobody reads.
    #[error("{at}: `{key}` is not a key of [{section}]; its keys are {}", expected.join(", "))]
    UnknownKey {
        at: Origin,
        /// The section it stands in.
        section: String,
        key: String,
        /// What would be right.
        expected: Vec<String>,
    },
    /// A value that cannot be used.
    #[error("{at}: [{section}] {key}: {detail}")]
    Value {
        at: Origin,
        section: String,
        key: String,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// A section whose name somebody chose, a provider or a source, that cannot be understood.
    #[error("{at}: [{section}]: {detail}")]
    Named {
        at: Origin,
        section: String,
        /// The key at fault, when it is one.
        key: Option<String>,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// Two settings that cannot both be meant.
    #[error("{at}: {detail}")]
    Contradiction {
        /// The one to look at first.
        at: Origin,
        /// Both, and the way out.
        detail: String,
    },
    /// Several at once, in the order of the file.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
    /// A rule that cannot be used.
    #[error("{file}:{line}: {detail}")]
    Rule {
        /// The file of rules.
        file: String,
        /// Line of the rule or of the key.
        line: usize,
        /// What is wrong and what would be right.
        detail: String,
    },
}

impl ConfigError {
    /// Whether a problem of a provider is there only because this fault had a key left out.
    #[must_use]
    pub fn explains(&self, provider: &str, problem: &str) -> bool {
        match self {
            Self::Named {
                section,
                key,
                detail,
                ..
            } => {
                let key = key.as_deref().or_else(|| missing_key(detail));
                section.strip_prefix("provider.") == Some(provider)
                    && key.is_some_and(|key| problem.contains(&format!("`{key}`")))
            }
            _ => false,
        }
    }

    /// Whether a default stands in this section for something else that was meant.
    #[must_use]
    pub fn leaves_open(&self, name: &str) -> bool {
        match self {
            Self::UnknownKey { section, .. } | Self::Value { section, .. } => section == name,
            _ => false,
        }
    }

    /// Where to look first.
    pub(super) const fn at(&self) -> Option<&Origin> {
        match self {
            Self::Syntax { at, .. }
            | Self::UnknownSection { at, .. }
            | Self::UnknownKey { at, .. }
            | Self::Value { at, .. }
            | Self::Named { at, .. }
            | Self::Contradiction { at, .. } => Some(at),
            Self::Unreadable { .. } | Self::Rule { .. } | Self::Several(_) => None,
        }
    }
}

/// The key whose absence is the fault.
pub(super) fn missing_key(detail: &str) -> Option<&str> {
    detail.strip_prefix("missing field `")?.split('`').next()
}
