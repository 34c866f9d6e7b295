//! Reading an area from an event's JSON, strictly: a part that is misspelt or malformed would
//! leave people out in silence, so it is refused with its place and what would be right.

use serde_json::{Map, Value};

use super::{Area, Circle};
use crate::domain::marks::harmless;

/// More corners than any district needs; each is looked at for every place.
const MOST_CORNERS: usize = 10_000;
/// Half of Italy.
const LONGEST_RADIUS_KM: f64 = 500.0;

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
    fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
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
        const PARTS: [&str; 6] = [
            "municipalities",
            "postal_codes",
            "tags",
            "places",
            "polygon",
            "circle",
        ];
        let parts = object(value, "")?;
        if let Some(name) = parts.keys().find(|name| !PARTS.contains(&name.as_str())) {
            let detail = format!("unknown part; an area has: {}", PARTS.join(", "));
            return Err(AreaError::new(format!("/{}", harmless(name)), detail));
        }
        Ok(Self {
            municipalities: texts(parts, "municipalities", istat)?,
            postal_codes: texts(parts, "postal_codes", any)?,
            tags: texts(parts, "tags", any)?,
            places: texts(parts, "places", any)?,
            polygon: given(parts, "polygon").map(polygon).transpose()?,
            circle: given(parts, "circle").map(circle).transpose()?,
        })
    }
}

fn given<'a>(parts: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    parts.get(name).filter(|value| !value.is_null())
}

fn object<'a>(value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>, AreaError> {
    value
        .as_object()
        .ok_or_else(|| AreaError::new(pointer, format!("{} is no object `{{..}}`", brief(value))))
}

fn list<'a>(value: &'a Value, pointer: &str, like: &str) -> Result<&'a [Value], AreaError> {
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
    let mut texts = Vec::new();
    for (index, item) in list(value, &format!("/{name}"), "a list of texts `[\"..\"]`")?
        .iter()
        .enumerate()
    {
        let text = text(item)
            .and_then(|text| check(text).map(|()| text))
            .map_err(|detail| AreaError::new(format!("/{name}/{index}"), detail))?;
        if !texts.iter().any(|known| known == text) {
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
    if items.len() > MOST_CORNERS {
        let detail = format!("{} corners; simplify it to {MOST_CORNERS}", items.len());
        return Err(AreaError::new("/polygon", detail));
    }
    let mut corners = items
        .iter()
        .enumerate()
        .map(|(index, corner)| position(corner, &format!("/polygon/{index}")))
        .collect::<Result<Vec<_>, _>>()?;
    // CAP repeats the first corner at the end; here the outline closes itself.
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    if corners.len() < 3 {
        let detail = "fewer than three different corners enclose nothing";
        return Err(AreaError::new("/polygon", detail));
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
fn within(value: Option<&Value>, limit: f64, pointer: &str, what: &str) -> Result<f64, AreaError> {
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
        .filter(|km| (0.0..=LONGEST_RADIUS_KM).contains(km))
        .map(|km| (km * 1_000.0).round() as u32)
        .ok_or_else(|| {
            let shown = value.map_or_else(|| "nothing".to_owned(), brief);
            let detail = format!("{shown} is no radius; write kilometres from 0 to 500");
            AreaError::new("/circle/radius_km", detail)
        })
}

/// The value as an error may quote it.
fn brief(value: &Value) -> String {
    format!("`{}`", harmless(&value.to_string()))
}

#[cfg(test)]
mod tests;
