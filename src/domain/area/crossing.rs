//! Whether a polygon that somebody drew crosses itself. Whom such a shape means is anybody's guess, so
//! it is refused where a person can draw it again; events of programs are taken as they come.

use super::Outline;

type Corner = (f64, f64);

impl Outline {
    /// Whether one of its outlines crosses itself. That two edges touch is no crossing. Each edge is
    /// held against each other: the caller limits the corners.
    #[must_use]
    pub fn crosses_itself(&self) -> bool {
        self.rings().any(|ring| crosses(ring))
    }
}

fn crosses(ring: &[Corner]) -> bool {
    let next = ring.iter().cycle().skip(1);
    let edges: Vec<(Corner, Corner)> = ring.iter().copied().zip(next.copied()).collect();
    let each = edges.iter().enumerate();
    each.into_iter().any(|(at, edge)| {
        let others = edges.iter().skip(at + 2);
        others.into_iter().any(|other| meet(*edge, *other))
    })
}

/// Whether the ends of each lie on different sides of the other.
fn meet((from, to): (Corner, Corner), (start, end): (Corner, Corner)) -> bool {
    let parted = |a: f64, b: f64| (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0);
    parted(side(from, to, start), side(from, to, end))
        && parted(side(start, end, from), side(start, end, to))
}

/// Positive on the left of the edge, zero on it.
fn side(from: Corner, to: Corner, point: Corner) -> f64 {
    (to.0 - from.0) * (point.1 - from.1) - (point.0 - from.0) * (to.1 - from.1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::area::Area;

    #[test]
    fn a_bow_tie_crosses_itself_and_a_square_does_not() {
        for (corners, expected) in [
            (json!([[11, 44], [12, 44], [12, 45], [11, 45]]), false),
            (json!([[11, 44], [12, 45], [12, 44], [11, 45]]), true),
            (json!([[11, 44], [12, 44], [11, 45]]), false),
            // An L, and a square that touches itself in one corner.
            (
                json!([[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]]),
                false,
            ),
            (json!([[0, 0], [2, 0], [2, 2], [1, 0], [0, 2]]), false),
        ] {
            let shape = json!({ "geojson": { "type": "Polygon", "coordinates": [corners] } });
            let area = Area::parse(&shape).unwrap();
            let found = area.geojson.unwrap().crosses_itself();
            assert_eq!(found, expected, "{corners}");
        }
    }
}
