//! Any text: its size is what its characters add up to, and it fits the segments it is said to need.
#![no_main]

use araldo::domain::segments::{cut, measure};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let measured = measure(text);
    assert!(measured.units <= measured.count * measured.per_segment);
    assert_eq!(measured.count == 0, text.is_empty());
    let parts = cut(text);
    assert_eq!(parts.len(), measured.count);
    assert_eq!(parts.concat(), text);
    assert!(measured.left_in_last <= measured.per_segment);
});
