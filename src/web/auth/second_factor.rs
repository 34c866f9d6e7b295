//! Codes of a second factor that somebody types: counted before they are looked at, used up when they are right.
//! Whoever types one has the password already, so that tries are counted for the account, wherever they come from.

use crate::domain::UserId;
use crate::identity::recovery::hash_of;
use crate::identity::totp::TotpSecret;
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::auth::throttle::LoginOrigin;

/// A code that somebody typed.
pub(in crate::web) struct CodeGuess<'a> {
    pub(in crate::web) user: UserId,
    pub(in crate::web) email: &'a str,
    pub(in crate::web) origin: LoginOrigin,
    pub(in crate::web) typed: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum CodeKind {
    /// What the authenticator shows.
    OfNow,
    Recovery,
}

impl CodeGuess<'_> {
    /// Counts the try as a wrong one, or says for how many seconds none is looked at.
    pub(in crate::web) fn count(&self, web: &Web) -> Result<(), i64> {
        let taken = web
            .door
            .throttle
            .take(&self.account(), self.origin, web.clock.wall());
        taken.map_err(|wait| wait.num_seconds().max(1))
    }

    /// It was right: the tries before it are forgiven.
    pub(in crate::web) fn forgive(&self, web: &Web) {
        web.door.throttle.right(&self.account(), self.origin);
    }

    /// Uses the code up, once the transaction is committed. Nothing: it is wrong, or was used before.
    pub(in crate::web) async fn use_up(
        &self,
        web: &Web,
        tx: &mut Tx,
    ) -> Result<Option<CodeKind>, StoreError> {
        let Some(factor) = tx.second_factors().of(self.user).await? else {
            return Ok(None);
        };
        let secret = TotpSecret::parse(&factor.secret);
        let step = secret.and_then(|secret| secret.step_of(self.typed, web.clock.wall()));
        if let Some(step) = step {
            let is_new = tx.second_factors().use_step(self.user, step).await?;
            return Ok(is_new.then_some(CodeKind::OfNow));
        }
        let Some(hash) = hash_of(self.typed) else {
            return Ok(None);
        };
        let had = tx.second_factors().use_code(self.user, &hash).await?;
        Ok(had.then_some(CodeKind::Recovery))
    }

    /// Counted beside the tries of passwords.
    fn account(&self) -> String {
        format!("code of {}", self.email)
    }
}
