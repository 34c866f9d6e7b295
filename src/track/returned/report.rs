//! What reading a returned mail gives: plain words for whoever keeps it as evidence. Nothing of it
//! is believed yet: who says so, and whether the mail is ours, is judged by the caller.

use crate::text::text_enum::text_enum;

text_enum! {
    /// What a mail means that came to an address of ours.
    pub enum ReturnedClass {
        /// The address does not exist, or nobody receives mail there any more.
        Hard => "hard",
        /// A full mailbox, a system in trouble, a mail too large: another day it may arrive.
        Soft => "soft",
        /// Refused for what it is or whom it comes from. It says nothing about the address.
        Policy => "policy",
        /// Not there yet; whoever holds it goes on trying.
        Delayed => "delayed",
        Delivered => "delivered",
        /// The reader's program showed it.
        Displayed => "displayed",
        /// The reader called it unwanted.
        Complaint => "complaint",
        /// A program answered; it must not be answered again.
        AutoReply => "auto_reply",
        Reply => "reply",
        NotAReport => "not_a_report",
    }
}

/// A mail that was read. Texts are cleaned of control characters and cut to `domain::limits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub class: ReturnedClass,
    /// Those of whom `class` is true, in lower-case domains, as we wrote to them where that is known.
    pub recipients: Vec<String>,
    /// RFC 3463, as `5.1.1`.
    pub status: Option<String>,
    /// The report's own word: `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: Option<String>,
    /// The Message-ID of the mail that this one is about, without its brackets.
    pub message: Option<String>,
    /// Why it has this class, in one line.
    pub reason: String,
    /// What is said of each recipient, those of another class too.
    pub each: Vec<RecipientReport>,
    /// Where a token or an id of ours may stand, surest first; see [`Traces`].
    pub traces: Traces,
    pub envelope: ReturnedHead,
    /// What a person wrote: neither what is quoted nor a signature. Empty for reports.
    pub text: String,
    /// It carries something beside its text.
    pub has_files: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientReport {
    pub recipient: String,
    pub class: ReturnedClass,
    pub status: Option<String>,
    pub action: Option<String>,
    /// What their server said, or the sentence that decided.
    pub reason: String,
}

/// What may prove which of our messages a mail is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// What stands behind the `+` of the addresses that this mail came to (`rimbalzi+TOKEN@..`):
    /// Delivered-To, X-Original-To, Envelope-To, To; then the returned original's Return-Path.
    pub tokens: Vec<String>,
    /// `Original-Envelope-Id`: the ENVID that was given when the mail was sent.
    pub envelope_id: Option<String>,
    /// The returned original's own headers that begin with `X-Araldo-`, names in lower case.
    pub own_headers: Vec<(String, String)>,
    /// In-Reply-To and References, nearest first, without brackets.
    pub answered: Vec<String>,
}

/// Who wrote this mail, and when it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnedHead {
    /// The address in From.
    pub from: Option<String>,
    /// The Message-ID of this mail itself, without its brackets.
    pub message_id: Option<String>,
    pub subject: String,
    /// Seconds since 1970, as the Date header says.
    pub sent_at: Option<i64>,
    /// A program made it: nothing may be sent in answer, whatever the class.
    pub is_automatic: bool,
}
