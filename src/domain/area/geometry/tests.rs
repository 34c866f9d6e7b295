//! Known shapes, and what holds for all of them.

use proptest::prelude::*;

use super::*;

const SQUARE: [(f64, f64); 4] = [(44.0, 11.0), (44.0, 12.0), (45.0, 12.0), (45.0, 11.0)];

#[test]
fn inside_edges_and_corners_are_covered_and_outside_is_not() {
    for (position, covered) in [
        ((44.5, 11.5), true),
        ((44.0, 11.5), true),
        ((44.5, 12.0), true),
        ((45.0, 12.0), true),
        ((44.0, 11.0), true),
        ((43.999, 11.5), false),
        ((44.5, 12.001), false),
        ((44.5, -168.5), false),
        ((-44.5, 11.5), false),
    ] {
        assert_eq!(polygon_covers(&SQUARE, position), covered, "{position:?}");
    }
    let closed: Vec<_> = SQUARE.into_iter().chain([SQUARE[0]]).collect();
    assert!(polygon_covers(&closed, (44.5, 11.5)));
    assert!(!polygon_covers(&closed, (45.5, 11.5)));
    assert!(!polygon_covers(&[], (44.5, 11.5)));
}

#[test]
fn the_bay_of_a_hollow_shape_is_outside_and_the_heart_of_a_star_is_inside() {
    let horseshoe = [
        (0.0, 0.0),
        (0.0, 3.0),
        (3.0, 3.0),
        (3.0, 2.0),
        (1.0, 2.0),
        (1.0, 1.0),
        (3.0, 1.0),
        (3.0, 0.0),
    ];
    assert!(!polygon_covers(&horseshoe, (2.0, 1.5)));
    assert!(polygon_covers(&horseshoe, (0.5, 1.5)));
    assert!(polygon_covers(&horseshoe, (2.0, 2.5)));
    let star: Vec<_> = [0, 2, 4, 1, 3]
        .map(|point| (f64::from(point) * 72.0).to_radians().sin_cos())
        .into();
    assert!(polygon_covers(&star, (0.0, 0.0)));
}

#[test]
fn the_180th_meridian_cuts_nothing() {
    let fiji = [
        (-20.0, 177.0),
        (-20.0, -178.0),
        (-15.0, -178.0),
        (-15.0, 177.0),
    ];
    assert!(polygon_covers(&fiji, (-17.0, 179.0)));
    assert!(polygon_covers(&fiji, (-17.0, -179.0)));
    assert!(polygon_covers(&fiji, (-17.0, 180.0)));
    assert!(!polygon_covers(&fiji, (-17.0, 0.0)));
    assert!(!polygon_covers(&fiji, (-17.0, 176.0)));
    assert!(Bounds::of_polygon(&fiji).unwrap().holds((-17.0, -179.0)));
}

#[test]
fn distances_are_those_of_the_map() {
    // Bologna to Milan, and a minute of latitude: the nautical mile.
    let bologna_milan = distance_m((44.4939, 11.3428), (45.4643, 9.1895));
    assert!(
        (bologna_milan - 201_000.0).abs() < 1_000.0,
        "{bologna_milan}"
    );
    let mile = distance_m((44.0, 11.0), (44.0 + 1.0 / 60.0, 11.0));
    assert!((mile - 1_853.2).abs() < 1.0, "{mile}");
    assert!((distance_m((0.0, 179.5), (0.0, -179.5)) - 111_195.0).abs() < 1.0);
}

#[test]
fn a_circle_over_a_pole_is_bounded_by_the_pole() {
    let circle = Circle {
        lat: 89.0,
        lon: 0.0,
        radius_m: 300_000,
    };
    let beyond = (89.0, 180.0);
    assert!(circle.covers(beyond));
    assert!(Bounds::of_circle(&circle).holds(beyond));
}

fn position() -> impl Strategy<Value = (f64, f64)> {
    (-89.0..89.0_f64, -180.0..180.0_f64)
}

/// Corners on an ellipse, in order: a convex polygon.
fn convex() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let angles = prop::collection::btree_set(0_u16..360, 3..12);
    (position(), 0.01..5.0_f64, 0.01..5.0_f64, angles).prop_map(
        |((lat, lon), tall, wide, angles)| {
            angles
                .into_iter()
                .map(|angle| f64::from(angle).to_radians().sin_cos())
                .map(|(sine, cosine)| (lat / 2.0 + tall * sine, wrapped(lon + wide * cosine)))
                .collect()
        },
    )
}

proptest! {
    #[test]
    fn a_convex_polygon_covers_its_corners_and_every_mean_of_them(
        corners in convex(), shares in prop::collection::vec(0.01..1.0_f64, 12),
    ) {
        let origin = corners[0].1;
        let total: f64 = shares[..corners.len()].iter().sum();
        let mean = corners.iter().zip(&shares).fold((0.0, 0.0), |sum, ((lat, lon), share)| {
            (sum.0 + lat * share / total, sum.1 + wrapped(lon - origin) * share / total)
        });
        let mean = (mean.0, wrapped(origin + mean.1));
        let bounds = Bounds::of_polygon(&corners).unwrap();
        for position in corners.iter().copied().chain([mean]) {
            prop_assert!(polygon_covers(&corners, position), "{position:?}");
            prop_assert!(bounds.holds(position), "{position:?} in {bounds:?}");
        }
    }

    #[test]
    fn moving_turning_round_and_renumbering_change_nothing(
        corners in convex(), offset in (-6.0..6.0_f64, -6.0..6.0_f64),
        moved in -180.0..180.0_f64, start in 0_usize..12,
    ) {
        let point = (corners[0].0 + offset.0, wrapped(corners[0].1 + offset.1));
        let covered = polygon_covers(&corners, point);
        let mut other = corners.clone();
        other.rotate_left(start % corners.len());
        prop_assert_eq!(polygon_covers(&other, point), covered);
        other.reverse();
        prop_assert_eq!(polygon_covers(&other, point), covered);
        let shift = |(lat, lon): (f64, f64)| (lat, wrapped(lon + moved));
        let elsewhere: Vec<_> = corners.iter().copied().map(shift).collect();
        prop_assert_eq!(polygon_covers(&elsewhere, shift(point)), covered);
        if covered {
            prop_assert!(Bounds::of_polygon(&corners).unwrap().holds(point));
        }
    }

    #[test]
    fn a_circle_covers_what_is_near_and_its_box_holds_it(
        centre in position(), radius_m in 0_u32..500_000, bearing in 0.0..360.0_f64,
        share in 0.0..2.0_f64,
    ) {
        let circle = Circle { lat: centre.0, lon: centre.1, radius_m };
        let point = walk(centre, bearing, f64::from(radius_m) * share);
        if (share - 1.0).abs() > 1e-6 {
            let covered = share < 1.0 || f64::from(radius_m) * (share - 1.0) <= 0.01;
            prop_assert_eq!(circle.covers(point), covered, "{:?}", point);
        }
        if circle.covers(point) {
            prop_assert!(Bounds::of_circle(&circle).holds(point));
        }
        prop_assert!(circle.covers(centre));
    }
}

/// Where one arrives from a position, walking metres towards a bearing (spherical law).
fn walk((lat, lon): (f64, f64), bearing: f64, metres: f64) -> (f64, f64) {
    let (lat, lon, bearing) = (lat.to_radians(), lon.to_radians(), bearing.to_radians());
    let angle = metres / EARTH_M;
    let to = (lat.sin() * angle.cos() + lat.cos() * angle.sin() * bearing.cos()).asin();
    let east = (bearing.sin() * angle.sin() * lat.cos()).atan2(angle.cos() - lat.sin() * to.sin());
    (to.to_degrees(), wrapped((lon + east).to_degrees()))
}
