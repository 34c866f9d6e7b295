//! From `[provider.NAME]` and `[channels]` to lines, in order of preference.

use std::sync::Arc;

use super::AppError;
use crate::channel::sandbox::{self, Sandbox};
use crate::channel::{BuildContext, ProviderSettings, build};
use crate::config::Config;
use crate::dispatch::{Line, Lines};
use crate::domain::token::Signer;
use crate::domain::{Channel, Clock};
use crate::lifecycle::Lifecycle;
use crate::web::console::ProviderFace;

/// The lines, the sandbox behind them if one is configured, and what the console shows of them.
pub(super) struct Carriers {
    pub(super) lines: Lines,
    pub(super) sandbox: Option<Sandbox>,
    pub(super) faces: Vec<ProviderFace>,
}

/// Builds every provider that a channel names. `callback_url`: where gateways report to.
pub(super) async fn carriers(
    config: &Config,
    callback_url: &str,
    signer: &Signer,
    clock: &Arc<dyn Clock>,
    lifecycle: &Lifecycle,
) -> Result<Carriers, AppError> {
    let named = settings(config);
    let uses_sandbox = named
        .iter()
        .any(|(_, settings)| matches!(settings, ProviderSettings::Sandbox(_)));
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
    let mut lines = Vec::with_capacity(named.len());
    let mut faces = Vec::with_capacity(named.len());
    for (name, settings) in &named {
        let provider = build(name, settings, &context)?;
        lines.push(Line::new(
            provider,
            settings.rate().map(|rate| rate.per_second()),
        ));
        faces.push(ProviderFace {
            name: name.clone(),
            kind: settings.kind().to_owned(),
            channel: settings.channel(),
        });
    }
    Ok(Carriers {
        lines: Lines::new(lines),
        sandbox,
        faces,
    })
}

/// The settings of each provider in use, by channel in order of preference.
#[must_use]
pub fn settings(config: &Config) -> Vec<(String, ProviderSettings)> {
    let mut named = Vec::new();
    for channel in [Channel::Sms, Channel::Email] {
        for name in config.channels.of(channel) {
            let settings = config.providers[name].settings.clone();
            named.push((name.clone(), settings));
        }
    }
    named
}
