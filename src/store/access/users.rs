//! People who may log in to the console.

use chrono::TimeDelta;

use crate::domain::role::Role;
use crate::domain::{Timestamp, UserId};

use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value, values};
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
    /// As a PHC string; empty for somebody who is invited and has none yet.
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
        /// As a PHC string; empty while they have none.
        pub password_hash: String,
        /// When they were added.
        pub created_at: Timestamp,
        /// When they were shut out, if so.
        pub disabled_at: Option<Timestamp>,
        /// They come in by an identity provider alone: their password opens nothing.
        pub oidc_only: bool,
    }
}

row! {
    /// A person as the list of people shows them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PersonOnList {
        pub id: UserId,
        pub email: String,
        /// What they may do.
        pub role: Role,
        /// Whose clients they see, where they are of a partner.
        pub partner: Option<String>,
        /// Of their pages, where they chose one.
        pub language: Option<String>,
        /// When they were shut out, if so.
        pub disabled_at: Option<Timestamp>,
        pub last_login_at: Option<Timestamp>,
        /// Not so for somebody who was invited and did not come yet.
        pub has_password: bool,
        /// They come in by an identity provider alone.
        pub oidc_only: bool,
        pub has_second_factor: bool,
        /// How long the link they were given is good, used links aside.
        pub invited_until: Option<Timestamp>,
        /// How many sessions of theirs are under way.
        pub sessions: i64,
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
            "SELECT id, email, role, password_hash, created_at, disabled_at, oidc_only
             FROM console_user WHERE email = $1";
            email
        )
    }

    pub async fn list(&mut self) -> Result<Vec<User>, StoreError> {
        all!(
            self.0,
            "list the console users",
            "SELECT id, email, role, password_hash, created_at, disabled_at, oidc_only
             FROM console_user ORDER BY id"
        )
    }

    /// The person of this number, shut out or not.
    pub async fn get(&mut self, user: UserId) -> Result<Option<User>, StoreError> {
        optional!(self.0, "read a console user",
            "SELECT id, email, role, password_hash, created_at, disabled_at, oidc_only
             FROM console_user WHERE id = $1";
            user
        )
    }

    /// Everybody, by address. `idle`: without use for longer, a session is over.
    pub async fn people(
        &mut self,
        now: Timestamp,
        idle: TimeDelta,
    ) -> Result<Vec<PersonOnList>, StoreError> {
        all!(self.0, "list the people of the console",
            "SELECT u.id, u.email, u.role, u.partner, u.language, u.disabled_at, u.last_login_at,
             u.password_hash <> '' AS has_password, u.oidc_only,
             u.totp_secret IS NOT NULL AS has_second_factor, i.expires_at AS invited_until,
             (SELECT count(*) FROM session s WHERE s.user_id = u.id AND s.expires_at > $1
              AND s.seen_at > $2) AS sessions
             FROM console_user u LEFT JOIN invitation i ON i.user_id = u.id ORDER BY u.email";
            now, now - idle
        )
    }

    /// Those who can log in with a password and administer, held as they are until the end of the transaction: of
    /// two who take the right from each other at once, the second sees what the first did.
    pub async fn admins(&mut self) -> Result<Vec<UserId>, StoreError> {
        values!(
            self.0,
            "look who may administer",
            "SELECT id FROM console_user WHERE role = 'admin' AND disabled_at IS NULL
             AND password_hash <> '' AND NOT oidc_only ORDER BY id",
            words::for_update!()
        )
    }

    /// Says whether a person comes in by an identity provider alone, and ends what their password began.
    pub async fn set_oidc_only(&mut self, user: &User, only: bool) -> Result<(), StoreError> {
        execute!(self.0, "note how a console user may come in",
            "UPDATE console_user SET oidc_only = $2 WHERE id = $1";
            user.id, only
        )?;
        self.end_sessions(&user.email).await
    }

    /// Notes that a person logged in.
    pub async fn note_login(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "note a login",
            "UPDATE console_user SET last_login_at = $2 WHERE id = $1";
            user, now
        )
    }

    /// Lets a person in again who was shut out, with the role and password they had.
    pub async fn unlock(&mut self, user: UserId) -> Result<(), StoreError> {
        execute!(self.0, "let a console user in again",
            "UPDATE console_user SET disabled_at = NULL WHERE id = $1";
            user
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

    /// Gives a person another password, ends their sessions and the link they may have. False when
    /// there is no such person.
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
        self.end_link(email).await?;
        Ok(rows == 1)
    }

    /// Puts another password in the place of this one, and ends no session. False when the person
    /// has another than this one by now.
    pub async fn replace_password(
        &mut self,
        user: UserId,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "replace a console user's password",
            "UPDATE console_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
            user, old_hash, new_hash
        )?;
        Ok(rows == 1)
    }

    /// Lets a person in again who was shut out, with this role and by this password. False when nobody of
    /// this address was.
    pub async fn enable(&mut self, user: &NewUser<'_>) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "enable a console user",
            "UPDATE console_user SET disabled_at = NULL, role = $2, password_hash = $3,
             oidc_only = FALSE, partner = CASE WHEN $2 = 'partner' THEN partner END
             WHERE email = $1 AND disabled_at IS NOT NULL";
            user.email, user.role, user.password_hash
        )?;
        // The address may be another person's by now.
        if rows == 1 {
            self.end_bindings(user.email).await?;
        }
        Ok(rows == 1)
    }

    /// Gives a person another role and ends their sessions. False when there is no such person.
    pub async fn set_role(&mut self, email: &str, role: Role) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "change a console user's role",
            "UPDATE console_user SET role = $2,
             partner = CASE WHEN $2 = 'partner' THEN partner END WHERE email = $1";
            email, role
        )?;
        self.end_sessions(email).await?;
        Ok(rows == 1)
    }

    /// Says whose clients a person of a partner sees: a reference, as `client.partner` has it. False
    /// when no client has this reference and no client's partner is called so.
    pub async fn set_partner(&mut self, user: UserId, partner: &str) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "note whose clients a console user sees",
            "UPDATE console_user SET partner = $2 WHERE id = $1 AND role = 'partner'
             AND (EXISTS (SELECT 1 FROM client WHERE client.ref = $2)
             OR EXISTS (SELECT 1 FROM client WHERE client.partner = $2))";
            user, partner
        )?;
        Ok(rows == 1)
    }

    /// Notes in which language a person wants their pages; nothing: as the settings have it.
    pub async fn set_language(
        &mut self,
        email: &str,
        language: Option<&str>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "note a console user's language",
            "UPDATE console_user SET language = $2 WHERE email = $1";
            email, language
        )
    }

    /// Notes by whose clock a person's pages go, as an IANA name; nothing: by the settings'.
    pub async fn set_time_zone(
        &mut self,
        email: &str,
        zone: Option<&str>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "note a console user's time zone",
            "UPDATE console_user SET time_zone = $2 WHERE email = $1";
            email, zone
        )
    }

    /// Shuts a person out, ends their sessions and the link they may have. False when there is no
    /// such person.
    pub async fn disable(&mut self, email: &str, now: Timestamp) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "disable a console user",
            "UPDATE console_user SET disabled_at = coalesce(disabled_at, $2) WHERE email = $1";
            email, now
        )?;
        self.end_sessions(email).await?;
        self.end_link(email).await?;
        Ok(rows == 1)
    }

    /// Otherwise it would be good again once they are let in.
    async fn end_link(&mut self, email: &str) -> Result<(), StoreError> {
        execute!(self.0, "end a console user's invitation",
            "DELETE FROM invitation
             WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)";
            email
        )
    }

    async fn end_bindings(&mut self, email: &str) -> Result<(), StoreError> {
        execute!(self.0, "end a console user's bindings to identity providers",
            "DELETE FROM oidc_binding
             WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)";
            email
        )
    }

    async fn end_sessions(&mut self, email: &str) -> Result<(), StoreError> {
        execute!(self.0, "end what a console user waits for a code for",
            "DELETE FROM pending_sign_in
             WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)";
            email
        )?;
        execute!(self.0, "end a console user's sessions",
            "DELETE FROM session WHERE user_id IN (SELECT id FROM console_user WHERE email = $1)";
            email
        )
    }
}
