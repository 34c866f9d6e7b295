//! Whether a shape covers a whole box of latitudes and longitudes. In doubt it does not: a box that
//! goes round the 180th meridian, as seen from the shape, or that touches a pole.

use super::{Bounds, Circle, Lies, cross, distance_m, lies, wrapped};

/// Whether no position of the box is farther than the radius.
pub(in crate::domain::area) fn circle_covers_box(circle: &Circle, part: &Bounds) -> bool {
    // Within 90° of longitude the farthest position of a box is one of its corners.
    let is_near = |lon: f64| (lon - circle.lon).abs() < 90.0;
    let is_within = |corner: (f64, f64)| {
        distance_m((circle.lat, circle.lon), corner) <= f64::from(circle.radius_m)
    };
    is_near(part.west)
        && is_near(part.east)
        && part.south > -90.0
        && part.north < 90.0
        && corners_of(part).into_iter().all(is_within)
}

/// Whether the outline goes round the whole box.
pub(in crate::domain::area) fn polygon_covers_box(corners: &[(f64, f64)], part: &Bounds) -> bool {
    passes_by(corners, part) && lies(corners, (part.south, part.west)) == Lies::Inside
}

/// Whether the whole box lies outside of the outline.
pub(in crate::domain::area) fn polygon_spares_box(corners: &[(f64, f64)], part: &Bounds) -> bool {
    passes_by(corners, part) && lies(corners, (part.south, part.west)) == Lies::Outside
}

fn corners_of(part: &Bounds) -> [(f64, f64); 4] {
    let (south, north) = (part.south, part.north);
    [
        (south, part.west),
        (south, part.east),
        (north, part.east),
        (north, part.west),
    ]
}

/// Whether no edge meets the box: the outline goes round all of it as often as round one corner.
fn passes_by(corners: &[(f64, f64)], part: &Bounds) -> bool {
    let Some((_, origin)) = corners.first() else {
        return false;
    };
    let west = wrapped(part.west - origin);
    let flat = Bounds {
        west,
        east: west + (part.east - part.west),
        ..*part
    };
    let at = |index: usize| {
        let (lat, lon) = corners[index % corners.len()];
        (wrapped(lon - origin), lat)
    };
    flat.east < 180.0
        && (0..corners.len()).all(|index| edge_passes_by(at(index), at(index + 1), &flat))
}

/// Whether a straight line has both ends on one side of the box, or the box on one side.
fn edge_passes_by(from: (f64, f64), to: (f64, f64), part: &Bounds) -> bool {
    let beside = from.0.max(to.0) < part.west || from.0.min(to.0) > part.east;
    let above = from.1.max(to.1) < part.south || from.1.min(to.1) > part.north;
    let sides = corners_of(part).map(|(lat, lon)| cross(from, to, (lon, lat)));
    beside || above || sides.iter().all(|side| *side > 0.0) || sides.iter().all(|side| *side < 0.0)
}
