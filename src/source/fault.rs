//! Why a source could not be read, in words for whoever set it up.

/// A look that failed. Nothing was taken; the runner tries again later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFault {
    /// The system does not answer: down, unreachable, too slow.
    #[error("cannot reach it: {0}")]
    Away(String),
    /// It answers, and refuses what we ask: login, rights, a wrong query.
    #[error("it refuses: {0}")]
    Refused(String),
    /// It answers with something else than the settings say: a column missing, a cursor that is
    /// empty or stands twice.
    #[error("{0}")]
    Unexpected(String),
}
