//! Reading an area from an event's JSON, strictly: a part that is misspelt or malformed would
//! leave people out in silence, so it is refused with its place and what would be right.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Area, Circle, Outline, outline};
use crate::domain::limits::{AREA_CORNERS, AREA_ITEMS, RADIUS_KM, REFERENCE};
use crate::text::invisible::harmless;

/// A JSON value that is no area.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("area, at `{pointer}`: {detail}")]
pub struct AreaError {
    /// Where, counted from the area (RFC 6901), such as `/municipalities/2`.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl AreaError {
    pub(super) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }
}

impl TryFrom<Value> for Area {
    type Error = AreaError;
    fn try_from(value: Value) -> Result<Self, Self::Error> {
        Self::parse(&value)
    }
}

impl Area {
    /// Reads the form described in the module's introduction. A part that is `null` is absent.
    pub fn parse(value: &Value) -> Result<Self, AreaError> {
        const PARTS: [&str; 7] = [
            "municipalities",
            "postal_codes",
            "tags",
            "places",
            "polygon",
            "geojson",
            "circle",
        ];
        let parts = object(value, "")?;
        if let Some(name) = parts.keys().find(|name| !PARTS.contains(&name.as_str())) {
            let detail = format!("unknown part; an area has: {}", PARTS.join(", "));
            return Err(AreaError::new(format!("/{}", harmless(name)), detail));
        }
        let (corners, shapes) = outlines(parts)?;
        Ok(Self {
            municipalities: texts(parts, "municipalities", istat)?,
            postal_codes: texts(parts, "postal_codes", any)?,
            tags: texts(parts, "tags", any)?,
            places: texts(parts, "places", any)?,
            polygon: corners.map(polygon).transpose()?,
            geojson: shapes
                .map(|(name, shapes)| outline::parse(shapes, name))
                .transpose()?,
            circle: given(parts, "circle").map(circle).transpose()?,
        })
    }

    /// Refuses an area that is larger than one that may come in. Reading it takes time in
    /// proportion to its length; what follows (the store, each place) need not.
    pub fn check(&self) -> Result<(), AreaError> {
        for (name, items) in [
            ("municipalities", &self.municipalities),
            ("postal_codes", &self.postal_codes),
            ("tags", &self.tags),
            ("places", &self.places),
        ] {
            if items.len() > AREA_ITEMS {
                let detail = format!("{} items; at most {AREA_ITEMS} are taken", items.len());
                return Err(AreaError::new(format!("/{name}"), detail));
            }
            if let Some(long) = items.iter().find(|item| is_too_long(item)) {
                let shown = harmless(long);
                let detail = format!("`{shown}` has more than {REFERENCE} characters");
                return Err(AreaError::new(format!("/{name}"), detail));
            }
        }
        let corners = self.geojson.as_ref().map_or(0, Outline::corners);
        if corners > AREA_CORNERS {
            let detail = format!("{corners} corners; simplify it to {AREA_CORNERS}");
            return Err(AreaError::new("/geojson", detail));
        }
        Ok(())
    }
}

fn is_too_long(text: &str) -> bool {
    text.len() > REFERENCE && text.chars().nth(REFERENCE).is_some()
}

/// `GeoJSON` is taken under the name of `polygon`, too: that is where one looks for it.
type Outlines<'a> = (Option<&'a Value>, Option<(&'static str, &'a Value)>);

fn outlines(parts: &Map<String, Value>) -> Result<Outlines<'_>, AreaError> {
    let geojson = given(parts, "geojson").map(|shapes| ("geojson", shapes));
    match (given(parts, "polygon"), geojson) {
        (Some(shapes), None) if shapes.is_object() => Ok((None, Some(("polygon", shapes)))),
        (Some(shapes), Some(_)) if shapes.is_object() => Err(AreaError::new(
            "/polygon",
            "GeoJSON stands here and in `geojson`; put both into one MultiPolygon",
        )),
        both => Ok(both),
    }
}

fn given<'a>(parts: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    parts.get(name).filter(|value| !value.is_null())
}

pub(super) fn object<'a>(
    value: &'a Value,
    pointer: &str,
) -> Result<&'a Map<String, Value>, AreaError> {
    value
        .as_object()
        .ok_or_else(|| AreaError::new(pointer, format!("{} is no object `{{..}}`", brief(value))))
}

pub(super) fn list<'a>(
    value: &'a Value,
    pointer: &str,
    like: &str,
) -> Result<&'a [Value], AreaError> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| {
        AreaError::new(
            pointer,
            format!("{} is no list; write {like}", brief(value)),
        )
    })
}

/// A list of texts, each once, in the order given.
fn texts(
    parts: &Map<String, Value>,
    name: &str,
    check: fn(&str) -> Result<(), String>,
) -> Result<Vec<String>, AreaError> {
    let Some(value) = given(parts, name) else {
        return Ok(Vec::new());
    };
    let (mut texts, mut known) = (Vec::new(), HashSet::new());
    for (index, item) in list(value, &format!("/{name}"), "a list of texts `[\"..\"]`")?
        .iter()
        .enumerate()
    {
        let text = text(item)
            .and_then(|text| check(text).map(|()| text))
            .map_err(|detail| AreaError::new(format!("/{name}/{index}"), detail))?;
        if known.insert(text) {
            texts.push(text.to_owned());
        }
    }
    Ok(texts)
}

fn text(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or_else(|| {
        let shown = brief(value);
        format!("{shown} is no text; write it in quotes, with its leading zeros")
    })?;
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty; leave it out".to_owned());
    }
    // PostgreSQL keeps no NUL, and no code of a place has a line break.
    if text.chars().any(char::is_control) {
        return Err(format!("`{}` has control characters", harmless(text)));
    }
    Ok(text)
}

/// Postal codes, tags and places have as many forms as there are countries and organisations.
#[expect(clippy::unnecessary_wraps, reason = "stands where a check stands")]
const fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn istat(text: &str) -> Result<(), String> {
    if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let shown = harmless(text);
    Err(format!(
        "`{shown}` is no municipality; write the ISTAT code of six digits, such as `037006`"
    ))
}

fn polygon(value: &Value) -> Result<Vec<(f64, f64)>, AreaError> {
    let items = list(value, "/polygon", "corners `[[lat,lon],..]`")?;
    if items.len() > AREA_CORNERS {
        let detail = format!("{} corners; simplify it to {AREA_CORNERS}", items.len());
        return Err(AreaError::new("/polygon", detail));
    }
    let corners = items
        .iter()
        .enumerate()
        .map(|(index, corner)| position(corner, &format!("/polygon/{index}")))
        .collect::<Result<Vec<_>, _>>()?;
    ring(corners, "/polygon")
}

/// An outline that closes itself: CAP and `GeoJSON` repeat the first corner at the end. What comes of it is
/// written down and read again, so it must come to the same a second time.
pub(super) fn ring(
    mut corners: Vec<(f64, f64)>,
    pointer: &str,
) -> Result<Vec<(f64, f64)>, AreaError> {
    while corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    let mut different: Vec<(f64, f64)> = Vec::with_capacity(3);
    for corner in &corners {
        if different.len() < 3 && !different.contains(corner) {
            different.push(*corner);
        }
    }
    if different.len() < 3 {
        let detail = "fewer than three different corners enclose nothing";
        return Err(AreaError::new(pointer, detail));
    }
    Ok(corners)
}

fn position(value: &Value, pointer: &str) -> Result<(f64, f64), AreaError> {
    match list(value, pointer, "a corner as `[lat,lon]`")? {
        [lat, lon] => Ok((
            within(Some(lat), 90.0, &format!("{pointer}/0"), "latitude")?,
            within(Some(lon), 180.0, &format!("{pointer}/1"), "longitude")?,
        )),
        _ => Err(AreaError::new(
            pointer,
            "a corner has two numbers: `[lat,lon]`, latitude first",
        )),
    }
}

fn circle(value: &Value) -> Result<Circle, AreaError> {
    let parts = object(value, "/circle")?;
    if let Some(name) = parts
        .keys()
        .find(|name| !["lat", "lon", "radius_km"].contains(&name.as_str()))
    {
        let pointer = format!("/circle/{}", harmless(name));
        return Err(AreaError::new(
            pointer,
            "unknown; a circle has lat, lon, radius_km",
        ));
    }
    Ok(Circle {
        lat: within(parts.get("lat"), 90.0, "/circle/lat", "latitude")?,
        lon: within(parts.get("lon"), 180.0, "/circle/lon", "longitude")?,
        radius_m: radius_m(parts.get("radius_km"))?,
    })
}

/// A number of degrees from `-limit` to `limit`.
pub(super) fn within(
    value: Option<&Value>,
    limit: f64,
    pointer: &str,
    what: &str,
) -> Result<f64, AreaError> {
    value
        .and_then(Value::as_f64)
        .filter(|degrees| degrees.abs() <= limit)
        .ok_or_else(|| {
            let shown = value.map_or_else(|| "nothing".to_owned(), brief);
            let detail = format!("{shown} is no {what}; write degrees from -{limit} to {limit}");
            AreaError::new(pointer, detail)
        })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 500,000 metres"
)]
fn radius_m(value: Option<&Value>) -> Result<u32, AreaError> {
    value
        .and_then(Value::as_f64)
        .filter(|km| (0.0..=RADIUS_KM).contains(km))
        .map(|km| (km * 1_000.0).round() as u32)
        .ok_or_else(|| {
            let shown = value.map_or_else(|| "nothing".to_owned(), brief);
            let detail = format!("{shown} is no radius; write kilometres from 0 to 500");
            AreaError::new("/circle/radius_km", detail)
        })
}

/// The value as an error may quote it.
pub(super) fn brief(value: &Value) -> String {
    format!("`{}`", harmless(&value.to_string()))
}

#[cfg(test)]
mod tests;
