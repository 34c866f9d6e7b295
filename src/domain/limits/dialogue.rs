//! Dialogue with clients and with people of partners, and what is passed on to bodies.

use chrono::TimeDelta;

/// Mails about one conversation to whoever is to answer: one in so much time, with all that came meanwhile.
pub const STAFF_MAIL_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Mails to one of the staff within an hour; what comes beyond waits for the next, and for the inbox.
pub const STAFF_MAILS_AN_HOUR: i64 = 60;
/// Lines that nobody was mailed about for so long are left to the inbox.
pub const STAFF_MAIL_LOOKS_BACK: TimeDelta = TimeDelta::days(7);
/// Mails to the staff that one look makes.
pub const STAFF_MAILS_AT_ONCE: i64 = 100;
/// Characters of what came before that such a mail shows.
pub const STAFF_MAIL_WORDS: usize = 4_000;

/// Characters of what is passed on of one problem.
pub const FORWARDED_WORDS: usize = 1_000;
/// A problem waits so long for others of the same body.
pub const FORWARDED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// So many of one body wait for no other.
pub const FORWARDED_READY: i64 = 10;
/// Problems in one mail to a body; the rest follow in the next.
pub const FORWARDED_TOGETHER: i64 = 50;

// ---- What people of partners ask ----

/// The longest question of a partner and the longest answer to one, in characters.
pub const LONGEST_QUESTION: usize = 2_000;
/// Questions about one case that wait for an answer at once; whoever has more should telephone.
pub const QUESTIONS_OPEN: i64 = 5;
/// Cases that one digest names; of more it says that there are more.
pub const DIGEST_CASES: i64 = 100;
/// People whose digests are made at once; the rest follow in the next hour. The same of the week's mail.
pub const DIGEST_PEOPLE: i64 = 1_000;
/// Characters of a search among a partner's cases; what follows is passed over.
pub const PARTNER_SEARCH: usize = 200;

// ---- What clients write ----

/// The longest reply that is kept, in characters.
pub const LONGEST_REPLY: usize = 1_000;
/// Replies to one message that are taken; whoever writes more should be called.
pub const MOST_REPLIES: i64 = 10;
/// How long after it was asked by SMS whether it is back a yes or a no is taken for the answer.
pub const QUESTION_OPEN: TimeDelta = TimeDelta::hours(72);
/// How often a client may change the answer to "is it back for you?" of one incident.
pub const BACK_CHANGES: i64 = 20;

// ---- What is answered to clients ----

/// The longest answer that is sent, in characters: some four SMS.
pub const LONGEST_ANSWER: usize = 600;
/// The longest reason for lifting the bar of an address, in characters.
pub const LIFTING_REASON: usize = 200;
/// The longest reason for closing a conversation, in characters.
pub const CLOSING_REASON: usize = 200;
/// A client's line goes on with a conversation about the same whose last line is no older; it begins
/// another one else.
pub const CONVERSATION_GOES_ON: TimeDelta = TimeDelta::days(14);
/// Conversations with numbers of no client that wait at once; what comes beyond is counted only.
pub const STRANGERS_WAITING: i64 = 200;
/// Lines of one such conversation.
pub const STRANGER_LINES: i64 = 20;
/// Conversations that the inbox shows of those that wait, the longest first.
pub const INBOX_WAITING: i64 = 200;
/// Lines of a conversation that are shown, the newest.
pub const LINES_SHOWN: i64 = 200;
/// People to whom a conversation may be given that a form names.
pub const ANSWERERS: i64 = 200;
/// Ready answers of the settings.
pub const READY_ANSWERS: usize = 30;
/// The longest time to answer that may be promised, in working days.
pub const ANSWER_DAYS: u32 = 30;
/// Whoever has waited for so long has waited too long by every promise.
pub const ANSWER_LOOKS_BACK: TimeDelta = TimeDelta::days(120);
