//! What providers call back: receipts, and what clients write back; one file per provider kind and
//! use. A call is answered 200 only once what it brings is durable, 503 when the store cannot
//! take it (providers repeat), and 404 without detail when its token or secret is not ours.

use crate::web::routes::{Access, Routes};

pub mod kannel;
mod kannel_replies;
mod reply_secrets;

pub use reply_secrets::ReplySecrets;

/// The routes of this part: whoever was given a token with a message.
pub(super) fn routes() -> Routes {
    let kannel = "/hooks/kannel/{provider}/{token}";
    let replies = "/hooks/kannel/{provider}/reply/{secret}";
    Routes::default()
        .get(kannel, Access::Token, kannel::report)
        .post(kannel, Access::Token, kannel::report)
        .get(replies, Access::Token, kannel_replies::reply)
        .post(replies, Access::Token, kannel_replies::reply)
}
