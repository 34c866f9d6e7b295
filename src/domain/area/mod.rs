//! Areas: what an incident covers, and whether a place lies within.
//!
//! The parts of an area add up: a place is covered when any one of them covers it. An area that
//! names a municipality and a tag tells everyone in the municipality and everyone with the tag.
//! The other reading would be as natural, but its mistakes are worse: one message too many is a
//! nuisance, a person forgotten is the fault this product exists to prevent.
//!
//! In JSON, each part optional:
//!
//! ```json
//! {"municipalities": ["037006"], "postal_codes": ["40121"],
//!  "tags": ["feeder:BO-12"], "places": ["IT001E12345678"],
//!  "polygon": [[44.5, 11.3], [44.5, 11.4], [44.4, 11.4]],
//!  "circle": {"lat": 44.49, "lon": 11.34, "radius_km": 2.5}}
//! ```
//!
//! Latitude comes first, as in CAP 1.2 and on every map, and not as in `GeoJSON`.
//!
//! `parse` reads that form, `geometry` decides about positions. Finding the clients of an area
//! in the store is the work of `plan`.

mod geometry;
mod parse;

pub use geometry::{Bounds, Circle};
pub use parse::AreaError;

use crate::domain::client::Place;

/// What an incident covers: the union of its parts. The default covers nothing.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub struct Area {
    /// ISTAT codes, six digits each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub municipalities: Vec<String>,
    /// Postal codes as the places have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub postal_codes: Vec<String>,
    /// Tags such as `feeder:BO-12`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Supply point codes, or the organisation's own for a place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Corners as latitude and longitude in degrees; the last joins the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polygon: Option<Vec<(f64, f64)>>,
    /// A point and a distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circle: Option<Circle>,
}

impl Area {
    /// Whether it covers nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.municipalities.is_empty()
            && self.postal_codes.is_empty()
            && self.tags.is_empty()
            && self.places.is_empty()
            && self.polygon.is_none()
            && self.circle.is_none()
    }

    /// Whether any part covers the place.
    #[must_use]
    pub fn covers(&self, place: &Place) -> bool {
        let among =
            |codes: &[String], code: Option<&String>| code.is_some_and(|code| codes.contains(code));
        self.places.contains(&place.place)
            || among(&self.municipalities, place.municipality.as_ref())
            || among(&self.postal_codes, place.postal_code.as_ref())
            || place.tags.iter().any(|tag| self.tags.contains(tag))
            || place
                .position
                .is_some_and(|position| self.covers_position(position))
    }

    /// Whether the polygon or the circle covers a position (latitude, longitude in degrees).
    #[must_use]
    pub fn covers_position(&self, position: (f64, f64)) -> bool {
        let circle = self.circle.as_ref();
        let polygon = self.polygon.as_deref();
        circle.is_some_and(|circle| circle.covers(position))
            || polygon.is_some_and(|corners| geometry::polygon_covers(corners, position))
    }

    /// A box around the polygon and the circle, for a first search in the store; `None` without
    /// either. Every covered position lies within; the reverse does not hold.
    #[must_use]
    pub fn bounding_box(&self) -> Option<Bounds> {
        let polygon = self.polygon.as_deref().and_then(Bounds::of_polygon);
        let circle = self.circle.as_ref().map(Bounds::of_circle);
        match (polygon, circle) {
            (Some(one), Some(other)) => Some(one.with(other)),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place() -> Place {
        Place {
            place: "IT001E12345678".to_owned(),
            kind: "pod".to_owned(),
            municipality: Some("037006".to_owned()),
            postal_code: Some("40121".to_owned()),
            position: Some((44.4949, 11.3426)),
            tags: vec!["school:3".to_owned(), "feeder:BO-12".to_owned()],
        }
    }

    #[test]
    fn a_place_is_covered_when_any_one_part_covers_it() {
        for (area, covered) in [
            (json!({}), false),
            (json!({"municipalities": ["037006"]}), true),
            (json!({"municipalities": ["037007"]}), false),
            (
                json!({"municipalities": ["037007"], "tags": ["feeder:BO-12"]}),
                true,
            ),
            (json!({"tags": ["feeder:BO-1"]}), false),
            (json!({"postal_codes": ["40121", "40122"]}), true),
            (json!({"places": ["IT001E12345678"]}), true),
            (
                json!({"polygon": [[44.4, 11.3], [44.6, 11.3], [44.5, 11.5]]}),
                true,
            ),
            (
                json!({"polygon": [[44.6, 11.3], [44.7, 11.3], [44.7, 11.5]]}),
                false,
            ),
            (
                json!({"circle": {"lat": 44.5, "lon": 11.34, "radius_km": 1}}),
                true,
            ),
            (
                json!({"circle": {"lat": 44.6, "lon": 11.34, "radius_km": 1}}),
                false,
            ),
        ] {
            let parsed = Area::parse(&area).unwrap();
            assert_eq!(parsed.covers(&place()), covered, "{area}");
            assert_eq!(parsed.is_empty(), area == json!({}));
        }
    }

    #[test]
    fn a_place_without_anything_known_is_covered_by_its_code_alone() {
        let bare = Place {
            municipality: None,
            postal_code: None,
            position: None,
            tags: Vec::new(),
            ..place()
        };
        let everything = json!({"municipalities": ["037006"], "tags": ["feeder:BO-12"],
            "circle": {"lat": 44.5, "lon": 11.34, "radius_km": 500}});
        assert!(!Area::parse(&everything).unwrap().covers(&bare));
        let by_code = json!({"places": ["IT001E12345678"]});
        assert!(Area::parse(&by_code).unwrap().covers(&bare));
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        for area in [
            json!({}),
            json!({"municipalities": ["037006"], "tags": ["feeder:BO-12"]}),
            json!({"polygon": [[44.5, 11.25], [44.5, 11.5], [44.25, 11.5]],
                   "circle": {"lat": 44.5, "lon": 11.25, "radius_km": 2.5}}),
        ] {
            let parsed: Area = serde_json::from_value(area.clone()).unwrap();
            assert_eq!(serde_json::to_value(&parsed).unwrap(), area);
            let text = serde_json::to_string(&parsed).unwrap();
            assert_eq!(serde_json::from_str::<Area>(&text).unwrap(), parsed);
        }
    }

    #[test]
    fn the_box_holds_both_shapes() {
        let area = json!({"polygon": [[44.5, 11.25], [44.5, 11.5], [44.25, 11.5]],
            "circle": {"lat": 45.0, "lon": 12.0, "radius_km": 10}});
        let bounds = Area::parse(&area).unwrap().bounding_box().unwrap();
        assert!(bounds.south < 44.25 && bounds.north > 45.08);
        assert!(bounds.west < 11.25 && bounds.east > 12.12);
        let plain = Area::parse(&json!({"tags": ["x"]})).unwrap();
        assert_eq!(plain.bounding_box(), None);
    }
}
