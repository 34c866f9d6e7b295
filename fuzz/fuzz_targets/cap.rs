//! Any bytes under any content type: read without a crash and without waiting for long, short errors
//! that can be shown, and of each alert the same columns, whatever it lacks.
#![no_main]

use araldo::domain::area::Area;
use araldo::source::{CapAlert, CapDocument, CapReading, CapSettings};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|input: (&[u8], Option<&str>)| {
    let (bytes, content_type) = input;
    let settings = json!({ "url": "https://avvisi.example.it/cap" });
    let Ok(settings) = serde_json::from_value::<CapSettings>(settings) else {
        panic!("the least of settings");
    };
    match CapReading::of(bytes, content_type) {
        Ok(reading) => {
            if let CapDocument::Alert(alert) = reading.document {
                let columns = alert.columns(&settings);
                let usual = CapAlert::default().columns(&settings);
                assert!(columns.keys().eq(usual.keys()));
                let note = columns["note"].as_str().unwrap_or_default();
                assert!(note.chars().count() <= 2_000);
                // Whatever is no shape is refused by the area's own check, and does not crash it.
                let shapes = ["polygon", "circle", "geojson"].map(|name| columns[name].clone());
                let [polygon, circle, geojson] = shapes;
                let area = json!({ "polygon": polygon, "circle": circle, "geojson": geojson });
                if let Err(fault) = Area::parse(&area) {
                    assert!(!fault.to_string().contains(char::is_control));
                }
                assert!(
                    columns["municipalities"] == Value::Null
                        || columns["municipalities"].is_array()
                );
            }
        }
        Err(fault) => {
            assert!(fault.chars().count() < 300 && !fault.contains(char::is_control));
        }
    }
});
