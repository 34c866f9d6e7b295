//! Asking a layer for all its rows, page by page, and what its answers mean. `ArcGIS` says its errors in
//! an answer with status 200; a page may hold fewer rows than were asked for, so only an empty one is
//! the last.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::settings::ArcgisSettings;
use crate::domain::limits::{ARCGIS_PAGE, FEED_PAGES, SOURCE_BODY};
use crate::source::fault::SourceFault;
use crate::source::http::{FeedBody, Fetched, Fetcher, without_secrets};
use crate::text::sanitize;

/// Longest words of theirs in a fault, in characters.
const QUOTED_WORDS: usize = 200;

/// A row of the layer: its attributes by name.
pub(super) type LayerRow = Map<String, Value>;

#[derive(Deserialize)]
struct LayerAnswer {
    error: Option<LayerError>,
    features: Option<Vec<Feature>>,
}

#[derive(Deserialize)]
struct LayerError {
    code: Option<i64>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Feature {
    attributes: Option<LayerRow>,
}

/// All rows of the layer, or a fault: nothing is half read.
pub(super) async fn rows(
    fetcher: &Fetcher,
    settings: &ArcgisSettings,
) -> Result<Vec<LayerRow>, SourceFault> {
    let mut rows = Vec::new();
    let mut last = None;
    let mut bytes = 0;
    for _ in 0..FEED_PAGES {
        let url = query(settings, last)?;
        let body = match fetcher.get(&url, None).await? {
            Fetched::Body(body) => body,
            Fetched::Unchanged => return Err(unasked()),
        };
        bytes += body.bytes.len();
        if bytes > SOURCE_BODY {
            return Err(too_many());
        }
        let page = page(&body).map_err(|fault| without_secrets(fault, &url))?;
        if page.is_empty() {
            return Ok(rows);
        }
        last = Some(reached(&page, last, settings)?);
        rows.extend(page);
    }
    Err(too_many())
}

/// The address of the page behind this object.
fn query(settings: &ArcgisSettings, last: Option<i64>) -> Result<String, SourceFault> {
    let wrong = |error: url::ParseError| SourceFault::Unexpected(format!("`url`: {error}"));
    let mut url = Url::parse(&settings.url).map_err(wrong)?;
    let path = format!("{}/query", url.path());
    url.set_path(&path);
    let object = &settings.fields.object_id;
    let condition = match last {
        None => settings.condition.clone(),
        Some(last) => format!("({}) AND {object} > {last}", settings.condition),
    };
    url.query_pairs_mut()
        .append_pair("f", "json")
        .append_pair("where", &condition)
        .append_pair("outFields", "*")
        .append_pair("returnGeometry", "false")
        .append_pair("orderByFields", &format!("{object} ASC"))
        .append_pair("resultRecordCount", &ARCGIS_PAGE.to_string());
    Ok(url.into())
}

fn page(body: &FeedBody) -> Result<Vec<LayerRow>, SourceFault> {
    let answer: LayerAnswer = serde_json::from_slice(&body.bytes).map_err(|error| {
        let is_html = body.bytes.trim_ascii_start().starts_with(b"<");
        SourceFault::Unexpected(match is_html {
            true => {
                "it answers with a page for people where JSON should come; check `url`".to_owned()
            }
            false => format!("its answer is no JSON of a layer: {error}"),
        })
    })?;
    if let Some(error) = answer.error {
        return Err(said(&error));
    }
    let features = answer.features.ok_or_else(|| {
        SourceFault::Unexpected(
            "its answer has no `features`: is `url` a layer, such as ../FeatureServer/0?"
                .to_owned(),
        )
    })?;
    let rows = features.into_iter();
    Ok(rows.map(|row| row.attributes.unwrap_or_default()).collect())
}

/// The greatest object of a page. One that leads no further would be read for ever.
fn reached(
    page: &[LayerRow],
    last: Option<i64>,
    settings: &ArcgisSettings,
) -> Result<i64, SourceFault> {
    let object = &settings.fields.object_id;
    let ids = page.iter().filter_map(|row| row.get(object)?.as_i64());
    let greatest = ids.max().ok_or_else(|| {
        SourceFault::Unexpected(format!(
            "no row has a number in `{object}`; name the layer's own in `fields.object_id`"
        ))
    })?;
    match last.is_none_or(|last| greatest > last) {
        true => Ok(greatest),
        false => Err(SourceFault::Unexpected(format!(
            "its pages lead no further than `{object}` {greatest}: it does not heed `where`"
        ))),
    }
}

/// `ArcGIS` says 400 for a query it cannot run, 403, 498 and 499 where it wants a token.
fn said(error: &LayerError) -> SourceFault {
    let code = error.code.unwrap_or_default();
    let words = error.message.as_deref().unwrap_or("no reason given");
    let words = sanitize::excerpt(words, QUOTED_WORDS);
    match code {
        429 | 500..=599 => SourceFault::Away(format!("the layer answers {code}: {words}")),
        _ => SourceFault::Refused(format!(
            "the layer answers {code}: {words}; check `url`, `where` and `fields`"
        )),
    }
}

fn unasked() -> SourceFault {
    SourceFault::Unexpected("it says that nothing changed, which was not asked".to_owned())
}

fn too_many() -> SourceFault {
    let limit = SOURCE_BODY / (1024 * 1024);
    SourceFault::Unexpected(format!(
        "its rows fill more than {FEED_PAGES} pages or {limit} MiB; ask for a region in `where`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ArcgisSettings {
        let url = "url = \"https://maps.example/A/FeatureServer/0?token=t\"\n";
        toml::from_str(&format!("{url}where = \"a = 'è'\"")).unwrap()
    }

    fn answer(body: &str) -> Result<Vec<LayerRow>, SourceFault> {
        page(&FeedBody {
            bytes: body.into(),
            content_type: None,
            validator: None,
        })
    }

    #[test]
    fn a_page_begins_behind_the_last_one() {
        let first = query(&settings(), None).unwrap();
        let begin =
            "https://maps.example/A/FeatureServer/0/query?token=t&f=json&where=a+%3D+%27%C3%A8%27&";
        assert!(first.starts_with(begin), "{first}");
        let next = query(&settings(), Some(7)).unwrap();
        assert!(next.contains("%29+AND+objectid1+%3E+7&"), "{next}");
    }

    #[test]
    fn an_error_comes_in_good_form() {
        let code = |code| format!("{{\"error\": {{\"code\": {code}, \"message\": \"Invalid\"}}}}");
        for refused in [400, 403, 498, 499] {
            let fault = answer(&code(refused)).unwrap_err();
            assert!(matches!(&fault, SourceFault::Refused(why) if why.contains("Invalid")));
        }
        for away in [429, 500, 504] {
            let fault = answer(&code(away)).unwrap_err();
            assert!(matches!(fault, SourceFault::Away(_)), "{away}");
        }
        for garbage in [
            "<html>",
            "[]",
            "{}",
            "{\"features\": 1}",
            "{\"features\": [{\"attri",
        ] {
            let fault = answer(garbage).unwrap_err();
            assert!(matches!(fault, SourceFault::Unexpected(_)), "{garbage}");
        }
        assert!(answer("{\"features\": []}").unwrap().is_empty());
    }

    #[test]
    fn pages_must_lead_on() {
        let page = answer("{\"features\": [{\"attributes\": {\"objectid1\": 7}}, {}]}").unwrap();
        assert_eq!(reached(&page, Some(6), &settings()).unwrap(), 7);
        assert!(reached(&page, Some(7), &settings()).is_err());
        assert!(reached(&page[1..], None, &settings()).is_err());
    }
}
