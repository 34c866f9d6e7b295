//! Whether one area lies within another: whatever the one covers, the other does. In doubt it does
//! not; whoever asks takes that for two areas.
//!
//! Lists are compared word by word. Of a shape the box around it is looked at, not its outline: that
//! is cheap, and errs to the one side alone. What a list of one and a shape of the other have in
//! common is not known here.

use std::collections::HashSet;

use super::Area;
use super::geometry::{self, Bounds};
use super::outline::Outline;

impl Area {
    /// Whether it certainly covers all that `other` covers, which is something at all.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        !other.is_empty()
            && are_among(&other.municipalities, &self.municipalities)
            && are_among(&other.postal_codes, &self.postal_codes)
            && are_among(&other.tags, &self.tags)
            && are_among(&other.places, &self.places)
            && other.boxes().all(|part| self.covers_box(&part))
    }

    /// A box around each of its shapes.
    fn boxes(&self) -> impl Iterator<Item = Bounds> {
        let polygon = self.polygon.as_deref().and_then(Bounds::of_polygon);
        let circle = self.circle.as_ref().map(Bounds::of_circle);
        let outline = self.geojson.iter().flat_map(Outline::boxes);
        polygon.into_iter().chain(circle).chain(outline)
    }

    /// Whether one of its shapes covers the whole box.
    fn covers_box(&self, part: &Bounds) -> bool {
        let polygon = self.polygon.as_deref();
        polygon.is_some_and(|corners| geometry::polygon_covers_box(corners, part))
            || self
                .circle
                .as_ref()
                .is_some_and(|circle| geometry::circle_covers_box(circle, part))
            || self
                .geojson
                .as_ref()
                .is_some_and(|outline| outline.covers_box(part))
    }
}

fn are_among(words: &[String], all: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let all: HashSet<&str> = all.iter().map(String::as_str).collect();
    words.iter().all(|word| all.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn area(value: &Value) -> Area {
        Area::parse(value).unwrap()
    }

    fn square(south: f64, west: f64, size: f64) -> Value {
        let (north, east) = (south + size, west + size);
        json!([[south, west], [south, east], [north, east], [north, west]])
    }

    /// A ring as `GeoJSON` has it: longitude first.
    fn ring(corners: &Value) -> Value {
        let corners = corners.as_array().unwrap().iter();
        corners
            .map(|corner| json!([corner[1], corner[0]]))
            .collect()
    }

    #[test]
    fn lists_lie_within_lists() {
        let wide = json!({"municipalities": ["037006", "037020"], "tags": ["feeder:1"]});
        for (narrow, within) in [
            (json!({"municipalities": ["037006"]}), true),
            (wide.clone(), true),
            (json!({"tags": ["feeder:1"]}), true),
            (json!({"municipalities": ["037006", "037009"]}), false),
            (json!({"tags": ["feeder:1", "feeder:2"]}), false),
            (json!({"places": ["IT001E1"]}), false),
            (json!({"postal_codes": ["40121"]}), false),
            (json!({"polygon": square(44.0, 11.0, 1.0)}), false),
            (json!({}), false),
        ] {
            assert_eq!(area(&wide).contains(&area(&narrow)), within, "{narrow}");
        }
    }

    #[test]
    fn shapes_lie_within_shapes() {
        let town = json!({"polygon": square(44.0, 11.0, 1.0)});
        let round = json!({"circle": {"lat": 44.5, "lon": 11.5, "radius_km": 50}});
        let hollow = json!({"geojson": {"type": "Polygon", "coordinates": [
            ring(&square(44.0, 11.0, 1.0)), ring(&square(44.4, 11.4, 0.2))]}});
        let street = json!({"polygon": square(44.1, 11.1, 0.1)});
        let heart = json!({"circle": {"lat": 44.5, "lon": 11.5, "radius_km": 1}});
        for (wide, narrow, within) in [
            (&town, &street, true),
            (&town, &heart, true),
            (&round, &heart, true),
            (&hollow, &street, true),
            (&hollow, &heart, false),
            (&round, &town, false),
            (&street, &town, false),
            (&heart, &round, false),
            (&town, &town, false),
        ] {
            let found = area(wide).contains(&area(narrow));
            assert_eq!(found, within, "{narrow} in {wide}");
        }
        let across = json!({"polygon": square(43.9, 11.1, 0.2)});
        assert!(!area(&town).contains(&area(&across)));
        let around_the_hole = json!({"polygon": square(44.3, 11.3, 0.4)});
        assert!(!area(&hollow).contains(&area(&around_the_hole)));
    }

    #[test]
    fn the_180th_meridian_and_the_poles_are_doubts_and_no_mistakes() {
        let fiji = json!({"polygon": [[-20, 177], [-20, -178], [-15, -178], [-15, 177]]});
        let west = json!({"circle": {"lat": -17, "lon": 178, "radius_km": 10}});
        let over = json!({"circle": {"lat": -17, "lon": 180, "radius_km": 10}});
        assert!(area(&fiji).contains(&area(&west)));
        assert!(!area(&fiji).contains(&area(&over)));
        let far = json!({"polygon": square(-17.5, -2.0, 0.1)});
        assert!(!area(&fiji).contains(&area(&far)));
        let pole = json!({"circle": {"lat": 89.9, "lon": 0, "radius_km": 400}});
        let at_the_pole = json!({"circle": {"lat": 89.95, "lon": 0, "radius_km": 10}});
        assert!(!area(&pole).contains(&area(&at_the_pole)));
    }

    fn corner() -> impl Strategy<Value = (f64, f64)> {
        (43.0..46.0_f64, 10.0..13.0_f64)
    }

    fn outline() -> impl Strategy<Value = Value> {
        proptest::collection::vec(corner(), 3..8).prop_map(|corners| json!(corners))
    }

    fn wide_area() -> impl Strategy<Value = Value> {
        let circle = (corner(), 1.0..300.0_f64);
        prop_oneof![
            outline().prop_map(|polygon| json!({ "polygon": polygon })),
            circle.prop_map(|((lat, lon), km)| json!({"circle":
                {"lat": lat, "lon": lon, "radius_km": km}})),
            (outline(), outline()).prop_map(|(outer, hole)| json!({"geojson":
                {"type": "Polygon", "coordinates": [ring(&outer), ring(&hole)]}})),
        ]
    }

    fn narrow_area() -> impl Strategy<Value = (Value, (f64, f64), f64)> {
        let spread = prop_oneof![0.001..0.05_f64, 0.05..1.0_f64];
        let offsets = proptest::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 3..6);
        (corner(), spread, offsets, any::<bool>()).prop_map(|(at, spread, offsets, round)| {
            let moved = offsets.iter();
            let corners: Vec<_> = moved
                .map(|(lat, lon)| (at.0 + lat * spread, at.1 + lon * spread))
                .collect();
            let shape = match round {
                true => json!({"circle": {"lat": at.0, "lon": at.1, "radius_km": spread * 50.0}}),
                false => json!({ "polygon": corners }),
            };
            (shape, at, spread)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn what_lies_within_covers_nothing_that_the_other_does_not(
            wide in wide_area(),
            (narrow, at, spread) in narrow_area(),
            steps in proptest::collection::vec((-1.5..1.5_f64, -1.5..1.5_f64), 24),
        ) {
            let (Ok(wide), Ok(narrow)) = (Area::parse(&wide), Area::parse(&narrow)) else {
                return Ok(());
            };
            if wide.contains(&narrow) {
                let corners = narrow.polygon.iter().flatten().copied();
                let moved = steps.iter().map(|(lat, lon)| (at.0 + lat * spread, at.1 + lon * spread));
                for position in corners.chain(moved).chain([at]) {
                    let covered = narrow.covers_position(position);
                    prop_assert!(!covered || wide.covers_position(position), "{position:?}");
                }
            }
        }
    }
}
