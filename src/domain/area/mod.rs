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
//! Latitude comes first, as in CAP 1.2 and on every map.
//!
//! Several parts and holes are said as `GeoJSON`, in the part `geojson`: a `Polygon` or a
//! `MultiPolygon`, longitude first as that format has it.
//!
//! `parse` reads that form, `outline` the `GeoJSON` in it, `geometry` decides about positions,
//! `containment` whether one area lies within another, `crossing` whether a shape crosses itself. Finding the clients of an area
//! in the store is the work of `plan`. `shape` is a municipality or a zone as it is drawn and chosen on a
//! map; it tells nobody: who is in a municipality is known by code.

mod containment;
mod crossing;
mod geometry;
mod outline;
mod parse;
mod shape;

pub use geometry::{Bounds, Circle};
pub use outline::Outline;
pub use parse::AreaError;
pub use shape::{AreaKind, AreaShape, NewShape};

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
    /// Polygons, which may have holes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geojson: Option<Outline>,
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
            && !self.has_shape()
    }

    /// Whether a part of it is drawn on the map: it covers positions, and no codes alone.
    #[must_use]
    pub const fn has_shape(&self) -> bool {
        self.polygon.is_some() || self.geojson.is_some() || self.circle.is_some()
    }

    /// Whether a shape covers a position (latitude, longitude in degrees). Codes, tags and places
    /// are looked up by index in the store.
    #[must_use]
    pub fn covers_position(&self, position: (f64, f64)) -> bool {
        let circle = self.circle.as_ref();
        let polygon = self.polygon.as_deref();
        circle.is_some_and(|circle| circle.covers(position))
            || self
                .geojson
                .as_ref()
                .is_some_and(|outline| outline.covers(position))
            || polygon.is_some_and(|corners| geometry::polygon_covers(corners, position))
    }

    /// A box around the polygon and the circle, for a first search in the store; `None` without
    /// either. Every covered position lies within; the reverse does not hold.
    #[must_use]
    pub fn bounding_box(&self) -> Option<Bounds> {
        let polygon = self.polygon.as_deref().and_then(Bounds::of_polygon);
        let geojson = self.geojson.as_ref().and_then(Outline::bounds);
        let circle = self.circle.as_ref().map(Bounds::of_circle);
        [polygon, geojson, circle]
            .into_iter()
            .flatten()
            .reduce(Bounds::with)
    }

    /// Its shapes alone, with latitude and longitude exchanged: what was meant, if whoever wrote
    /// them took one for the other. `None` without a shape, or where that is no place on earth.
    #[must_use]
    pub fn exchanged(&self) -> Option<Self> {
        if !self.has_shape() {
            return None;
        }
        let polygon = self.polygon.as_deref().map(geometry::exchanged);
        let geojson = self.geojson.as_ref().map(Outline::exchanged);
        let circle = self.circle.map(|circle| {
            let (lat, lon) = (circle.lon, circle.lat);
            (lat.abs() <= 90.0).then_some(Circle { lat, lon, ..circle })
        });
        if matches!(polygon, Some(None))
            || matches!(geojson, Some(None))
            || matches!(circle, Some(None))
        {
            return None;
        }
        Some(Self {
            polygon: polygon.flatten(),
            geojson: geojson.flatten(),
            circle: circle.flatten(),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_position_is_covered_when_any_one_shape_covers_it() {
        let square = json!({"type": "Polygon", "coordinates": [
            [[11.3, 44.4], [11.5, 44.4], [11.5, 44.6], [11.3, 44.6], [11.3, 44.4]]]});
        for (area, covered) in [
            (json!({}), false),
            (json!({"municipalities": ["037006"]}), false),
            (
                json!({"polygon": [[44.4, 11.3], [44.6, 11.3], [44.5, 11.5]]}),
                true,
            ),
            (
                json!({"polygon": [[44.6, 11.3], [44.7, 11.3], [44.7, 11.5]]}),
                false,
            ),
            (json!({ "geojson": square }), true),
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
            assert_eq!(
                parsed.covers_position((44.4949, 11.3426)),
                covered,
                "{area}"
            );
            assert_eq!(parsed.is_empty(), area == json!({}));
        }
    }

    #[test]
    fn an_area_with_latitude_and_longitude_exchanged_is_turned_round() {
        let bologna = (44.4949, 11.3426);
        for area in [
            json!({"polygon": [[11.3, 44.4], [11.3, 44.6], [11.5, 44.5]]}),
            json!({"circle": {"lat": 11.34, "lon": 44.5, "radius_km": 1}}),
            json!({"geojson": {"type": "Polygon", "coordinates": [
                [[44.4, 11.3], [44.6, 11.3], [44.5, 11.5]]]}}),
        ] {
            let area = Area::parse(&area).unwrap();
            assert!(!area.covers_position(bologna));
            assert!(area.exchanged().unwrap().covers_position(bologna));
        }
        let codes = Area::parse(&json!({"municipalities": ["037006"]})).unwrap();
        assert_eq!(codes.exchanged(), None);
        let pacific = Area::parse(&json!({"circle": {"lat": 1, "lon": 170, "radius_km": 1}}));
        assert_eq!(pacific.unwrap().exchanged(), None);
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
