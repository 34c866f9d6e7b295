//! From settings to a provider ready for use. Everything that can be wrong is found here, at the
//! start, and named; only whether the other side answers is left for later.

use std::sync::Arc;

use super::Provider;
use super::callback::ProviderCallbacks;
use super::email::smtp::Smtp;
use super::sandbox::{self, Sandbox};
use super::settings::{ProviderSettings, SetupError};
use super::sms::commify::{Commify, CommifyCallbacks};
use super::sms::gateway::{GatewayCallbacks, HttpGateway};
use super::sms::kannel::Kannel;
use super::sms::twilio::{Twilio, TwilioCallbacks};
use super::sms::vonage::{Vonage, VonageCallbacks};
use crate::domain::Clock;
use crate::domain::mail_return::MailReturns;
use crate::domain::token::Signer;
use crate::runtime::Lifecycle;

/// Parts of the address that stand where a provider's name would.
const OF_HOOKS: [&str; 1] = ["kannel"];

/// What providers need besides their settings.
#[derive(Clone)]
pub struct BuildContext {
    /// Where the outside world reaches us: reports are called back to `{public_url}/hooks/...`.
    pub public_url: String,
    /// Signs the references in callbacks, and in the addresses that mails come back to.
    pub signer: Signer,
    /// Where what comes back of an e-mail goes.
    pub returns: MailReturns,
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
        ProviderSettings::Smtp(settings) => Arc::new(Smtp::new(name, settings, context)?),
        ProviderSettings::Kannel(settings) => Arc::new(Kannel::new(name, settings, context)?),
        ProviderSettings::Http(settings) => Arc::new(HttpGateway::new(name, settings, context)?),
        ProviderSettings::Twilio(settings) => Arc::new(Twilio::new(name, settings, context)?),
        ProviderSettings::Vonage(settings) => Arc::new(Vonage::new(name, settings, context)?),
        ProviderSettings::Commify(settings) => Arc::new(Commify::new(name, settings, context)?),
        ProviderSettings::Sandbox(settings) => sandbox::provider(name, settings, context)?,
    })
}

/// Who reads what this provider calls back to `{public_url}/hooks/NAME/...`. `None`: nothing is called
/// back there.
pub fn callbacks(
    name: &str,
    settings: &ProviderSettings,
    public_url: &str,
    signer: &Signer,
) -> Result<Option<Arc<dyn ProviderCallbacks>>, SetupError> {
    let signer = signer.of_bearer(name);
    let callbacks: Option<Arc<dyn ProviderCallbacks>> = match settings {
        ProviderSettings::Http(settings) => read_by(GatewayCallbacks::new(name, settings, signer)?),
        ProviderSettings::Twilio(settings) => {
            let reader = TwilioCallbacks::new(name, settings, public_url, signer)?;
            read_by(Some(reader))
        }
        ProviderSettings::Vonage(settings) => {
            read_by(Some(VonageCallbacks::new(name, settings, signer)?))
        }
        ProviderSettings::Commify(settings) => read_by(CommifyCallbacks::new(name, settings)?),
        ProviderSettings::Smtp(_) | ProviderSettings::Kannel(_) | ProviderSettings::Sandbox(_) => {
            None
        }
    };
    match callbacks.is_some() && OF_HOOKS.contains(&name) {
        true => Err(SetupError::new(
            name,
            format!("`{name}` is taken in the addresses of `/hooks`: call the provider otherwise"),
        )),
        false => Ok(callbacks),
    }
}

fn read_by<T: ProviderCallbacks + 'static>(
    reader: Option<T>,
) -> Option<Arc<dyn ProviderCallbacks>> {
    reader.map(|reader| -> Arc<dyn ProviderCallbacks> { Arc::new(reader) })
}

/// Chooses `ring` as the one cryptography of this process. Harmless when called again.
pub fn install_tls() {
    let chosen = rustls::crypto::ring::default_provider().install_default();
    if chosen.is_err() {
        tracing::debug!("the cryptography provider had been chosen before");
    }
}
