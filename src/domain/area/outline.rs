//! `GeoJSON` (RFC 7946 §3.1.6, §3.1.7): several polygons, each with holes.
//!
//! Here longitude comes first, as that format has it. It is kept and shown as a `MultiPolygon`.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::AreaError;
use super::geometry::{self, Bounds};
use super::parse::{brief, list, object, ring, within};

/// Corners as latitude and longitude; the last joins the first.
type Ring = Vec<(f64, f64)>;

/// Polygons with holes. What any of them covers is covered.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline(Vec<Polygon>);

#[derive(Debug, Clone, PartialEq)]
struct Polygon {
    outer: Ring,
    holes: Vec<Ring>,
}

impl Outline {
    /// Corners of all of it.
    #[must_use]
    pub fn corners(&self) -> usize {
        self.rings().map(Vec::len).sum()
    }

    /// The outlines, holes included.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        let polygons = self.0.iter();
        polygons.flat_map(|polygon| std::iter::once(&polygon.outer).chain(&polygon.holes))
    }

    /// In doubt a position is within: the edge of a hole still is.
    pub(super) fn covers(&self, position: (f64, f64)) -> bool {
        self.0.iter().any(|polygon| {
            geometry::polygon_covers(&polygon.outer, position)
                && !polygon
                    .holes
                    .iter()
                    .any(|hole| geometry::polygon_encloses(hole, position))
        })
    }

    pub(super) fn bounds(&self) -> Option<Bounds> {
        self.boxes().reduce(Bounds::with)
    }

    /// A box around each polygon.
    pub(super) fn boxes(&self) -> impl Iterator<Item = Bounds> {
        let each = self.0.iter();
        each.filter_map(|polygon| Bounds::of_polygon(&polygon.outer))
    }

    /// Whether one polygon covers a whole box, and none of its holes meets it.
    pub(super) fn covers_box(&self, part: &Bounds) -> bool {
        self.0.iter().any(|polygon| {
            let holes = &polygon.holes;
            geometry::polygon_covers_box(&polygon.outer, part)
                && holes
                    .iter()
                    .all(|hole| geometry::polygon_spares_box(hole, part))
        })
    }

    /// Latitude and longitude exchanged; none where that is no place on earth.
    pub(super) fn exchanged(&self) -> Option<Self> {
        let polygons = self.0.iter().map(|polygon| {
            let holes = polygon.holes.iter().map(|hole| geometry::exchanged(hole));
            Some(Polygon {
                outer: geometry::exchanged(&polygon.outer)?,
                holes: holes.collect::<Option<_>>()?,
            })
        });
        polygons.collect::<Option<_>>().map(Self)
    }
}

/// Reads a `Polygon` or a `MultiPolygon` that stands in the part `name` of an area.
pub(super) fn parse(value: &Value, name: &str) -> Result<Outline, AreaError> {
    let at = format!("/{name}");
    let fields = object(value, &at)?;
    let coordinates = fields.get("coordinates").unwrap_or(&Value::Null);
    let at_coordinates = format!("{at}/coordinates");
    let polygons = match fields.get("type").and_then(Value::as_str) {
        Some("Polygon") => vec![polygon(coordinates, &at_coordinates)?],
        Some("MultiPolygon") => list(
            coordinates,
            &at_coordinates,
            "polygons `[[[[lon,lat],..]]]`",
        )?
        .iter()
        .enumerate()
        .map(|(index, one)| polygon(one, &format!("{at_coordinates}/{index}")))
        .collect::<Result<_, _>>()?,
        _ => {
            let given = fields
                .get("type")
                .map_or_else(|| "nothing".to_owned(), brief);
            let detail = format!(
                "{given} is no area; write a GeoJSON geometry of type `Polygon` or `MultiPolygon`"
            );
            return Err(AreaError::new(format!("{at}/type"), detail));
        }
    };
    if polygons.is_empty() {
        return Err(AreaError::new(
            at_coordinates,
            "it has no polygon; leave it out",
        ));
    }
    Ok(Outline(polygons))
}

fn polygon(value: &Value, pointer: &str) -> Result<Polygon, AreaError> {
    let rings = list(
        value,
        pointer,
        "outlines `[[[lon,lat],..],..]`, holes after the first",
    )?;
    let mut rings = rings
        .iter()
        .enumerate()
        .map(|(index, one)| outline(one, &format!("{pointer}/{index}")));
    let Some(outer) = rings.next() else {
        return Err(AreaError::new(
            pointer,
            "a polygon has an outline: `[[[lon,lat],..]]`",
        ));
    };
    Ok(Polygon {
        outer: outer?,
        holes: rings.collect::<Result<_, _>>()?,
    })
}

fn outline(value: &Value, pointer: &str) -> Result<Ring, AreaError> {
    let corners = list(value, pointer, "corners `[[lon,lat],..]`")?
        .iter()
        .enumerate()
        .map(|(index, corner)| position(corner, &format!("{pointer}/{index}")))
        .collect::<Result<_, _>>()?;
    ring(corners, pointer)
}

/// A height may follow (RFC 7946 §3.1.1) and says nothing here.
fn position(value: &Value, pointer: &str) -> Result<(f64, f64), AreaError> {
    match list(value, pointer, "a corner as `[lon,lat]`")? {
        [lon, lat] | [lon, lat, _] => Ok((
            within(Some(lat), 90.0, &format!("{pointer}/1"), "latitude")?,
            within(Some(lon), 180.0, &format!("{pointer}/0"), "longitude")?,
        )),
        _ => Err(AreaError::new(
            pointer,
            "a corner has two numbers: `[lon,lat]`, longitude first in GeoJSON",
        )),
    }
}

impl Serialize for Outline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let closed = |ring: &Ring| -> Vec<[f64; 2]> {
            let corners = ring.iter().chain(ring.first());
            corners.map(|(lat, lon)| [*lon, *lat]).collect()
        };
        let polygons: Vec<Vec<_>> = self
            .0
            .iter()
            .map(|polygon| {
                std::iter::once(&polygon.outer)
                    .chain(&polygon.holes)
                    .map(closed)
                    .collect()
            })
            .collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", "MultiPolygon")?;
        map.serialize_entry("coordinates", &polygons)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::area::Area;

    fn two_with_a_hole() -> serde_json::Value {
        let square = |west: f64, south: f64, size: f64| {
            let (east, north) = (west + size, south + size);
            json!([
                [west, south],
                [east, south],
                [east, north],
                [west, north],
                [west, south]
            ])
        };
        json!({"type": "MultiPolygon", "coordinates": [
            [square(11.0, 44.0, 1.0), square(11.25, 44.25, 0.5)],
            [square(9.0, 45.0, 0.5)]]})
    }

    #[test]
    fn every_part_is_covered_and_no_hole_is_but_its_edge() {
        let area = Area::parse(&json!({ "geojson": two_with_a_hole() })).unwrap();
        for (position, covered) in [
            ((44.1, 11.1), true),
            ((44.5, 11.5), false),
            ((44.25, 11.5), true),
            ((45.2, 9.2), true),
            ((45.2, 9.8), false),
        ] {
            assert_eq!(area.covers_position(position), covered, "{position:?}");
            assert!(!covered || area.bounding_box().unwrap().holds(position));
        }
        assert!(!area.is_empty());
    }

    #[test]
    fn it_is_taken_as_polygon_too_and_written_as_it_is_read() {
        let area = Area::parse(&json!({ "polygon": two_with_a_hole() })).unwrap();
        let written = serde_json::to_value(&area).unwrap();
        assert_eq!(written, json!({ "geojson": two_with_a_hole() }));
        assert_eq!(Area::parse(&written).unwrap(), area);
        let one = json!({"type": "Polygon", "coordinates": [[[11, 44], [12, 44, 7], [12, 45], [11, 44]]]});
        assert!(
            Area::parse(&json!({ "geojson": one }))
                .unwrap()
                .covers_position((44.1, 11.5))
        );
    }

    #[test]
    fn what_is_no_polygon_is_named_with_its_place() {
        for (shape, pointer) in [
            (json!([1]), "/geojson"),
            (
                json!({"type": "Point", "coordinates": [11, 44]}),
                "/geojson/type",
            ),
            (json!({"type": "Polygon"}), "/geojson/coordinates"),
            (
                json!({"type": "Polygon", "coordinates": []}),
                "/geojson/coordinates",
            ),
            (
                json!({"type": "MultiPolygon", "coordinates": []}),
                "/geojson/coordinates",
            ),
            (
                json!({"type": "Polygon", "coordinates": [[[11, 44], [12, 44], [11, 44]]]}),
                "/geojson/coordinates/0",
            ),
            (
                json!({"type": "MultiPolygon", "coordinates": [[[[11, 44], [12, 94], [11, 45]]]]}),
                "/geojson/coordinates/0/0/1/1",
            ),
        ] {
            let error = Area::parse(&json!({ "geojson": shape })).unwrap_err();
            assert_eq!(error.pointer, pointer, "{shape}");
        }
        let both = json!({"polygon": two_with_a_hole(), "geojson": two_with_a_hole()});
        assert_eq!(Area::parse(&both).unwrap_err().pointer, "/polygon");
    }
}
