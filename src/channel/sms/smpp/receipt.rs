//! What a report says (SMPP 3.4, appendix B): `id:7 sub:001 dlvrd:001 submit date:2611221200 done
//! date:2611221201 stat:DELIVRD err:000 text:...`. Centres write it in their own ways: other case, fields
//! left out, twelve digits where ten stand, a zero octet at the end.
//!
//! What stands after `text:` is what we sent, and proves nothing. The dates bear no zone: it is not known
//! what they mean.

use super::settings::SmppIds;
use crate::domain::limits::{SMPP_ID, SMPP_RECEIPT};
use crate::domain::receipt::ReceiptKind;

/// The words of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmppReceipt {
    /// The centre's name for the SMS, as it writes it here.
    pub id: Option<String>,
    /// What became of it, in capitals.
    pub stat: Option<String>,
    /// A code that only this centre knows.
    pub err: Option<String>,
}

/// Reads a report's text; what it does not have is absent.
#[must_use]
pub fn read_receipt(text: &[u8]) -> SmppReceipt {
    let text = String::from_utf8_lossy(&text[..text.len().min(SMPP_RECEIPT)]);
    // Octet by octet the same, so that what is found in it stands there in `text`.
    let small = text.to_ascii_lowercase();
    let end = key(&small, "text:").unwrap_or(small.len());
    let field = |name: &str| word_after(&text[..end], key(&small[..end], name)? + name.len());
    SmppReceipt {
        id: field("id:").map(str::to_owned),
        stat: field("stat:").map(str::to_ascii_uppercase),
        err: field("err:").map(str::to_owned),
    }
}

impl SmppReceipt {
    /// What it means. None: a word that some centre has invented, which settles nothing.
    pub(super) fn kind(&self) -> Option<ReceiptKind> {
        let stat = self.stat.as_deref()?;
        // Seven letters are the rule; some write the word out.
        Some(match stat.get(..7).unwrap_or(stat) {
            "DELIVRD" | "DELIVER" => ReceiptKind::Delivered,
            "ACCEPTD" | "ACCEPTE" | "ENROUTE" | "SCHEDUL" | "ACKED" | "SENT" => {
                ReceiptKind::Accepted
            }
            "BUFFRED" | "BUFFERE" => ReceiptKind::Buffered,
            "EXPIRED" => ReceiptKind::Expired,
            "UNDELIV" | "DELETED" | "FAILED" | "SKIPPED" => ReceiptKind::Undelivered,
            "REJECTD" | "REJECTE" => ReceiptKind::Rejected,
            "UNKNOWN" => ReceiptKind::Undetermined,
            _ => return None,
        })
    }

    /// Its words as one, such as `UNDELIV-011`.
    pub(super) fn code(&self) -> Option<String> {
        let stat = self.stat.as_deref()?;
        let err = self.err.as_deref();
        let err = err.filter(|err| err.chars().any(|c| c != '0'));
        Some(match err {
            Some(err) => format!("{stat}-{err}"),
            None => stat.to_owned(),
        })
    }
}

/// What the parameter `message_state` means (SMPP 3.4 §5.2.28; 0 and 9 are of version 5).
pub(super) const fn kind_of_state(state: u8) -> Option<ReceiptKind> {
    Some(match state {
        0 | 1 | 6 => ReceiptKind::Accepted,
        2 => ReceiptKind::Delivered,
        3 => ReceiptKind::Expired,
        4 | 5 | 9 => ReceiptKind::Undelivered,
        7 => ReceiptKind::Undetermined,
        8 => ReceiptKind::Rejected,
        _ => return None,
    })
}

impl SmppIds {
    /// The name under which an SMS is kept: as the centre wrote it in its answer, or, where it counts in
    /// hexadecimal there, in decimal.
    pub(super) fn kept(self, id: &str) -> Option<String> {
        let id = plain(id)?;
        match self {
            Self::Same => Some(id.to_owned()),
            Self::HexDecimal => Some(decimal(id, 16).unwrap_or_else(|| id.to_owned())),
        }
    }

    /// The same of the name in a report: `tagged` is the parameter `receipted_message_id`, which is written
    /// as in the answer, unless the text says that it is not.
    pub(super) fn reported(self, tagged: Option<&str>, text: Option<&str>) -> Option<String> {
        let (tagged, text) = (tagged.and_then(plain), text.and_then(plain));
        match self {
            Self::Same => tagged.or(text).map(str::to_owned),
            // Read in the wrong way a number is that of another SMS: the text, which is decimal, is asked first.
            Self::HexDecimal => match text {
                Some(text) => decimal(text, 10).or_else(|| self.kept(text)),
                None => self.kept(tagged?),
            },
        }
    }
}

fn decimal(id: &str, radix: u32) -> Option<String> {
    let is_number = id.chars().all(|c| c.is_digit(radix));
    let number = is_number.then(|| u128::from_str_radix(id, radix).ok())?;
    number.map(|number| number.to_string())
}

/// A name without what surrounds it; none for what is none.
fn plain(id: &str) -> Option<&str> {
    let id = id.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let fits = (1..=SMPP_ID).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
    fits.then_some(id)
}

/// Where a key stands, at the beginning or after a blank.
fn key(text: &str, name: &str) -> Option<usize> {
    let begins = |at: &usize| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(char::is_whitespace)
    };
    let mut found = text.match_indices(name).map(|(at, _)| at);
    found.find(begins)
}

/// The word that follows a key, if it is no key itself.
fn word_after(text: &str, at: usize) -> Option<&str> {
    let rest = text[at..].trim_start_matches(' ');
    let blank = |c: char| c.is_whitespace() || c == '\0';
    let word = rest.split(blank).next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_graphic() && c != ':';
    let is_word = (1..=SMPP_ID).contains(&word.len()) && word.chars().all(fits);
    is_word.then_some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> (Option<String>, Option<ReceiptKind>, Option<String>) {
        let read = read_receipt(text.as_bytes());
        let kind = read.kind();
        let code = read.code();
        (read.id, kind, code)
    }

    #[test]
    fn reports_are_read_as_centres_write_them() {
        use ReceiptKind::{Delivered, Expired, Undelivered};
        for (text, id, kind, code) in [
            (
                "id:0123456789 sub:001 dlvrd:001 submit date:2611221200 done date:2611221201 \
                 stat:DELIVRD err:000 Text:Gentile Maria",
                "0123456789",
                Delivered,
                "DELIVRD",
            ),
            // Twelve digits, another case, a zero octet.
            (
                "ID:4f2A SUB:001 DLVRD:000 SUBMIT DATE:261122120000 DONE DATE:261122120130 \
                 STAT:Undeliv ERR:011 TEXT:\0",
                "4f2A",
                Undelivered,
                "UNDELIV-011",
            ),
            ("id:7 stat:EXPIRED\0", "7", Expired, "EXPIRED"),
            (
                "id: 7  done date:2611221201 stat: DELIVRD err: text:",
                "7",
                Delivered,
                "DELIVRD",
            ),
            ("stat:DELIVERED id:7\r\nerr:0", "7", Delivered, "DELIVERED"),
        ] {
            let expected = (Some(id.to_owned()), Some(kind), Some(code.to_owned()));
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn what_we_sent_says_nothing_of_what_became_of_it() {
        let forged = "id:7 sub:001 err:000 text:id:8 stat:DELIVRD err:1";
        assert_eq!(words(forged), (Some("7".to_owned()), None, None));
        let inside = "id:7 sub:001 stat:UNDELIV text: stat:DELIVRD";
        assert_eq!(words(inside).1, Some(ReceiptKind::Undelivered));
        assert_eq!(words("grid:9 id:7 stat:NEWWORD").1, None);
        assert_eq!(words("id: sub:001 stat:DELIVRD").0, None);
    }

    #[test]
    fn each_state_has_its_meaning() {
        use ReceiptKind::{Accepted, Delivered, Expired, Rejected, Undelivered, Undetermined};
        let kinds: Vec<_> = (0..=10).map(kind_of_state).collect();
        let expected = [
            Some(Accepted),
            Some(Accepted),
            Some(Delivered),
            Some(Expired),
            Some(Undelivered),
            Some(Undelivered),
            Some(Accepted),
            Some(Undetermined),
            Some(Rejected),
            Some(Undelivered),
            None,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_name_in_hexadecimal_is_that_of_the_report_in_decimal() {
        let (same, both) = (SmppIds::Same, SmppIds::HexDecimal);
        assert_eq!(same.kept("4D2").as_deref(), Some("4D2"));
        assert_eq!(
            same.reported(Some("4D2\0"), Some("1234")).as_deref(),
            Some("4D2")
        );
        assert_eq!(same.reported(None, Some("1234")).as_deref(), Some("1234"));
        assert_eq!(both.kept("000004D2").as_deref(), Some("1234"));
        assert_eq!(
            both.reported(None, Some("0000001234")).as_deref(),
            Some("1234")
        );
        assert_eq!(both.reported(Some("4d2"), None).as_deref(), Some("1234"));
        // Decimal in both places: read as hexadecimal it would be another SMS.
        assert_eq!(
            both.reported(Some("1234"), Some("1234")).as_deref(),
            Some("1234")
        );
        assert_eq!(both.reported(None, Some("4d2")).as_deref(), Some("1234"));
        assert_eq!(both.kept("a-b").as_deref(), Some("a-b"));
        for nothing in ["", "\0", " ", "a b", "è"] {
            assert_eq!(same.kept(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_its_limits(text in prop::collection::vec(any::<u8>(), 0..1_200)) {
            let read = read_receipt(&text);
            for word in [&read.id, &read.stat, &read.err].into_iter().flatten() {
                prop_assert!(word.len() <= SMPP_ID && !word.contains(char::is_control));
            }
        }
    }
}
