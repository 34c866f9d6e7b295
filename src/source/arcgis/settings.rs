//! The keys of a source with `kind = "arcgis-outages"`, and what its records become unless the settings
//! say otherwise. The usual names are those of the layer that Italy's largest distributor publishes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::ArcgisReader;
use crate::domain::limits::{ASKED, FEED_PATH, RADIUS_KM};
use crate::source::address::ten_seconds;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedAddress, HeaderSetting};
use crate::source::kinds::SourceKind;
use crate::source::reader::Reader;
use crate::source::settings::{AreaFields, IncidentFields};
use crate::source::snapshot::{SHOWN_EACH_TIME, believed, check_belief};
use crate::text::time::duration;

/// The layer of a map that shows the outages of now, as configured.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArcgisSettings {
    /// The layer, by its number: `https://host/../FeatureServer/0`. May hold a token.
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
    /// Which rows are asked for, in the layer's own SQL.
    #[serde(default = "all_rows", rename = "where")]
    pub condition: String,
    /// Tells whoever is within so many kilometres, instead of whoever is in the municipality.
    pub radius_km: Option<f64>,
    /// Words of its `cause` that mean works which were planned.
    #[serde(default = "usual_planned")]
    pub planned: Vec<String>,
    /// What the layer calls what we need.
    #[serde(default)]
    pub fields: OutageFields,
}

/// The names of a layer's attributes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutageFields {
    /// A number that rises, by which pages are read.
    pub object_id: String,
    /// What the rows of one outage have in common.
    pub incident: String,
    /// Whether it is a fault or was planned, as a word.
    pub cause: String,
    /// When it began, as `24/11/2026 10:00` by the clocks of Rome.
    pub began_at: String,
    /// When it is expected to be over, in the same form.
    pub expected_end: String,
    /// When the row was written last, in the same form.
    pub updated_at: String,
    /// The municipality's ISTAT code as a number.
    pub municipality: String,
    /// The name of the municipality or the place.
    pub locality: String,
    /// How many customers have no service.
    pub customers: String,
    pub note: String,
    pub lat: String,
    pub lon: String,
}

impl Default for OutageFields {
    fn default() -> Self {
        Self {
            object_id: "objectid1".to_owned(),
            incident: "id_interruzione".to_owned(),
            cause: "causa_disalimentazione".to_owned(),
            began_at: "data_interruzione".to_owned(),
            expected_end: "data_prev_ripristino".to_owned(),
            updated_at: "dataultimoaggiornamento".to_owned(),
            municipality: "comune".to_owned(),
            locality: "descrizione_territoriale".to_owned(),
            customers: "num_cli_disalim".to_owned(),
            note: "note".to_owned(),
            lat: "latitudine".to_owned(),
            lon: "longitudine".to_owned(),
        }
    }
}

impl OutageFields {
    /// Each of our names with theirs.
    fn each(&self) -> [(&'static str, &str); 12] {
        [
            ("object_id", &self.object_id),
            ("incident", &self.incident),
            ("cause", &self.cause),
            ("began_at", &self.began_at),
            ("expected_end", &self.expected_end),
            ("updated_at", &self.updated_at),
            ("municipality", &self.municipality),
            ("locality", &self.locality),
            ("customers", &self.customers),
            ("note", &self.note),
            ("lat", &self.lat),
            ("lon", &self.lon),
        ]
    }
}

impl ArcgisSettings {
    pub(super) fn address(&self) -> FeedAddress {
        FeedAddress {
            url: self.url.clone(),
            headers: self.headers.clone(),
            timeout: self.timeout,
            allow_plain_http: self.allow_plain_http,
        }
    }

    /// What its records become where the settings do not say it. No `changed_at`: what vanishes and
    /// comes back has no time of theirs, and the times of one incident must all be of one clock.
    pub(in crate::source) fn incident() -> IncidentFields {
        let column = |name: &str| Some(name.to_owned());
        IncidentFields {
            incident: "incident".to_owned(),
            kind: "kind".to_owned(),
            service: column("service"),
            severity: None,
            began_at: column("began_at"),
            expected_end: column("expected_end"),
            cause: column("cause"),
            note: column("note"),
            parent: None,
            next_update: None,
            quiet: None,
            ended: column("ended"),
            version: None,
            changed_at: None,
            event: None,
            area: AreaFields {
                municipalities: column("municipalities"),
                circle: column("circle"),
                geojson: column("geojson"),
                ..AreaFields::default()
            },
        }
    }
}

impl SourceKind for ArcgisSettings {
    fn check(&self) -> Result<(), String> {
        self.address().check()?;
        if !is_layer(&self.url) {
            return Err(
                "`url` ends with the number of a layer, such as https://host/../FeatureServer/0"
                    .to_owned(),
            );
        }
        if self.condition.trim().is_empty() || self.condition.len() > ASKED {
            return Err(format!(
                "`where` is a condition such as \"regione = 'Umbria'\", in at most {ASKED} bytes"
            ));
        }
        if let Some(km) = self.radius_km
            && !(km > 0.0 && km <= RADIUS_KM)
        {
            return Err(format!(
                "`radius_km` must be more than 0 and at most {RADIUS_KM}"
            ));
        }
        if self.planned.iter().any(|word| word.trim().is_empty()) {
            return Err("`planned` has an empty word".to_owned());
        }
        match self
            .fields
            .each()
            .iter()
            .find(|(_, name)| !is_attribute(name))
        {
            Some((ours, _)) => Err(format!(
                "`fields`: `{ours}` is no name of an attribute: letters, digits and `_`, in at most \
                 {FEED_PATH} bytes"
            )),
            None => Ok(()),
        }
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(ArcgisReader::new(self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        place.map_or(Ok(()), check_belief)
    }

    fn set_back(&self, stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        to.map(|_| believed(stored))
    }

    fn usual_incident(&self) -> Option<IncidentFields> {
        Some(Self::incident())
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        Some(SHOWN_EACH_TIME)
    }
}

impl std::fmt::Debug for ArcgisSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArcgisSettings")
            // It may hold a token.
            .field("url", &"***")
            .field("headers", &self.headers)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("timeout", &self.timeout)
            .field("where", &self.condition)
            .field("radius_km", &self.radius_km)
            .field("planned", &self.planned)
            .field("fields", &self.fields)
            .finish()
    }
}

fn is_layer(url: &str) -> bool {
    let last = Url::parse(url).ok().and_then(|url| {
        let mut parts = url.path_segments()?;
        parts.next_back().map(str::to_owned)
    });
    last.is_some_and(|last| !last.is_empty() && last.bytes().all(|it| it.is_ascii_digit()))
}

/// It stands in the layer's SQL, unquoted.
fn is_attribute(name: &str) -> bool {
    name.len() <= FEED_PATH
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn all_rows() -> String {
    "1=1".to_owned()
}

fn usual_planned() -> Vec<String> {
    vec!["Lavoro Programmato".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> ArcgisSettings {
        let least = "url = \"https://maps.example/rest/services/A/FeatureServer/0\"\n";
        let mut table: toml::Table = toml::from_str(least).unwrap();
        table.extend(toml::from_str::<toml::Table>(more).unwrap());
        table.try_into().unwrap()
    }

    #[test]
    fn what_cannot_be_meant_names_its_key() {
        assert_eq!(settings("").check(), Ok(()));
        let own =
            "radius_km = 2.5\nfields = { incident = \"ID\" }\nwhere = \"provincia = 'Siena'\"";
        assert_eq!(settings(own).check(), Ok(()));
        for (more, said) in [
            (
                "url = \"https://a.example/FeatureServer\"",
                "`url` ends with",
            ),
            ("url = \"https://a.example/0/query\"", "`url` ends with"),
            ("where = \" \"", "`where` is a condition"),
            ("radius_km = 0.0", "`radius_km` must be"),
            ("radius_km = nan", "`radius_km` must be"),
            ("planned = [\"\"]", "`planned` has"),
            ("fields = { lat = \"a b\" }", "`fields`: `lat`"),
            ("timeout = \"1h\"", "`timeout` is out of range"),
        ] {
            let fault = settings(more).check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let settings = settings("url = \"https://a.example/0?token=c4nary\"");
        assert!(!format!("{settings:?}").contains("c4nary"));
    }
}
