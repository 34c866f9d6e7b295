//! The parts of an SMS as `submit_sm` carries them (SMPP 3.4 §4.4.1): as many as `domain::segments`
//! counts, each of a longer text with the header that says which it is (3GPP TS 23.040 §9.2.3.24.1).

use std::time::Duration;

use super::pdu::put_text;
use super::settings::SmppSource;
use crate::channel::{Outgoing, SendError};
use crate::domain::limits::SMPP_PARTS;
use crate::domain::segments::{Alphabet, cut};

/// A user data header stands before the text.
const HAS_HEADER: u8 = 0x40;
/// A final report is asked for (SMPP 3.4 §5.2.17).
const FINAL_REPORT: u8 = 0x01;
/// Networks keep an SMS for a week.
const LONGEST_VALIDITY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const SHORTEST_VALIDITY: Duration = Duration::from_secs(60);

/// What is the same for each part of an SMS.
pub(super) struct SmsFrame<'a> {
    pub(super) source: &'a SmppSource,
    /// The number, with `+`.
    pub(super) to: &'a str,
    /// How long it is worth delivering.
    pub(super) valid_for: Duration,
    /// Whether the last part is to be reported.
    pub(super) reported: bool,
}

/// The bodies of the parts of a text, in order.
pub(super) fn parts(
    frame: &SmsFrame<'_>,
    outgoing: &Outgoing,
    text: &str,
) -> Result<Vec<Vec<u8>>, SendError> {
    let alphabet = Alphabet::of(text);
    let segments = match text.is_empty() {
        true => vec![""],
        false => cut(text),
    };
    let total = segments.len();
    let Ok(count) = u8::try_from(total.min(SMPP_PARTS + 1)) else {
        return Err(too_long(total));
    };
    let reference = reference(outgoing);
    let bodies = (1..=count).zip(segments).map(|(number, segment)| {
        let header = (count > 1).then_some([5, 0, 3, reference, count, number]);
        let reported = frame.reported && number == count;
        body(frame, alphabet, (header, segment), reported)
    });
    Ok(bodies.collect())
}

fn body(
    frame: &SmsFrame<'_>,
    alphabet: Alphabet,
    (header, segment): (Option<[u8; 6]>, &str),
    reported: bool,
) -> Vec<u8> {
    let mut body = Vec::with_capacity(256);
    put_text(&mut body, ""); // service_type: the centre's own
    body.extend([frame.source.ton, frame.source.npi]);
    put_text(&mut body, &frame.source.address);
    body.extend([1, 1]); // an international number
    put_text(&mut body, frame.to.trim_start_matches('+'));
    body.push(if header.is_some() { HAS_HEADER } else { 0 });
    body.extend([0, 0]); // protocol_id, priority_flag
    put_text(&mut body, ""); // schedule_delivery_time: at once
    put_text(&mut body, &validity(frame.valid_for));
    body.push(if reported { FINAL_REPORT } else { 0 });
    body.push(0); // replace_if_present_flag
    body.push(match alphabet {
        Alphabet::Gsm7 => 0,
        Alphabet::Ucs2 => 8,
    });
    body.push(0); // sm_default_msg_id
    let text = [
        header.as_ref().map_or(&[][..], |header| header.as_slice()),
        &alphabet.octets(segment),
    ]
    .concat();
    // 160 octets at most: what one segment holds.
    body.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    body.extend(text);
    body
}

/// The same for all parts of one SMS, and seldom that of another to the same handset.
fn reference(outgoing: &Outgoing) -> u8 {
    let message = outgoing.message.get().to_be_bytes();
    let lease = outgoing.lease_no.to_be_bytes();
    message
        .iter()
        .chain(&lease)
        .fold(0, |all, octet| all ^ octet)
}

/// A length of time (SMPP 3.4 §7.1.1.2): years, months, days, hours, minutes, seconds.
fn validity(valid_for: Duration) -> String {
    let seconds = valid_for
        .clamp(SHORTEST_VALIDITY, LONGEST_VALIDITY)
        .as_secs();
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let (days, hours) = (hours / 24, hours % 24);
    format!("0000{days:02}{hours:02}{minutes:02}{seconds:02}000R")
}

fn too_long(parts: usize) -> SendError {
    SendError::Rejected {
        stage: "compose",
        code: None,
        detail: format!("the text needs {parts} SMS; one text has {SMPP_PARTS} parts at most"),
        bad_address: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Content, Reference};
    use crate::domain::{MessageId, PhoneNumber, Timestamp};

    fn composed(text: &str, reported: bool) -> Result<Vec<Vec<u8>>, SendError> {
        let source = SmppSource {
            ton: 5,
            npi: 0,
            address: "ARALDO".to_owned(),
        };
        let frame = SmsFrame {
            source: &source,
            to: "+393331234567",
            valid_for: Duration::from_secs(9_000),
            reported,
        };
        let outgoing = Outgoing {
            message: MessageId::new(0x0102),
            lease_no: 1,
            reference: Reference("m-1".to_owned()),
            expires_at: Timestamp::from_micros(0),
            reported,
            content: Content::Sms {
                to: PhoneNumber::from_stored("+393331234567".to_owned()),
                text: text.to_owned(),
            },
        };
        parts(&frame, &outgoing, text)
    }

    /// `esm_class`, `registered_delivery`, `data_coding` and the text: what stands behind the addresses.
    fn seen(body: &[u8]) -> (u8, u8, u8, &[u8]) {
        let head = b"\0\x05\0ARALDO\0\x01\x01393331234567\0";
        let rest = body.strip_prefix(head).unwrap();
        assert_eq!((rest[3], rest[20]), (0, 0));
        assert_eq!(&rest[4..20], b"000000023000000R");
        let length = usize::from(rest[25]);
        assert_eq!(rest.len(), 26 + length);
        (rest[0], rest[21], rest[23], &rest[26..])
    }

    #[test]
    fn a_short_text_is_one_part_in_the_alphabet_that_it_needs() {
        let gsm = composed("5€", true).unwrap();
        assert_eq!(gsm.len(), 1);
        assert_eq!(seen(&gsm[0]), (0, 1, 0, &[0x35, 0x1b, 0x65][..]));
        let wide = composed("È", false).unwrap();
        assert_eq!(seen(&wide[0]), (0, 0, 8, &[0x00, 0xc8][..]));
    }

    #[test]
    fn a_long_text_is_cut_as_it_is_counted_and_its_last_part_is_reported() {
        let parts = composed(&"a".repeat(310), true).unwrap();
        assert_eq!(parts.len(), 3);
        for (number, part) in (1..).zip(&parts) {
            let (esm_class, reported, coding, text) = seen(part);
            assert_eq!((esm_class, coding), (0x40, 0));
            assert_eq!(reported, u8::from(number == 3));
            assert_eq!(text[..3], [5, 0, 3]);
            assert_eq!(text[4..6], [3, number]);
        }
        assert_eq!(seen(&parts[0]).3.len(), 6 + 153);
        assert_eq!(seen(&parts[2]).3.len(), 6 + 4);
        let wide = composed(&"È".repeat(71), false).unwrap();
        assert_eq!(seen(&wide[0]).3.len(), 6 + 134);
    }

    #[test]
    fn what_has_more_parts_than_can_be_counted_is_not_sent() {
        assert_eq!(composed(&"a".repeat(255 * 153), false).unwrap().len(), 255);
        let refused = composed(&"a".repeat(255 * 153 + 1), false).unwrap_err();
        assert!(matches!(refused, SendError::Rejected { .. }), "{refused:?}");
    }

    #[test]
    fn a_time_of_validity_stays_within_what_networks_keep() {
        assert_eq!(validity(Duration::from_secs(1)), "000000000100000R");
        assert_eq!(validity(Duration::from_secs(90_061)), "000001010101000R");
        assert_eq!(
            validity(Duration::from_secs(10_000_000)),
            "000007000000000R"
        );
    }
}
