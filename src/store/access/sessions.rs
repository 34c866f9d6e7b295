//! Who is logged in. Only the hash of a session's secret is kept: a copy of the store opens
//! no session.

use chrono::TimeDelta;

use crate::domain::role::Role;
use crate::domain::{Timestamp, UserId};

use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// Sessions of the console.
pub struct Sessions<'a>(&'a mut Conn);

/// A session to begin.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of the secret, in URL-safe base64.
    pub token_hash: &'a str,
    /// Whose.
    pub user: UserId,
    /// The word its forms must carry.
    pub csrf: &'a str,
    /// Ends at the latest.
    pub expires_at: Timestamp,
}

/// A session under way, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// Their address.
    pub email: String,
    /// What they may do, as of now.
    pub role: Role,
    /// The word its forms must carry.
    pub csrf: String,
    /// Last seen, to the minute.
    pub seen_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Raw {
    user_id: i64,
    email: String,
    role: String,
    csrf: String,
    seen_at: i64,
}

impl Tx {
    /// Sessions of the console.
    pub fn sessions(&mut self) -> Sessions<'_> {
        Sessions(&mut self.conn)
    }
}

impl Sessions<'_> {
    /// Begins a session, and forgets those that are over.
    pub async fn begin(&mut self, new: &NewSession<'_>, now: Timestamp) -> Result<(), StoreError> {
        on!(self.0, |c| sqlx::query(
            "DELETE FROM session WHERE expires_at <= $1"
        )
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("forget old sessions")?;
        on!(self.0, |c| sqlx::query(
            "INSERT INTO session (token_hash, user_id, csrf, created_at, seen_at, expires_at) \
             VALUES ($1, $2, $3, $4, $4, $5)"
        )
        .bind(new.token_hash)
        .bind(new.user.get())
        .bind(new.csrf)
        .bind(now.as_micros())
        .bind(new.expires_at.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("begin a session")?;
        Ok(())
    }

    /// The session, if it is neither over, nor idle for longer than `idle`, nor its person
    /// shut out.
    pub async fn lookup(
        &mut self,
        token_hash: &str,
        now: Timestamp,
        idle: TimeDelta,
    ) -> Result<Option<Session>, StoreError> {
        let raw = on!(self.0, |c| sqlx::query_as::<_, Raw>(
            "SELECT s.user_id, u.email, u.role, s.csrf, s.seen_at \
             FROM session s JOIN console_user u ON u.id = s.user_id \
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 \
               AND u.disabled_at IS NULL"
        )
        .bind(token_hash)
        .bind(now.as_micros())
        .bind((now - idle).as_micros())
        .fetch_optional(&mut **c)
        .await)
        .doing("find a session")?;
        raw.map(|raw| {
            Ok(Session {
                user: UserId::new(raw.user_id),
                role: stored(&raw.role, "console_user", "role", raw.user_id)?,
                email: raw.email,
                csrf: raw.csrf,
                seen_at: Timestamp::from_micros(raw.seen_at),
            })
        })
        .transpose()
    }

    /// Notes that the session is in use.
    pub async fn touch(&mut self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(self.0, |c| sqlx::query(
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1"
        )
        .bind(token_hash)
        .bind(now.as_micros())
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("note a session's use")?;
        Ok(())
    }

    /// Ends the session.
    pub async fn end(&mut self, token_hash: &str) -> Result<(), StoreError> {
        on!(self.0, |c| sqlx::query(
            "DELETE FROM session WHERE token_hash = $1"
        )
        .bind(token_hash)
        .execute(&mut **c)
        .await
        .map(drop))
        .doing("end a session")?;
        Ok(())
    }
}
