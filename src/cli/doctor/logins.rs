//! Whether each identity provider describes itself as it should and has keys that can prove who somebody is.
//! Nobody is signed in.

use super::DoctorResult;
use crate::config::Config;
use crate::domain::Clock as _;
use crate::domain::clock::SystemClock;
use crate::identity::oidc::{LoginSettings, OidcProvider, OidcSettings};
use crate::text::invisible::coded;

pub(super) async fn ask(config: &Config) -> Vec<DoctorResult> {
    let mut findings = Vec::with_capacity(config.logins.len());
    for (name, login) in &config.logins {
        let LoginSettings::Oidc(oidc) = &login.settings;
        let verdict = answers(config, name, oidc).await;
        findings.push(DoctorResult::new(format!("login {name}"), verdict));
    }
    findings
}

async fn answers(config: &Config, name: &str, settings: &OidcSettings) -> Result<String, String> {
    let provider = OidcProvider::new(name, settings)?;
    let usable = provider.look(SystemClock.now()).await;
    let usable = usable.map_err(|fault| coded(&fault.to_string()))?;
    let console = config.console.url.as_ref();
    let console = console.unwrap_or(&config.http.public_url);
    Ok(format!(
        "describes itself, and has {usable} keys; register {console}/console/login/with/{name}/back there as \
         the address to which people are sent back"
    ))
}
