//! Any text as the condition of a rule: refused with a reason, or taken and answered, the same each time;
//! and pages can always say which fields it asks for.
#![no_main]

use std::sync::LazyLock;

use araldo::config::rules::parse;
use araldo::domain::Timestamp;
use araldo::domain::condition::{fields, parts};
use araldo::domain::event::{Event, EventData};
use araldo::plan::Matcher;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, json};

static EVENT: LazyLock<Event> = LazyLock::new(|| Event {
    source: "/crm".to_owned(),
    id: "1".to_owned(),
    kind: "case.state_changed".to_owned(),
    subject: Some("PR-1".to_owned()),
    occurred_at: Timestamp::from_micros(1_795_000_000_000_000),
    claimed_at: None,
    data: EventData::Other,
    raw: json!({ "case": "PR-1", "kind": "voltura", "state": "done", "owner": null, "days": [1, 2.5] }),
    fingerprint: String::new(),
    quiet: false,
    late: false,
});

fuzz_target!(|when: &str| {
    drop((parts(when), fields(when)));
    // As a text of JSON it is one of TOML, too, or is refused.
    let rule = format!(
        "[[rule]]\nname = \"a\"\non = [\"case.state_changed\"]\naudience = \"case-client\"\n\
         template = \"case-progress\"\ntopic = \"cases\"\nwhen = {}\n",
        json!(when)
    );
    let Ok(rules) = parse("rules.toml", &rule) else {
        return;
    };
    match Matcher::new(rules) {
        Ok(matcher) => {
            let told = || matcher.for_event(&EVENT, &Map::new()).len();
            assert_eq!(told(), told());
        }
        Err(fault) => panic!("what the settings take is taken: {fault}"),
    }
});
