//! Any JSON: what is read as an area is written and read again as the same, and every position
//! it covers lies in its box.
#![no_main]

use araldo::domain::area::Area;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (f64, f64, &[u8])| {
    let (lat, lon, json) = input;
    let Ok(value) = serde_json::from_slice(json) else {
        return;
    };
    match Area::parse(&value) {
        Ok(area) => {
            if let Ok(written) = serde_json::to_value(&area) {
                assert_eq!(Area::parse(&written).as_ref(), Ok(&area));
            }
            let position = (lat % 90.0, lon % 180.0);
            if area.covers_position(position) {
                assert!(
                    area.bounding_box()
                        .is_some_and(|bounds| bounds.holds(position))
                );
            }
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
});
