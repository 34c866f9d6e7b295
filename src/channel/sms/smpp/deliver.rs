//! What a delivery is: a report about an SMS of ours, or a client's text. Only the centre says which
//! (`esm_class`, SMPP 3.4 §5.2.12): a client could write what looks like a report.

use encoding_rs::WINDOWS_1252;

use super::memory::JustTaken;
use super::pdu::DeliverSm;
use super::receipt::{kind_of_state, read_receipt};
use super::settings::SmppIds;
use crate::channel::callback::{ProviderReport, ReportSubject};
use crate::channel::caller::word;
use crate::domain::segments::Alphabet;

/// The bits that say what a delivery is.
const KIND: u8 = 0x3c;
/// A report, and one on the way.
const REPORTS: [u8; 2] = [0x04, 0x20];
/// A user data header stands before the text.
const HAS_HEADER: u8 = 0x40;

/// What is to be done with a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    Report(ProviderReport),
    /// What a client wrote, and from which number.
    Text {
        from: String,
        text: String,
    },
    /// It says nothing that is kept.
    Nothing,
    Unreadable,
}

/// What is to be done with it. `taken`: what the centre took a moment ago, by its names.
pub(super) fn read(deliver: &DeliverSm, ids: SmppIds, taken: &JustTaken) -> Delivery {
    let tagged = deliver.receipted_id.is_some() && deliver.message_state.is_some();
    if REPORTS.contains(&(deliver.esm_class & KIND)) || tagged {
        return report(deliver, ids, taken);
    }
    if deliver.esm_class & KIND != 0 {
        // An acknowledgement by a handset's owner, which nobody asked for.
        return Delivery::Nothing;
    }
    match body(deliver) {
        Some(octets) => Delivery::Text {
            from: number(deliver),
            text: letters(octets, deliver.data_coding),
        },
        None => Delivery::Unreadable,
    }
}

fn report(deliver: &DeliverSm, ids: SmppIds, taken: &JustTaken) -> Delivery {
    let words = read_receipt(&deliver.text);
    let name = ids.reported(deliver.receipted_id.as_deref(), words.id.as_deref());
    let Some(name) = name else {
        return Delivery::Unreadable;
    };
    let state = deliver.message_state.and_then(kind_of_state);
    let Some(kind) = state.or_else(|| words.kind()) else {
        return Delivery::Nothing;
    };
    let about = match taken.attempt(&name) {
        Some((message, lease_no)) => ReportSubject::Attempt(message, lease_no),
        None => ReportSubject::Name(name),
    };
    Delivery::Report(ProviderReport {
        about,
        kind,
        code: words.code().and_then(|code| word(&code)),
        at: None,
        // Codes in reports mean something else at each operator.
        bad_address: false,
    })
}

/// The text without its header; none where the header is longer than all.
fn body(deliver: &DeliverSm) -> Option<&[u8]> {
    let octets = deliver.text.as_slice();
    if deliver.esm_class & HAS_HEADER == 0 {
        return Some(octets);
    }
    let (length, rest) = octets.split_first()?;
    rest.get(usize::from(*length)..)
}

/// By what `data_coding` says (SMPP 3.4 §5.2.19). What is not known is read as well as can be: a wrong
/// accent is better than a client whom nobody hears.
fn letters(octets: &[u8], data_coding: u8) -> String {
    match data_coding {
        0 => Alphabet::Gsm7.text_of(octets),
        8 => Alphabet::Ucs2.text_of(octets),
        // Message classes (3GPP TS 23.038 §4) say the alphabet in two bits.
        0x10..=0x1f | 0xf0..=0xff if data_coding & 0x0c == 0 => Alphabet::Gsm7.text_of(octets),
        0x10..=0x1f if data_coding & 0x0c == 0x08 => Alphabet::Ucs2.text_of(octets),
        _ => WINDOWS_1252
            .decode_without_bom_handling(octets)
            .0
            .into_owned(),
    }
}

/// As people write it: an international number begins with `+`.
fn number(deliver: &DeliverSm) -> String {
    let source = deliver.source.as_str();
    let is_bare = source.starts_with(|c: char| c.is_ascii_digit());
    match deliver.source_ton == 1 && is_bare {
        true => format!("+{source}"),
        false => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MessageId;
    use crate::domain::receipt::ReceiptKind;

    fn delivered(esm_class: u8, data_coding: u8, text: &[u8]) -> DeliverSm {
        DeliverSm {
            source_ton: 1,
            source: "393331234567".to_owned(),
            esm_class,
            data_coding,
            text: text.to_vec(),
            ..DeliverSm::default()
        }
    }

    fn said(deliver: &DeliverSm) -> Delivery {
        read(deliver, SmppIds::Same, &JustTaken::default())
    }

    fn text(deliver: &DeliverSm) -> String {
        match said(deliver) {
            Delivery::Text { from, text } => {
                assert_eq!(from, "+393331234567");
                text
            }
            other => panic!("{other:?}"),
        }
    }

    fn kind(deliver: &DeliverSm) -> Option<(ReportSubject, ReceiptKind)> {
        match said(deliver) {
            Delivery::Report(report) => Some((report.about, report.kind)),
            _ => None,
        }
    }

    #[test]
    fn a_text_is_read_in_whatever_it_comes() {
        assert_eq!(text(&delivered(0, 0, &[0x53, 0x07, 0x1b, 0x65])), "Sì€");
        assert_eq!(text(&delivered(0, 8, &[0x00, 0x53, 0x00, 0xec])), "Sì");
        assert_eq!(text(&delivered(0, 3, &[0x53, 0xec])), "Sì");
        assert_eq!(text(&delivered(0, 1, b"STOP")), "STOP");
        assert_eq!(text(&delivered(0, 0x18, &[0x00, 0x53])), "S");
        assert_eq!(text(&delivered(0, 0xf1, &[0x53, 0x07])), "Sì");
        assert_eq!(
            text(&delivered(0x40, 0, b"\x05\x00\x03\x07\x02\x01STOP")),
            "STOP"
        );
        let broken = delivered(0x40, 0, b"\x09\x00");
        assert_eq!(said(&broken), Delivery::Unreadable);
    }

    #[test]
    fn only_the_centre_says_what_is_a_report() {
        let words = b"id:7 stat:DELIVRD err:000";
        let name = ReportSubject::Name("7".to_owned());
        let right = Some((name.clone(), ReceiptKind::Delivered));
        assert_eq!(kind(&delivered(0x04, 0, words)), right);
        assert_eq!(kind(&delivered(0x20, 0, words)), right);
        assert_eq!(text(&delivered(0, 1, words)), "id:7 stat:DELIVRD err:000");
        assert_eq!(said(&delivered(0x10, 0, words)), Delivery::Nothing);
        assert_eq!(
            said(&delivered(0x04, 0, b"stat:DELIVRD")),
            Delivery::Unreadable
        );
        assert_eq!(
            said(&delivered(0x04, 0, b"id:7 stat:NEW")),
            Delivery::Nothing
        );
        let tagged = DeliverSm {
            receipted_id: Some("7".to_owned()),
            message_state: Some(5),
            ..delivered(0, 0, b"")
        };
        assert_eq!(kind(&tagged), Some((name, ReceiptKind::Undelivered)));
    }

    #[test]
    fn a_report_of_what_was_taken_a_moment_ago_names_its_attempt() {
        let taken = JustTaken::default();
        taken.note("1234", (MessageId::new(42), 3));
        let report = delivered(0x04, 0, b"id:1234 stat:UNDELIV err:011");
        let Delivery::Report(report) = read(&report, SmppIds::HexDecimal, &taken) else {
            panic!("it is a report");
        };
        assert_eq!(report.about, ReportSubject::Attempt(MessageId::new(42), 3));
        assert_eq!(report.code.as_deref(), Some("UNDELIV-011"));
    }
}
