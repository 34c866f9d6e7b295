//! Whatever an operator types as a mail, or as a part of one, the check comes to an end.
#![no_main]
use araldo::template::{check, trial};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for source in trial::mails(text) {
        let findings = check(&source);
        assert!(findings.iter().all(|it| !it.message.is_empty()));
    }
});
