//! The keys of a provider with `kind = "twilio"`.

use std::path::PathBuf;

use crate::channel::over_http::http_settings;
use crate::channel::settings::{Secret, SetupError};

http_settings! {
    /// An account of Twilio as configured.
    pub struct TwilioSettings {
        /// The account's SID: `AC` and 32 hexadecimal digits.
        pub account: String,
        /// Its auth token, for trials. It also proves what is called back.
        pub token: Option<Secret>,
        pub token_file: Option<PathBuf>,
        /// A number or a registered name; or `service`.
        pub from: Option<String>,
        /// The SID of a Messaging Service, which chooses the sender.
        pub service: Option<String>,
        /// Another region has another address.
        #[serde(default = "global")]
        pub base_url: String,
        /// Ask for reports, called back to `{public_url}/hooks/NAME/...`.
        #[serde(default = "yes")]
        pub receipts: bool,
    }
}

impl TwilioSettings {
    /// The auth token, from the settings or its file.
    pub(super) fn auth_token(&self, provider: &str) -> Result<Secret, SetupError> {
        let read = |path: &PathBuf| {
            Secret::read(path)
                .map_err(|error| SetupError::file(provider, "token_file", path, &error))
        };
        match (&self.token, &self.token_file) {
            (Some(_), Some(_)) => {
                let both = "`token` and `token_file` are both given: keep one";
                Err(SetupError::new(provider, both))
            }
            (Some(token), None) => Ok(token.clone()),
            (None, Some(path)) => read(path),
            (None, None) => Err(SetupError::new(provider, "no token: give `token_file`")),
        }
    }
}

fn global() -> String {
    "https://api.twilio.com".to_owned()
}

const fn yes() -> bool {
    true
}
