//! What providers call back: one file per provider kind, each turning its own words into
//! receipts. A call is answered 200 only once its receipt is durable, 503 when the store cannot
//! take it (providers repeat), and 404 without detail when its token is not ours.

use crate::web::routes::{Access, Routes};

pub mod kannel;

/// The routes of this part: whoever was given a token with a message.
pub(super) fn routes() -> Routes {
    let kannel = "/hooks/kannel/{provider}/{token}";
    Routes::default()
        .get(kannel, Access::Token, kannel::report)
        .post(kannel, Access::Token, kannel::report)
}
