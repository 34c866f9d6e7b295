//! Any JSON posted to a web hook, the list anywhere in it: refused with words that can be shown, or taken
//! as records; and whatever a record says, the mapping makes an event of it or names the field, the same
//! each time.
#![no_main]

use std::sync::{Arc, LazyLock};

use araldo::config::Config;
use araldo::domain::Timestamp;
use araldo::domain::case_kind::CaseKinds;
use araldo::source::{Mapping, ReaderSettings, SourceSettings, posted_records};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
const LISTS: [Option<&str>; 4] = [None, Some("alerts"), Some("data.items"), Some("a.b.c")];

/// A case whose fields are a column, a path, and expressions that look into what is posted.
const SETTINGS: &str = r#"
[source.desk]
kind = "webhook"
secret = "for trials"
[source.desk.case]
case = "{{ 'DESK-' ~ record.number }}"
client = "{{ record.customer.login }}"
kind = "{{ record.group.name | lower }}"
state = "state"
note = "{{ record.title | default('') }}"
expected_by = "due"
changed_at = "updated_at"
[source.desk.states]
"open" = "received"
"#;

static DESK: LazyLock<SourceSettings> = LazyLock::new(|| {
    let file = std::env::temp_dir().join(format!("araldo-fuzz-{}.toml", std::process::id()));
    std::fs::write(&file, SETTINGS).expect("a file");
    let config = Config::load(Some(&file), std::iter::empty()).expect("settings");
    std::fs::remove_file(&file).ok();
    config.sources["desk"].settings.clone()
});

static MAPPING: LazyLock<Mapping> = LazyLock::new(|| {
    let kinds = Arc::new(CaseKinds::shipped());
    Mapping::new("desk", &DESK.watch, kinds).expect("a mapping")
});

fuzz_target!(|input: (u8, &[u8])| {
    let (list, body) = input;
    let Ok(body) = serde_json::from_slice(body) else {
        return;
    };
    let mut settings = DESK.reader.clone();
    if let ReaderSettings::Webhook(webhook) = &mut settings {
        webhook.items = LISTS[usize::from(list) % LISTS.len()].map(str::to_owned);
    }
    let records = match posted_records(&settings, body, "a request") {
        Ok(records) => records,
        Err(fault) => {
            assert!(!fault.to_string().contains(char::is_control));
            return;
        }
    };
    for record in &records {
        let mapped = MAPPING.map(record);
        assert_eq!(MAPPING.map(record), mapped);
        let event = mapped.and_then(|mapped| MAPPING.event(&mapped, false, false, NOW));
        match event {
            Ok(event) => assert!(event.occurred_at <= NOW),
            Err(fault) => assert!(!fault.to_string().contains(char::is_control)),
        }
    }
});
