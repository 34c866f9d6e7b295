//! How somebody proves who they are beside a password: by a code of a second factor (`totp`), by a code kept
//! for the day it is lost (`recovery`), or by what an identity provider says of them (`oidc`).
//!
//! It knows neither the store nor a page. Who may come in, and as what, is decided in `web::console::login`,
//! which asks `store::access`. Start with `totp`, then `oidc`.

pub mod oidc;
pub mod recovery;
pub mod totp;
