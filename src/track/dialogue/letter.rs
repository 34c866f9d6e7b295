//! A mail to one of the staff about a conversation. It goes the way of the tests that operators send to
//! themselves (`dispatch::test_sends`), counts in no rate, and can be answered: its Reply-To bears a token
//! of its number.

use crate::domain::language::Language;
use crate::domain::{Channel, Ids, TestSendId, Timestamp};
use crate::store::templates::test_sends::NewTestSend;
use crate::store::{StoreError, Tx};

/// Who asks for it, as the audit names people.
const AUTHOR: &str = "araldo";
/// What the mail is called where it is sent.
const KIND: &str = "staff-mail";

pub(in crate::track) struct StaffLetter<'a> {
    pub(in crate::track) conversation: i64,
    /// Who may answer it; none: whoever may answer clients.
    pub(in crate::track) person: Option<&'a str>,
    pub(in crate::track) address: &'a str,
    pub(in crate::track) language: Language,
    pub(in crate::track) subject: String,
    pub(in crate::track) text: String,
}

impl StaffLetter<'_> {
    /// Keeps it until it is sent. `wall`: the time outside, by which it waits for that. False: its reader has had as many as an hour allows, or is barred.
    pub(in crate::track) async fn post(
        &self,
        tx: &mut Tx,
        ids: &dyn Ids,
        (now, wall): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        if tx.staff_mails().are_enough(self.person, now).await? {
            tracing::warn!(
                conversation.id = self.conversation,
                "a mail to the staff is not written: its reader had too many within an hour"
            );
            return Ok(false);
        }
        let html = html(&self.text, self.language);
        let mail = NewTestSend {
            id: TestSendId::new(ids.next()),
            person: AUTHOR,
            template: KIND,
            locale: self.language.tag(),
            channel: Channel::Email,
            address: self.address,
            subject: &self.subject,
            text: &self.text,
            html: &html,
        };
        let (conversation, person) = (self.conversation, self.person);
        tx.staff_mails()
            .post((conversation, person), &mail, now, wall)
            .await
    }
}

/// What somebody wrote, as it stands in the mail.
pub(in crate::track) fn quoted(text: &str) -> String {
    let lines = text.lines().map(|line| format!("> {line}\n"));
    lines.collect::<Vec<_>>().concat()
}

/// The same text for readers that show HTML: what clients wrote runs nowhere.
pub(super) fn html(text: &str, language: Language) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "<br>\n");
    let tag = language.tag();
    format!("<!doctype html><html lang=\"{tag}\"><body><p>{escaped}</p></body></html>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_wrote_runs_nowhere() {
        let html = html("<b a=\"x\">&\nciao", Language::Italian);
        assert!(
            html.contains("&lt;b a=&quot;x&quot;&gt;&amp;<br>\nciao"),
            "{html}"
        );
        assert_eq!(quoted("uno\n\ndue"), "> uno\n> \n> due\n");
    }
}
