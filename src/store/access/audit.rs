//! What people did at the console, for good: appended, never changed.

use crate::domain::Timestamp;

use crate::store::access::actions::AuditAction;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, execute};
use crate::store::{StoreError, handle};

handle!(audit -> Audit);

/// One thing somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry<'a> {
    /// Who: an e-mail address, or `command line`.
    pub actor: &'a str,
    /// What: `template.published`, `contact.revealed`, ...
    pub action: &'a str,
    /// To what: a reference or name.
    pub subject: &'a str,
    /// More, without addresses or texts.
    pub detail: Option<&'a str>,
}

impl<'a> AuditEntry<'a> {
    #[must_use]
    pub const fn new(actor: &'a str, action: &'a str, subject: &'a str) -> Self {
        Self {
            actor,
            action,
            subject,
            detail: None,
        }
    }

    /// With more to it.
    #[must_use]
    pub const fn with(self, detail: &'a str) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }
}

row! {
    /// One line of the list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AuditRow {
        pub id: i64,
        pub at: Timestamp,
        pub actor: String,
        pub action: String,
        pub subject: String,
        pub detail: Option<String>,
    }
}

/// Which lines are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it, or to whom it was done.
    pub person: Option<String>,
    pub action: Option<AuditAction>,
    /// From when on, and until before when.
    pub span: (Timestamp, Timestamp),
}

impl Audit<'_> {
    /// Writes it down, in the transaction of what was done.
    pub async fn append(
        &mut self,
        id: i64,
        at: Timestamp,
        entry: &AuditEntry<'_>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "write to the audit log",
            "INSERT INTO audit (id, at, actor, action, subject, detail)
             VALUES ($1, $2, $3, $4, $5, $6)";
            id, at, entry.actor, entry.action, entry.subject, entry.detail
        )
    }

    /// The newest, newest first.
    pub async fn recent(&mut self, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        all!(self.0, "read the audit log",
            "SELECT id, at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT $1";
            limit
        )
    }

    /// At most `limit` of those wanted, newest first, of ids below `before`.
    pub async fn list(
        &mut self,
        filter: &AuditFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (from, to) = filter.span;
        all!(self.0, "search the audit log",
            "SELECT id, at, actor, action, subject, detail FROM audit
             WHERE id < $1 AND ($2 IS NULL OR actor = $2 OR subject = $2)
             AND ($3 IS NULL OR action = $3) AND at >= $4 AND at < $5
             ORDER BY id DESC LIMIT $6";
            before, filter.person.as_deref(), filter.action.map(AuditAction::as_str), from, to,
            limit
        )
    }
}
