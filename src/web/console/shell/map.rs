//! A plain map as SVG: municipalities, the incident's polygon or circle and a dot for each place. No
//! tiles, no requests; just enough to see where.

use crate::domain::area::{Area, AreaKind, AreaShape, Outline};
use crate::domain::limits::CORNERS_DRAWN;

/// The drawing is this wide and at most this high.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 320.0;
/// Free around what is drawn.
const MARGIN: f64 = 16.0;
/// Metres of one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_200.0;

/// What a scale's bar may stand for, in metres.
const BARS: [u32; 14] = [
    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    1_000_000,
];

/// What the template draws.
pub(crate) struct Map {
    /// The municipalities that it names, as far as they have a shape.
    pub(crate) shapes: Vec<DrawnShape>,
    /// The polygons and their holes as one path, empty without any.
    pub(crate) outlines: String,
    pub(crate) circle: Option<(String, String, String)>,
    pub(crate) dots: Vec<(String, String)>,
    /// Length of the scale's bar in drawing units, and what it stands for: `2 km`.
    pub(crate) bar: (String, String),
}

/// A municipality or a zone as the template draws it.
pub(crate) struct DrawnShape {
    pub(crate) kind: AreaKind,
    pub(crate) code: String,
    pub(crate) name: String,
    /// Its outlines and holes as one path.
    pub(crate) path: String,
}

/// The map, if there is anything with a position. Positions are latitude and longitude.
pub(crate) fn draw(area: &Area, shapes: &[AreaShape], dots: &[(f64, f64)]) -> Option<Map> {
    let polygons: Vec<&[(f64, f64)]> = outlines(area);
    let circle = area.circle.as_ref();
    let mut all: Vec<(f64, f64)> = polygons
        .iter()
        .copied()
        .flatten()
        .chain(dots)
        .chain(corners(shapes))
        .copied()
        .collect();
    if let Some(circle) = circle {
        let reach = f64::from(circle.radius_m) / METRES_PER_DEGREE;
        all.push((circle.lat - reach, circle.lon - reach * 1.4));
        all.push((circle.lat + reach, circle.lon + reach * 1.4));
    }
    let view = MapView::around(&all)?;
    Some(Map {
        shapes: view.shapes(shapes),
        outlines: polygons.iter().map(|corners| view.path(corners)).collect(),
        circle: circle.map(|circle| {
            let [x, y] = view.point((circle.lat, circle.lon));
            (
                x,
                y,
                number(f64::from(circle.radius_m) / METRES_PER_DEGREE * view.scale),
            )
        }),
        dots: dots
            .iter()
            .map(|at| view.point(*at))
            .map(|[x, y]| (x, y))
            .collect(),
        bar: view.bar(),
    })
}

/// Every outline of an area, those of holes included.
fn outlines(area: &Area) -> Vec<&[(f64, f64)]> {
    let rings = area.geojson.iter().flat_map(Outline::rings);
    area.polygon
        .as_deref()
        .into_iter()
        .chain(rings.map(Vec::as_slice))
        .collect()
}

fn corners(shapes: &[AreaShape]) -> impl Iterator<Item = &(f64, f64)> {
    shapes.iter().flat_map(|shape| shape.rings.iter().flatten())
}

/// Which part of the world is seen, and how large.
pub(crate) struct MapView {
    pub(crate) north: f64,
    pub(crate) west: f64,
    /// A degree of longitude is this much shorter than one of latitude.
    pub(crate) narrow: f64,
    /// Drawing units per degree of latitude.
    pub(crate) scale: f64,
    /// Where the north-west corner of what is seen lies in the drawing.
    pub(crate) left: f64,
    pub(crate) top: f64,
}

impl MapView {
    /// All of these shapes; none without any.
    pub(crate) fn around_shapes(shapes: &[AreaShape]) -> Option<Self> {
        let all: Vec<(f64, f64)> = corners(shapes).copied().collect();
        Self::around(&all)
    }

    /// These shapes, with so few corners together that a page stays small.
    pub(crate) fn shapes(&self, shapes: &[AreaShape]) -> Vec<DrawnShape> {
        let mut step = 0.5;
        loop {
            let thin: Vec<Vec<Vec<(f64, f64)>>> = shapes
                .iter()
                .map(|shape| self.thinned(&shape.rings, step))
                .collect();
            let left: usize = thin.iter().flatten().map(Vec::len).sum();
            if left <= CORNERS_DRAWN || step > WIDTH {
                let drawn = shapes.iter().zip(thin);
                return drawn
                    .map(|(shape, rings)| self.drawn(shape, &rings))
                    .collect();
            }
            step *= 1.5;
        }
    }

    fn drawn(&self, shape: &AreaShape, rings: &[Vec<(f64, f64)>]) -> DrawnShape {
        DrawnShape {
            kind: shape.kind,
            code: shape.code.clone(),
            name: shape.name.clone(),
            path: rings.iter().map(|corners| self.path(corners)).collect(),
        }
    }

    /// Without the corners that lie nearer to the one before than `step` drawing units, and without
    /// the outlines of which nothing is left.
    fn thinned(&self, rings: &[Vec<(f64, f64)>], step: f64) -> Vec<Vec<(f64, f64)>> {
        let far = |a: (f64, f64), b: (f64, f64)| {
            let wide = (a.1 - b.1) * self.narrow * self.scale;
            wide.hypot((a.0 - b.0) * self.scale)
        };
        let thin = rings.iter().map(|ring| {
            let mut kept: Vec<(f64, f64)> = Vec::new();
            for corner in ring {
                if kept.last().is_none_or(|last| far(*last, *corner) >= step) {
                    kept.push(*corner);
                }
            }
            kept
        });
        thin.filter(|ring| ring.len() >= 3).collect()
    }

    fn around(all: &[(f64, f64)]) -> Option<Self> {
        let (first_lat, first_lon) = *all.first()?;
        let mut edges = (first_lat, first_lat, first_lon, first_lon);
        for (lat, lon) in all {
            edges = (
                edges.0.min(*lat),
                edges.1.max(*lat),
                edges.2.min(*lon),
                edges.3.max(*lon),
            );
        }
        let (south, north, west, east) = edges;
        let narrow = south.midpoint(north).to_radians().cos();
        // A single place gets a view of some hundred metres.
        let height = (north - south).max(0.005);
        let width = ((east - west) * narrow).max(0.005);
        let scale = ((WIDTH - 2.0 * MARGIN) / width).min((HEIGHT - 2.0 * MARGIN) / height);
        Some(Self {
            north,
            west,
            narrow,
            scale,
            left: (WIDTH - (east - west) * narrow * scale) / 2.0,
            top: (HEIGHT - (north - south) * scale) / 2.0,
        })
    }

    /// The longest round distance that takes at most a quarter of the width.
    fn bar(&self) -> (String, String) {
        let metre = self.scale / METRES_PER_DEGREE;
        let longest = WIDTH / 4.0 / metre;
        let fits = |metres: &&u32| f64::from(**metres) <= longest;
        let metres = BARS.iter().rfind(fits).copied().unwrap_or(BARS[0]);
        let said = match metres {
            ..1_000 => format!("{metres} m"),
            _ => format!("{} km", metres / 1_000),
        };
        (number(f64::from(metres) * metre), said)
    }

    fn path(&self, corners: &[(f64, f64)]) -> String {
        let points: Vec<String> = corners.iter().map(|at| self.point(*at).join(",")).collect();
        format!("M{}Z", points.join(" "))
    }

    fn point(&self, (lat, lon): (f64, f64)) -> [String; 2] {
        let x = self.left + (lon - self.west) * self.narrow * self.scale;
        let y = self.top + (self.north - lat) * self.scale;
        [number(x), number(y)]
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stay_in_the_drawing_and_north_is_up() {
        let map = draw(&Area::default(), &[], &[(44.4, 11.3), (44.6, 11.4)]).unwrap();
        for (x, y) in &map.dots {
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y));
        }
        let south: f64 = map.dots[0].1.parse().unwrap();
        let north: f64 = map.dots[1].1.parse().unwrap();
        assert!(north < south);
    }

    #[test]
    fn the_bar_is_as_long_as_it_says() {
        // A tenth of a degree of latitude is 11.12 km, and fills the height.
        let map = draw(&Area::default(), &[], &[(44.4, 11.3), (44.5, 11.3)]).unwrap();
        assert_eq!(map.bar.1, "2 km");
        let length: f64 = map.bar.0.parse().unwrap();
        let height = HEIGHT - 2.0 * MARGIN;
        assert!((length - height * 2.0 / 11.12).abs() < 0.1, "{length}");
    }

    #[test]
    fn shapes_are_drawn_with_few_corners_and_stay_in_the_drawing() {
        let ring = |from: f64| {
            let step = |at: u32| f64::from(at) / 120.0 * std::f64::consts::TAU;
            let corner = |at| (44.0 + step(at).sin() / 9.0, from + step(at).cos() / 9.0);
            (0..120).map(corner).collect()
        };
        let shape = |at: u32| AreaShape {
            kind: AreaKind::Municipality,
            code: format!("{at:06}"),
            name: "A".to_owned(),
            rings: vec![ring(11.0 + f64::from(at) / 50.0)],
        };
        let shapes: Vec<_> = (0..100).map(shape).collect();
        let map = draw(&Area::default(), &shapes, &[]).unwrap();
        assert_eq!(map.shapes.len(), 100);
        let drawn: String = map.shapes.iter().map(|shape| &*shape.path).collect();
        assert!(drawn.matches(',').count() <= CORNERS_DRAWN);
        let numbers = drawn.split(|c: char| !c.is_ascii_digit() && c != '.');
        let numbers: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
        assert!(numbers.len() > 600 && numbers.iter().all(|at| (0.0..=WIDTH).contains(at)));
    }

    #[test]
    fn without_positions_there_is_no_map() {
        assert!(draw(&Area::default(), &[], &[]).is_none());
    }
}
