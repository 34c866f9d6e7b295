//! Which addresses have somebody behind them, and what becomes of a mail after it was taken: the second
//! half of the world's table as code. `deeds` lets it happen when its time has come.

use std::time::Duration;

use super::faults::words_of;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How soon people answer by SMS, and mail servers say that a mail came to nothing.
const ANSWERS_AFTER: Duration = Duration::from_secs(10 * MINUTE);
/// How soon somebody calls a mail unwanted.
const COMPLAINS_AFTER: Duration = Duration::from_secs(HOUR);
/// How soon people read.
const READS_AFTER: Duration = Duration::from_secs(3 * HOUR);
/// How long what waits in the network is under way.
pub(super) const ARRIVES_AFTER: Duration = Duration::from_secs(6 * HOUR);

/// How numbers begin behind which somebody is; what they do, the last two digits say.
pub(super) const SPECIAL: &str = "+39000999";

/// What somebody does with what arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// Follows its first link.
    Reads,
    /// A program asks for each of its links, as scanners of mail do.
    Scans,
    /// Writes back, once a day at most.
    Writes(&'static str),
    /// The same, by a program that answers mails.
    IsAway,
    /// What its mail server or its service says of it afterwards.
    Tells(MailNews),
}

/// What becomes known of a mail after it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailNews {
    Delivered,
    /// It is still being tried.
    Delayed,
    /// There is no such mailbox.
    Bounced,
    /// Its reader called it unwanted.
    Complained,
}

/// What follows when an SMS arrives at this number, each with the time it takes.
pub(super) fn of_handset(number: &str) -> &'static [(Duration, Habit)] {
    let ending = number.strip_prefix(SPECIAL).and_then(|rest| {
        let start = rest.len().checked_sub(2)?;
        rest.get(start..)
    });
    match ending {
        Some("20") => &[(READS_AFTER, Habit::Reads)],
        Some("21") => &[(Duration::ZERO, Habit::Scans)],
        Some("30") => &[(ANSWERS_AFTER, Habit::Writes("STOP"))],
        Some("31") => &[(ANSWERS_AFTER, Habit::Writes("SI"))],
        Some("32") => &[(ANSWERS_AFTER, Habit::Writes("NO"))],
        Some("33") => &[(
            ANSWERS_AFTER,
            Habit::Writes("Quando avete intenzione di finire?"),
        )],
        Some("41") => &[(ANSWERS_AFTER, Habit::Writes("1"))],
        Some("42") => &[(ANSWERS_AFTER, Habit::Writes("2"))],
        Some("43") => &[(ANSWERS_AFTER, Habit::Writes("3"))],
        Some("44") => &[(ANSWERS_AFTER, Habit::Writes("4"))],
        Some("45") => &[(ANSWERS_AFTER, Habit::Writes("5"))],
        _ => &[],
    }
}

/// What follows when a mail arrives in this mailbox, each with the time it takes.
pub(super) fn of_mailbox(address: &str) -> &'static [(Duration, Habit)] {
    words_of(address).find_map(named).unwrap_or_default()
}

fn named(word: &str) -> Option<&'static [(Duration, Habit)]> {
    let habits: &'static [(Duration, Habit)] = match word.to_ascii_lowercase().as_str() {
        "reader" => &[(READS_AFTER, Habit::Reads)],
        "scanner" => &[(Duration::ZERO, Habit::Scans)],
        "away" => &[(ANSWERS_AFTER, Habit::IsAway)],
        "arrives" => &[(ANSWERS_AFTER, Habit::Tells(MailNews::Delivered))],
        "hardbounce" => &[(ANSWERS_AFTER, Habit::Tells(MailNews::Bounced))],
        "softbounce" => &[
            (ANSWERS_AFTER, Habit::Tells(MailNews::Delayed)),
            (ARRIVES_AFTER, Habit::Tells(MailNews::Delivered)),
        ],
        "complaint" => &[(COMPLAINS_AFTER, Habit::Tells(MailNews::Complained))],
        _ => return None,
    };
    Some(habits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_addresses_of_the_table_have_somebody_behind_them() {
        assert_eq!(of_handset("+390009990030")[0].1, Habit::Writes("STOP"));
        for nobody in [
            "+390009990010",
            "+390000000030",
            "+39000999",
            "+393339990030",
        ] {
            assert_eq!(of_handset(nobody), [], "{nobody}");
        }
        assert_eq!(of_mailbox("Reader.2@town.example")[0].1, Habit::Reads);
        assert_eq!(of_mailbox("maria+away@town.example")[0].1, Habit::IsAway);
        assert_eq!(of_mailbox("softbounce@town.example").len(), 2);
        assert_eq!(of_mailbox("maria.away@town.example"), []);
    }
}
