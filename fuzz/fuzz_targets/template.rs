//! Whatever an operator types as the text of an SMS, the check comes to an end.
#![no_main]
use araldo::template::{check, trial};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let findings = check(&trial::text(text));
    assert!(findings.iter().all(|it| !it.message.is_empty()));
});
