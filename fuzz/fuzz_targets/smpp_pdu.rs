//! Any bytes from an SMS centre, in whatever pieces they come: the same PDUs, none longer than is taken, and
//! each body read as a delivery or not, without a crash.
#![no_main]

use araldo::channel::sms::smpp::{DeliverSm, Pdu, take_pdu};
use araldo::domain::limits::SMPP_PDU;
use libfuzzer_sys::fuzz_target;

/// The PDUs of these pieces, and whether a length ended it that no PDU has.
fn taken(pieces: &[&[u8]]) -> (Vec<Pdu>, bool) {
    let (mut buffer, mut pdus) = (Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match take_pdu(&mut buffer) {
                Ok(Some(pdu)) => pdus.push(pdu),
                Ok(None) => break,
                Err(_) => return (pdus, true),
            }
        }
    }
    (pdus, false)
}

fuzz_target!(|pieces: Vec<&[u8]>| {
    let (pdus, broken) = taken(&pieces);
    let whole = pieces.concat();
    assert_eq!(taken(&[whole.as_slice()]), (pdus.clone(), broken));
    for pdu in &pdus {
        assert!(pdu.body.len() < SMPP_PDU);
        assert_eq!(DeliverSm::read(&pdu.body), DeliverSm::read(&pdu.body));
    }
});
