//! From settings to a provider ready for use. Everything that can be wrong is found here, at the
//! start, and named; only whether the other side answers is left for later.

use std::sync::Arc;

use super::Provider;
use super::callback::{MailCallbacks, ProviderCallbacks};
use super::email::brevo::Brevo;
use super::email::events::MailWebhook;
use super::email::mailgun::Mailgun;
use super::email::ses::Ses;
use super::email::smtp::Smtp;
use super::handover::HandoverDesk;
use super::sandbox::{self, Sandbox};
use super::settings::{ProviderSettings, SetupError};
use super::sms::commify::{Commify, CommifyCallbacks};
use super::sms::gateway::{GatewayCallbacks, HttpGateway};
use super::sms::kannel::Kannel;
use super::sms::smpp::Smpp;
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
    /// Where providers hand over what they bring over connections of their own; only a running node
    /// has one, and there such connections are opened at once.
    pub desk: Option<HandoverDesk>,
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
        ProviderSettings::Ses(settings) => Arc::new(Ses::new(name, settings, context)?),
        ProviderSettings::Brevo(settings) => Arc::new(Brevo::new(name, settings, context)?),
        ProviderSettings::Mailgun(settings) => Arc::new(Mailgun::new(name, settings, context)?),
        ProviderSettings::Kannel(settings) => Arc::new(Kannel::new(name, settings, context)?),
        ProviderSettings::Http(settings) => Arc::new(HttpGateway::new(name, settings, context)?),
        ProviderSettings::Twilio(settings) => Arc::new(Twilio::new(name, settings, context)?),
        ProviderSettings::Vonage(settings) => Arc::new(Vonage::new(name, settings, context)?),
        ProviderSettings::Commify(settings) => Arc::new(Commify::new(name, settings, context)?),
        ProviderSettings::Smpp(settings) => Arc::new(Smpp::new(name, settings, context)?),
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
        ProviderSettings::Smtp(_)
        | ProviderSettings::Ses(_)
        | ProviderSettings::Brevo(_)
        | ProviderSettings::Mailgun(_)
        | ProviderSettings::Kannel(_)
        | ProviderSettings::Smpp(_)
        | ProviderSettings::Sandbox(_) => None,
    };
    match callbacks.is_some() {
        true => free_name(name).map(|()| callbacks),
        false => Ok(None),
    }
}

/// Who reads what this service tells of e-mails at `{public_url}/hooks/NAME/events`. `None`: nothing
/// is told there.
pub fn mail_callbacks(
    name: &str,
    settings: &ProviderSettings,
) -> Result<Option<Arc<dyn MailCallbacks>>, SetupError> {
    let Some((webhook, place)) = settings.mail_webhook() else {
        return Ok(None);
    };
    free_name(name)?;
    install_tls();
    let reader = MailWebhook::new(name, &webhook, place)?;
    Ok(Some(Arc::new(reader)))
}

fn free_name(name: &str) -> Result<(), SetupError> {
    match OF_HOOKS.contains(&name) {
        true => Err(SetupError::new(
            name,
            format!("`{name}` is taken in the addresses of `/hooks`: call the provider otherwise"),
        )),
        false => Ok(()),
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
