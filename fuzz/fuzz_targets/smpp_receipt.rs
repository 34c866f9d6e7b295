//! Any bytes as the text of an SMPP report: read without a crash, its words within their limits and fit
//! for a row and a log, and nothing taken from what we sent ourselves.
#![no_main]

use araldo::channel::sms::smpp::read_receipt;
use araldo::domain::limits::SMPP_ID;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let read = read_receipt(text);
    let words = [&read.id, &read.stat, &read.err];
    for word in words.into_iter().flatten() {
        assert!((1..=SMPP_ID).contains(&word.len()) && word.chars().all(|c| c.is_ascii_graphic()));
    }
    let ours = [&b"id:1 text: "[..], text].concat();
    assert_eq!(read_receipt(&ours).stat, None);
});
