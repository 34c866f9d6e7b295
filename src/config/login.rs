//! `[login.NAME]`: identity providers by which people come into the console. Understood by `identity`, which
//! knows the kinds.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers};
use super::named;
use crate::domain::limits::{LOGINS, SOURCE_NAME};
use crate::identity::oidc::LoginSettings;

/// One identity provider as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredLogin {
    pub settings: LoginSettings,
    /// Where its section begins.
    pub at: Origin,
}

/// Takes every `login.NAME` out of the layers.
pub(super) fn read(layers: &mut Layers) -> Result<BTreeMap<String, ConfiguredLogin>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| section.starts_with("login."))
        .collect();
    let mut logins = BTreeMap::new();
    for (section, entries) in sections {
        let name = section.trim_start_matches("login.").to_owned();
        let fault = |detail: String| named::fault(&section, &entries, detail);
        if !is_name(&name) {
            return Err(fault(format!(
                "a login is called by 1 to {SOURCE_NAME} small letters, digits and hyphens: the name stands \
                 in the address to which the provider sends people back"
            )));
        }
        if logins.len() == LOGINS {
            return Err(fault(format!("there are more than {LOGINS} logins")));
        }
        let settings: LoginSettings =
            named::understood(&section, &entries, named::table(&entries))?;
        settings.check().map_err(fault)?;
        let at = entries.at.clone();
        logins.insert(name, ConfiguredLogin { settings, at });
    }
    Ok(logins)
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=SOURCE_NAME).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::layers::Layers;
    use crate::config::{Config, ConfigError, faults};
    use crate::identity::oidc::LoginSettings;

    const LEAST: &str = "[login.city]\nkind = \"oidc\"\nissuer = \"https://id.example.it\"\nclient_id = \"araldo\"\n";

    fn load(file: &str) -> Result<Config, ConfigError> {
        let file = Some((Path::new("araldo.toml"), file));
        let (layers, stray) = Layers::merge(file, std::iter::empty())?;
        faults::read(layers, stray).settings()
    }

    #[test]
    fn a_provider_needs_an_issuer_and_a_client_and_no_more() {
        let config = load(LEAST).unwrap();
        let LoginSettings::Oidc(oidc) = &config.logins["city"].settings;
        assert_eq!(oidc.scopes, ["openid", "email", "profile"]);
        assert!(oidc.roles.is_none() && oidc.domain.is_none());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_at_its_line() {
        for (line, said) in [
            (
                "domain = \"@example.it\"",
                "`domain`: write what stands behind the @",
            ),
            ("scopes = [\"email\"]", "`scopes` lacks \"openid\""),
            (
                "roles = { claim = \"groups\", map = { a = \"partner\" } }",
                "`roles`: nobody",
            ),
            (
                "roles = { claim = \"groups\", map = { a = \"boss\" } }",
                "`boss` is not one of",
            ),
            (
                "client_secret = \"x\"\nclient_secret_file = \"/x\"",
                "`client_secret_file`",
            ),
            ("nonsense = 1", "unknown field `nonsense`"),
        ] {
            let refused = load(&format!("{LEAST}{line}\n")).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
            assert!(refused.starts_with("araldo.toml:"), "{refused}");
            assert!(refused.contains("[login.city]"), "{refused}");
        }
        let clear = LEAST.replace("https://id", "http://id");
        let refused = load(&clear).unwrap_err().to_string();
        assert!(
            refused.starts_with("araldo.toml:3: [login.city]: `issuer`"),
            "{refused}"
        );
        let name = LEAST.replace("login.city", "login.City");
        assert!(
            load(&name)
                .unwrap_err()
                .to_string()
                .contains("small letters")
        );
    }
}
