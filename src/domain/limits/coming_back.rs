//! What comes back of messages: from providers, mailboxes and readers.

use std::time::Duration;

use chrono::TimeDelta;

/// The shortest time for which `[retention] evidence` may keep it: providers report for days.
pub const EVIDENCE_LEAST: TimeDelta = TimeDelta::days(30);

// ---- Providers over HTTP: what they answer, and what is asked of them ----

/// Bytes that are read of one answer; the rest is left.
pub const PROVIDER_ANSWER: usize = 64 * 1024;
/// Characters of a code or a word of an answer that is kept.
pub const PROVIDER_WORD: usize = 60;
/// Bytes of a request's address or body as the settings describe it.
pub const PROVIDER_TEMPLATE: usize = 8 * 1024;
/// Bytes of an address or a body that is made of it.
pub const PROVIDER_BODY: usize = 64 * 1024;
/// Bytes of one expression over an answer.
pub const PROVIDER_EXPRESSION: usize = 2 * 1024;
/// Steps that an expression or a template may take.
pub const PROVIDER_FUEL: u64 = 20_000;
/// Characters of a provider's own name for a message.
pub const PROVIDER_ID: usize = 200;
/// Bytes of what a provider calls back.
pub const CALLBACK_BYTES: usize = 32 * 1024;
/// Bytes of what a mail service calls back: one that gathers events sends up to 768 KB.
pub const MAIL_EVENTS_BYTES: usize = 1024 * 1024;
/// Events of one such call.
pub const MAIL_EVENTS: usize = 5_000;
/// Bytes of what stands in an event: a name, an address, what a server said.
pub const MAIL_EVENT_TEXT: usize = 2 * 1024;
/// The oldest signature under a call that is believed: services go on trying for a day.
pub const CALL_AGE: TimeDelta = TimeDelta::hours(48);
/// How far a service's clock may be ahead of ours.
pub const CALL_AHEAD: TimeDelta = TimeDelta::minutes(5);
/// An event about a mail that nobody knows may have overtaken the answer to its own request for so long.
pub const EVENT_OVERTAKES: TimeDelta = TimeDelta::minutes(2);

// ---- Providers over SMPP: what a centre sends over the connection ----

/// Bytes of one PDU; a longer one ends the connection. A report has some 300.
pub const SMPP_PDU: usize = 16 * 1024;
/// Bytes of a report's text that are looked at: what it says stands before the copy of what we sent.
pub const SMPP_RECEIPT: usize = 1_024;
/// Characters of a centre's name for an SMS (SMPP 3.4 §5.2.23).
pub const SMPP_ID: usize = 64;
/// Reports and texts of one connection that wait to be kept; the centre is told to bring more later.
pub const SMPP_DELIVERIES: usize = 64;
/// That a centre was told so is said in the log once in so long, with how often.
pub const SMPP_THROTTLING_SAID: Duration = Duration::from_secs(60);
/// Of all connections, those that are kept at once: reports among them share commits.
pub const HANDOVERS_AT_ONCE: usize = 128;
/// Those that wait to be taken up; who brings more waits with them.
pub const HANDOVERS_WAITING: usize = 256;
/// Names that are remembered until their acceptance is written down.
pub const SMPP_REMEMBERED: usize = 10_000;
/// Connections to one centre, and `submit_sm` without an answer on each: the operator's own settings.
pub const SMPP_CONNECTIONS: std::ops::RangeInclusive<usize> = 1..=4;
/// The `submit_sm` of [`SMPP_CONNECTIONS`].
pub const SMPP_WINDOW: std::ops::RangeInclusive<usize> = 1..=500;
/// Segments of one SMS: their number is one octet (3GPP TS 23.040 §9.2.3.24.1).
pub const SMPP_PARTS: usize = 255;

/// Bytes of a form on a client's page: a reply of 1,000 characters and room to spare.
pub const FORM_BYTES: usize = 16 * 1024;

// ---- Mails that come back: whoever can write to the mailbox ----

/// Mailboxes that one installation reads.
pub const INBOXES: usize = 20;
/// Bytes of a mail; a larger one stays in the mailbox for a person.
pub const INBOX_MAIL_BYTES: u32 = 2 * 1024 * 1024;
/// Mails that one look at a mailbox takes, so that others are not kept waiting by a flood.
pub const INBOX_MAILS: usize = 200;
/// A command to a mailbox that is not answered for so long has failed.
pub const INBOX_PATIENCE: Duration = Duration::from_secs(60);
/// How long a mailbox is listened to before it is asked again: less than the 29 minutes of RFC 2177, and
/// less than what addresses are translated for on the way.
pub const INBOX_LISTENS: Duration = Duration::from_secs(5 * 60);
/// The longest pause after a mailbox could not be read.
pub const INBOX_LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// Characters of an IMAP folder's name.
pub const INBOX_FOLDER: usize = 200;

// ---- What providers call back ----

/// Longest words of a gateway that are kept with its report, in characters: a code and its name
/// fit, a forged text is cut.
pub const RECEIPT_WORDS: usize = 200;

/// Bytes of a text that a gateway brings from a handset, put together: some twenty-five SMS.
pub const INBOUND_SMS_BYTES: usize = 4 * 1024;
/// Bytes of the query in which it comes: each byte of the text takes three there, and there is more.
pub const INBOUND_QUERY_BYTES: usize = 3 * INBOUND_SMS_BYTES + 2 * 1024;
/// Bytes of an answer that is typed in a mailbox of the sandbox.
pub const SANDBOX_ANSWER_BYTES: usize = 16 * 1024;
/// SMS that one question to the store finds of those that a provider is to be asked about.
pub const ASKED_IN_ONE_GO: i64 = 200;
/// Questions to one provider that are under way at once.
pub const ASKED_AT_ONCE: usize = 4;
/// Pages of texts that one look at a provider takes.
pub const TEXT_PAGES: u32 = 40;
/// How far back whoever asks a provider for texts for the first time looks.
pub const TEXTS_LOOKED_BACK: TimeDelta = TimeDelta::days(1);
/// Characters of what a gateway calls such a text.
pub const INBOUND_SMS_ID: usize = 100;
/// The shortest and the longest secret in the address where a gateway hands in such texts.
pub const REPLY_SECRET: (usize, usize) = (16, 200);
/// Numbers of no client that a STOP bars at one node: so many within such a time.
pub const STRANGERS_BARRED: (u32, TimeDelta) = (1_000, TimeDelta::hours(1));

// ---- Mails that come back: whoever knows an address of ours ----

/// Bytes of a mail that are looked at; what a report says stands before the copy of what we sent.
pub const RETURNED_BYTES: usize = 2 * 1024 * 1024;
/// Parts of it, those of mails inside it among them.
pub const RETURNED_PARTS: usize = 100;
/// How deep parts may lie within parts.
pub const RETURNED_DEPTH: usize = 8;
/// Bytes of a header field's value that are looked at: 20 ids or 50 addresses fit.
pub const RETURNED_FIELD: usize = 8 * 1024;
/// Bytes of one part's text that are looked at.
pub const RETURNED_TEXT: usize = 64 * 1024;
/// Bytes of what a server or a report says in which a rule is looked for.
pub const RETURNED_SAID: usize = 8 * 1024;
/// Addresses that are found in one text or field.
pub const RETURNED_ADDRESSES: usize = 500;
/// Recipients of one report.
pub const RETURNED_RECIPIENTS: usize = 50;
/// Characters of the sentence that says why.
pub const RETURNED_REASON: usize = 300;
/// Characters of a Message-ID, an envelope id, a token.
pub const RETURNED_ID: usize = 250;

// ---- Who reads: what a request says of its sender ----

/// Bytes of a User-Agent that are looked at; the rest says nothing more.
pub const LONGEST_AGENT: usize = 1_024;
/// Bytes of one line that `araldo verdict` is asked.
pub const LONGEST_VERDICT_LINE: usize = 64 * 1024;

// ---- Evidence: what somebody holds for wrong ----

/// Characters of the reason why a receipt or an act of a reader does not count.
pub const OBJECTION_REASON: usize = 200;
