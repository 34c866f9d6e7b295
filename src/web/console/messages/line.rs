//! One line of a list of messages.

use std::borrow::Cow;

use crate::domain::{MessageId, Reason};
use crate::store::reports::{MessageFilter, MessageRow};
use crate::store::{StoreError, Tx};
use crate::web::console::shell::{Badge, When, in_path, list};
use crate::web::console::state::Moment;

/// One line of a list of messages.
pub(crate) struct MessageLine {
    pub(crate) id: MessageId,
    pub(crate) client: Option<String>,
    /// The reference as part of an address.
    pub(crate) client_path: String,
    pub(crate) name: String,
    pub(crate) template: String,
    pub(crate) version: i64,
    pub(crate) locale: String,
    pub(crate) channel: Cow<'static, str>,
    pub(crate) badge: Badge,
    pub(crate) reason: Cow<'static, str>,
    pub(crate) created: When,
}

impl MessageLine {
    pub(crate) fn all(rows: Vec<MessageRow>, now: Moment) -> Vec<Self> {
        rows.into_iter().map(|row| Self::new(row, now)).collect()
    }

    /// The newest, for a page that shows something else as well.
    pub(crate) async fn newest(
        tx: &mut Tx,
        filter: &MessageFilter,
        now: Moment,
    ) -> Result<Vec<Self>, StoreError> {
        let page = tx.reports().messages(filter, None, list::PAGE).await?;
        Ok(Self::all(page.items, now))
    }

    fn new(row: MessageRow, now: Moment) -> Self {
        let words = now.words;
        let known = row.reason.as_deref().and_then(|word| word.parse().ok());
        let reason = known.map(|known: Reason| words.of("reason", known.as_str()));
        Self {
            id: row.id,
            client_path: in_path(row.client_ref.as_deref().unwrap_or_default()),
            client: row.client_ref,
            name: row.client_name.unwrap_or_default(),
            template: row.template,
            version: row.version,
            locale: row.locale,
            channel: words.of("channel", row.channel.as_str()),
            badge: Badge::of_message(row.state, row.read, words),
            reason: reason.unwrap_or_default(),
            created: When::new(row.created_at, now),
        }
    }
}
