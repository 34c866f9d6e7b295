//! The bytes of SMPP 3.4 (§3.2, §4): a head of 16 octets and a body. What comes is bounded before it is
//! kept, and read without trust; what goes out is what `compose` and `link` ask for.

use crate::domain::limits::SMPP_PDU;

pub(super) const GENERIC_NACK: u32 = 0x8000_0000;
pub(super) const SUBMIT_SM: u32 = 0x0000_0004;
pub(super) const SUBMIT_SM_RESP: u32 = 0x8000_0004;
pub(super) const DELIVER_SM: u32 = 0x0000_0005;
pub(super) const DELIVER_SM_RESP: u32 = 0x8000_0005;
pub(super) const UNBIND: u32 = 0x0000_0006;
pub(super) const UNBIND_RESP: u32 = 0x8000_0006;
pub(super) const BIND_TRANSCEIVER: u32 = 0x0000_0009;
pub(super) const BIND_TRANSCEIVER_RESP: u32 = 0x8000_0009;
pub(super) const ENQUIRE_LINK: u32 = 0x0000_0015;
pub(super) const ENQUIRE_LINK_RESP: u32 = 0x8000_0015;
pub(super) const ALERT_NOTIFICATION: u32 = 0x0000_0102;
/// This bit makes a command the answer to another.
const IS_ANSWER: u32 = 0x8000_0000;

const HEAD: usize = 16;
const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
const MESSAGE_PAYLOAD: u16 = 0x0424;
const MESSAGE_STATE: u16 = 0x0427;

/// One PDU as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    pub(super) command: u32,
    pub(super) status: u32,
    pub(super) sequence: u32,
    pub body: Vec<u8>,
}

impl Pdu {
    pub(super) const fn is_answer(&self) -> bool {
        self.command & IS_ANSWER != 0
    }

    /// The text that a body begins with, such as a centre's name for an SMS. Some leave its end away.
    pub(super) fn first_text(&self) -> String {
        let end = self.body.iter().position(|octet| *octet == 0);
        let text = &self.body[..end.unwrap_or(self.body.len())];
        String::from_utf8_lossy(text).into_owned()
    }
}

/// A length that no PDU has, or none that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongLength(pub(super) u32);

/// Takes the next whole PDU off the buffer; none: its rest has not come.
pub fn take(buffer: &mut Vec<u8>) -> Result<Option<Pdu>, WrongLength> {
    let Some(length) = number(buffer, 0) else {
        return Ok(None);
    };
    let size = usize::try_from(length).unwrap_or(usize::MAX);
    if !(HEAD..=SMPP_PDU).contains(&size) {
        return Err(WrongLength(length));
    }
    let (Some(command), Some(status), Some(sequence), true) = (
        number(buffer, 4),
        number(buffer, 8),
        number(buffer, 12),
        buffer.len() >= size,
    ) else {
        return Ok(None);
    };
    let body = buffer[HEAD..size].to_vec();
    buffer.drain(..size);
    Ok(Some(Pdu {
        command,
        status,
        sequence,
        body,
    }))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

/// A whole PDU, its length before it.
pub(super) fn form(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEAD + body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEAD + body.len());
    for number in [length, command, status, sequence] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend_from_slice(body);
    bytes
}

/// Writes a text and the octet that ends it. Its length was looked at where it came from.
pub(super) fn put_text(body: &mut Vec<u8>, text: &str) {
    body.extend(text.bytes().filter(|byte| *byte != 0));
    body.push(0);
}

/// What a centre delivers: a report, or a client's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliverSm {
    /// Type of number: 1 is international.
    pub(super) source_ton: u8,
    /// The handset's number, without `+`.
    pub(super) source: String,
    /// Whom it is for: our sender.
    pub(super) destination: String,
    pub(super) esm_class: u8,
    pub(super) data_coding: u8,
    /// `short_message`, or `message_payload` where that is given.
    pub(super) text: Vec<u8>,
    pub(super) receipted_id: Option<String>,
    pub(super) message_state: Option<u8>,
}

impl DeliverSm {
    /// None where the body ends too early. Optional parameters that are cut off are passed over.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut rest = BodyReader(body);
        rest.text()?; // service_type
        let source_ton = rest.octet()?;
        rest.octet()?; // its numbering plan
        let source = rest.text()?;
        rest.take(2)?;
        let destination = rest.text()?;
        let esm_class = rest.octet()?;
        rest.take(2)?; // protocol_id, priority_flag
        rest.text()?; // schedule_delivery_time
        rest.text()?; // validity_period
        rest.take(2)?; // registered_delivery, replace_if_present_flag
        let data_coding = rest.octet()?;
        rest.octet()?; // sm_default_msg_id
        let length = rest.octet()?;
        let text = rest.take(usize::from(length))?.to_vec();
        let mut read = Self {
            source_ton,
            source,
            destination,
            esm_class,
            data_coding,
            text,
            receipted_id: None,
            message_state: None,
        };
        while let Some((tag, value)) = rest.parameter() {
            read.note(tag, value);
        }
        Some(read)
    }

    fn note(&mut self, tag: u16, value: &[u8]) {
        match tag {
            RECEIPTED_MESSAGE_ID => {
                let text = String::from_utf8_lossy(value);
                self.receipted_id = Some(text.trim_end_matches('\0').to_owned());
            }
            MESSAGE_STATE => self.message_state = value.first().copied(),
            MESSAGE_PAYLOAD if self.text.is_empty() => self.text = value.to_vec(),
            _ => {}
        }
    }
}

struct BodyReader<'a>(&'a [u8]);

impl<'a> BodyReader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn octet(&mut self) -> Option<u8> {
        self.take(1).map(|octets| octets[0])
    }

    /// A text and the octet that ends it.
    fn text(&mut self) -> Option<String> {
        let length = self.0.iter().position(|octet| *octet == 0)?;
        let text = self.take(length)?;
        self.take(1)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// An optional parameter: its tag and its value.
    fn parameter(&mut self) -> Option<(u16, &'a [u8])> {
        let tag = self.take(2)?;
        let length = self.take(2)?;
        let length = u16::from_be_bytes([length[0], length[1]]);
        let value = self.take(usize::from(length))?;
        Some((u16::from_be_bytes([tag[0], tag[1]]), value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn delivered(text: &[u8], parameters: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        put_text(&mut body, "");
        body.extend([1, 1]);
        put_text(&mut body, "393331234567");
        body.extend([5, 0]);
        put_text(&mut body, "ARALDO");
        body.extend([4, 0, 0, 0, 0, 0, 0, 8, 0]);
        body.push(u8::try_from(text.len()).unwrap());
        body.extend_from_slice(text);
        body.extend_from_slice(parameters);
        body
    }

    #[test]
    fn what_was_formed_is_taken_whole_and_only_when_it_is_whole() {
        let first = form(ENQUIRE_LINK, 0, 7, b"");
        let second = form(DELIVER_SM, 0, 8, b"abc");
        let mut buffer = [first.as_slice(), &second[..second.len() - 1]].concat();
        let taken = take(&mut buffer).unwrap().unwrap();
        assert_eq!((taken.command, taken.sequence), (ENQUIRE_LINK, 7));
        assert_eq!(take(&mut buffer), Ok(None));
        buffer.push(b'c');
        assert_eq!(take(&mut buffer).unwrap().unwrap().body, b"abc");
        assert_eq!(take(&mut buffer), Ok(None));
        assert!(buffer.is_empty());
    }

    #[test]
    fn a_length_that_cannot_be_is_known_by_its_four_octets() {
        for length in [0_u32, 15, 20_000, 0x8000_0000] {
            let mut buffer = length.to_be_bytes().to_vec();
            assert_eq!(take(&mut buffer), Err(WrongLength(length)));
        }
    }

    #[test]
    fn a_delivery_is_read_with_its_parameters_and_without_half_ones() {
        let state = [0x04, 0x27, 0x00, 0x01, 0x02];
        let id = [0x00, 0x1e, 0x00, 0x03, b'4', b'2', 0];
        let read = DeliverSm::read(&delivered(b"hi", &[&id[..], &state[..]].concat())).unwrap();
        assert_eq!(read.source, "393331234567");
        assert_eq!(read.destination, "ARALDO");
        assert_eq!(
            (read.source_ton, read.esm_class, read.data_coding),
            (1, 4, 8)
        );
        assert_eq!(read.text, b"hi");
        assert_eq!(read.receipted_id.as_deref(), Some("42"));
        assert_eq!(read.message_state, Some(2));
        let half = DeliverSm::read(&delivered(b"hi", &id[..5])).unwrap();
        assert_eq!(half.receipted_id, None);
        let payload = [0x04, 0x24, 0x00, 0x02, b'o', b'k'];
        assert_eq!(
            DeliverSm::read(&delivered(b"", &payload)).unwrap().text,
            b"ok"
        );
        let whole = delivered(b"hi", b"");
        assert_eq!(DeliverSm::read(&whole[..whole.len() - 1]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_crash(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            drop(DeliverSm::read(&bytes));
            let mut buffer = bytes;
            while let Ok(Some(taken)) = take(&mut buffer) {
                taken.first_text();
            }
        }
    }
}
