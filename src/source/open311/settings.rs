//! The keys of a source with `kind = "open311"`, the addresses that are asked, and the case that a
//! request becomes unless the settings say otherwise.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::Open311Reader;
use super::place::{RequestPlace, time};
use crate::domain::Timestamp;
use crate::domain::limits::{FEED_PATH, LOOK_OVERLAP, SNAPSHOT_THINGS};
use crate::source::address::ten_seconds;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedAddress, HeaderSetting};
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::source::settings::CaseFields;
use crate::text::time::duration;

/// Times as the standard has them in an address.
const W3_TIME: &str = "%Y-%m-%dT%H:%M:%SZ";
/// How far back the requests may lie that are asked for at once; the standard allows no more.
const WINDOW: (Duration, Duration) = (Duration::from_hours(24), Duration::from_hours(24 * 90));

/// A town's requests of citizens by Open311 (`GeoReport` v2), as configured.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open311Settings {
    /// The endpoint, behind which `requests.json` stands. What stands in its query is sent with each
    /// request, and may be a token.
    pub url: String,
    /// Which town, where the server has several.
    pub jurisdiction_id: Option<String>,
    /// A file that holds the key for reading, where the server asks for one.
    pub api_key_file: Option<PathBuf>,
    /// Sent to the host of `url` and to no other.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderSetting>,
    /// Secrets may go over plain http to another machine, inside a protected network.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// How long each answer may take.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
    /// The field of a request in which the client's reference stands; the standard has none.
    pub client: Option<String>,
    /// Which states are asked for; absent: what the server gives by itself.
    pub status: Option<Vec<String>>,
    /// How long after it was made a request is looked at.
    #[serde(default = "ninety_days", deserialize_with = "duration")]
    pub window: Duration,
    /// What their server calls the parameter for changes since a time, where it has one.
    pub updated_after: Option<String>,
    /// How far behind the last change each look goes back.
    #[serde(default = "one_day", deserialize_with = "duration")]
    pub overlap: Duration,
    /// How many requests are asked for at once.
    pub page_size: Option<usize>,
}

const fn ninety_days() -> Duration {
    WINDOW.1
}

/// Some departments hand over at night what they did by day.
const fn one_day() -> Duration {
    LOOK_OVERLAP
}

impl Open311Settings {
    pub(super) fn address(&self) -> FeedAddress {
        FeedAddress {
            url: self.url.clone(),
            headers: self.headers.clone(),
            timeout: self.timeout,
            allow_plain_http: self.allow_plain_http,
        }
    }

    /// The key as it is now: it may be exchanged while the daemon runs.
    pub(super) async fn key(&self) -> Result<Option<String>, SourceFault> {
        let Some(path) = &self.api_key_file else {
            return Ok(None);
        };
        let shown = path.display();
        let text = tokio::fs::read_to_string(path).await.map_err(|error| {
            SourceFault::Unexpected(format!("`api_key_file`: cannot read `{shown}`: {error}"))
        })?;
        match text.trim() {
            "" => Err(SourceFault::Unexpected(format!(
                "`api_key_file`: `{shown}` is empty"
            ))),
            key => Ok(Some(key.to_owned())),
        }
    }

    /// Where one of the server's lists is. Without the key, which is added to what is sent alone.
    pub(super) fn list(&self, name: &str) -> Result<Url, String> {
        let mut url = Url::parse(&self.url)
            .map_err(|error| format!("`url` is no address such as https://a/v2 ({error})"))?;
        match url.path_segments_mut() {
            Ok(mut parts) => {
                parts.pop_if_empty().push(name);
            }
            Err(()) => return Err("`url` is no address such as https://a/v2".to_owned()),
        }
        if let Some(town) = &self.jurisdiction_id {
            url.query_pairs_mut().append_pair("jurisdiction_id", town);
        }
        Ok(url)
    }

    /// Where the requests are that may have changed since `place`: those that changed since then, if
    /// the server can say so, else all that were made within `window`.
    pub(super) fn requests(&self, place: &RequestPlace, now: Timestamp) -> Result<Url, String> {
        let mut url = self.list("requests.json")?;
        let since = place.asked_from(self.overlap);
        let mut query = url.query_pairs_mut();
        if let Some((name, since)) = self.updated_after.as_deref().zip(since) {
            query.append_pair(name, &since);
        } else {
            let window = TimeDelta::from_std(self.window).unwrap_or_default();
            for (name, time) in [("start_date", now - window), ("end_date", now)] {
                query.append_pair(name, &time.to_utc().format(W3_TIME).to_string());
            }
        }
        if let Some(words) = &self.status {
            query.append_pair("status", &words.join(","));
        }
        if let Some(size) = self.page_size {
            query.append_pair("page_size", &size.to_string());
        }
        drop(query);
        Ok(url)
    }

    fn check_words(&self) -> Result<(), String> {
        let town = self.jurisdiction_id.as_deref();
        if town.is_some_and(|it| it.trim().is_empty()) {
            return Err(
                "`jurisdiction_id` is empty; leave it out where there is one town".to_owned(),
            );
        }
        if let Some(field) = &self.client
            && (field.trim().is_empty() || field.len() > FEED_PATH || field.contains("{{"))
        {
            return Err(format!(
                "`client` names one field of a request, such as \"account_id\", in at most {FEED_PATH} \
                 bytes; an expression goes into a section [source.NAME.case]"
            ));
        }
        let is_parameter = |name: &str| {
            (1..=FEED_PATH).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if self
            .updated_after
            .as_deref()
            .is_some_and(|name| !is_parameter(name))
        {
            return Err(
                "`updated_after` is the name of a parameter of theirs, such as \"updated_after\""
                    .to_owned(),
            );
        }
        let Some(words) = &self.status else {
            return Ok(());
        };
        let is_word = |word: &String| !word.trim().is_empty() && !word.contains(',');
        match words.iter().all(is_word) && words.iter().any(|it| it.eq_ignore_ascii_case("closed")) {
            true => Ok(()),
            false => Err(
                "`status` lists states such as [\"open\", \"closed\"]; without \"closed\" nobody would \
                 hear that a request is done"
                    .to_owned(),
            ),
        }
    }
}

impl SourceKind for Open311Settings {
    fn check(&self) -> Result<(), String> {
        self.address().check()?;
        if self.api_key_file.is_some() {
            self.address().protect("the key of `api_key_file`")?;
        }
        let list = self.list("requests.json")?;
        let mut parts = list.path_segments().into_iter().flatten().rev().skip(1);
        if parts
            .next()
            .is_some_and(|last| last.contains(".json") || last.contains(".xml"))
        {
            return Err(
                "`url` is the endpoint behind which requests.json stands; leave that name out"
                    .to_owned(),
            );
        }
        self.check_words()?;
        let (least, most) = WINDOW;
        if !(least..=most).contains(&self.window) {
            return Err("`window` is out of range; write \"1 day\" to \"90 days\"".to_owned());
        }
        if self.overlap > LOOK_OVERLAP {
            return Err("`overlap` is out of range; write \"0s\" to \"24h\"".to_owned());
        }
        match self.page_size {
            Some(size) if !(1..=SNAPSHOT_THINGS).contains(&size) => {
                Err(format!("`page_size` must be 1 to {SNAPSHOT_THINGS}"))
            }
            _ => Ok(()),
        }
    }

    fn open(&self, name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(Open311Reader::new(name, self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        let Some(place) = place else {
            return Ok(());
        };
        let since = place.as_object().filter(|it| it.len() == 1);
        let since = since.and_then(|it| it.get("since")?.as_str());
        match since.and_then(time) {
            Some(_) => Ok(()),
            None => Err(
                "a place is {\"since\": \"2026-11-24T10:00:00Z\"}, with a time as `updated_datetime` \
                 has it there"
                    .to_owned(),
            ),
        }
    }

    fn usual_case(&self) -> Result<Option<CaseFields>, String> {
        let client = self.client.clone().ok_or(
            "missing field `client`: by the standard a request names nobody; write in which of their \
             fields the client's reference stands, such as client = \"account_id\", or a section \
             [source.NAME.case]",
        )?;
        let column = |name: &str| Some(name.to_owned());
        Ok(Some(CaseFields {
            case: "service_request_id".to_owned(),
            client,
            kind: "service_code".to_owned(),
            state: "status".to_owned(),
            owner: column("agency_responsible"),
            expected_by: column("expected_datetime"),
            note: column("status_notes"),
            version: column("updated_datetime"),
            changed_at: column("updated_datetime"),
            // Their codes are hardly ever among the kinds of cases that say which state is the last.
            event: column(
                "{{ 'case.closed' if (record.status ~ '') | lower == 'closed' else none }}",
            ),
        }))
    }
}

impl std::fmt::Debug for Open311Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open311Settings")
            // It may hold a token.
            .field("url", &"***")
            .field("jurisdiction_id", &self.jurisdiction_id)
            .field("api_key_file", &self.api_key_file)
            .field("headers", &self.headers)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("timeout", &self.timeout)
            .field("client", &self.client)
            .field("status", &self.status)
            .field("window", &self.window)
            .field("updated_after", &self.updated_after)
            .field("overlap", &self.overlap)
            .field("page_size", &self.page_size)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(more: &str) -> Open311Settings {
        let least = "url = \"https://town.example/open311/v2\"\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    fn asked(more: &str, since: Option<&str>) -> String {
        let now = Timestamp::parse("2026-11-24T10:00:00.7Z").unwrap();
        let place = RequestPlace {
            since: since.map(str::to_owned),
        };
        settings(more).requests(&place, now).unwrap().into()
    }

    #[test]
    fn what_cannot_be_meant_names_its_key() {
        assert_eq!(settings("").check(), Ok(()));
        let all = "jurisdiction_id = \"town.example\"\nclient = \"account_id\"\nwindow = \"30 days\"\n\
                   status = [\"open\", \"closed\"]\nupdated_after = \"updated_after\"\npage_size = 500";
        assert_eq!(settings(all).check(), Ok(()));
        for (more, said) in [
            (
                "url = \"https://a/v2/requests.json\"",
                "`url` is the endpoint",
            ),
            (
                "url = \"https://a/v2/requests.json/\"",
                "`url` is the endpoint",
            ),
            ("url = \"town\"", "`url` is no address"),
            ("jurisdiction_id = \"\"", "`jurisdiction_id` is empty"),
            ("client = \"{{ record.a }}\"", "`client` names one field"),
            ("status = [\"open\"]", "`status` lists states"),
            ("status = [\"open,closed\"]", "`status` lists states"),
            ("window = \"91 days\"", "`window` is out of range"),
            ("window = \"1h\"", "`window` is out of range"),
            ("updated_after = \"a&b\"", "`updated_after` is the name"),
            ("overlap = \"2 days\"", "`overlap` is out of range"),
            ("page_size = 0", "`page_size` must be"),
            ("timeout = \"1h\"", "`timeout` is out of range"),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
    }

    #[test]
    fn a_request_becomes_a_case_if_somebody_says_whose_it_is() {
        let fault = settings("").usual_case().unwrap_err();
        assert!(fault.starts_with("missing field `client`"), "{fault}");
        let case = settings("client = \"email\"")
            .usual_case()
            .unwrap()
            .unwrap();
        assert_eq!((&*case.client, &*case.kind), ("email", "service_code"));
    }

    #[test]
    fn the_window_is_no_longer_than_the_standard_allows() {
        assert_eq!(
            asked("", Some("2026-11-24T09:00:00Z")),
            "https://town.example/open311/v2/requests.json?start_date=2026-08-26T10%3A00%3A00Z\
             &end_date=2026-11-24T10%3A00%3A00Z"
        );
        let own = "url = \"https://a/v2/?extensions=true\"\njurisdiction_id = \"a b\"\n\
                   window = \"1 day\"\nstatus = [\"open\", \"closed\"]\npage_size = 50";
        assert_eq!(
            asked(own, None),
            "https://a/v2/requests.json?extensions=true&jurisdiction_id=a+b\
             &start_date=2026-11-23T10%3A00%3A00Z&end_date=2026-11-24T10%3A00%3A00Z\
             &status=open%2Cclosed&page_size=50"
        );
    }

    #[test]
    fn a_server_that_can_is_asked_for_what_changed_since() {
        let since = "updated_after = \"changed_since\"\noverlap = \"1h\"";
        for (place, time) in [
            ("2026-11-24T10:30:00+01:00", "2026-11-24T08%3A30%3A00Z"),
            ("2026-11-24T09:30:00Z", "2026-11-24T08%3A30%3A00Z"),
            // As it writes times itself.
            ("2026-11-24 09:30:00", "2026-11-24T08%3A30%3A00"),
        ] {
            let address = asked(since, Some(place));
            assert!(
                address.ends_with(&format!("?changed_since={time}")),
                "{address}"
            );
        }
        assert!(asked(since, None).contains("?start_date="));
    }

    #[test]
    fn a_place_is_a_time() {
        let settings = settings("");
        assert_eq!(settings.check_cursor(None), Ok(()));
        let place = json!({"since": "2026-11-24T10:00:00+01:00"});
        assert_eq!(settings.check_cursor(Some(&place)), Ok(()));
        for wrong in [
            json!({"since": "now"}),
            json!({"since": 7}),
            json!(7),
            json!({"id": "1"}),
        ] {
            assert!(settings.check_cursor(Some(&wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let settings = settings("url = \"https://a.example/v2?token=c4nary\"");
        assert!(!format!("{settings:?}").contains("c4nary"));
    }

    #[tokio::test]
    async fn the_key_is_read_anew_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let settings = settings(&format!("api_key_file = \"{}\"", file.display()));
        for key in ["one", "two"] {
            std::fs::write(&file, format!("{key}\n")).unwrap();
            assert_eq!(settings.key().await.unwrap().as_deref(), Some(key));
        }
        std::fs::write(&file, "\n").unwrap();
        assert!(
            settings
                .key()
                .await
                .unwrap_err()
                .to_string()
                .contains("is empty")
        );
        std::fs::remove_file(&file).unwrap();
        let fault = settings.key().await.unwrap_err().to_string();
        assert!(fault.starts_with("`api_key_file`: cannot read"), "{fault}");
    }
}
