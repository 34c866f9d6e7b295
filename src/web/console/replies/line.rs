//! One reply, as a page shows it.

use crate::domain::MessageId;
use crate::store::people::replies::{MOST_COUNTED, RepliesTo, Reply};
use crate::store::{StoreError, Tx};
use crate::web::console::shell::format::grouped;
use crate::web::console::shell::{When, in_path, list};
use crate::web::console::state::Moment;

/// One reply, as a page shows it.
pub(crate) struct ReplyLine {
    pub(crate) id: i64,
    pub(crate) message: MessageId,
    pub(crate) client: Option<String>,
    /// The client's reference as part of an address.
    pub(crate) client_path: String,
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) text: String,
    pub(crate) at: When,
    pub(crate) answered: Option<When>,
    pub(crate) by: String,
}

impl ReplyLine {
    pub(super) fn all(replies: Vec<Reply>, now: Moment) -> Vec<Self> {
        let line = |reply| Self::new(reply, now);
        replies.into_iter().map(line).collect()
    }

    fn new(reply: Reply, now: Moment) -> Self {
        Self {
            id: reply.id,
            message: reply.message,
            at: When::new(reply.at, now),
            answered: reply.answered_at.map(|at| When::new(at, now)),
            client_path: in_path(reply.client_ref.as_deref().unwrap_or_default()),
            client: reply.client_ref,
            name: reply.client_name.unwrap_or_default(),
            // `case:PR-1` as people say it.
            about: reply.about.replacen(':', " ", 1),
            text: reply.text.unwrap_or_else(|| "(erased)".to_owned()),
            by: reply.answered_by.unwrap_or_default(),
        }
    }
}

/// Replies for a page that shows something else as well.
pub(crate) async fn about(
    tx: &mut Tx,
    about: RepliesTo<'_>,
    now: Moment,
) -> Result<Vec<ReplyLine>, StoreError> {
    let replies = tx.replies().list(about, i64::MAX, list::PAGE).await?;
    Ok(ReplyLine::all(replies, now))
}

/// A count that stops at [`MOST_COUNTED`].
pub(crate) fn counted(count: i64) -> String {
    match count {
        ..=MOST_COUNTED => grouped(count),
        _ => format!("> {}", grouped(MOST_COUNTED)),
    }
}
