//! Second factors of the console's people: the secret behind their codes, up to which code they came, and the
//! hashes of their recovery codes. How a code is told right is `identity::totp`'s.

use crate::domain::UserId;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, execute, optional};
use crate::store::{StoreError, handle};

handle! {
    /// Second factors, by person.
    second_factors -> SecondFactors
}

row! {
    /// The second factor of a person who has one.
    #[derive(Clone, PartialEq, Eq)]
    pub struct StoredFactor {
        /// In base32.
        pub secret: String,
        /// Recovery codes that were not used.
        pub codes_left: i64,
    }
}

impl SecondFactors<'_> {
    /// Theirs, if they have one.
    pub async fn of(&mut self, user: UserId) -> Result<Option<StoredFactor>, StoreError> {
        optional!(self.0, "read a second factor",
            "SELECT totp_secret AS secret,
             (SELECT count(*) FROM recovery_code WHERE user_id = $1) AS codes_left
             FROM console_user WHERE id = $1 AND totp_secret IS NOT NULL";
            user
        )
    }

    /// Gives a person one, whose code of `step` was typed just now. False when they have one already.
    pub async fn set(
        &mut self,
        user: UserId,
        secret: &str,
        step: i64,
        code_hashes: &[String],
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "set up a second factor",
            "UPDATE console_user SET totp_secret = $2, totp_step = $3
             WHERE id = $1 AND totp_secret IS NULL";
            user, secret, step
        )?;
        if rows == 0 {
            return Ok(false);
        }
        for hash in code_hashes {
            execute!(self.0, "keep a recovery code",
                "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)";
                user, hash.as_str()
            )?;
        }
        Ok(true)
    }

    /// Uses up the code of a step, and those before it. False when it was used: of two at once, one
    /// comes in.
    pub async fn use_step(&mut self, user: UserId, step: i64) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "use a code of a second factor up",
            "UPDATE console_user SET totp_step = $2
             WHERE id = $1 AND totp_secret IS NOT NULL AND coalesce(totp_step, 0) < $2";
            user, step
        )?;
        Ok(rows == 1)
    }

    /// Uses up a recovery code. False when they have none of this hash.
    pub async fn use_code(&mut self, user: UserId, code_hash: &str) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "use a recovery code up",
            "DELETE FROM recovery_code WHERE user_id = $1 AND code_hash = $2";
            user, code_hash
        )?;
        Ok(rows == 1)
    }

    /// Takes it away, with its recovery codes. False when they have none.
    pub async fn remove(&mut self, user: UserId) -> Result<bool, StoreError> {
        execute!(self.0, "remove recovery codes",
            "DELETE FROM recovery_code WHERE user_id = $1";
            user
        )?;
        let rows = affected!(self.0, "remove a second factor",
            "UPDATE console_user SET totp_secret = NULL, totp_step = NULL
             WHERE id = $1 AND totp_secret IS NOT NULL";
            user
        )?;
        Ok(rows == 1)
    }
}
