//! People who may log in to the console.

use crate::domain::role::Role;
use crate::domain::{Timestamp, UserId};

use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// People of the console.
pub struct Users<'a>(&'a mut Conn);

/// A person to add.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// New id.
    pub id: UserId,
    /// In lower case; unique.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
    /// As a PHC string.
    pub password_hash: &'a str,
}

/// Whether a person was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Now in the store.
    New,
    /// That e-mail address is somebody's already.
    Taken,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// How they log in.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// As a PHC string.
    pub password_hash: String,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they were shut out, if so.
    pub disabled_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Raw {
    id: i64,
    email: String,
    role: String,
    password_hash: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl Tx {
    /// People of the console.
    pub fn users(&mut self) -> Users<'_> {
        Users(&mut self.conn)
    }
}

impl Users<'_> {
    /// Adds a person.
    pub async fn add(&mut self, user: &NewUser<'_>, now: Timestamp) -> Result<Added, StoreError> {
        let rows = on!(self.0, |c| {
            sqlx::query(
            "INSERT INTO console_user (id, email, role, password_hash, created_at, disabled_at) \
             VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT (email) DO NOTHING"
        )
        .bind(user.id.get())
        .bind(user.email)
        .bind(user.role.as_str())
        .bind(user.password_hash)
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(|done| done.rows_affected())
        })
        .doing("add a person")?;
        Ok(if rows == 1 { Added::New } else { Added::Taken })
    }

    /// The person with this e-mail address, shut out or not.
    pub async fn lookup(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, Raw>(
            "SELECT id, email, role, password_hash, created_at, disabled_at \
             FROM console_user WHERE email = $1"
        )
        .bind(email)
        .fetch_optional(&mut **c)
        .await)
        .doing("find a person")?
        .map(Raw::user)
        .transpose()
    }

    /// Everyone, oldest first.
    pub async fn list(&mut self) -> Result<Vec<User>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, Raw>(
            "SELECT id, email, role, password_hash, created_at, disabled_at \
             FROM console_user ORDER BY id"
        )
        .fetch_all(&mut **c)
        .await)
        .doing("list people")?
        .into_iter()
        .map(Raw::user)
        .collect()
    }

    /// Whether there is anybody.
    pub async fn any(&mut self) -> Result<bool, StoreError> {
        let found: Option<(i64,)> = on!(self.0, |c| sqlx::query_as(
            "SELECT id FROM console_user LIMIT 1"
        )
        .fetch_optional(&mut **c)
        .await)
        .doing("look for people")?;
        Ok(found.is_some())
    }

    /// Gives a person another password and ends their sessions. False when there is no such
    /// person.
    pub async fn set_password(
        &mut self,
        email: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let rows = on!(self.0, |c| sqlx::query(
            "UPDATE console_user SET password_hash = $2 WHERE email = $1"
        )
        .bind(email)
        .bind(password_hash)
        .execute(&mut **c)
        .await
        .map(|done| done.rows_affected()))
        .doing("change a password")?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    /// Shuts a person out and ends their sessions. False when there is no such person.
    pub async fn disable(&mut self, email: &str, now: Timestamp) -> Result<bool, StoreError> {
        let rows = on!(self.0, |c| sqlx::query(
            "UPDATE console_user SET disabled_at = coalesce(disabled_at, $2) WHERE email = $1"
        )
        .bind(email)
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(|done| done.rows_affected()))
        .doing("shut a person out")?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    async fn end_sessions(&mut self, email: &str) -> Result<(), StoreError> {
        on!(self.0, |c| sqlx::query(
            "DELETE FROM session WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)"
        )
        .bind(email)
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("end a person's sessions")
    }
}

impl Raw {
    fn user(self) -> Result<User, StoreError> {
        Ok(User {
            id: UserId::new(self.id),
            role: stored(&self.role, "console_user", "role", self.id)?,
            email: self.email,
            password_hash: self.password_hash,
            created_at: Timestamp::from_micros(self.created_at),
            disabled_at: self.disabled_at.map(Timestamp::from_micros),
        })
    }
}
