//! Who is logged in. Only the hash of a session's secret is kept: a copy of the store opens
//! no session.

use chrono::TimeDelta;

use crate::domain::role::Role;
use crate::domain::{Timestamp, UserId};

use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional};
use crate::store::{StoreError, handle};

handle!(sessions -> Sessions);

/// A session to begin.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of the secret, in URL-safe base64.
    pub token_hash: &'a str,
    pub user: UserId,
    /// The word its forms must carry.
    pub csrf: &'a str,
    /// Ends at the latest.
    pub expires_at: Timestamp,
}

row! {
    /// A session under way, and whose it is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Session {
        pub user: UserId as user_id,
        pub email: String,
        /// What they may do, as of now.
        pub role: Role,
        /// Whose clients they see, where they are of a partner.
        pub partner: Option<String>,
        /// They come in by an identity provider alone.
        pub oidc_only: bool,
        pub has_second_factor: bool,
        /// The word its forms must carry.
        pub csrf: String,
        /// Last seen, to the minute.
        pub seen_at: Timestamp,
        /// Of their pages, where they chose one.
        pub language: Option<String>,
        /// Likewise, as an IANA name.
        pub time_zone: Option<String>,
    }
}

row! {
    /// One of a person's own sessions.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SessionUnderWay {
        pub token_hash: String,
        pub created_at: Timestamp,
        /// Last seen, to the minute.
        pub seen_at: Timestamp,
        /// From which it began, shortened; nothing: the version before began it.
        pub network: Option<String>,
    }
}

impl Sessions<'_> {
    /// Begins a session, and forgets those that are over.
    pub async fn begin(&mut self, new: &NewSession<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.sweep(now).await?;
        execute!(self.0, "begin a session",
            "INSERT INTO session (token_hash, user_id, csrf, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $4, $5)";
            new.token_hash, new.user, new.csrf, now, new.expires_at
        )
    }

    /// Deletes those that are over, and says how many; with those that awaited a code in vain.
    pub(in crate::store) async fn sweep(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        execute!(self.0, "delete sign-ins that are over",
            "DELETE FROM pending_sign_in WHERE expires_at <= $1";
            now
        )?;
        affected!(self.0, "delete sessions that are over",
            "DELETE FROM session WHERE expires_at <= $1";
            now
        )
    }

    /// The session, if it is neither over, nor idle for longer than `idle`, nor its person
    /// shut out.
    pub async fn lookup(
        &mut self,
        token_hash: &str,
        now: Timestamp,
        idle: TimeDelta,
    ) -> Result<Option<Session>, StoreError> {
        optional!(self.0, "look up a session",
            "SELECT s.user_id, u.email, u.role, u.partner, u.oidc_only,
             u.totp_secret IS NOT NULL AS has_second_factor, s.csrf, s.seen_at, u.language, u.time_zone
             FROM session s JOIN console_user u ON u.id = s.user_id
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3
             AND u.disabled_at IS NULL";
            token_hash, now, now - idle
        )
    }

    /// Notes that the session is in use.
    pub async fn touch(&mut self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "record the use of a session",
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1";
            token_hash, now
        )
    }

    pub async fn end(&mut self, token_hash: &str) -> Result<(), StoreError> {
        execute!(self.0, "end a session",
            "DELETE FROM session WHERE token_hash = $1";
            token_hash
        )
    }

    /// Notes from which network a session began.
    pub async fn came_from(&mut self, token_hash: &str, network: &str) -> Result<(), StoreError> {
        execute!(self.0, "note where a session began",
            "UPDATE session SET network = $2 WHERE token_hash = $1";
            token_hash, network
        )
    }

    /// Those of a person that are under way, the last begun first.
    pub async fn of_user(
        &mut self,
        user: UserId,
        now: Timestamp,
        idle: TimeDelta,
    ) -> Result<Vec<SessionUnderWay>, StoreError> {
        all!(self.0, "list a person's sessions",
            "SELECT token_hash, created_at, seen_at, network FROM session
             WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3
             ORDER BY created_at DESC, token_hash";
            user, now, now - idle
        )
    }

    /// Ends one session of this person. False when they have none of this hash.
    pub async fn end_own(&mut self, user: UserId, token_hash: &str) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "end one of a person's sessions",
            "DELETE FROM session WHERE user_id = $1 AND token_hash = $2";
            user, token_hash
        )?;
        Ok(rows == 1)
    }

    /// Ends all sessions of this person, and says how many.
    pub async fn end_all(&mut self, user: UserId) -> Result<u64, StoreError> {
        affected!(self.0, "end a person's sessions",
            "DELETE FROM session WHERE user_id = $1";
            user
        )
    }

    /// Ends all sessions of this person but one, and says how many.
    pub async fn end_others(&mut self, user: UserId, keep: &str) -> Result<u64, StoreError> {
        affected!(self.0, "end a person's other sessions",
            "DELETE FROM session WHERE user_id = $1 AND token_hash <> $2";
            user, keep
        )
    }
}
