//! Any bytes as a mail that came back: read without a crash, within the limits, nothing in it that could
//! turn a line of the console or the log around, and the same answer a second time.
//! Seeds: `tests/it/mail/returned` (`cargo +nightly fuzz run returned fuzz/corpus/returned tests/it/mail/returned`).
#![no_main]

use araldo::domain::limits::{RETURNED_ID, RETURNED_REASON, RETURNED_RECIPIENTS};
use araldo::track::returned::{ReturnedClass, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let mail = read(raw);
    assert!(mail.recipients.len() <= RETURNED_RECIPIENTS && mail.each.len() <= RETURNED_RECIPIENTS);
    assert!(
        mail.reason.chars().count() <= RETURNED_REASON && !mail.reason.contains(char::is_control)
    );
    assert!(
        mail.message
            .iter()
            .all(|id| id.chars().count() <= RETURNED_ID)
    );
    assert!(
        mail.recipients
            .iter()
            .all(|recipient| recipient.contains('@'))
    );
    assert!(mail.class == ReturnedClass::NotAReport || !mail.reason.is_empty());
    assert_eq!(read(raw), mail);
});
