//! Any bytes as messages of somebody's log: no crash, at most one record of each, always with its
//! place, and the same a second time.
#![no_main]

use araldo::domain::Timestamp;
use araldo::source::{ChangeDecoder, ChangesPlace, ChangesSettings};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fuzz_target!(|messages: Vec<(bool, &[u8])>| {
    let settings = json!({
        "url": "postgres://a",
        "tables": ["a.b"],
        "operations": ["insert", "update", "delete"],
    });
    let Ok(settings) = serde_json::from_value::<ChangesSettings>(settings) else {
        panic!("the settings can be read");
    };
    let read = || {
        let mut decoder = ChangeDecoder::new(&settings, ChangesPlace::default(), NOW);
        let taken = messages
            .iter()
            .map(|(whole, bytes)| decoder.take(bytes, *whole));
        taken.collect::<Vec<_>>()
    };
    let records = read();
    for record in records.iter().flatten() {
        assert_eq!(record.fields["_lsn"], record.place);
    }
    assert_eq!(read(), records);
});
