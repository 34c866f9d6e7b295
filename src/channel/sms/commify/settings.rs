//! The keys of a provider with `kind = "commify"`.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use crate::channel::caller::checked_url;
use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError, secret, some_duration};
use crate::channel::sms::address_secret;
use crate::text::text_enum::text_enum;

text_enum! {
    /// Under which name the platform is sold.
    pub enum CommifyBrand {
        Trendoo => "trendoo",
        Skebby => "skebby",
        SmSend => "smsend",
        Mobyt => "mobyt",
        Aruba => "aruba",
        SmsEnvoi => "smsenvoi",
    }
}

const SOONEST_REPLIES: Duration = Duration::from_secs(1);
const LATEST_REPLIES: Duration = Duration::from_secs(60 * 60);

impl CommifyBrand {
    const fn host(self) -> &'static str {
        match self {
            Self::Trendoo => "api.trendoo.net",
            Self::Skebby => "api.skebby.it",
            Self::SmSend => "app.gateway.smsend.it",
            Self::Mobyt => "app.mobyt.it",
            Self::Aruba => "smspanel.aruba.it",
            Self::SmsEnvoi => "api.smsenvoi.com",
        }
    }

    /// Its own words for a quality, the best first.
    const fn message_types(self) -> &'static [&'static str] {
        match self {
            Self::Trendoo => &["GP", "GS", "TI", "SI"],
            Self::Skebby => &["GP", "TI", "SI"],
            Self::SmSend | Self::Mobyt => &["N", "L", "LL"],
            Self::Aruba => &["N", "L"],
            Self::SmsEnvoi => &["PRM", "MND"],
        }
    }
}

http_settings! {
    /// An account of one of the brands as configured.
    pub struct CommifySettings {
        /// One of the six names; or `base_url`.
        pub brand: Option<CommifyBrand>,
        /// The address up to and without `/API`.
        pub base_url: Option<String>,
        pub username: String,
        /// The password itself, for trials.
        pub password: Option<Secret>,
        pub password_file: Option<PathBuf>,
        /// The brand's word for the quality.
        pub message_type: String,
        /// A registered name or a number; absent: the account's own.
        pub from: Option<String>,
        /// Stands in the address that reports are called back to: `/hooks/NAME/SECRET`. Without one
        /// the platform is asked instead, 5, 15 and 60 minutes after it took an SMS.
        pub receipt_secret: Option<Secret>,
        pub receipt_secret_file: Option<PathBuf>,
        /// How often it is asked for what clients write; absent: never.
        #[serde(default, deserialize_with = "some_duration")]
        pub replies_every: Option<Duration>,
    }
}

impl CommifySettings {
    /// The address that all paths are under.
    pub(super) fn root(&self, provider: &str) -> Result<Url, SetupError> {
        let base = match (self.brand, &self.base_url) {
            (Some(brand), None) => format!("https://{}", brand.host()),
            (None, Some(base)) => base.trim_end_matches('/').to_owned(),
            _ => {
                let problem = "give either `brand` or `base_url`";
                return Err(SetupError::new(provider, problem));
            }
        };
        let root = format!("{base}/API/v1.0/REST/");
        checked_url(provider, "base_url", &root, self.plain_http)
    }

    pub(super) fn password(&self, provider: &str) -> Result<Secret, SetupError> {
        let given = secret(
            provider,
            self.password.as_ref(),
            self.password_file.as_ref(),
        )?;
        given.ok_or_else(|| SetupError::new(provider, "no password: give `password_file`"))
    }

    /// The secret of the address for reports, if there is one.
    pub(super) fn reports_by(&self, provider: &str) -> Result<Option<Secret>, SetupError> {
        address_secret(
            provider,
            ("receipt_secret", self.receipt_secret.as_ref()),
            ("receipt_secret_file", self.receipt_secret_file.as_ref()),
        )
    }

    /// Whether the platform will know what became of an SMS: of the brand's best quality only.
    pub(super) fn is_followed(&self) -> bool {
        let best = self.brand.map(|brand| brand.message_types()[0]);
        best.is_none_or(|best| best == self.message_type)
    }

    /// Asked more often, the platform has nothing new to say; more seldom, nobody is answered in time.
    pub(super) fn checked_replies(&self, provider: &str) -> Result<(), SetupError> {
        match self.replies_every {
            Some(every) if !(SOONEST_REPLIES..=LATEST_REPLIES).contains(&every) => {
                let problem = "`replies_every` is 1s to 1h, such as 1m";
                Err(SetupError::new(provider, problem))
            }
            _ => Ok(()),
        }
    }

    /// Each brand has its own words for a quality.
    pub(super) fn checked_type(&self, provider: &str) -> Result<(), SetupError> {
        let known = self.brand.map_or(&[][..], CommifyBrand::message_types);
        let kind = self.message_type.as_str();
        let fits =
            (1..=10).contains(&kind.len()) && kind.chars().all(|c| c.is_ascii_alphanumeric());
        match fits && (known.is_empty() || known.contains(&kind)) {
            true => Ok(()),
            false => Err(SetupError::new(
                provider,
                match known.is_empty() {
                    true => "`message_type` is one word of the brand, such as GP or N".to_owned(),
                    false => format!("`message_type` is one of {}", known.join(", ")),
                },
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> CommifySettings {
        let least = "username = \"u\"\npassword = \"p\"\nmessage_type = \"GP\"";
        toml::from_str(&format!("{least}\n{more}")).unwrap()
    }

    #[test]
    fn a_brand_has_its_host_and_its_words() {
        let trendoo = settings("brand = \"trendoo\"");
        let root = trendoo.root("t").unwrap();
        assert_eq!(root.as_str(), "https://api.trendoo.net/API/v1.0/REST/");
        assert!(trendoo.checked_type("t").is_ok());
        let said = settings("brand = \"aruba\"").checked_type("t").unwrap_err();
        assert!(said.to_string().contains("one of N, L"), "{said}");
        for wrong in ["", "brand = \"aruba\"\nbase_url = \"https://a.example\""] {
            let said = settings(wrong).root("t").unwrap_err();
            assert!(said.to_string().contains("either `brand` or `base_url`"));
        }
    }
}
