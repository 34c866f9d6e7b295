//! The words of a script: where a conversation is, and what the server does there.

use std::time::Duration;

/// Asked at each step. It decides at once; what takes time is an [`Act`].
pub type Script = dyn Fn(Step<'_>) -> Act + Send + Sync;

/// Where a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Somebody has connected who is one too many.
    Crowded,
    /// Somebody has connected, and waits to be greeted.
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    /// The first line of a mail has come. Nothing can be said here.
    Body,
    /// A whole mail has come, with its final dot.
    Dot,
    Reset,
    Noop,
    Quit,
    /// Any other command, known to SMTP or not.
    Other,
}

/// A step of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub at: At,
    /// The command as it came, without its line break; empty where there is none.
    pub line: &'a str,
    /// Who the mail is from, once that was said.
    pub from: &'a str,
    /// Who it is for: named in this step, or earlier.
    pub to: &'a str,
    /// The mail without its doubled dots, at [`At::Dot`], if the server keeps mails.
    pub mail: &'a [u8],
    /// What a good server says.
    pub usual: &'a str,
}

/// What the server does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// As a good server.
    Usual,
    /// The same, after so long.
    Slowly(Duration),
    Say(&'static str),
    /// Says nothing, and waits for the next command.
    Wait,
    HangUp,
    SayAndHangUp(&'static str),
}
