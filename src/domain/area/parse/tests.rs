//! Areas well and badly written.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn the_parts_are_read_trimmed_and_each_once() {
    let area = Area::parse(&json!({
        "municipalities": ["037006", " 037006 ", "015146"],
        "postal_codes": null,
        "polygon": [[44, 11], [44, 12], [45.5, 12], [44, 11]],
        "circle": {"lat": 44.5, "lon": -11.25, "radius_km": 0.25},
    }))
    .unwrap();
    assert_eq!(area.municipalities, ["037006", "015146"]);
    assert!(area.postal_codes.is_empty());
    assert_eq!(
        area.polygon.unwrap(),
        [(44.0, 11.0), (44.0, 12.0), (45.5, 12.0)]
    );
    assert_eq!(area.circle.unwrap().radius_m, 250);
}

fn assert_refused(area: &Value, pointer: &str, says: &str) {
    let error = Area::parse(area).unwrap_err();
    assert_eq!(error.pointer, pointer, "{area}");
    assert!(error.detail.contains(says), "{area}: {error}");
}

#[test]
fn a_wrong_code_is_named_with_its_place_and_what_would_be_right() {
    for (area, pointer, says) in [
        (json!("037006"), "", "no object"),
        (
            json!({"municipality": []}),
            "/municipality",
            "municipalities, postal",
        ),
        (
            json!({"municipalities": "037006"}),
            "/municipalities",
            "list of texts",
        ),
        (
            json!({"municipalities": ["037006", "Bologna"]}),
            "/municipalities/1",
            "`Bologna`",
        ),
        (
            json!({"municipalities": [37006]}),
            "/municipalities/0",
            "leading zeros",
        ),
        (
            json!({"municipalities": ["37006"]}),
            "/municipalities/0",
            "six digits",
        ),
        (
            json!({"municipalities": ["٠٣٧٠٠٦"]}),
            "/municipalities/0",
            "six digits",
        ),
        (json!({"tags": [" "]}), "/tags/0", "empty"),
        (json!({"places": ["a\u{0}b"]}), "/places/0", "control"),
    ] {
        assert_refused(&area, pointer, says);
    }
}

#[test]
fn a_wrong_polygon_is_named_with_its_place_and_what_would_be_right() {
    for (polygon, pointer, says) in [
        (json!([[44, 11], [44, 12]]), "/polygon", "three"),
        (json!([[44, 11], [44, 12], [44, 11]]), "/polygon", "three"),
        (
            json!([[44, 11], [44, 12], [95, 11]]),
            "/polygon/2/0",
            "latitude",
        ),
        (
            json!([[44, 11], [44, 181], [45, 11]]),
            "/polygon/1/1",
            "-180 to 180",
        ),
        (json!([[44, 11], [44], [45, 11]]), "/polygon/1", "[lat,lon]"),
        (
            json!([[[44, 11], [44, 12], [45, 12]]]),
            "/polygon/0",
            "two numbers",
        ),
        (json!("44,11 44,12 45,12"), "/polygon", "[[lat,lon],..]"),
    ] {
        assert_refused(&json!({ "polygon": polygon }), pointer, says);
    }
}

#[test]
fn a_wrong_circle_is_named_with_its_place_and_what_would_be_right() {
    for (circle, pointer, says) in [
        (json!([44, 11, 2]), "/circle", "no object"),
        (
            json!({"lat": 44, "lon": 11}),
            "/circle/radius_km",
            "nothing",
        ),
        (
            json!({"lat": 44, "lon": 11, "radius_km": -1}),
            "/circle/radius_km",
            "0 to 500",
        ),
        (
            json!({"lat": 44, "lon": 11, "radius_km": 501}),
            "/circle/radius_km",
            "0 to 500",
        ),
        (
            json!({"lat": "44", "lon": 11, "radius_km": 1}),
            "/circle/lat",
            "latitude",
        ),
        (
            json!({"lat": 44, "lon": 11, "radius": 1}),
            "/circle/radius",
            "radius_km",
        ),
    ] {
        assert_refused(&json!({ "circle": circle }), pointer, says);
    }
}

#[test]
fn too_many_corners_are_refused() {
    let corners: Vec<_> = (0..=AREA_CORNERS).map(|_| json!([44, 11])).collect();
    let error = Area::parse(&json!({ "polygon": corners })).unwrap_err();
    assert!(error.detail.contains("10001 corners"), "{error}");
}

#[test]
fn lists_without_end_are_refused_at_the_door_and_read_from_the_store() {
    let many: Vec<String> = (0..=AREA_ITEMS).map(|number| number.to_string()).collect();
    for name in ["postal_codes", "tags", "places"] {
        let area = json!({ name: many });
        let parsed: Area = serde_json::from_value(area).unwrap();
        let error = parsed.check().unwrap_err();
        assert_eq!(error.pointer, format!("/{name}"));
        assert!(
            error.detail.contains("20001 items; at most 20000"),
            "{error}"
        );
        let long = Area::parse(&json!({ name: ["x".repeat(201)] })).unwrap();
        let error = long.check().unwrap_err();
        assert!(error.detail.contains("more than 200 characters"), "{error}");
        let right = Area::parse(&json!({ name: ["è".repeat(200)] })).unwrap();
        assert_eq!(right.check(), Ok(()));
    }
}

/// Four times as much takes about four times as long; compared with each other, item by item, it
/// took sixteen times as long.
#[test]
fn long_lists_are_read_in_time_in_proportion_to_their_length() {
    let read = |items: usize| {
        let places: Vec<String> = (0..items)
            .map(|number| format!("IT001E{number:08}"))
            .collect();
        let area = json!({ "places": places });
        let once = || {
            let begun = std::time::Instant::now();
            assert_eq!(Area::parse(&area).unwrap().places.len(), items);
            begun.elapsed().as_secs_f64()
        };
        (0..7).map(|_| once()).fold(f64::MAX, f64::min)
    };
    let (some, many) = (read(10_000), read(40_000));
    assert!(many < some * 10.0, "{some} s, {many} s");
}

proptest! {
    #[test]
    fn any_radius_survives_the_store(km in 0.0..=500.0_f64) {
        let area = Area::parse(&json!({"circle": {"lat": 44, "lon": 11, "radius_km": km}}));
        let area = area.unwrap();
        let again = Area::parse(&serde_json::to_value(&area).unwrap()).unwrap();
        prop_assert_eq!(again, area);
    }
}

#[test]
fn an_outline_is_read_again_as_it_was_written_down() {
    let read = |polygon: Value| Area::parse(&json!({ "polygon": polygon }));
    // Corners that are all one, or two, enclose nothing, however often they are repeated.
    for polygon in [
        json!([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]),
        json!([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]),
    ] {
        assert_eq!(read(polygon).unwrap_err().pointer, "/polygon");
    }
    let twice_closed = json!([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]);
    let area = read(twice_closed).unwrap();
    assert_eq!(area.polygon.as_ref().unwrap().len(), 3);
    let written = serde_json::to_value(&area).unwrap();
    assert_eq!(Area::parse(&written).unwrap(), area);
}
