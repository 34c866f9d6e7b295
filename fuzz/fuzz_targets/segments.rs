//! Any text: its segments are the whole of it, each fits, and replacing twice changes nothing.
#![no_main]

use araldo::domain::segments::{measure, split, transliterate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let measured = measure(text);
    let parts = split(text);
    assert_eq!(parts.concat(), text);
    assert_eq!(parts.len(), measured.count);
    assert!(measured.left_in_last <= measured.per_segment);
    for part in &parts {
        assert!(measure(part).units <= measured.per_segment);
    }
    let plain = transliterate(text);
    assert_eq!(transliterate(&plain), plain);
});
