//! Any line: answered or refused, the same each time, and never with what it said of itself as the rule.
#![no_main]

use araldo::track::verdict::asked::answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    let first = answer(line);
    assert_eq!(first, answer(line));
    if let Ok(answer) = first {
        assert!(answer.rule.starts_with(answer.verdict.as_str()));
        assert_eq!(
            answer.machine,
            !matches!(
                answer.verdict.as_str(),
                "undetermined" | "person" | "confirmed"
            )
        );
    }
});
