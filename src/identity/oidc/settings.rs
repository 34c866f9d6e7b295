//! The keys of a `[login.NAME]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use url::{Host, Url};

use crate::channel::Secret;
use crate::domain::limits::{LOGIN_LABEL, LOGIN_ROLES, LOGIN_SCOPES};
use crate::domain::role::Role;

/// A way to come in as configured; `kind` chooses the variant, unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum LoginSettings {
    Oidc(Box<OidcSettings>),
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// To the letter as the provider writes it in its description.
    pub issuer: String,
    /// Under which the provider knows us.
    pub client_id: String,
    /// The secret itself, for trials.
    pub client_secret: Option<Secret>,
    /// File that holds the secret; absent with the one before: a public client, which PKCE alone proves.
    pub client_secret_file: Option<PathBuf>,
    /// What stands on the button of the login page; absent: NAME.
    pub label: Option<String>,
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    #[serde(default = "email")]
    pub email_claim: String,
    /// The claim that says of the address that it is the person's.
    #[serde(default = "email_verified")]
    pub verified_claim: String,
    /// Only addresses of this domain come in; absent: of any.
    pub domain: Option<String>,
    /// Who is made a person of the console; absent: nobody who is none already.
    pub roles: Option<RoleClaim>,
    /// PEM file of the only authorities to trust; by default the system's.
    pub ca_file: Option<PathBuf>,
}

/// What somebody new may do, by what the provider says of them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleClaim {
    pub claim: String,
    /// Values of the claim, each with its role.
    pub map: BTreeMap<String, Role>,
}

impl LoginSettings {
    /// What is wrong with it; quotes the key first.
    pub fn check(&self) -> Result<(), String> {
        let Self::Oidc(oidc) = self;
        oidc.check()
    }
}

impl OidcSettings {
    fn check(&self) -> Result<(), String> {
        checked_address("issuer", &self.issuer)?;
        if self.issuer.contains(['?', '#']) {
            return Err("`issuer` has no query and no fragment".to_owned());
        }
        if self.client_secret.is_some() && self.client_secret_file.is_some() {
            return Err(
                "`client_secret_file`: `client_secret` is set as well; keep one".to_owned(),
            );
        }
        let is_label = |label: &String| {
            let length = label.chars().count();
            (1..=LOGIN_LABEL).contains(&length) && !label.chars().any(char::is_control)
        };
        if !self.label.as_ref().is_none_or(is_label) {
            return Err(format!("`label`: write 1 to {LOGIN_LABEL} characters"));
        }
        self.check_scopes()?;
        let claims = [
            ("email_claim", &self.email_claim),
            ("verified_claim", &self.verified_claim),
        ];
        for (key, value) in [("client_id", &self.client_id)].into_iter().chain(claims) {
            if value.trim().is_empty() {
                return Err(format!("`{key}` is empty"));
            }
        }
        let is_domain = |domain: &String| domain.contains('.') && !domain.contains(['@', ' ', '*']);
        if !self.domain.as_ref().is_none_or(is_domain) {
            return Err("`domain`: write what stands behind the @, such as example.it".to_owned());
        }
        self.roles.as_ref().map_or(Ok(()), RoleClaim::check)
    }

    fn check_scopes(&self) -> Result<(), String> {
        let is_word =
            |scope: &String| !scope.is_empty() && scope.chars().all(|c| c.is_ascii_graphic());
        if self.scopes.len() > LOGIN_SCOPES || !self.scopes.iter().all(is_word) {
            return Err(format!(
                "`scopes`: write at most {LOGIN_SCOPES} words without blanks"
            ));
        }
        match self.scopes.iter().any(|scope| scope == "openid") {
            true => Ok(()),
            false => Err("`scopes` lacks \"openid\": without it there is no ID token".to_owned()),
        }
    }

    /// From its file, or as it stands there.
    pub(super) fn secret(&self) -> Result<Option<Secret>, String> {
        match (&self.client_secret, &self.client_secret_file) {
            (Some(secret), _) => Ok(Some(secret.clone())),
            (None, None) => Ok(None),
            (None, Some(path)) => Secret::read(path).map(Some).map_err(|error| {
                format!(
                    "cannot use `client_secret_file`, `{}`: {error}",
                    path.display()
                )
            }),
        }
    }
}

impl RoleClaim {
    fn check(&self) -> Result<(), String> {
        if self.claim.trim().is_empty() {
            return Err(
                "`roles`: `claim` is empty; write the name of a claim, such as groups".to_owned(),
            );
        }
        if self.map.len() > LOGIN_ROLES {
            return Err(format!("`roles`: `map` has more than {LOGIN_ROLES} values"));
        }
        match self.map.values().any(|role| *role == Role::Partner) {
            true => Err(
                "`roles`: nobody is made a person of a partner: they are invited at the console, which asks \
                 of which one they are"
                    .to_owned(),
            ),
            false => Ok(()),
        }
    }
}

/// An address of a provider: https, or http on this machine.
pub(super) fn checked_address(key: &str, text: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("`{key}` {why}; write one such as https://id.example.it");
    let url = Url::parse(text).map_err(|_| wrong("is no address"))?;
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a name or a password"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local => Ok(url),
        _ => Err(wrong(
            "must begin with https://, or http:// on this machine",
        )),
    }
}

fn usual_scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

fn email() -> String {
    "email".to_owned()
}

fn email_verified() -> String {
    "email_verified".to_owned()
}
