//! Which addresses misbehave, and how: the table of the world as code.

/// What goes wrong with an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmsFault {
    Undelivered,
    /// Taken, and nothing is ever reported.
    Silent,
    /// The gateway has no room: 503.
    Busy,
    /// Taken, and the gateway's answer is lost on the way.
    AnswerLost,
    /// Delivered, reported twice and in the wrong order.
    Jumbled,
}

impl SmsFault {
    /// By the last two digits of the numbers that cannot be real.
    pub(super) fn of(number: &str) -> Option<Self> {
        let rest = number.strip_prefix("+39000")?;
        match rest.get(rest.len().checked_sub(2)?..)? {
            "01" => Some(Self::Undelivered),
            "02" => Some(Self::Silent),
            "03" => Some(Self::Busy),
            "04" => Some(Self::AnswerLost),
            "05" => Some(Self::Jumbled),
            _ => None,
        }
    }
}

/// What goes wrong with an e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MailFault {
    /// There is no such mailbox.
    Bounce,
    /// Later, please, the first two times.
    Defer,
    /// The answer takes three seconds.
    Slow,
    /// Taken, and the connection breaks before the answer.
    Drop,
}

impl MailFault {
    /// By the local part: the word alone, before `+`, `.` or `-`, or after `+`.
    pub(super) fn of(address: &str) -> Option<Self> {
        let (local, _) = address.rsplit_once('@')?;
        let first = local.split(['+', '.', '-']).next();
        let tag = local.rsplit_once('+').map(|(_, tag)| tag);
        [first, tag].into_iter().flatten().find_map(Self::named)
    }

    fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "bounce" => Some(Self::Bounce),
            "defer" => Some(Self::Defer),
            "slow" => Some(Self::Slow),
            "drop" => Some(Self::Drop),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_addresses_of_the_table_misbehave() {
        assert_eq!(SmsFault::of("+390000000001"), Some(SmsFault::Undelivered));
        assert_eq!(SmsFault::of("+390000000105"), Some(SmsFault::Jumbled));
        assert_eq!(SmsFault::of("+390000000100"), None);
        assert_eq!(SmsFault::of("+393331234501"), None);
        assert_eq!(SmsFault::of("+39000"), None);

        assert_eq!(MailFault::of("bounce@sandbox"), Some(MailFault::Bounce));
        assert_eq!(
            MailFault::of("Defer+7@town.example"),
            Some(MailFault::Defer)
        );
        assert_eq!(
            MailFault::of("m.rossi+drop@town.example"),
            Some(MailFault::Drop)
        );
        assert_eq!(MailFault::of("bouncer@town.example"), None);
        assert_eq!(MailFault::of("m.slow@town.example"), None);
    }
}
