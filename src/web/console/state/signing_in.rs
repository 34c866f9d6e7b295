//! How people come in, as the settings say it.

use std::sync::Arc;

use crate::domain::second_factor::SecondFactorRule;
use crate::identity::oidc::OidcProvider;

/// How people come in, as the settings say it.
#[derive(Clone, Default)]
pub struct SignInSettings {
    /// Who must have a second factor (`[console] second_factor`).
    pub second_factor: SecondFactorRule,
    /// `[login.NAME]`, by name.
    pub providers: Vec<Arc<OidcProvider>>,
    /// Where people reach the console, without a trailing slash (`[console] url`); none: where the outside
    /// reaches this daemon.
    pub url: Option<String>,
}

impl SignInSettings {
    /// The provider of this name.
    pub(crate) fn provider(&self, name: &str) -> Option<&Arc<OidcProvider>> {
        self.providers.iter().find(|one| one.name() == name)
    }
}
