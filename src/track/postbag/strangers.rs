//! What people write by e-mail of whom nobody knows who they are, where the settings want it: it waits for a
//! person in a conversation, as a text from a number of no client does, and within the same limits. It is
//! obeyed in nothing: a sender can be forged.

use super::Postbag;
use crate::domain::limits::LONGEST_REPLY;
use crate::domain::{Address, EmailAddress, Timestamp};
use crate::store::people::conversations::{KeptLine, NewLine};
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::track::returned::Returned;

/// Keeps the words in the caller's transaction. `key`: the mail's.
pub(super) async fn keep(
    postbag: &Postbag,
    tx: &mut Tx,
    mail: &Returned,
    key: &str,
    now: Timestamp,
) -> Result<KeptLine, StoreError> {
    let from = mail.envelope.from.as_deref().map(EmailAddress::parse);
    let Some(Ok(from)) = from.filter(|_| !mail.envelope.is_automatic) else {
        return Ok(KeptLine::TooMany);
    };
    let text = sanitize::lines(&format!("{}\n\n{}", mail.envelope.subject, mail.text));
    let text: String = text.trim().chars().take(LONGEST_REPLY).collect();
    let line = NewLine {
        key: &format!("mail:{key}"),
        client: None,
        address: &Address::Email(from),
        text: text.trim(),
        at: now,
    };
    let kept = tx.conversations().keep(&line, &*postbag.ids).await?;
    if kept == KeptLine::TooMany {
        tracing::warn!(
            "the mail of somebody whom nobody knows is not kept: too many wait for a person"
        );
    }
    Ok(kept)
}
