//! From `[provider.NAME]` and `[channels]` to routes, in order of preference.

use std::sync::Arc;

use super::roles::Public;
use super::{AppError, Running};
use crate::channel::sandbox::{self, Sandbox, SandboxDesk};
use crate::channel::{
    BuildContext, HandoverDesk, Provider, ProviderSettings, SetupError, build, callbacks,
    mail_callbacks,
};
use crate::config::Config;
use crate::dispatch::{ProviderRoute, ProviderRoutes, RateLimiter, StoredRate};
use crate::domain::Channel;
use crate::domain::money::UnitPrices;
use crate::domain::token::Signer;
use crate::web::console::{DeclareSettings, ProviderFace};
use crate::web::hooks::{CallbackDesk, ReplySecrets};

/// The routes, and the sandbox behind them if one is configured.
pub(super) struct Carriers {
    pub(super) routes: ProviderRoutes,
    /// Those that are asked for what others call back.
    pub(super) polled: Vec<Arc<dyn Provider>>,
    pub(super) sandbox: Option<Sandbox>,
}

/// Builds every provider that a channel names. `desk`: where those hand over what they bring by themselves.
pub(super) fn carriers(
    config: &Config,
    running: &Running,
    public: &Public,
    desk: HandoverDesk,
) -> Result<Carriers, AppError> {
    let uses_sandbox =
        in_use(config).any(|(_, settings)| matches!(settings, ProviderSettings::Sandbox(_)));
    let sandbox = match uses_sandbox {
        true => Some(sandbox::start(
            &running.lifecycle,
            Arc::clone(&running.clock),
            Some(heard_by(config, desk.clone())),
        )?),
        false => None,
    };
    let context = BuildContext {
        public_url: public.url.to_string(),
        signer: public.signer.clone(),
        returns: config.email.returns.clone(),
        clock: Arc::clone(&running.clock),
        lifecycle: running.lifecycle.clone(),
        sandbox: sandbox.clone(),
        desk: Some(desk),
    };
    let (mut routes, mut polled) = (Vec::new(), Vec::new());
    for (name, settings) in in_use(config) {
        let provider = build(name, settings, &context)?;
        if provider.polled().is_some() {
            polled.push(Arc::clone(&provider));
        }
        let prices = config.providers.get(name).map(|it| it.prices.clone());
        let route = ProviderRoute::new(provider, rate_limiter(running, name, settings))
            .charging(prices.unwrap_or_default());
        let points = config.channels.weight_of(settings.channel(), name);
        routes.push(match points {
            Some(points) => route.weighing(points),
            None => route,
        });
    }
    Ok(Carriers {
        routes: ProviderRoutes::new(routes),
        polled,
        sandbox,
    })
}

/// Where the sandbox's people bring what they write.
fn heard_by(config: &Config, desk: HandoverDesk) -> SandboxDesk {
    let of = |channel| {
        let all = in_use(config).filter(|(_, settings)| {
            matches!(settings, ProviderSettings::Sandbox(_)) && settings.channel() == channel
        });
        all.map(|(name, _)| name.clone()).collect()
    };
    SandboxDesk {
        desk,
        email: of(Channel::Email),
        sms: of(Channel::Sms),
    }
}

/// Whether a provider in use brings reports and texts by itself: over a connection of its own, because
/// it is asked for them, or out of the sandbox.
pub(super) fn bring(config: &Config) -> bool {
    in_use(config).any(|(_, settings)| {
        matches!(
            settings,
            ProviderSettings::Smpp(_) | ProviderSettings::Commify(_) | ProviderSettings::Sandbox(_)
        )
    })
}

/// The rate of the contract, kept in the store for all nodes together.
fn rate_limiter(running: &Running, name: &str, settings: &ProviderSettings) -> Option<RateLimiter> {
    let rate = settings.rate()?;
    let account = StoredRate {
        store: running.store.clone(),
        provider: name.to_owned(),
    };
    let lifecycle = running.lifecycle.clone();
    Some(RateLimiter::per_second(
        rate.per_second(),
        Box::new(account),
        lifecycle,
    ))
}

/// What the console shows of the providers, also on a node that speaks to none.
pub(super) fn faces(config: &Config) -> Vec<ProviderFace> {
    let face = |(name, settings): (&String, &ProviderSettings)| ProviderFace {
        name: name.clone(),
        kind: kind(settings).to_owned(),
        channel: settings.channel(),
    };
    in_use(config).map(face).collect()
}

/// The secrets of the gateways that bring what clients write, in use or not: one may only receive.
/// With what is wrong, each fault by the provider's name.
pub(super) fn reply_secrets(config: &Config) -> (ReplySecrets, Vec<(String, SetupError)>) {
    let (mut secrets, mut faults) = (ReplySecrets::default(), Vec::new());
    for (name, provider) in &config.providers {
        if let ProviderSettings::Kannel(kannel) = &provider.settings {
            match kannel.replies_by(name) {
                Ok(Some(secret)) => secrets.admit(name, secret.expose()),
                Ok(None) => {}
                Err(error) => faults.push((name.clone(), error)),
            }
        }
    }
    (secrets, faults)
}

/// Who reads what providers call back, in use or not: one that was replaced still reports.
/// With what is wrong, each fault by the provider's name.
pub(super) fn callback_desk(
    config: &Config,
    public_url: &str,
    signer: &Signer,
) -> (CallbackDesk, Vec<(String, SetupError)>) {
    let (mut desk, mut faults) = (CallbackDesk::default(), Vec::new());
    for (name, provider) in &config.providers {
        match callbacks(name, &provider.settings, public_url, signer) {
            Ok(Some(reader)) => desk.admit(name, reader),
            Ok(None) => {}
            Err(error) => faults.push((name.clone(), error)),
        }
        match mail_callbacks(name, &provider.settings) {
            Ok(Some(reader)) => desk.admit_mail(name, reader),
            Ok(None) => {}
            Err(error) => faults.push((name.clone(), error)),
        }
    }
    (desk, faults)
}

/// How fast the first provider of each channel may send, and what two people have to see.
pub(super) fn declaring(config: &Config) -> DeclareSettings {
    let pace = |channel: &Channel| {
        let first = config.channels.of(*channel).first()?;
        let rate = config.providers.get(first)?.settings.rate()?;
        Some((*channel, rate.per_second()))
    };
    DeclareSettings {
        approval_above: config.clock.incidents.approval_above,
        approvers_only: config.console.approvers_only,
        per_second: Channel::ALL.iter().filter_map(pace).collect(),
    }
}

/// What the preferred provider of each channel charges, for what is not sent yet.
pub(super) fn unit_prices(config: &Config) -> UnitPrices {
    let list = |channel| {
        let first = config.channels.of(channel).first()?;
        Some(&config.providers.get(first)?.prices)
    };
    UnitPrices {
        currency: config.channels.currency.clone(),
        segment: list(Channel::Sms).and_then(|list| list.usual(&config.phone.home_prefix())),
        email: list(Channel::Email).and_then(|list| list.each),
    }
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
        ProviderSettings::Ses(_) => "ses",
        ProviderSettings::Brevo(_) => "brevo",
        ProviderSettings::Mailgun(_) => "mailgun",
        ProviderSettings::Kannel(_) => "kannel",
        ProviderSettings::Http(_) => "http",
        ProviderSettings::Twilio(_) => "twilio",
        ProviderSettings::Vonage(_) => "vonage",
        ProviderSettings::Commify(_) => "commify",
        ProviderSettings::Smpp(_) => "smpp",
        ProviderSettings::Sandbox(_) => "sandbox",
    }
}
