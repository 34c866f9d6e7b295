//! Circles on the ground around one place or several. An area has one circle; several are drawn as
//! polygons that cover each of them.

use std::f64::consts::PI;

use serde_json::{Value, json};

/// Corners of a polygon in place of a circle.
const CORNERS: u32 = 24;
/// Kilometres of one degree of latitude.
const KM_OF_DEGREE: f64 = 111.195;
/// Places nearer than this are one: a metre, in degrees.
const SAME: f64 = 1e-5;

/// A circle for one place, or `GeoJSON` for several; the other is null. In an order that does not hang on
/// that of the places.
pub(super) fn area_around(mut places: Vec<(f64, f64)>, radius_km: f64) -> (Value, Value) {
    places.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    places.dedup_by(|one, other| (one.0 - other.0).abs() < SAME && (one.1 - other.1).abs() < SAME);
    match places.as_slice() {
        [] => (Value::Null, Value::Null),
        [(lat, lon)] => {
            let circle = json!({"lat": lat, "lon": lon, "radius_km": radius_km});
            (circle, Value::Null)
        }
        places => {
            let rings = places.iter().map(|place| [ring(*place, radius_km)]);
            let rings: Vec<[Vec<[f64; 2]>; 1]> = rings.collect();
            let shape = json!({"type": "MultiPolygon", "coordinates": rings});
            (Value::Null, shape)
        }
    }
}

/// Longitude first, as `GeoJSON` has it; the last corner is the first one.
fn ring((lat, lon): (f64, f64), radius_km: f64) -> Vec<[f64; 2]> {
    let step = 2.0 * PI / f64::from(CORNERS);
    // Its sides, not its corners, touch the circle.
    let reach = radius_km / (step / 2.0).cos() / KM_OF_DEGREE;
    let wider = lat.to_radians().cos();
    (0..=CORNERS)
        .map(|corner| {
            let angle = step * f64::from(corner % CORNERS);
            let east = reach * angle.cos() / wider;
            [rounded(lon + east), rounded(lat + reach * angle.sin())]
        })
        .collect()
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::area::Area;

    #[test]
    fn several_circles_are_covered_by_their_polygons() {
        let places = vec![(44.5, 11.3), (44.6, 11.4), (44.5, 11.3)];
        let (circle, shape) = area_around(places, 2.0);
        assert_eq!(circle, Value::Null);
        let area = Area::parse(&json!({"geojson": shape})).unwrap();
        area.check().unwrap();
        // 1.99 km to the north and to the east are within, 2.1 km are not.
        for (lat, lon, is_within) in [
            (44.5, 11.3, true),
            (44.5 + 1.99 / KM_OF_DEGREE, 11.3, true),
            (
                44.6,
                11.4 + 1.99 / KM_OF_DEGREE / 44.6_f64.to_radians().cos(),
                true,
            ),
            (44.5 - 2.1 / KM_OF_DEGREE, 11.3, false),
            (44.55, 11.35, false),
        ] {
            assert_eq!(area.covers_position((lat, lon)), is_within, "{lat} {lon}");
        }
    }

    #[test]
    fn one_place_is_a_circle() {
        let (circle, shape) = area_around(vec![(44.5, 11.3), (44.5, 11.300_001)], 0.5);
        assert_eq!(circle, json!({"lat": 44.5, "lon": 11.3, "radius_km": 0.5}));
        assert_eq!(shape, Value::Null);
    }
}
