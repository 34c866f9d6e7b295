//! What clients who wrote are answered, whoever answers and by whatever way: each answer is an event that
//! asks for a message, in the caller's transaction; and how the staff hear by mail that somebody wrote.
//!
//! `answering`: what a person answers in a conversation, at the console, by program or by mail.
//! `automatic`: what is said at once, by itself. `mandate`: whoever acts for a client ends that. `telling`: mails to whoever is to answer; `letter`: such a
//! mail. What clients and the staff write is taken in `postbag` and `web::inbound`, and when a message
//! leaves is `plan`'s and `dispatch`'s.

mod answering;
mod automatic;
mod letter;
mod mandate;
mod telling;

pub use answering::{ANSWER_TEMPLATE, Answering, NotAnswered, SeenLines, TypedAnswer};
pub use automatic::{AutomaticAnswer, SafetyTopics, SaidTo};
pub(super) use letter::{StaffLetter, quoted};
pub use mandate::{DeputyStop, MandateEnd};
pub use telling::StaffMailer;
