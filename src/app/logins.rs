//! From `[login.NAME]` and `[console]` to the ways by which people come in.

use std::sync::Arc;

use crate::config::Config;
use crate::identity::oidc::{LoginSettings, OidcProvider};
use crate::web::console::SignInSettings;

/// How people come in, and what is wrong with the files that it needs, one fault a line with its place.
pub(super) fn sign_in(config: &Config) -> (SignInSettings, Vec<String>) {
    let (mut providers, mut faults) = (Vec::new(), Vec::new());
    for (name, login) in &config.logins {
        let LoginSettings::Oidc(oidc) = &login.settings;
        match OidcProvider::new(name, oidc) {
            Ok(provider) => providers.push(Arc::new(provider)),
            Err(problem) => faults.push(format!("{}: [login.{name}] {problem}", login.at)),
        }
    }
    let settings = SignInSettings {
        second_factor: config.console.second_factor,
        providers,
        url: config.console.url.clone(),
    };
    (settings, faults)
}
