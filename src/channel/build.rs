//! From settings to a provider ready for use. Everything that can be wrong is found here, at the
//! start, and named; only whether the other side answers is left for later.

use std::sync::Arc;

use super::Provider;
use super::email::smtp::Smtp;
use super::sandbox::{self, Sandbox};
use super::settings::{ProviderSettings, SetupError};
use super::sms::kannel::Kannel;
use crate::domain::Clock;
use crate::domain::token::Signer;
use crate::runtime::Lifecycle;

/// What providers need besides their settings.
#[derive(Clone)]
pub struct BuildContext {
    /// Where the outside world reaches us: reports are called back to `{public_url}/hooks/...`.
    pub public_url: String,
    /// Signs the references in callbacks.
    pub signer: Signer,
    /// Tells how long a message is still worth delivering.
    pub clock: Arc<dyn Clock>,
    /// Runs what providers do between messages.
    pub lifecycle: Lifecycle,
    /// Where `kind = "sandbox"` leads; without it such a provider is an error.
    pub sandbox: Option<Sandbox>,
}

/// Builds the provider of `[provider.NAME]`. Connects to nobody yet.
pub fn build(
    name: &str,
    settings: &ProviderSettings,
    context: &BuildContext,
) -> Result<Arc<dyn Provider>, SetupError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(fits) {
        let problem =
            "a provider's name stands in addresses: use letters, digits, `-` and `_` only";
        return Err(SetupError::new(name, problem));
    }
    install_tls();
    Ok(match settings {
        ProviderSettings::Smtp(settings) => {
            Arc::new(Smtp::new(name, settings, &context.lifecycle)?)
        }
        ProviderSettings::Kannel(settings) => Arc::new(Kannel::new(name, settings, context)?),
        ProviderSettings::Sandbox(settings) => sandbox::provider(name, settings, context)?,
    })
}

/// Chooses `ring` as the one cryptography of this process. Harmless when called again.
pub fn install_tls() {
    let chosen = rustls::crypto::ring::default_provider().install_default();
    if chosen.is_err() {
        tracing::debug!("the cryptography provider had been chosen before");
    }
}
