//! As whom identity providers know people of the console: the pair of issuer and `sub`, which a provider never gives
//! to somebody else (OpenID Connect Core 1.0 §2), where an address may pass on to the next in an office.

use crate::domain::{Timestamp, UserId};
use crate::store::access::users::User;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::{StoreError, handle};

handle! {
    /// Bindings to identity providers, one of a person at each issuer.
    oidc_bindings -> OidcBindings
}

row! {
    /// At which issuer a person is bound.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OidcBinding {
        pub issuer: String,
        pub bound_at: Timestamp,
    }
}

impl OidcBindings<'_> {
    /// The person whom this issuer calls `sub`, shut out or not.
    pub async fn person(&mut self, issuer: &str, sub: &str) -> Result<Option<User>, StoreError> {
        optional!(self.0, "look up whom an identity provider names",
            "SELECT u.id, u.email, u.role, u.password_hash, u.created_at, u.disabled_at, u.oidc_only
             FROM oidc_binding b JOIN console_user u ON u.id = b.user_id
             WHERE b.issuer = $1 AND b.sub = $2";
            issuer, sub
        )
    }

    /// Those of a person, by issuer.
    pub async fn of(&mut self, user: UserId) -> Result<Vec<OidcBinding>, StoreError> {
        all!(self.0, "list at which identity providers a console user is bound",
            "SELECT issuer, bound_at FROM oidc_binding WHERE user_id = $1 ORDER BY issuer";
            user
        )
    }

    /// Binds a person to what the issuer calls them. False when they are bound to another `sub` there, or this one
    /// is somebody else's: of two at once, one is bound.
    pub async fn bind(
        &mut self,
        user: UserId,
        (issuer, sub): (&str, &str),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        execute!(self.0, "bind a console user to an identity provider",
            "INSERT INTO oidc_binding (issuer, sub, user_id, bound_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING";
            issuer, sub, user, now
        )?;
        value!(self.0, "look whether a console user is bound so",
            "SELECT EXISTS (SELECT 1 FROM oidc_binding
             WHERE issuer = $1 AND sub = $2 AND user_id = $3)";
            issuer, sub, user
        )
    }

    /// Forgets whom this issuer means by a person: their next sign-in binds them anew. False when they are not bound
    /// there.
    pub async fn unbind(&mut self, user: UserId, issuer: &str) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "unbind a console user from an identity provider",
            "DELETE FROM oidc_binding WHERE user_id = $1 AND issuer = $2";
            user, issuer
        )?;
        Ok(rows == 1)
    }
}
