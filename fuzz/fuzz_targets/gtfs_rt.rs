//! Any bytes as a feed of a transit agency, twice: read without a crash, within the limits of a look, and
//! what was kept of the first look is read again as it was.
#![no_main]

use std::sync::LazyLock;

use araldo::domain::Timestamp;
use araldo::source::{GtfsFeed, GtfsMemory, GtfsSettings};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 50;
const NOW: i64 = 1_795_000_000;

static SETTINGS: LazyLock<GtfsSettings> = LazyLock::new(|| {
    let settings = serde_json::json!({
        "url": "https://feeds.example.it/trips.pb",
        "lines": { "tag": "line:{{ route_id }}", "stop": "stop:{{ stop_id }}" },
        "stale_after": "7 days",
    });
    serde_json::from_value(settings).expect("settings")
});

fuzz_target!(|input: (&[u8], &[u8])| {
    let mut cursor = None;
    for (look, bytes) in (0..).zip([input.0, input.1]) {
        let feed = match GtfsFeed::read(bytes) {
            Ok(feed) => feed,
            Err(fault) => {
                assert!(fault.len() < 1_000 && !fault.contains(char::is_control));
                continue;
            }
        };
        let now = Timestamp::from_micros((NOW + look * 60) * 1_000_000);
        let memory = GtfsMemory::read(cursor.as_ref());
        if let Ok(look) = memory.take(&feed, &SETTINGS, LIMIT, now) {
            assert!(look.records.len() <= LIMIT);
            cursor = look.cursor.or(cursor);
        }
    }
});
