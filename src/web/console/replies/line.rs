//! One reply, as a page shows it.

use crate::domain::MessageId;
use crate::store::people::replies::{MOST_COUNTED, RepliesTo, Reply};
use crate::store::{StoreError, Tx};
use crate::web::console::messages::grounds;
use crate::web::console::shell::{ConsoleWords, When, in_path, list};
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
    /// Why it is not proven that the client wrote it.
    pub(crate) doubt: Option<String>,
    pub(crate) at: When,
    pub(crate) answered: Option<When>,
    pub(crate) by: String,
    /// The conversation it belongs to.
    pub(crate) conversation: Option<i64>,
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
            about: subject(&reply.about, now.words),
            text: reply
                .text
                .unwrap_or_else(|| now.words.say("replies-erased").into_owned()),
            doubt: reply
                .doubt
                .map(|kept| grounds(&kept, now.words).into_owned()),
            by: reply.answered_by.unwrap_or_default(),
            conversation: reply.conversation,
        }
    }
}

/// `case:PR-1` as people say it.
fn subject(about: &str, words: ConsoleWords) -> String {
    match about.split_once(':') {
        Some((kind, name)) => format!("{} {name}", words.of("replies-about", kind)),
        None => about.to_owned(),
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
pub(crate) fn counted(count: i64, words: ConsoleWords) -> String {
    match count {
        ..=MOST_COUNTED => words.number(count),
        _ => format!("> {}", words.number(MOST_COUNTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::CaseStep;
    use crate::domain::language::Language;

    #[test]
    fn a_subject_is_said_as_people_say_it() {
        let italian = ConsoleWords::new(Language::Italian);
        assert_eq!(subject("case:PR-1", ConsoleWords::ENGLISH), "case PR-1");
        assert_eq!(subject("case:PR-1", italian), "pratica PR-1");
        let reminders = CaseStep::REMINDERS.map(|step| step.plan_subject("PR-1"));
        let others = ["incident:G:1", "event:7", "body:comune"].map(str::to_owned);
        for about in reminders.iter().chain(&others) {
            let english = subject(about, ConsoleWords::ENGLISH);
            assert_eq!(english, about.replacen(':', " ", 1));
            assert_ne!(subject(about, italian), english);
        }
    }
}
