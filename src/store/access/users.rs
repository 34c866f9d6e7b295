//! People who may log in to the console.

use crate::domain::role::Role;
use crate::domain::{Timestamp, UserId};

use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::{StoreError, handle};

handle!(users -> Users);

/// A person to add.
#[derive(Debug)]
pub struct NewUser<'a> {
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

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct User {
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
}

impl Users<'_> {
    pub async fn add(&mut self, user: &NewUser<'_>, now: Timestamp) -> Result<Added, StoreError> {
        let rows = affected!(self.0, "add a console user",
            "INSERT INTO console_user (id, email, role, password_hash, created_at, disabled_at)
             VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT (email) DO NOTHING";
            user.id, user.email, user.role, user.password_hash, now
        )?;
        Ok(if rows == 1 { Added::New } else { Added::Taken })
    }

    /// The person with this e-mail address, shut out or not.
    pub async fn lookup(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        optional!(self.0, "look up a console user",
            "SELECT id, email, role, password_hash, created_at, disabled_at
             FROM console_user WHERE email = $1";
            email
        )
    }

    pub async fn list(&mut self) -> Result<Vec<User>, StoreError> {
        all!(
            self.0,
            "list the console users",
            "SELECT id, email, role, password_hash, created_at, disabled_at
             FROM console_user ORDER BY id"
        )
    }

    /// Whether there is anybody.
    pub async fn any(&mut self) -> Result<bool, StoreError> {
        value!(
            self.0,
            "look for console users",
            "SELECT EXISTS (SELECT 1 FROM console_user)"
        )
    }

    /// Gives a person another password and ends their sessions. False when there is no such
    /// person.
    pub async fn set_password(
        &mut self,
        email: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "change a console user's password",
            "UPDATE console_user SET password_hash = $2 WHERE email = $1";
            email, password_hash
        )?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    /// Lets a person in again who was shut out, with this role and password. False when nobody of
    /// this address was.
    pub async fn enable(&mut self, user: &NewUser<'_>) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "enable a console user",
            "UPDATE console_user SET disabled_at = NULL, role = $2, password_hash = $3
             WHERE email = $1 AND disabled_at IS NOT NULL";
            user.email, user.role, user.password_hash
        )?;
        Ok(rows == 1)
    }

    /// Gives a person another role and ends their sessions. False when there is no such person.
    pub async fn set_role(&mut self, email: &str, role: Role) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "change a console user's role",
            "UPDATE console_user SET role = $2 WHERE email = $1";
            email, role
        )?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    /// Shuts a person out and ends their sessions. False when there is no such person.
    pub async fn disable(&mut self, email: &str, now: Timestamp) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "disable a console user",
            "UPDATE console_user SET disabled_at = coalesce(disabled_at, $2) WHERE email = $1";
            email, now
        )?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    async fn end_sessions(&mut self, email: &str) -> Result<(), StoreError> {
        execute!(self.0, "end a console user's sessions",
            "DELETE FROM session WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)";
            email
        )
    }
}
