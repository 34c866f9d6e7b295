//! From `[provider.NAME]` and `[channels]` to lines, in order of preference.

use std::sync::Arc;

use super::AppError;
use crate::channel::sandbox::{self, Sandbox};
use crate::channel::{BuildContext, ProviderSettings, build};
use crate::config::Config;
use crate::dispatch::{Line, Lines, Pace, StoredRate};
use crate::domain::token::Signer;
use crate::domain::{Channel, Clock};
use crate::lifecycle::Lifecycle;
use crate::store::Store;
use crate::web::console::ProviderFace;

/// The lines, the sandbox behind them if one is configured, and what the console shows of them.
pub(super) struct Carriers {
    pub(super) lines: Lines,
    pub(super) sandbox: Option<Sandbox>,
    pub(super) faces: Vec<ProviderFace>,
}

/// Builds every provider that a channel names. `callback_url`: where gateways report to; `store`
/// keeps their rates.
pub(super) async fn carriers(
    config: &Config,
    store: &Store,
    callback_url: &str,
    signer: &Signer,
    clock: &Arc<dyn Clock>,
    lifecycle: &Lifecycle,
) -> Result<Carriers, AppError> {
    let uses_sandbox =
        in_use(config).any(|(_, settings)| matches!(settings, ProviderSettings::Sandbox(_)));
    let sandbox = match uses_sandbox {
        true => Some(sandbox::start(lifecycle, Arc::clone(clock)).await?),
        false => None,
    };
    let context = BuildContext {
        public_url: callback_url.to_owned(),
        signer: signer.clone(),
        clock: Arc::clone(clock),
        lifecycle: lifecycle.clone(),
        sandbox: sandbox.clone(),
    };
    let (mut lines, mut faces) = (Vec::new(), Vec::new());
    for (name, settings) in in_use(config) {
        let provider = build(name, settings, &context)?;
        let pace = settings.rate().map(|rate| {
            let account = StoredRate {
                store: store.clone(),
                provider: name.clone(),
            };
            Pace::per_second(rate.per_second(), Box::new(account), lifecycle.clone())
        });
        lines.push(Line::new(provider, pace));
        faces.push(ProviderFace {
            name: name.clone(),
            kind: kind(settings).to_owned(),
            channel: settings.channel(),
        });
    }
    Ok(Carriers {
        lines: Lines::new(lines),
        sandbox,
        faces,
    })
}

/// The providers in use, by channel in order of preference.
fn in_use(config: &Config) -> impl Iterator<Item = (&String, &ProviderSettings)> {
    let names = [Channel::Sms, Channel::Email]
        .into_iter()
        .flat_map(|c| config.channels.of(c));
    names.filter_map(|name| Some((name, &config.providers.get(name)?.settings)))
}

/// The word in the configuration.
const fn kind(settings: &ProviderSettings) -> &'static str {
    match settings {
        ProviderSettings::Smtp(_) => "smtp",
        ProviderSettings::Kannel(_) => "kannel",
        ProviderSettings::Sandbox(_) => "sandbox",
    }
}
