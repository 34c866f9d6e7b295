//! The keys that all providers over HTTP have, written once: how many requests there are at once, how long an answer
//! may take, whom to trust. A macro and not a struct of its own with `serde(flatten)`: with that serde cannot refuse
//! unknown keys, and a fault would name none.
//!
//! `sms/kannel` has more connections by itself and stands apart. Next: `caller`, which is set up by them.

use std::time::Duration;

/// The settings of one kind: its own keys, and behind them those of all.
macro_rules! http_settings {
    ($(#[$meta:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Secrets and texts may go to another machine without TLS, inside a protected network.
            #[serde(default)]
            pub plain_http: bool,
            /// Requests at once, 1 to 1000.
            #[serde(default = "crate::channel::over_http::sixteen")]
            pub connections: usize,
            /// Messages per time at most, over all nodes.
            pub rate: Option<crate::channel::settings::Rate>,
            /// PEM file of the only authorities to trust; by default the system's.
            pub ca_file: Option<std::path::PathBuf>,
            /// For each whole answer.
            #[serde(
                default = "crate::channel::over_http::half_a_minute",
                deserialize_with = "crate::channel::settings::duration"
            )]
            pub timeout: std::time::Duration,
        }

        impl $name {
            /// How its provider is called.
            pub(in crate::channel) fn caller(&self) -> crate::channel::caller::CallerSettings<'_> {
                crate::channel::caller::CallerSettings {
                    connections: self.connections,
                    timeout: self.timeout,
                    ca_file: self.ca_file.as_deref(),
                }
            }
        }
    };
}

pub(super) use http_settings;

pub(super) const fn sixteen() -> usize {
    16
}

pub(super) const fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::channel::sms::twilio::TwilioSettings;

    #[test]
    fn the_keys_of_all_are_known_beside_those_of_a_kind_and_no_others() {
        let read = |more: &str| {
            toml::from_str::<TwilioSettings>(&format!("account = \"AC1\"\ntoken = \"t\"\n{more}"))
        };
        let usual = read("").unwrap();
        assert_eq!(
            (usual.connections, usual.timeout, usual.plain_http),
            (16, Duration::from_secs(30), false)
        );
        let own = read("connections = 3\ntimeout = \"5s\"\nca_file = \"/ca.pem\"").unwrap();
        let caller = own.caller();
        assert_eq!(
            (caller.connections, caller.timeout),
            (3, Duration::from_secs(5))
        );
        assert!(caller.ca_file.is_some());
        let said = read("conections = 3").unwrap_err().to_string();
        assert!(said.contains("unknown field `conections`"), "{said}");
        for known in ["`account`", "`connections`", "`timeout`"] {
            assert!(said.contains(known), "{known}: {said}");
        }
    }
}
