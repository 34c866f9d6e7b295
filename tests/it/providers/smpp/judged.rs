//! What we write is read by a codec that is not ours (`rusmpp`), field by field.

use rusmpp::tokio_codec::CommandCodec;
use rusmpp::values::{DataCoding, InterfaceVersion, Npi, Ton};
use rusmpp::{Command, Pdu};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder as _;

use super::super::{Running, sms};
use super::{PATIENT, provider};
use crate::support::smsc::Smsc;

fn read(bytes: &[u8]) -> Command {
    let mut bytes = BytesMut::from(bytes);
    let command = CommandCodec::new().decode(&mut bytes).unwrap().unwrap();
    assert!(bytes.is_empty(), "nothing is left over");
    command
}

#[tokio::test]
async fn another_implementation_reads_what_was_meant() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let provider = provider(&running, &smsc, PATIENT);
    provider
        .send(&sms("+393331234567", "Perché 5€"))
        .await
        .unwrap();
    provider
        .send(&sms("+393331234567", "È già qui 👍"))
        .await
        .unwrap();

    let bind = read(&smsc.binds()[0]);
    let Some(Pdu::BindTransceiver(bind)) = bind.pdu() else {
        panic!("{bind:?}");
    };
    assert_eq!(bind.system_id.as_str(), "araldo");
    assert_eq!(bind.password.as_str(), "s3cret");
    assert_eq!(bind.interface_version, InterfaceVersion::Smpp3_4);

    let submitted = smsc.submitted();
    for (submitted, coding, text) in [
        (
            &submitted[0],
            DataCoding::McSpecific,
            &b"Perch\x05 5\x1b\x65"[..],
        ),
        (
            &submitted[1],
            DataCoding::Ucs2,
            &b"\0\xc8\0 \0g\0i\0\xe0\0 \0q\0u\0i\0 \xd8\x3d\xdc\x4d"[..],
        ),
    ] {
        let command = read(&submitted.bytes);
        let Some(Pdu::SubmitSm(read)) = command.pdu() else {
            panic!("{command:?}");
        };
        assert_eq!(
            (read.source_addr_ton, read.source_addr_npi),
            (Ton::Alphanumeric, Npi::Unknown)
        );
        assert_eq!(read.source_addr.as_str(), "ARALDO");
        assert_eq!(
            (read.dest_addr_ton, read.dest_addr_npi),
            (Ton::International, Npi::Isdn)
        );
        assert_eq!(read.destination_addr.as_str(), "393331234567");
        // From 10:00 to 12:30 by the clock of these tests.
        assert_eq!(read.validity_period.as_str(), "000000023000000R");
        assert_eq!(u8::from(read.registered_delivery), 1);
        assert_eq!(read.data_coding, coding);
        let octets: &[u8] = read.short_message().as_ref();
        assert_eq!(octets, text);
        assert!(read.tlvs().is_empty());
    }
}
