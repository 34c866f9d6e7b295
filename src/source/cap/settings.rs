//! The keys of a source with `kind = "cap"`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::CapReader;
use crate::domain::event::IncidentKind;
use crate::domain::limits::{CAP_NAMES, REFERENCE};
use crate::source::address::ten_seconds;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedAddress, HeaderSetting};
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::source::settings::{AreaFields, IncidentFields};
use crate::text::text_enum::text_enum;
use crate::text::time::duration;

/// Letters of a language (RFC 5646 §4.4.1).
const LANGUAGE: usize = 35;

text_enum! {
    /// Which part of an area a geocode names.
    pub enum CapCodes {
        /// ISTAT codes; leading zeros that are missing are put there.
        Municipalities => "municipalities",
        PostalCodes => "postal_codes",
        /// The tag is `NAME:VALUE`.
        Tags => "tags",
        Places => "places",
    }
}

/// CAP alerts at an address, or an index of them, as configured.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapSettings {
    /// One alert, or an Atom or RSS index that links to alerts. May hold a token.
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
    /// Hosts besides that of `url` that an index may link to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Which of an alert's languages clients read.
    #[serde(default = "italian")]
    pub language: String,
    /// `service` of its incidents.
    pub service: Option<String>,
    /// `kind` of its incidents.
    #[serde(default = "notice")]
    pub incident_kind: IncidentKind,
    /// Names of geocodes, each with the part of an area that it fills.
    #[serde(default = "usual_geocodes")]
    pub geocodes: BTreeMap<String, CapCodes>,
}

impl CapSettings {
    pub(super) fn address(&self) -> FeedAddress {
        FeedAddress {
            url: self.url.clone(),
            headers: self.headers.clone(),
            timeout: self.timeout,
            allow_plain_http: self.allow_plain_http,
        }
    }

    /// What its records become where the settings do not say it.
    pub(in crate::source) fn incident() -> IncidentFields {
        let column = |name: &str| Some(name.to_owned());
        IncidentFields {
            incident: "incident".to_owned(),
            kind: "kind".to_owned(),
            service: column("service"),
            severity: column("severity"),
            began_at: column("began_at"),
            expected_end: column("ends"),
            cause: column("event"),
            note: column("note"),
            parent: None,
            next_update: None,
            quiet: column("quiet"),
            ended: column("ended"),
            version: column("version"),
            changed_at: column("sent"),
            event: column("step"),
            area: AreaFields {
                municipalities: column("municipalities"),
                postal_codes: column("postal_codes"),
                tags: column("tags"),
                places: column("places"),
                polygon: column("polygon"),
                circle: column("circle"),
                geojson: column("geojson"),
            },
        }
    }

    /// Whether an index of `home` may link there.
    pub(super) fn allows(&self, home: &Url, link: &Url) -> bool {
        let Some(host) = link.host_str() else {
            return false;
        };
        if !matches!(link.scheme(), "http" | "https") {
            return false;
        }
        let at_home = home.host_str() == Some(host);
        let is_named = self.hosts.iter().any(|named| match link.port() {
            None => named.eq_ignore_ascii_case(host),
            Some(port) => named.eq_ignore_ascii_case(&format!("{host}:{port}")),
        });
        is_named || (at_home && (link.port().is_none() || link.port() == home.port()))
    }
}

impl SourceKind for CapSettings {
    fn check(&self) -> Result<(), String> {
        self.address().check()?;
        if self.hosts.len() > CAP_NAMES {
            return Err(format!("`hosts` names more than {CAP_NAMES} hosts"));
        }
        if let Some(host) = self.hosts.iter().find(|host| !is_host(host)) {
            return Err(format!(
                "`hosts`: `{host}` is no host such as \"avvisi.example.it\" or \
                 \"avvisi.example.it:8443\""
            ));
        }
        let of_language = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let language = &self.language;
        if language.is_empty() || language.len() > LANGUAGE || !language.chars().all(of_language) {
            return Err("`language` is no language such as \"it-IT\" or \"en\"".to_owned());
        }
        let service = self.service.as_deref().unwrap_or("none");
        if service.trim().is_empty() || service.chars().count() > REFERENCE {
            return Err(format!(
                "`service` is a word such as \"electricity\", of at most {REFERENCE} characters"
            ));
        }
        if self.geocodes.len() > CAP_NAMES {
            return Err(format!("`geocodes` has more than {CAP_NAMES} names"));
        }
        match self.geocodes.keys().any(|name| name.trim().is_empty()) {
            true => Err("`geocodes`: a name is empty".to_owned()),
            false => Ok(()),
        }
    }

    fn open(&self, name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(CapReader::new(name, self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        match place {
            None => Ok(()),
            Some(_) => Err(
                "alerts have no place to go back to; `--to start` reads again what is listed now"
                    .to_owned(),
            ),
        }
    }

    fn usual_incident(&self) -> Option<IncidentFields> {
        Some(Self::incident())
    }
}

impl std::fmt::Debug for CapSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CapSettings")
            // It may hold a token.
            .field("url", &"***")
            .field("headers", &self.headers)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("timeout", &self.timeout)
            .field("hosts", &self.hosts)
            .field("language", &self.language)
            .field("service", &self.service)
            .field("incident_kind", &self.incident_kind)
            .field("geocodes", &self.geocodes)
            .finish()
    }
}

/// A host, with its port if need be, and nothing else.
fn is_host(text: &str) -> bool {
    let url = Url::parse(&format!("http://{text}"));
    url.is_ok_and(|url| {
        let port = url.port().map(|port| format!(":{port}"));
        let host = url.host_str().unwrap_or_default();
        text.eq_ignore_ascii_case(&format!("{host}{}", port.unwrap_or_default()))
    })
}

fn italian() -> String {
    "it-IT".to_owned()
}

const fn notice() -> IncidentKind {
    IncidentKind::Notice
}

fn usual_geocodes() -> BTreeMap<String, CapCodes> {
    let usual = [
        ("ISTAT", CapCodes::Municipalities),
        ("CAP", CapCodes::PostalCodes),
        ("POSTAL", CapCodes::PostalCodes),
    ];
    let usual = usual.into_iter();
    usual.map(|(name, part)| (name.to_owned(), part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> CapSettings {
        let least = "url = \"https://avvisi.example.it/cap.atom?key=c4nary\"\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let usual = settings("");
        assert_eq!(usual.check(), Ok(()));
        assert_eq!(usual.language, "it-IT");
        assert_eq!(usual.incident_kind, IncidentKind::Notice);
        assert_eq!(usual.geocodes["ISTAT"], CapCodes::Municipalities);
        assert!(!format!("{usual:?}").contains("c4nary"));
    }

    #[test]
    fn a_fault_names_its_key() {
        for (more, said) in [
            ("url = \"ftp://a/b\"", "`url`"),
            ("timeout = \"1ms\"", "`timeout` is out of range"),
            ("hosts = [\"https://a\"]", "`hosts`: `https://a` is no host"),
            ("hosts = [\"a/b\"]", "`hosts`: `a/b` is no host"),
            ("language = \"\"", "`language` is no language"),
            ("language = \"italiano, inglese\"", "`language` is no"),
            ("service = \" \"", "`service` is a word"),
            ("geocodes = { \" \" = \"tags\" }", "`geocodes`: a name"),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
        let table: toml::Table =
            toml::from_str("url = \"http://a\"\ngeocodes = { X = \"town\" }").unwrap();
        let wrong = table.try_into::<CapSettings>();
        assert!(wrong.unwrap_err().to_string().contains("municipalities"));
    }

    #[test]
    fn an_index_links_to_its_own_host_and_to_those_that_are_named() {
        let settings = settings("hosts = [\"cdn.example.it\", \"b.example.it:8443\"]");
        let home = Url::parse("https://avvisi.example.it:8080/cap.atom").unwrap();
        for (link, allowed) in [
            ("https://avvisi.example.it:8080/1.xml", true),
            ("http://avvisi.example.it/1.xml", true),
            ("https://avvisi.example.it:9200/_all", false),
            ("https://cdn.example.it/1.xml", true),
            ("https://cdn.example.it:22/", false),
            ("https://b.example.it:8443/1.xml", true),
            ("https://b.example.it/1.xml", false),
            ("https://elsewhere.example/1.xml", false),
            ("file:///etc/passwd", false),
        ] {
            let link = Url::parse(link).unwrap();
            assert_eq!(settings.allows(&home, &link), allowed, "{link}");
        }
    }
}
