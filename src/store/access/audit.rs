//! What people did at the console, for good: appended, never changed.

use crate::domain::Timestamp;

use crate::store::{Conn, Doing as _, StoreError, Tx, on};

/// What people did.
pub struct Audit<'a>(&'a mut Conn);

/// One thing somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed<'a> {
    /// Who: an e-mail address, or `command line`.
    pub actor: &'a str,
    /// What: `template.published`, `contact.revealed`, ...
    pub action: &'a str,
    /// To what: a reference or name.
    pub subject: &'a str,
    /// More, without addresses or texts.
    pub detail: Option<&'a str>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More.
    pub detail: Option<String>,
}

impl AuditRow {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at)
    }
}

impl Tx {
    /// What people did.
    pub fn audit(&mut self) -> Audit<'_> {
        Audit(&mut self.conn)
    }
}

impl Audit<'_> {
    /// Writes it down, in the transaction of the deed itself.
    pub async fn append(
        &mut self,
        id: i64,
        at: Timestamp,
        deed: &Deed<'_>,
    ) -> Result<(), StoreError> {
        on!(self.0, |c| sqlx::query(
            "INSERT INTO audit (id, at, actor, action, subject, detail) \
             VALUES ($1, $2, $3, $4, $5, $6)"
        )
        .bind(id)
        .bind(at.as_micros())
        .bind(deed.actor)
        .bind(deed.action)
        .bind(deed.subject)
        .bind(deed.detail)
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("write down what was done")?;
        Ok(())
    }

    /// The newest, newest first.
    pub async fn recent(&mut self, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, AuditRow>(
            "SELECT at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT $1"
        )
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("list what was done")
    }
}
