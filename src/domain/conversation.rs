//! Conversations with clients: where one stands, and what it is about. What is said in them is kept in
//! `store::people::conversations`; when an answer is due is `promise`'s.

use crate::text::text_enum::text_enum;

text_enum! {
    pub enum ConversationState {
        Open => "open",
        /// Somebody said that nothing more is to be done; another line opens it again.
        Closed => "closed",
    }
}

text_enum! {
    /// Who wrote a line of a conversation.
    pub enum LineWay {
        /// The client, or whoever has the number.
        In => "in",
        /// One of the staff, or a program.
        Out => "out",
    }
}

/// What a reply to a message is about, by the subject of the message's plan: a case or an incident; else
/// empty, for nothing that lasts. The clock's words of a case are about the case.
#[must_use]
pub fn about(plan_subject: &str) -> String {
    match plan_subject.split_once(':') {
        Some((kind, name)) if kind == "case" || kind.starts_with("case.") => {
            format!("case:{name}")
        }
        Some(("incident", _)) => plan_subject.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_are_about_their_case_and_single_messages_about_nothing() {
        for (subject, expected) in [
            ("case:PR-1", "case:PR-1"),
            ("case.stalled:PR:1", "case:PR:1"),
            ("incident:G:1", "incident:G:1"),
            ("event:77", ""),
            ("erased:77", ""),
            ("", ""),
        ] {
            assert_eq!(about(subject), expected, "{subject}");
        }
    }
}
