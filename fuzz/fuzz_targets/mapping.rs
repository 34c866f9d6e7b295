//! Any text as the source of a field, over any record: refused by its syntax, or evaluated to an event or
//! a fault that names our field, the same each time.
#![no_main]

use std::sync::{Arc, LazyLock};

use araldo::config::Config;
use araldo::domain::Timestamp;
use araldo::domain::case_kind::CaseKinds;
use araldo::source::{Mapping, SourceRecord, WatchSettings};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

const SETTINGS: &str = r#"
[source.drop]
kind = "folder"
path = "/var/spool/araldo"
[source.drop.case]
case = "pratica"
client = "cliente"
kind = "tipo"
state = "stato"
"#;

static WATCH: LazyLock<WatchSettings> = LazyLock::new(|| {
    let file = std::env::temp_dir().join(format!("araldo-fuzz-{}.toml", std::process::id()));
    std::fs::write(&file, SETTINGS).expect("a file");
    let config = Config::load(Some(&file), std::iter::empty()).expect("settings");
    std::fs::remove_file(&file).ok();
    config.sources["drop"].settings.watch.clone()
});

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (text, time, record) = input;
    let Ok(Value::Object(fields)) = serde_json::from_slice(record) else {
        return;
    };
    let mut watch = WATCH.clone();
    if let Some(case) = &mut watch.case {
        case.note = Some(text.to_owned());
        case.version = Some(text.to_owned());
        case.changed_at = Some(time.to_owned());
    }
    let Ok(mapping) = Mapping::new("drop", &watch, Arc::new(CaseKinds::shipped())) else {
        return;
    };
    let record = SourceRecord {
        place: "line 1".to_owned(),
        fields,
    };
    let mapped = mapping.map(&record);
    assert_eq!(mapping.map(&record), mapped);
    if let Ok(event) = mapped.and_then(|mapped| mapping.event(&mapped, true, false, NOW)) {
        assert!(event.occurred_at <= NOW);
    }
});
