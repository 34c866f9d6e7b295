//! Where what comes back of an e-mail goes: reports of servers to one mailbox, answers of readers to
//! another or to the same. What stands behind the `+` of such an address says which message it is about
//! (VERP), and can be made by nobody else.
//!
//! The token is the message's, not the attempt's: a server that lets strangers wait (greylisting) knows
//! them by their envelope, and one that changed with each try would wait for ever.

use super::MessageId;
use super::limits::EMAIL_LOCAL;
use super::token::{Purpose, Signer};
use crate::text::text_enum::text_enum;

/// Letters of a token ([`Signer::sign_caseless`]).
const TOKEN: usize = 29;
/// Who says what a mail says, where a receipt names its provider: no provider may be called so.
pub const MAILBOX_REPORTS: &str = "mailbox";
/// Between the mailbox and the token; the mail server must know it (`recipient_delimiter`).
const DELIMITER: char = '+';

/// A mailbox that takes whatever stands behind a `+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnMailbox {
    local: String,
    domain: String,
}

impl ReturnMailbox {
    /// What is wrong with it as a sentence's end, for a setting.
    pub fn parse(address: &str) -> Result<Self, String> {
        let (local, domain) = address
            .rsplit_once('@')
            .ok_or("is no e-mail address such as `rimbalzi@avvisi.example.it`")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if local.is_empty() || domain.is_empty() || !address.replacen('@', "", 1).chars().all(plain)
        {
            return Err(
                "must be letters without accents, digits, `.`, `-` and `_` around one `@`: \
                        what tells the messages apart is put behind a `+`"
                    .to_owned(),
            );
        }
        let longest = EMAIL_LOCAL - TOKEN - 1;
        if local.len() > longest {
            return Err(format!(
                "is too long: before the `@` there is room for {longest} letters"
            ));
        }
        Ok(Self {
            local: local.to_owned(),
            domain: domain.to_owned(),
        })
    }

    /// The address for what comes back of one message.
    #[must_use]
    pub fn for_message(&self, signer: &Signer, purpose: Purpose, message: MessageId) -> String {
        let token = signer.sign_caseless(purpose, message.get());
        format!("{}{DELIMITER}{token}@{}", self.local, self.domain)
    }
}

impl std::fmt::Display for ReturnMailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// The mailboxes of the settings; none where nobody reads what comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailReturns {
    /// Where servers report to: the envelope's sender.
    pub bounces: Option<ReturnMailbox>,
    /// Where readers answer to: Reply-To.
    pub replies: Option<ReturnMailbox>,
    /// Servers are asked to report success as well.
    pub asks_for_success: bool,
}

impl MailReturns {
    /// The Reply-To header; none: answers go to the sender that readers see. `is_message`: it is for a
    /// client. What goes to one of the staff has a token of its own, which leads to a conversation where the
    /// mail is about one, and else to nothing.
    #[must_use]
    pub fn reply_to(&self, signer: &Signer, is_message: bool, id: MessageId) -> Option<String> {
        let mailbox = self.replies.as_ref()?;
        let purpose = match is_message {
            true => Purpose::MailAnswer,
            false => Purpose::StaffAnswer,
        };
        Some(mailbox.for_message(signer, purpose, id))
    }
}

text_enum! {
    /// How sure it is which message a mail is about.
    pub enum MailProof {
        /// A token that nobody else can make.
        Token => "token",
        /// It says the name that our mail went out with; whoever saw that mail could have written it.
        Named => "named",
        /// Its address alone, which anybody could have written.
        Recipient => "recipient",
        /// It is about none.
        None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_a_message_fits_the_standard() {
        let signer = Signer::new(&[7; 32]);
        let longest = format!("{}@avvisi.example.it", "r".repeat(34));
        let mailbox = ReturnMailbox::parse(&longest).unwrap();
        let message = MessageId::new(1 << 61);
        let address = mailbox.for_message(&signer, Purpose::MailReport, message);
        let (local, domain) = address.split_once('@').unwrap();
        assert_eq!((local.len(), domain), (64, "avvisi.example.it"));
        let (_, token) = local.split_once('+').unwrap();
        let opened = signer.open_caseless(Purpose::MailReport, token);
        assert_eq!(opened, Some(1 << 61));
    }

    #[test]
    fn what_cannot_bear_a_token_is_refused() {
        for wrong in [
            "rimbalzi",
            "@example.it",
            "rimbalzi@",
            "rimbalzi+x@example.it",
            "perché@example.it",
            "a@b@c.it",
        ] {
            assert!(ReturnMailbox::parse(wrong).is_err(), "{wrong}");
        }
        let long = format!("{}@example.it", "r".repeat(35));
        assert!(ReturnMailbox::parse(&long).unwrap_err().contains("34"));
    }
}
