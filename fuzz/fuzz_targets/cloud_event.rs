//! Any bytes in any mode: read without a crash, short errors that can be shown, never an event that
//! happened after it was received, and the same answer a second time.
#![no_main]

use araldo::domain::Timestamp;
use araldo::intake::Limits;
use araldo::intake::cloud_event::{Mode, read};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fuzz_target!(|input: (u8, Vec<(String, String)>, &[u8])| {
    let (mode, headers, body) = input;
    let modes = [Mode::Structured, Mode::Batched, Mode::Binary, Mode::Plain];
    let mode = modes[usize::from(mode) % modes.len()];
    let limits = Limits::default();
    match read(mode, &headers, body, &limits, NOW) {
        Ok(events) => {
            assert!(events.iter().all(|event| event.occurred_at <= NOW));
            assert_eq!(read(mode, &headers, body, &limits, NOW), Ok(events));
        }
        Err(fault) => assert!(fault.detail.len() < 4_000 && fault.pointer.len() < 2_000),
    }
});
