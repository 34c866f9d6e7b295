//! A mailbox that mails come back to, read by IMAP (RFC 3501): which mails are unread, each of them
//! whole, and where it goes afterwards. `settings` has the keys, `line` the connection, `mailbox` what is
//! said over it.
//!
//! Nothing is known here of what a mail means: see `track::returned`; nor of what becomes of it:
//! `track::postbag`.

mod line;
mod mailbox;
mod settings;

pub use mailbox::{Mailbox, WaitingMail};
pub use settings::{ImapSettings, InboxSettings};

/// Why a mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MailboxFault {
    /// The settings name something that is not there.
    #[error("{0}")]
    Settings(String),
    #[error("{host}:{port} cannot be reached: {why}")]
    Unreachable {
        host: String,
        port: u16,
        why: String,
    },
    #[error("the server does not let us in: {0}; check `username` and the password")]
    LogIn(String),
    #[error("there is no folder `{0}` that can be read")]
    NoFolder(String),
    /// The server refused a command, spoke nonsense or was silent.
    #[error("{doing} failed: {why}")]
    Command { doing: &'static str, why: String },
}
