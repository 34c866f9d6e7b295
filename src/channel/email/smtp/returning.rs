//! Where what comes back of a mail goes: the envelope's sender for servers, Reply-To for readers, and
//! which reports the relay is asked for (RFC 3461). Mailboxes that Araldo reads get a token of the
//! message; what it does not read gets none. What arrives there is `track`'s.

use std::borrow::Cow;

use super::settings::SmtpSettings;
use super::wire::AskedNotices;
use crate::channel::Outgoing;
use crate::domain::mail_return::MailReturns;
use crate::domain::token::{Purpose, Signer};

/// The return addresses of one relay's mails.
pub(super) struct ReturnPaths {
    /// Where reports go that nobody reads here.
    unread: String,
    /// The provider names a mailbox of its own for reports.
    has_its_own: bool,
    returns: MailReturns,
    signer: Signer,
    notices: AskedNotices,
}

impl ReturnPaths {
    /// `address`: that of the From header.
    pub(super) fn new(
        settings: &SmtpSettings,
        address: &str,
        returns: MailReturns,
        signer: Signer,
    ) -> Self {
        let has_its_own = settings.bounces.is_some();
        let unread = settings.bounces.clone();
        let are_read = returns.bounces.is_some() && !has_its_own;
        let notices = match (are_read || settings.receipts, returns.asks_for_success) {
            (false, _) => AskedNotices::Nothing,
            (true, success) if success && are_read => AskedNotices::TroubleAndSuccess,
            (true, _) => AskedNotices::Trouble,
        };
        Self {
            unread: unread.unwrap_or_else(|| address.to_owned()),
            has_its_own,
            returns,
            signer,
            notices,
        }
    }

    /// What the relay is asked to report.
    pub(super) const fn notices(&self) -> AskedNotices {
        self.notices
    }

    /// The envelope's sender. A test that an operator sends to themselves has no message.
    pub(super) fn sender(&self, outgoing: &Outgoing) -> Cow<'_, str> {
        match &self.returns.bounces {
            Some(mailbox) if !self.has_its_own => Cow::Owned(match outgoing.reported {
                true => mailbox.for_message(&self.signer, Purpose::MailReport, outgoing.message),
                false => mailbox.to_string(),
            }),
            _ => Cow::Borrowed(&self.unread),
        }
    }

    /// The Reply-To header; none: answers go to the sender that readers see.
    pub(super) fn reply_to(&self, outgoing: &Outgoing) -> Option<String> {
        let (is_message, id) = (outgoing.reported, outgoing.message);
        self.returns.reply_to(&self.signer, is_message, id)
    }
}
