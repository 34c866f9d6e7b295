//! The sandbox: virtual handsets and mailboxes behind real protocols.
//!
//! A mail server and an SMS gateway (`araldo_sandbox`) run inside this process on loopback ports;
//! the providers that lead to them are the real ones (`email/smtp`, `sms/kannel`). What arrives is
//! kept in the [`World`], for pages, virtual readers and tests; its table says which addresses
//! misbehave, and behind which there is somebody; `people` lets these act. Nothing leaves the machine.

mod people;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use araldo_sandbox::gateway::{Gateway, Reports};
use araldo_sandbox::smtp;
pub use araldo_sandbox::world::{Body, Inbox, Mail, Received, World, links, pictures};

pub use people::SandboxDesk;
pub use settings::SandboxSettings;

use people::WorldPeople;

use super::build::{BuildContext, install_tls};
use super::email::smtp::{Smtp, SmtpSettings};
use super::settings::SetupError;
use super::sms::kannel::{Kannel, KannelSettings};
use super::{Provider, Secret};
use crate::domain::{Channel, Clock};
use crate::runtime::Lifecycle;

#[derive(Clone)]
pub struct Sandbox {
    pub world: Arc<World>,
    /// Where its mail server listens on 127.0.0.1.
    pub smtp_port: u16,
    /// Where its SMS gateway takes messages.
    pub sms_url: String,
}

/// Starts the mail server and the gateway on free loopback ports. They are the world outside: they
/// go on while the daemon finishes what it is sending. What its people write is brought to `heard_by`;
/// without it nobody hears them.
pub fn start(
    lifecycle: &Lifecycle,
    clock: Arc<dyn Clock>,
    heard_by: Option<SandboxDesk>,
) -> Result<Sandbox, SetupError> {
    install_tls();
    let wrong = |problem: String| SetupError::new("sandbox", problem);
    let no_port = |error| wrong(format!("cannot listen on a port of 127.0.0.1: {error}"));
    let http = reqwest::Client::builder()
        .no_proxy()
        // Where a link leads in the end may be outside.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| wrong(error.to_string()))?;
    let hands = Arc::clone(&clock);
    let world = Arc::new(World::new(move || hands.now().to_utc().into()));
    let (reports, calling) = Reports::open(http.clone());
    let people = WorldPeople {
        world: Arc::clone(&world),
        clock,
        http,
        reports: reports.clone(),
        heard_by,
    };
    let mails = smtp::Server::open(Arc::clone(&world).script()).map_err(no_port)?;
    let texts = Gateway::open(Arc::clone(&world).operator(reports)).map_err(no_port)?;
    let sandbox = Sandbox {
        world,
        smtp_port: mails.port(),
        sms_url: texts.url(),
    };
    lifecycle.spawn_to_the_end(mails.keeping_mails().serve());
    lifecycle.spawn_to_the_end(texts.serve());
    lifecycle.spawn_to_the_end(calling);
    lifecycle.spawn_to_the_end(people.live());
    Ok(sandbox)
}

/// The real client of the channel, pointed at the sandbox.
pub(super) fn provider(
    name: &str,
    settings: &SandboxSettings,
    context: &BuildContext,
) -> Result<Arc<dyn Provider>, SetupError> {
    let Some(sandbox) = &context.sandbox else {
        return Err(SetupError::new(name, "no sandbox is running"));
    };
    match settings.channel {
        Channel::Email if settings.latency.is_some() => Err(SetupError::new(
            name,
            "`latency` is for SMS: write to `slow@...` for a slow mailbox",
        )),
        Channel::Email => {
            let settings = smtp_settings(settings, sandbox);
            Ok(Arc::new(Smtp::new(name, &settings, context)?))
        }
        Channel::Sms => {
            let settings = kannel_settings(settings, sandbox);
            Ok(Arc::new(Kannel::new(name, &settings, context)?))
        }
    }
}

fn smtp_settings(settings: &SandboxSettings, sandbox: &Sandbox) -> SmtpSettings {
    let from = settings.from.clone();
    let from = from.unwrap_or_else(|| "Araldo <avvisi@araldo.example>".to_owned());
    SmtpSettings {
        port: Some(sandbox.smtp_port),
        rate: settings.rate,
        ..SmtpSettings::new("127.0.0.1".to_owned(), from)
    }
}

fn kannel_settings(settings: &SandboxSettings, sandbox: &Sandbox) -> KannelSettings {
    let latency = settings.latency.map(|latency| latency.as_millis());
    let query = latency.map_or_else(String::new, |millis| format!("?latency={millis}"));
    let url = format!("{}{query}", sandbox.sms_url);
    let from = settings.from.clone();
    KannelSettings {
        password: Some(Secret::new("sandbox".to_owned())),
        from: from.unwrap_or_else(|| "ARALDO".to_owned()),
        rate: settings.rate,
        ..KannelSettings::new(url, "sandbox".to_owned())
    }
}
