//! Which addresses misbehave, and how: the table of the world as code. Who is behind an address that
//! behaves is in `people`.

use super::people::SPECIAL;

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
    /// The network kept it for too long.
    Expired,
    /// The network knows no such number.
    NoSuchNumber,
    /// The telephone is off for hours, then it arrives.
    Late,
    /// The gateway does not take it, now or ever.
    Refused,
    /// The gateway has no room the first two times.
    Throttled,
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
            ending if number.starts_with(SPECIAL) => Self::of_special(ending),
            _ => None,
        }
    }

    fn of_special(ending: &str) -> Option<Self> {
        match ending {
            "06" => Some(Self::Expired),
            "07" => Some(Self::NoSuchNumber),
            "08" => Some(Self::Late),
            "09" => Some(Self::Refused),
            "10" => Some(Self::Throttled),
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
        words_of(address).find_map(Self::named)
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

/// The words by which a mailbox behaves: the one before `+`, `.` or `-`, and the one after `+`.
pub(super) fn words_of(address: &str) -> impl Iterator<Item = &str> {
    let local = address.rsplit_once('@').map(|(local, _)| local);
    let first = local.and_then(|local| local.split(['+', '.', '-']).next());
    let tag = local.and_then(|local| local.rsplit_once('+').map(|(_, tag)| tag));
    [first, tag].into_iter().flatten()
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
        assert_eq!(SmsFault::of("+390009990006"), Some(SmsFault::Expired));
        assert_eq!(SmsFault::of("+390009990001"), Some(SmsFault::Undelivered));
        assert_eq!(SmsFault::of("+390000000006"), None);

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
