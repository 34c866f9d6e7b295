//! Where an alert holds, as the area of an incident has it. What cannot be read is passed on as it
//! is written, for the area's own check to name it: a shape that was left out would leave out people.
//!
//! CAP writes latitude first, `GeoJSON` longitude. An incident has one circle; of several each is
//! drawn as a polygon around it.

use std::f64::consts::TAU;

use serde_json::{Map, Value, json};

use super::alert::CapArea;
use super::settings::{CapCodes, CapSettings};
use crate::domain::limits::{AREA_CORNERS, RADIUS_KM};
use crate::text::sanitize;

/// Sides of the polygon around a circle.
const SIDES: u16 = 36;
/// Half the angle of a side, so that the sides touch the circle from without; a hundredth more,
/// because sides are drawn straight on the map, and the earth is not quite round.
const WIDER: f64 = 1.01 / 0.996_194;
/// A circle of no size is a place where somebody stands.
const LEAST_KM: f64 = 0.05;
/// Mean radius of the earth (IUGG).
const EARTH_KM: f64 = 6_371.008_8;
/// Longest words that an error repeats, in characters.
const QUOTED_WORDS: usize = 40;
/// Digits of an ISTAT code.
const ISTAT_DIGITS: usize = 6;

/// Latitude and longitude, or the words that are neither.
type CapCorner = Result<(f64, f64), String>;

/// The columns of an area: codes and shapes, `null` where there are none.
pub(super) fn columns(areas: &[&CapArea], settings: &CapSettings) -> Map<String, Value> {
    let mut columns = shapes(areas);
    for part in CapCodes::ALL {
        columns.insert(part.as_str().to_owned(), codes(areas, settings, *part));
    }
    let written = areas.iter().flat_map(|area| &area.geocodes);
    let written: Vec<_> = written
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    columns.insert("geocodes".to_owned(), json!(written));
    columns
}

fn codes(areas: &[&CapArea], settings: &CapSettings, part: CapCodes) -> Value {
    let mut found: Vec<String> = Vec::new();
    for (name, value) in areas.iter().flat_map(|area| &area.geocodes) {
        let mut known = settings.geocodes.iter();
        let Some((known, _)) =
            known.find(|(known, its)| **its == part && known.eq_ignore_ascii_case(name))
        else {
            continue;
        };
        found.extend(match part {
            CapCodes::Municipalities => each(value).map(istat).collect(),
            CapCodes::PostalCodes => each(value).map(str::to_owned).collect(),
            CapCodes::Tags => vec![format!("{known}:{value}")],
            CapCodes::Places => vec![value.clone()],
        });
    }
    match found.is_empty() {
        true => Value::Null,
        false => json!(found),
    }
}

/// Some write several codes into one value.
fn each(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split([',', ';', ' ']);
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// Programs that take a code for a number lose its zeros. Three digits are a province.
fn istat(code: &str) -> String {
    let is_number = code.bytes().all(|byte| byte.is_ascii_digit());
    match is_number && matches!(code.len(), 4 | 5) {
        true => format!("{code:0>ISTAT_DIGITS$}"),
        false => code.to_owned(),
    }
}

/// One polygon and one circle are what an area has; more of either become parts of one outline.
fn shapes(areas: &[&CapArea]) -> Map<String, Value> {
    // One more than an area may have, so that its check says so.
    let mut left = AREA_CORNERS + 1;
    let polygons: Vec<Vec<CapCorner>> = areas
        .iter()
        .flat_map(|area| &area.polygons)
        .map(|text| corners(text, &mut left))
        .filter(|corners| !corners.is_empty())
        .collect();
    let circles = areas.iter().flat_map(|area| &area.circles);
    let circles: Vec<&String> = circles.take(AREA_CORNERS).collect();
    let (mut polygon, mut circle, mut outline) = (Value::Null, Value::Null, Vec::new());
    match polygons.as_slice() {
        [one] => polygon = one.iter().map(|corner| position(corner, false)).collect(),
        more => outline.extend(more.iter().map(|corners| ring(corners))),
    }
    match circles.as_slice() {
        [one] => circle = round(one),
        more => outline.extend(more.iter().map(|text| around(text, &mut left))),
    }
    let geojson = match outline.is_empty() {
        true => Value::Null,
        false => json!({ "type": "MultiPolygon", "coordinates": outline }),
    };
    Map::from_iter([
        ("polygon".to_owned(), polygon),
        ("circle".to_owned(), circle),
        ("geojson".to_owned(), geojson),
    ])
}

fn corners(text: &str, left: &mut usize) -> Vec<CapCorner> {
    let corners: Vec<_> = text.split_whitespace().take(*left).map(corner).collect();
    *left -= corners.len();
    corners
}

fn corner(text: &str) -> CapCorner {
    let words = || sanitize::excerpt(text, QUOTED_WORDS);
    let (lat, lon) = text.split_once(',').ok_or_else(words)?;
    match (number(lat), number(lon)) {
        (Some(lat), Some(lon)) => Ok((lat, lon)),
        _ => Err(words()),
    }
}

fn number(text: &str) -> Option<f64> {
    let number: Option<f64> = text.trim().parse().ok();
    number.filter(|number| number.is_finite())
}

fn position(corner: &CapCorner, longitude_first: bool) -> Value {
    match corner {
        Ok((lat, lon)) if longitude_first => json!([lon, lat]),
        Ok((lat, lon)) => json!([lat, lon]),
        Err(words) => json!(words),
    }
}

/// A polygon without holes, as `GeoJSON` has it.
fn ring(corners: &[CapCorner]) -> Value {
    let ring: Vec<Value> = corners.iter().map(|it| position(it, true)).collect();
    json!([ring])
}

/// `lat,lon radius`, the radius in kilometres.
fn round(text: &str) -> Value {
    let (middle, radius) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (lat, lon) = middle.split_once(',').unwrap_or((middle, ""));
    let told = |text: &str| match number(text) {
        Some(number) => json!(number),
        None => json!(sanitize::excerpt(text, QUOTED_WORDS)),
    };
    json!({ "lat": told(lat), "lon": told(lon), "radius_km": told(radius) })
}

fn around(text: &str, left: &mut usize) -> Value {
    let drawn = text
        .split_once(char::is_whitespace)
        .and_then(|(middle, radius)| {
            let (lat, lon) = corner(middle).ok()?;
            let radius = number(radius).filter(|km| (0.0..=RADIUS_KM).contains(km))?;
            Some(circumscribed((lat, lon), radius.max(LEAST_KM)))
        });
    let Some(corners) = drawn else {
        return json!([sanitize::excerpt(text, QUOTED_WORDS)]);
    };
    *left = left.saturating_sub(corners.len());
    ring(&corners)
}

fn circumscribed((lat, lon): (f64, f64), radius_km: f64) -> Vec<CapCorner> {
    let reach = radius_km * WIDER / EARTH_KM;
    let (south, north) = (lat.to_radians().sin(), lat.to_radians().cos());
    let corner = |side: u16| {
        let bearing = TAU * f64::from(side) / f64::from(SIDES);
        let sine = south * reach.cos() + north * reach.sin() * bearing.cos();
        let east = (bearing.sin() * reach.sin() * north).atan2(reach.cos() - south * sine);
        let east = lon + east.to_degrees();
        let east = (east + 180.0).rem_euclid(360.0) - 180.0;
        Ok((sine.clamp(-1.0, 1.0).asin().to_degrees(), east))
    };
    (0..SIDES).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::area::Area;

    fn settings(more: &str) -> CapSettings {
        toml::from_str(&format!("url = \"http://a\"\n{more}")).unwrap()
    }

    fn area(polygons: &[&str], circles: &[&str], geocodes: &[(&str, &str)]) -> CapArea {
        let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        let geocodes = geocodes.iter();
        CapArea {
            description: String::new(),
            polygons: owned(polygons),
            circles: owned(circles),
            geocodes: geocodes
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// What the mapping makes an area of.
    fn read(area: &CapArea) -> Result<Area, String> {
        let mut columns = columns(&[area], &settings(""));
        columns.remove("geocodes");
        Area::parse(&Value::Object(columns)).map_err(|error| error.to_string())
    }

    const SQUARE: &str = "44.4,11.3 44.4,11.5\n 44.6,11.5 44.6,11.3 44.4,11.3";
    const OPEN: &str = "45.0,9.0 45.0,9.2 45.2,9.2 45.2,9.0";

    #[test]
    fn every_shape_covers_what_it_covers_in_the_alert() {
        for (polygons, circles, covered) in [
            (vec![SQUARE], vec![], vec![(44.5, 11.4)]),
            (vec![OPEN], vec![], vec![(45.1, 9.1)]),
            (vec![SQUARE, OPEN], vec![], vec![(44.5, 11.4), (45.1, 9.1)]),
            (vec![], vec!["43.0,11.0 10"], vec![(43.0, 11.1)]),
            (
                vec![SQUARE],
                vec!["43.0,11.0 10", "42.0,12.0 5"],
                vec![(44.5, 11.4), (43.0, 11.1), (42.0, 12.05)],
            ),
        ] {
            let area = read(&area(&polygons, &circles, &[])).unwrap();
            for position in covered {
                assert!(area.covers_position(position), "{polygons:?} {circles:?}");
            }
            assert!(!area.covers_position((41.0, 10.0)));
        }
    }

    #[test]
    fn a_polygon_around_a_circle_leaves_nobody_out() {
        for (lat, lon, radius) in [(44.5, 11.3, 25.0), (0.0, 179.9, 400.0), (69.0, 20.0, 1.0)] {
            let text = format!("{lat},{lon} {radius}");
            let drawn = read(&area(&[], &[&text, "1,1 0"], &[])).unwrap();
            let whole = read(&area(&[], &[&text], &[])).unwrap();
            for side in 0..360 {
                let bearing = f64::from(side).to_radians();
                let reach = (radius / EARTH_KM).to_degrees() * 0.999;
                let north = lat + reach * bearing.cos();
                let east = lon + reach * bearing.sin() / f64::to_radians(lat).cos();
                let east = (east + 180.0).rem_euclid(360.0) - 180.0;
                let inside = whole.covers_position((north, east));
                assert!(
                    !inside || drawn.covers_position((north, east)),
                    "{text} {side}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_shape_is_named_by_the_areas_own_check() {
        let many = "44.4,11.3 ".repeat(AREA_CORNERS + 7);
        for (polygons, circles, said) in [
            (vec!["44.4,11.3 44.4,11.5 44.4,11.3"], vec![], "/polygon"),
            (vec!["44.4;11.3 1,2 3,4 5,6"], vec![], "`\"44.4;11.3\"`"),
            (vec!["NaN,11.3 1,2 3,4 5,6"], vec![], "NaN,11.3"),
            (vec!["95,11.3 1,2 3,4 5,6"], vec![], "no latitude"),
            (vec![SQUARE, "1,2 3,4"], vec![], "/geojson/coordinates/1/0"),
            (vec![], vec!["44.4,11.3"], "no radius"),
            (vec![], vec!["44.4,11.3 600"], "no radius"),
            (vec![], vec!["44.4,11.3 1", "44.4,11.3 x"], "44.4,11.3 x"),
            (vec![many.as_str()], vec![], "corners"),
        ] {
            let fault = read(&area(&polygons, &circles, &[]));
            let fault = match fault {
                Ok(area) => area.check().unwrap_err().to_string(),
                Err(fault) => fault,
            };
            assert!(fault.contains(said), "{polygons:?} {circles:?}: {fault}");
        }
    }

    #[test]
    fn geocodes_are_codes_tags_or_places_as_the_settings_say() {
        let codes = [
            ("istat", "37006, 037008"),
            ("CAP", "40121"),
            ("EMMA_ID", "IT005"),
        ];
        let area = area(&[], &[], &codes);
        let usual = columns(&[&area], &settings(""));
        assert_eq!(usual["municipalities"], json!(["037006", "037008"]));
        assert_eq!(usual["postal_codes"], json!(["40121"]));
        assert_eq!(usual["tags"], Value::Null);
        assert_eq!(usual["geocodes"][2], "EMMA_ID=IT005");
        let own = columns(&[&area], &settings("geocodes = { EMMA_ID = \"tags\" }"));
        assert_eq!(own["municipalities"], Value::Null);
        assert_eq!(own["tags"], json!(["EMMA_ID:IT005"]));
        assert_eq!(istat("037"), "037");
        assert_eq!(istat("001272"), "001272");
    }
}
