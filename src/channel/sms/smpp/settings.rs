//! The keys of a provider with `kind = "smpp"`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::channel::settings::{Rate, Secret, SetupError, duration, secret};
use crate::domain::limits::{SMPP_CONNECTIONS, SMPP_WINDOW};
use crate::domain::sender_name::check_sender;
use crate::text::text_enum::text_enum;

/// Room in a bind request (SMPP 3.4 §4.1.1), without the octet at the end of each.
const SYSTEM_ID: usize = 15;
/// The standard has room for 8; centres that give longer ones take them.
const PASSWORD: usize = 64;
const SYSTEM_TYPE: usize = 12;
/// Ports where the address has none.
const PLAIN_PORT: u16 = 2775;
const TLS_PORT: u16 = 3550;
/// Digits of a sender without `+` up to which it is a short number of this network.
const SHORT: usize = 6;

text_enum! {
    /// How a centre writes its names for SMS.
    pub enum SmppIds {
        /// In a report as in the answer.
        Same => "same",
        /// In the answer hexadecimal, in a report decimal.
        HexDecimal => "hex-decimal",
    }
}

/// An account at an SMS centre as configured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmppSettings {
    /// `smpp://host:2775`, or `smpps://` with TLS from the first byte.
    pub url: String,
    /// The password and the texts may go to another machine without TLS, inside a protected network.
    #[serde(default)]
    pub plain_tcp: bool,
    /// PEM file of the only authorities to trust; by default the system's.
    pub ca_file: Option<PathBuf>,
    pub system_id: String,
    /// The password itself, for trials.
    pub password: Option<Secret>,
    pub password_file: Option<PathBuf>,
    /// What the contract says; often nothing.
    #[serde(default)]
    pub system_type: String,
    /// A number or a registered name.
    pub source: String,
    /// Type of number of `source`; by default as it is written.
    pub source_ton: Option<u8>,
    /// Numbering plan of `source`; by default as it is written.
    pub source_npi: Option<u8>,
    /// `submit_sm` without an answer on one connection, 1 to 500: as many SMS a cut can leave unknown.
    #[serde(default = "thirty_two")]
    pub window: usize,
    /// Connections that this node keeps open, 1 to 4.
    #[serde(default = "one")]
    pub connections: usize,
    #[serde(default = "same")]
    pub ids: SmppIds,
    /// Ask for reports, which come over the same connections.
    #[serde(default = "yes")]
    pub receipts: bool,
    /// Messages per time at most, over all nodes.
    pub rate: Option<Rate>,
    /// After so long without a word the centre is asked whether it is there.
    #[serde(default = "half_a_minute", deserialize_with = "duration")]
    pub enquire_every: Duration,
    /// For the TCP connection and the TLS handshake, each.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub connect_timeout: Duration,
    /// For each answer of the centre.
    #[serde(default = "half_a_minute", deserialize_with = "duration")]
    pub timeout: Duration,
}

/// Where a centre listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmppPlace {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
}

/// A sender with its type of number and numbering plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmppSource {
    pub(super) ton: u8,
    pub(super) npi: u8,
    pub(super) address: String,
}

impl SmppSettings {
    pub(super) fn place(&self, provider: &str) -> Result<SmppPlace, SetupError> {
        // What was written may hold a password: not a word of it in the message.
        let wrong = |why: &str| {
            let wanted =
                "write an address such as smpp://127.0.0.1:2775 or smpps://sms.example.it:3550";
            SetupError::new(provider, format!("`url` {why}; {wanted}"))
        };
        let url = Url::parse(&self.url).map_err(|_| wrong("is no address"))?;
        let tls = match url.scheme() {
            "smpp" => false,
            "smpps" => true,
            _ => return Err(wrong("begins with neither smpp:// nor smpps://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "holds a name or a password, which are keys of their own",
            ));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("holds more than a host and a port"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("names no host"))?;
        let place = SmppPlace {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url
                .port()
                .unwrap_or(if tls { TLS_PORT } else { PLAIN_PORT }),
            tls,
        };
        if !tls && !self.plain_tcp && !place.is_local() {
            let fault = "`url`: the password and the texts would cross the network unprotected: use smpps://, or \
                         set `plain_tcp = true` where the network itself is protected";
            return Err(SetupError::new(provider, fault));
        }
        Ok(place)
    }

    pub(super) fn password(&self, provider: &str) -> Result<Secret, SetupError> {
        let given = secret(
            provider,
            self.password.as_ref(),
            self.password_file.as_ref(),
        )?;
        let given =
            given.ok_or_else(|| SetupError::new(provider, "no password: give `password_file`"))?;
        match fits(given.expose(), PASSWORD) {
            true => Ok(given),
            false => Err(SetupError::new(
                provider,
                format!("`password_file`: there is room for {PASSWORD} letters, digits and signs"),
            )),
        }
    }

    /// `source`, and its kind unless the settings say it.
    pub(super) fn sender(&self, provider: &str) -> Result<SmppSource, SetupError> {
        check_sender(&self.source).map_err(|fault| {
            SetupError::new(provider, format!("`source` cannot be shown: {fault}"))
        })?;
        let digits = self.source.strip_prefix('+');
        let is_number = self.source.chars().all(|c| c.is_ascii_digit());
        let (ton, npi) = match digits {
            // International; alphanumeric; of this network; a number of whatever kind.
            Some(_) => (1, 1),
            None if !is_number => (5, 0),
            None if self.source.len() <= SHORT => (3, 0),
            None => (0, 1),
        };
        Ok(SmppSource {
            ton: self.source_ton.unwrap_or(ton),
            npi: self.source_npi.unwrap_or(npi),
            address: digits.unwrap_or(&self.source).to_owned(),
        })
    }

    /// What is out of its bounds.
    pub(super) fn bounds(&self, provider: &str) -> Option<SetupError> {
        let counts = [
            ("window", self.window, SMPP_WINDOW),
            ("connections", self.connections, SMPP_CONNECTIONS),
        ];
        let counts = counts.into_iter().filter_map(|(key, count, range)| {
            let (least, most) = range.clone().into_inner();
            let problem = format!("`{key}` must be {least} to {most}, not {count}");
            (!range.contains(&count)).then(|| SetupError::new(provider, problem))
        });
        let texts = [
            ("system_id", &self.system_id, SYSTEM_ID),
            ("system_type", &self.system_type, SYSTEM_TYPE),
        ];
        let texts = texts.into_iter().filter_map(|(key, text, most)| {
            let problem =
                format!("`{key}`: SMPP 3.4 has room for {most} letters, digits and signs");
            (!fits(text, most)).then(|| SetupError::new(provider, problem))
        });
        counts.chain(texts).reduce(SetupError::and)
    }
}

impl SmppPlace {
    fn is_local(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

fn fits(text: &str, most: usize) -> bool {
    text.len() <= most && text.chars().all(|c| matches!(c, ' '..='~'))
}

const fn thirty_two() -> usize {
    32
}

const fn one() -> usize {
    1
}

const fn same() -> SmppIds {
    SmppIds::Same
}

const fn yes() -> bool {
    true
}

const fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

const fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, more: &str) -> SmppSettings {
        let source = if more.contains("source =") {
            ""
        } else {
            "source = \"ARALDO\""
        };
        let least = "system_id = \"araldo\"\npassword = \"s3cret\"";
        toml::from_str(&format!("url = \"{url}\"\n{least}\n{source}\n{more}")).unwrap()
    }

    #[test]
    fn a_password_stays_on_this_machine_or_goes_by_tls() {
        let place = |url: &str| settings(url, "").place("c");
        let local = place("smpp://127.0.0.1").unwrap();
        assert_eq!(
            (local.host.as_str(), local.port, local.tls),
            ("127.0.0.1", 2775, false)
        );
        assert_eq!(place("smpp://[::1]:2776").unwrap().host, "::1");
        let far = place("smpps://sms.example.it").unwrap();
        assert_eq!((far.port, far.tls), (3550, true));
        let said = place("smpp://sms.example.it:2775").unwrap_err().to_string();
        assert!(said.contains("plain_tcp = true"), "{said}");
        let meant = settings("smpp://sms.example.it:2775", "plain_tcp = true");
        assert!(meant.place("c").is_ok());
        for wrong in [
            "https://a.example",
            "smpp://u:C4NARY@127.0.0.1",
            "smpp://127.0.0.1/C4NARY",
            "C4NARY",
        ] {
            let said = place(wrong).unwrap_err().to_string();
            assert!(said.contains("`url`") && !said.contains("C4NARY"), "{said}");
        }
    }

    #[test]
    fn a_sender_has_the_type_of_what_it_is_unless_the_settings_say_it() {
        let sender = |more: &str| {
            let source = settings("smpp://127.0.0.1", more).sender("c").unwrap();
            (source.ton, source.npi, source.address)
        };
        assert_eq!(sender(""), (5, 0, "ARALDO".to_owned()));
        assert_eq!(
            sender("source = \"+390512345678\""),
            (1, 1, "390512345678".to_owned())
        );
        assert_eq!(sender("source = \"40404\""), (3, 0, "40404".to_owned()));
        assert_eq!(
            sender("source = \"0512345678\""),
            (0, 1, "0512345678".to_owned())
        );
        let own = "source = \"40404\"\nsource_ton = 0\nsource_npi = 1";
        assert_eq!(sender(own), (0, 1, "40404".to_owned()));
        let wrong = settings("smpp://127.0.0.1", "source = \"Info\"").sender("c");
        assert!(wrong.unwrap_err().to_string().contains("`source`"));
    }

    #[test]
    fn what_has_no_room_in_a_bind_request_is_said_with_its_key() {
        let fault = |more: &str| {
            let fault = settings("smpp://127.0.0.1", more).bounds("c");
            fault.map(|fault| fault.to_string()).unwrap_or_default()
        };
        assert_eq!(fault(""), "");
        assert!(fault("window = 0").contains("`window` must be 1 to 500, not 0"));
        assert!(fault("connections = 5").contains("`connections` must be 1 to 4, not 5"));
        assert!(fault("system_type = \"0123456789abc\"").contains("`system_type`"));
        let mut long = settings("smpp://127.0.0.1", "");
        long.password = Some(Secret::new("1".repeat(65)));
        assert!(
            long.password("c")
                .unwrap_err()
                .to_string()
                .contains("room for 64")
        );
    }
}
