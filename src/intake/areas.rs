//! Shapes of municipalities and zones out of a `GeoJSON` file (RFC 7946 §3.3). Pure: bytes in, shapes or
//! faults out, each fault with the number of its feature, counted from 1. Keeping them is
//! `store::planning::areas`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::domain::FieldError;
use crate::domain::area::{Area, AreaKind, NewShape, Outline};
use crate::domain::limits::{AREA_SHAPES, REFERENCE, SHAPE_CORNERS, SHAPE_NAME};
use crate::text::invisible::harmless;
use crate::text::sanitize;

/// Properties that hold a code, by whose files we know: ISTAT's, then others.
const CODES: [&str; 6] = ["PRO_COM_T", "pro_com_t", "PRO_COM", "istat", "code", "id"];
const NAMES: [&str; 5] = ["COMUNE", "comune", "name", "nome", "NAME"];
/// Digits of the ISTAT code of a municipality.
const ISTAT: usize = 6;

/// How a file's features are understood.
#[derive(Debug, Clone, Copy)]
pub struct AreaProperties<'a> {
    pub kind: AreaKind,
    /// The property with the code; one of the usual ones where none is said.
    pub code: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// A feature that is no shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongFeature {
    /// Counted from 1, as people count.
    pub number: usize,
    pub fault: FieldError,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct AreaFile {
    pub shapes: Vec<NewShape>,
    pub wrong: Vec<WrongFeature>,
}

/// Reads a whole file. An error: it is no collection of features at all, or one that is too long.
pub fn read(bytes: &[u8], properties: AreaProperties<'_>) -> Result<AreaFile, FieldError> {
    let file: Value = serde_json::from_slice(bytes)
        .map_err(|error| FieldError::new("", format!("this is no JSON: {error}")))?;
    let is_collection = file["type"] == "FeatureCollection";
    let features = file["features"].as_array().filter(|_| is_collection);
    let features = features.ok_or_else(|| {
        FieldError::new("/type", "this is no GeoJSON of type `FeatureCollection`")
    })?;
    if features.len() > AREA_SHAPES {
        let detail = format!(
            "{} features; at most {AREA_SHAPES} are taken",
            features.len()
        );
        return Err(FieldError::new("/features", detail));
    }
    let mut read = AreaFile::default();
    let mut taken = HashMap::new();
    for (number, feature) in (1..).zip(features) {
        let shape = shape(feature, properties).and_then(|shape| {
            let before = taken.insert(shape.code.clone(), number);
            match before {
                None => Ok(shape),
                Some(before) => Err(double(&shape.code, before)),
            }
        });
        match shape {
            Ok(shape) => read.shapes.push(shape),
            Err(fault) => read.wrong.push(WrongFeature { number, fault }),
        }
    }
    Ok(read)
}

fn double(code: &str, before: usize) -> FieldError {
    let code = harmless(code);
    let detail = format!(
        "the code `{code}` is that of feature {before}, too; join the parts of one area to a MultiPolygon"
    );
    FieldError::new("/properties", detail)
}

fn shape(feature: &Value, properties: AreaProperties<'_>) -> Result<NewShape, FieldError> {
    let none = Map::new();
    let given = feature["properties"].as_object().unwrap_or(&none);
    let code = property(given, properties.code, &CODES, "--code")?;
    let code = match properties.kind {
        AreaKind::Municipality => istat(&code)?,
        AreaKind::Zone => code,
    };
    let name = property(given, properties.name, &NAMES, "--name")?;
    for (said, text, most) in [("code", &code, REFERENCE), ("name", &name, SHAPE_NAME)] {
        if text.chars().nth(most).is_some() {
            let detail = format!("the {said} has more than {most} characters");
            return Err(FieldError::new("/properties", detail));
        }
    }
    let outline = outline(&feature["geometry"])?;
    NewShape::of(code, name, &outline)
        .ok_or_else(|| FieldError::new("/geometry", "the shape has no extent"))
}

fn outline(geometry: &Value) -> Result<Outline, FieldError> {
    let area = Area::parse(&json!({ "geojson": geometry })).map_err(|error| {
        let pointer = error.pointer.replacen("/geojson", "/geometry", 1);
        let metres = match error.detail.contains("itude") {
            true => "; degrees are wanted (EPSG:4326), not metres",
            false => "",
        };
        FieldError::new(pointer, format!("{}{metres}", error.detail))
    })?;
    let outline = area.geojson;
    let outline = outline.ok_or_else(|| FieldError::new("/geometry", "it has no geometry"))?;
    let corners = outline.corners();
    if corners > SHAPE_CORNERS {
        let detail = format!("{corners} corners; simplify it to {SHAPE_CORNERS}");
        return Err(FieldError::new("/geometry", detail));
    }
    Ok(outline)
}

/// A text or a whole number of one of the properties; the first of the usual ones that is there.
fn property(
    given: &Map<String, Value>,
    wanted: Option<&str>,
    usual: &[&str],
    option: &str,
) -> Result<String, FieldError> {
    let said = |name: &str| match given.get(name) {
        Some(Value::String(text)) => Some(sanitize::line(text)).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) if number.is_i64() => Some(number.to_string()),
        _ => None,
    };
    if let Some(name) = wanted {
        let detail = || {
            format!(
                "it has no property `{}` with a text or a number",
                harmless(name)
            )
        };
        return said(name).ok_or_else(|| FieldError::new("/properties", detail()));
    }
    let found = usual.iter().find_map(|name| said(name));
    found.ok_or_else(|| {
        let detail = format!(
            "it has none of the properties {}; say with {option} which one it is",
            usual.join(", ")
        );
        FieldError::new("/properties", detail)
    })
}

/// Six digits; a number has lost the zeros that it began with.
fn istat(code: &str) -> Result<String, FieldError> {
    if code.len() <= ISTAT && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(format!("{code:0>ISTAT$}"));
    }
    let shown = harmless(code);
    let detail = format!(
        "`{shown}` is no ISTAT code of a municipality; say with --code which property it is, or import zones with --kind zone"
    );
    Err(FieldError::new("/properties", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWNS: AreaProperties<'static> = AreaProperties {
        kind: AreaKind::Municipality,
        code: None,
        name: None,
    };

    fn feature(properties: &Value) -> Value {
        let ring = json!([[11.2, 44.4], [11.5, 44.4], [11.5, 44.6], [11.2, 44.4]]);
        let geometry = json!({ "type": "Polygon", "coordinates": [ring] });
        json!({ "type": "Feature", "properties": properties, "geometry": geometry })
    }

    fn file(features: &[Value]) -> Vec<u8> {
        let file = json!({ "type": "FeatureCollection", "features": features });
        file.to_string().into_bytes()
    }

    #[test]
    fn codes_and_names_are_found_and_zeros_come_back() {
        let features = [
            feature(&json!({ "PRO_COM": 1001, "COMUNE": "Agliè" })),
            feature(&json!({ "PRO_COM_T": "037006", "PRO_COM": 37006, "COMUNE": "Bologna" })),
        ];
        let read = read(&file(&features), TOWNS).unwrap();
        assert!(read.wrong.is_empty(), "{:?}", read.wrong);
        let found: Vec<_> = read
            .shapes
            .iter()
            .map(|it| (&*it.code, &*it.name))
            .collect();
        assert_eq!(found, [("001001", "Agliè"), ("037006", "Bologna")]);
    }

    #[test]
    fn each_fault_names_its_feature() {
        let mut metres = feature(&json!({ "code": "037001", "name": "A" }));
        metres["geometry"]["coordinates"][0][0] = json!([686_000.0, 4_929_000.0]);
        let mut point = feature(&json!({ "code": "037002", "name": "B" }));
        point["geometry"] = json!({ "type": "Point", "coordinates": [11, 44] });
        let features = [
            feature(&json!({ "code": "037006", "name": "Bologna" })),
            metres,
            point,
            feature(&json!({ "code": "037006", "name": "Again" })),
            feature(&json!({ "code": "BO-12", "name": "C" })),
            feature(&json!({ "code": "037008" })),
            json!(null),
        ];
        let read = read(&file(&features), TOWNS).unwrap();
        let numbers: Vec<_> = read.wrong.iter().map(|wrong| wrong.number).collect();
        assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
        assert!(
            read.wrong[0].fault.detail.contains("degrees"),
            "{:?}",
            read.wrong[0]
        );
        assert!(read.wrong[2].fault.detail.contains("feature 1"));
        assert_eq!(read.shapes.len(), 1);
    }

    #[test]
    fn what_is_no_collection_is_refused_as_a_whole() {
        for bytes in [&b"{"[..], b"[]", b"{\"type\":\"Feature\",\"features\":[]}"] {
            assert!(read(bytes, TOWNS).is_err());
        }
        let many = vec![json!(null); AREA_SHAPES + 1];
        assert!(read(&file(&many), TOWNS).is_err());
    }

    #[test]
    fn a_zone_has_the_tag_that_its_places_bear() {
        let zones = AreaProperties {
            kind: AreaKind::Zone,
            code: Some("ZONA"),
            name: Some("ZONA"),
        };
        let read = read(&file(&[feature(&json!({ "ZONA": "feeder:BO-12" }))]), zones).unwrap();
        assert_eq!(read.shapes[0].code, "feeder:BO-12");
    }
}
