//! Positions, polygons and circles on the globe (WGS 84 degrees, latitude first).
//!
//! In doubt a position is within: on the edge, or anywhere a self-crossing outline goes round.
//! Polygons may cross the 180th meridian; they must be less than 180° wide and hold no pole.

mod boxes;

pub(super) use boxes::{circle_covers_box, polygon_covers_box, polygon_spares_box};

/// Mean radius of the earth in metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;
/// Degrees by which an edge counts as wider than it is: a decimetre, far below any survey.
const EDGE: f64 = 1e-6;

/// A point and a distance along the ground.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Circle {
    /// Latitude of the centre in degrees, -90 to 90.
    pub lat: f64,
    /// Longitude of the centre in degrees, -180 to 180.
    pub lon: f64,
    /// Radius in metres; JSON has it in kilometres, as `radius_km`.
    #[serde(rename = "radius_km", serialize_with = "in_km")]
    pub radius_m: u32,
}

impl Circle {
    /// Whether the position (latitude, longitude) is no farther than the radius.
    #[must_use]
    pub fn covers(&self, position: (f64, f64)) -> bool {
        // A centimetre for the rounding of degrees.
        distance_m((self.lat, self.lon), position) <= f64::from(self.radius_m) + 0.01
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn in_km<S: serde::Serializer>(metres: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(f64::from(*metres) / 1_000.0)
}

/// South-west and north-east corners in degrees; `west` is never greater than `east`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub south: f64,
    pub west: f64,
    pub north: f64,
    pub east: f64,
}

impl Bounds {
    /// The box around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            south: self.south.min(other.south),
            west: self.west.min(other.west),
            north: self.north.max(other.north),
            east: self.east.max(other.east),
        }
    }

    /// Whether a position lies within.
    #[must_use]
    pub fn holds(&self, (lat, lon): (f64, f64)) -> bool {
        (self.south..=self.north).contains(&lat) && (self.west..=self.east).contains(&lon)
    }

    pub(super) fn of_polygon(corners: &[(f64, f64)]) -> Option<Self> {
        let (_, origin) = *corners.first()?;
        corners
            .iter()
            .map(|(lat, lon)| {
                let lon = origin + wrapped(lon - origin);
                Self::new((*lat, *lat), (lon, lon))
            })
            .reduce(Self::with)
            .map(Self::settled)
    }

    pub(super) fn of_circle(circle: &Circle) -> Self {
        // The decimetre outweighs the rounding that `covers` forgives, near the poles too.
        let angle = (f64::from(circle.radius_m) + 0.1) / EARTH_M;
        let lats = (
            circle.lat - angle.to_degrees(),
            circle.lat + angle.to_degrees(),
        );
        // Meridians meet at the poles: there a circle spans more longitude, at last all of it.
        let sine = angle.sin() / circle.lat.to_radians().cos();
        let reach = if lats.0 <= -90.0 || lats.1 >= 90.0 || sine >= 1.0 {
            360.0
        } else {
            sine.asin().to_degrees()
        };
        Self::new(lats, (circle.lon - reach, circle.lon + reach)).settled()
    }

    const fn new(lats: (f64, f64), lons: (f64, f64)) -> Self {
        Self {
            south: lats.0,
            north: lats.1,
            west: lons.0,
            east: lons.1,
        }
    }

    /// A little wider, and round the whole globe where it would cross the 180th meridian: a
    /// search takes the rest out again, but would never find what the box left out.
    fn settled(self) -> Self {
        let (west, east) = (self.west - 2.0 * EDGE, self.east + 2.0 * EDGE);
        let (west, east) = if west < -180.0 || east > 180.0 {
            (-180.0, 180.0)
        } else {
            (west, east)
        };
        Self::new(
            (self.south - 2.0 * EDGE, self.north + 2.0 * EDGE),
            (west, east),
        )
    }
}

/// Where a position lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    Outside,
    OnEdge,
    Inside,
}

/// Whether the outline goes round the position at all (winding number), or the edge meets it.
pub(super) fn polygon_covers(corners: &[(f64, f64)], position: (f64, f64)) -> bool {
    lies(corners, position) != Lies::Outside
}

/// Whether the outline goes round the position, and no edge meets it.
pub(super) fn polygon_encloses(corners: &[(f64, f64)], position: (f64, f64)) -> bool {
    lies(corners, position) == Lies::Inside
}

/// Latitude and longitude exchanged; none where that is no place on earth.
pub(super) fn exchanged(corners: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
    let each = corners.iter();
    each.map(|(lat, lon)| (lon.abs() <= 90.0).then_some((*lon, *lat)))
        .collect()
}

fn lies(corners: &[(f64, f64)], (lat, lon): (f64, f64)) -> Lies {
    let Some((_, origin)) = corners.first() else {
        return Lies::Outside;
    };
    // Longitudes count from the first corner, so that the 180th meridian is none.
    let flat = |lat: f64, lon: f64| (wrapped(lon - origin), lat);
    let point = flat(lat, lon);
    let mut winding = 0;
    for (index, from) in corners.iter().enumerate() {
        let to = corners[(index + 1) % corners.len()];
        let (from, to) = (flat(from.0, from.1), flat(to.0, to.1));
        if on_edge(from, to, point) {
            return Lies::OnEdge;
        }
        winding += turns(from, to, point);
    }
    if winding == 0 {
        Lies::Outside
    } else {
        Lies::Inside
    }
}

/// 1 when the edge passes left of the point upwards, -1 downwards, 0 otherwise.
fn turns(from: (f64, f64), to: (f64, f64), point: (f64, f64)) -> i32 {
    let side = cross(from, to, point);
    if from.1 <= point.1 && to.1 > point.1 && side > 0.0 {
        1
    } else if from.1 > point.1 && to.1 <= point.1 && side < 0.0 {
        -1
    } else {
        0
    }
}

fn on_edge(from: (f64, f64), to: (f64, f64), point: (f64, f64)) -> bool {
    let between = |a: f64, b: f64, x: f64| a.min(b) - EDGE <= x && x <= a.max(b) + EDGE;
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    between(from.0, to.0, point.0)
        && between(from.1, to.1, point.1)
        && cross(from, to, point).abs() <= EDGE * length.max(EDGE)
}

/// Twice the area of the triangle; positive when the point lies left of the edge.
fn cross(from: (f64, f64), to: (f64, f64), point: (f64, f64)) -> f64 {
    (to.0 - from.0) * (point.1 - from.1) - (point.0 - from.0) * (to.1 - from.1)
}

/// A difference of longitudes, brought to -180 (included) to 180.
fn wrapped(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// Along the ground, by the haversine formula: exact to half a per cent, stable when near.
fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let shrink = from.0.to_radians().cos() * to.0.to_radians().cos();
    let haversine = half(from.0, to.0) + shrink * half(from.1, to.1);
    2.0 * EARTH_M * haversine.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests;
