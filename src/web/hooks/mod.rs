//! What providers call back: receipts, and what clients write back. Kannel has hooks of its own; all
//! other kinds come in at `called_back`, by their names; what services tell of e-mails goes on to
//! `mail_events`. A call is answered 200 only once what it brings is durable, 503 when the store cannot
//! take it (providers repeat), and 404 without detail when its token or secret is not ours.

use crate::web::routes::{Access, Routes};

mod called_back;
mod handed_over;
pub mod kannel;
mod kannel_replies;
mod mail_events;
mod reply_secrets;

pub use called_back::CallbackDesk;
pub use handed_over::keep_handovers;
pub use reply_secrets::ReplySecrets;

/// The routes of this part: whoever was given a token with a message.
pub(super) fn routes() -> Routes {
    let kannel = "/hooks/kannel/{provider}/{token}";
    let replies = "/hooks/kannel/{provider}/reply/{secret}";
    let reports = "/hooks/{provider}/{token}";
    let texts = "/hooks/{provider}/reply";
    Routes::default()
        .get(kannel, Access::Token, kannel::report)
        .post(kannel, Access::Token, kannel::report)
        .get(replies, Access::Token, kannel_replies::reply)
        .post(replies, Access::Token, kannel_replies::reply)
        .get(reports, Access::Token, called_back::report)
        .post(reports, Access::Token, called_back::report)
        .post(texts, Access::Token, called_back::text)
}
