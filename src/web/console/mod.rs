//! To come.

use crate::web::Web;

/// The routes of this part.
pub fn routes() -> axum::Router<Web> {
    axum::Router::new()
}
