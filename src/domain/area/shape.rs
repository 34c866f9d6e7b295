//! A municipality or a zone as it is drawn and chosen on a map: outlines with so few corners that
//! hundreds of them fit on a page.
//!
//! Simplified by Douglas and Peucker's way, written out here: the crate `geo` has it, too, and brings a
//! dozen others for work that nobody does here. Neighbours are simplified each for itself, so their
//! common border may gape by less than a line's width. Who is told is never decided by these outlines.

use super::{Bounds, Outline};
use crate::domain::limits::SHAPE_CORNERS_KEPT;
use crate::text::text_enum::text_enum;

text_enum! {
    /// What a shape stands for.
    pub enum AreaKind {
        /// Of an ISTAT code, as places have it.
        Municipality => "municipality",
        /// Of a tag that places bear.
        Zone => "zone",
    }
}

/// A shape out of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewShape {
    /// The ISTAT code, or the tag.
    pub code: String,
    pub name: String,
    /// Outlines and holes as latitude and longitude, simplified.
    pub rings: Vec<Vec<(f64, f64)>>,
    pub bounds: Bounds,
}

/// A shape that is kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AreaShape {
    pub kind: AreaKind,
    /// The ISTAT code, or the tag.
    pub code: String,
    pub name: String,
    /// Outlines and holes as latitude and longitude, simplified; what lies in an odd number of them is
    /// within.
    pub rings: Vec<Vec<(f64, f64)>>,
}

impl NewShape {
    /// None: the outline has no extent.
    #[must_use]
    pub fn of(code: String, name: String, outline: &Outline) -> Option<Self> {
        Some(Self {
            code,
            name,
            rings: few_corners(outline)?,
            bounds: outline.bounds()?,
        })
    }
}

/// The finest outlines that have no more corners than are kept.
fn few_corners(outline: &Outline) -> Option<Vec<Vec<(f64, f64)>>> {
    let bounds = outline.bounds()?;
    let extent = (bounds.north - bounds.south).max(bounds.east - bounds.west);
    if extent <= 0.0 {
        return None;
    }
    // Nothing smaller than a five-hundredth of it is seen.
    let mut tolerance = extent / 500.0;
    loop {
        let simple = outline.rings().map(|ring| simplified(ring, tolerance));
        let kept: Vec<_> = simple.filter(|ring| ring.len() >= 3).collect();
        let corners: usize = kept.iter().map(Vec::len).sum();
        // Of a sliver nothing is left: then it is drawn by three of its corners.
        if kept.is_empty() {
            let longest = outline.rings().max_by_key(|ring| ring.len())?;
            let third = longest.len() / 3;
            let corners = [longest[0], longest[third], longest[2 * third]];
            return Some(vec![corners.into_iter().map(rounded).collect()]);
        }
        if corners <= SHAPE_CORNERS_KEPT {
            return Some(kept);
        }
        tolerance *= 1.5;
    }
}

/// A closed ring with fewer corners: none of those left out was farther from the new line than the
/// tolerance, in degrees.
fn simplified(ring: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let Some(first) = ring.first() else {
        return Vec::new();
    };
    let far = |at: &usize| distance(ring[*at], *first, *first);
    let farthest = (0..ring.len()).max_by(|a, b| far(a).total_cmp(&far(b)));
    let farthest = farthest.unwrap_or_default();
    // Closed: the way back ends where the way there begins.
    let closed: Vec<(f64, f64)> = ring.iter().chain([first]).copied().collect();
    let mut kept = vec![false; closed.len()];
    kept[0] = true;
    kept[farthest] = true;
    let mut open = vec![(0, farthest), (farthest, closed.len() - 1)];
    while let Some((from, to)) = open.pop() {
        let off = |at: &usize| distance(closed[*at], closed[from], closed[to]);
        let between = (from + 1)..to;
        let Some(worst) = between.max_by(|a, b| off(a).total_cmp(&off(b))) else {
            continue;
        };
        if off(&worst) > tolerance {
            kept[worst] = true;
            open.push((from, worst));
            open.push((worst, to));
        }
    }
    let corners = ring.iter().zip(&kept);
    let corners = corners.filter(|(_, kept)| **kept);
    corners.map(|(corner, _)| rounded(*corner)).collect()
}

/// How far a point lies from the line between two others, in degrees; longitudes are narrowed to the
/// length of latitudes there.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let narrow = from.0.to_radians().cos();
    let flat = |(lat, lon): (f64, f64)| ((lon - from.1) * narrow, lat - from.0);
    let ((x, y), (dx, dy)) = (flat(point), flat(to));
    let length = dx * dx + dy * dy;
    let along = match length > 0.0 {
        true => ((x * dx + y * dy) / length).clamp(0.0, 1.0),
        false => 0.0,
    };
    (x - along * dx).hypot(y - along * dy)
}

/// To a metre: what is drawn needs no more.
fn rounded((lat, lon): (f64, f64)) -> (f64, f64) {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    (round(lat), round(lon))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::area::Area;

    fn outline(ring: &[(f64, f64)]) -> Outline {
        let corners: Vec<[f64; 2]> = ring.iter().map(|(lat, lon)| [*lon, *lat]).collect();
        let geometry = json!({ "type": "Polygon", "coordinates": [corners] });
        Area::parse(&json!({ "geojson": geometry }))
            .unwrap()
            .geojson
            .unwrap()
    }

    #[test]
    fn corners_on_a_straight_line_go_and_the_others_stay() {
        let square = [
            (44.0, 11.0),
            (44.0, 11.5),
            (44.0, 12.0),
            (44.5, 12.0),
            (45.0, 12.0),
            (45.0, 11.0),
        ];
        let shape = NewShape::of("1".to_owned(), "A".to_owned(), &outline(&square)).unwrap();
        let corners = vec![(44.0, 11.0), (44.0, 12.0), (45.0, 12.0), (45.0, 11.0)];
        assert_eq!(shape.rings, [corners]);
        assert!(shape.bounds.holds((44.5, 11.5)));
    }

    #[test]
    fn a_coast_of_many_corners_is_kept_with_few_and_stays_where_it_was() {
        let round: Vec<(f64, f64)> = (0..5_000)
            .map(|step| {
                let angle = f64::from(step) / 5_000.0 * std::f64::consts::TAU;
                let radius = 0.2 + 0.01 * (angle * 40.0).sin();
                (44.5 + radius * angle.sin(), 11.3 + radius * angle.cos())
            })
            .collect();
        let shape = NewShape::of("1".to_owned(), "A".to_owned(), &outline(&round)).unwrap();
        let corners: usize = shape.rings.iter().map(Vec::len).sum();
        assert!((20..=SHAPE_CORNERS_KEPT).contains(&corners), "{corners}");
        let from_centre = |(lat, lon): &(f64, f64)| (lat - 44.5).hypot(lon - 11.3);
        let rings = shape.rings.iter().flatten();
        assert!(
            rings
                .map(from_centre)
                .all(|far| (0.18..0.22).contains(&far))
        );
    }

    #[test]
    fn a_sliver_is_still_a_shape() {
        let line = [(44.0, 11.0), (44.000_001, 11.5), (44.0, 12.0)];
        let shape = NewShape::of("1".to_owned(), "A".to_owned(), &outline(&line)).unwrap();
        assert_eq!(shape.rings[0].len(), 3);
    }
}
