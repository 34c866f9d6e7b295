//! The keys of a source with `kind = "http-feed"`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::HttpFeedReader;
use super::address::AskedUrl;
use crate::domain::limits::{ASKED, FEED_PATH, SNAPSHOT_THINGS};
use crate::source::address::ten_seconds;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedAddress, HeaderSetting};
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::source::snapshot::{SHOWN_EACH_TIME, believed, check_belief};
use crate::text::time::duration;

/// What stands for a place while an address is checked.
const SOME_PLACE: &str = "0";

/// A list over HTTP in JSON, as configured.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFeedSettings {
    /// `{{ cursor }}` in it is where the last look ended. May hold a token.
    pub url: String,
    /// Sent to the host of `url` and to no other.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderSetting>,
    /// Secrets may go over plain http to another machine, inside a protected network.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// How long each answer may take.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
    /// Where the list is in an answer; absent: the answer is the list.
    pub items: Option<String>,
    /// Where an answer says the address of the next page.
    pub next: Option<String>,
    /// How many items a full page has, where an answer does not say whether there are more.
    pub page_size: Option<usize>,
    /// Where an item says how far the list has been read with it.
    pub cursor: Option<String>,
    /// Where an item says what tells it from the others.
    pub key: Option<String>,
    /// The list shows everything that is going on: what is not in it has ended.
    #[serde(default)]
    pub complete: bool,
}

impl HttpFeedSettings {
    /// What is asked, with a place in it.
    pub(super) fn address(&self, url: String) -> FeedAddress {
        FeedAddress {
            url,
            headers: self.headers.clone(),
            timeout: self.timeout,
            allow_plain_http: self.allow_plain_http,
        }
    }

    /// Finds what cannot be a place in this source.
    pub fn check_place(&self, place: &Value) -> Result<(), String> {
        if self.complete {
            return check_belief(place);
        }
        let since = place.as_object().filter(|it| it.len() == 1);
        let since = since.and_then(|it| it.get("since"));
        let wrong =
            "a place is {\"since\": ..} with a text or a number, as `cursor` reads it there";
        match (&self.cursor, since) {
            (None, _) => Err("it has no `cursor`, and so no place; write `start`".to_owned()),
            (Some(_), Some(Value::Number(_))) => Ok(()),
            (Some(_), Some(Value::String(text))) if text.len() <= ASKED => Ok(()),
            (Some(_), _) => Err(wrong.to_owned()),
        }
    }

    fn check_complete(&self, url: &AskedUrl) -> Result<(), String> {
        if self.key.is_none() {
            return Err(
                "`key`: a list that shows everything (`complete`) needs what tells its items apart"
                    .to_owned(),
            );
        }
        if self.cursor.is_some() || url.has_place() {
            return Err(
                "`cursor`: a list that shows everything (`complete`) is read whole each time; leave \
                 out `cursor`, and {{ cursor }} in `url`"
                    .to_owned(),
            );
        }
        match self.page_size {
            None => Ok(()),
            Some(_) => Err(
                "`page_size`: a list that shows everything (`complete`) needs `next` for its pages"
                    .to_owned(),
            ),
        }
    }

    fn check_cursor_keys(&self, url: &AskedUrl) -> Result<(), String> {
        match (&self.cursor, url.has_place()) {
            (Some(_), false) => {
                return Err(
                    "`url` has no {{ cursor }}: without it each look would begin at the beginning"
                        .to_owned(),
                );
            }
            (None, true) => {
                return Err(
                    "`cursor`: `url` asks for {{ cursor }}; name the field of an item that it is"
                        .to_owned(),
                );
            }
            _ => {}
        }
        let sizes = 1..=SNAPSHOT_THINGS;
        match self.page_size {
            Some(_) if self.cursor.is_none() => {
                Err("`page_size` is of use with `cursor` only".to_owned())
            }
            Some(_) if self.next.is_some() => {
                Err("`page_size`: `next` says already whether there are more pages".to_owned())
            }
            Some(size) if !sizes.contains(&size) => {
                Err(format!("`page_size` must be 1 to {SNAPSHOT_THINGS}"))
            }
            _ => Ok(()),
        }
    }
}

impl SourceKind for HttpFeedSettings {
    fn check(&self) -> Result<(), String> {
        let url = AskedUrl::parse(&self.url)?;
        self.address(url.at(Some(SOME_PLACE))?).check()?;
        for (key, path) in [
            ("items", &self.items),
            ("next", &self.next),
            ("cursor", &self.cursor),
            ("key", &self.key),
        ] {
            if path.as_deref().is_some_and(|path| !is_path(path)) {
                return Err(format!(
                    "`{key}` is no way such as \"data.results\", in at most {FEED_PATH} bytes"
                ));
            }
        }
        match self.complete {
            true => self.check_complete(&url),
            false => self.check_cursor_keys(&url),
        }
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(HttpFeedReader::new(self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        place.map_or(Ok(()), |place| self.check_place(place))
    }

    fn set_back(&self, stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        match self.complete {
            true => to.map(|_| believed(stored)),
            false => to,
        }
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        Some(match self.complete {
            true => SHOWN_EACH_TIME,
            false => "a list that is read on shows what is new, and not what stands there now",
        })
    }
}

impl std::fmt::Debug for HttpFeedSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpFeedSettings")
            // It may hold a token.
            .field("url", &"***")
            .field("headers", &self.headers)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("timeout", &self.timeout)
            .field("items", &self.items)
            .field("next", &self.next)
            .field("page_size", &self.page_size)
            .field("cursor", &self.cursor)
            .field("key", &self.key)
            .field("complete", &self.complete)
            .finish()
    }
}

/// Names with dots between them.
fn is_path(text: &str) -> bool {
    text.len() <= FEED_PATH && text.split('.').all(|name| !name.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(more: &str) -> String {
        let least = "url = \"https://crm.example.it/api/cases\"\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        let settings: HttpFeedSettings = table.try_into().unwrap();
        settings.check().err().unwrap_or_default()
    }

    #[test]
    fn keys_that_do_not_go_together_are_said() {
        let since = "url = \"https://a.example/b?since={{ cursor }}\"\n";
        assert_eq!(fault(""), "");
        assert_eq!(
            fault(&format!("{since}cursor = \"at\"\npage_size = 50")),
            ""
        );
        assert_eq!(fault("complete = true\nkey = \"id\"\nnext = \"a.b\""), "");
        for (more, said) in [
            ("complete = true".to_owned(), "`key`: a list"),
            (
                format!("{since}cursor = \"at\"\ncomplete = true\nkey = \"id\""),
                "`cursor`: a list",
            ),
            (
                "complete = true\nkey = \"id\"\npage_size = 5".to_owned(),
                "`page_size`: a list",
            ),
            ("cursor = \"at\"".to_owned(), "`url` has no {{ cursor }}"),
            (since.to_owned(), "`cursor`: `url` asks"),
            ("page_size = 5".to_owned(), "`page_size` is of use"),
            (
                format!("{since}cursor = \"at\"\npage_size = 0"),
                "`page_size` must be",
            ),
            ("items = \"a..b\"".to_owned(), "`items` is no way"),
            ("next = \"\"".to_owned(), "`next` is no way"),
            ("timeout = \"1ms\"".to_owned(), "`timeout` is out of range"),
            ("url = \"crm\"".to_owned(), "`url` is no address"),
            ("headers = { Host = \"a\" }".to_owned(), "`headers`: `Host`"),
        ] {
            let fault = fault(&more);
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let text = "url = \"https://a.example/?token=c4nary\"\nheaders = { A = \"c4nary\" }";
        let settings: HttpFeedSettings = toml::from_str(text).unwrap();
        assert!(!format!("{settings:?}").contains("c4nary"));
    }

    #[test]
    fn a_place_is_what_the_cursor_reads() {
        let text = "url = \"https://a.example/?since={{ cursor }}\"\ncursor = \"at\"";
        let settings: HttpFeedSettings = toml::from_str(text).unwrap();
        assert_eq!(settings.check_place(&json!({"since": 7})), Ok(()));
        for wrong in [json!({"from": 7}), json!(7), json!({"since": null})] {
            assert!(settings.check_place(&wrong).is_err(), "{wrong}");
        }
        let text = "url = \"https://a.example/\"\ncomplete = true\nkey = \"id\"";
        let settings: HttpFeedSettings = toml::from_str(text).unwrap();
        assert_eq!(settings.check_place(&json!({"believe": true})), Ok(()));
        assert!(settings.check_place(&json!({"since": 7})).is_err());
    }
}
