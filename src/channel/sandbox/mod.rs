//! The sandbox: virtual handsets and mailboxes behind real protocols.
//!
//! A mail server and an SMS gateway run inside this process on loopback ports; the providers
//! that lead to them are the real ones (`email/smtp`, `sms/kannel`). What arrives is kept in the
//! [`World`], for pages, virtual readers and tests. Nothing leaves the machine.
//!
//! Some addresses misbehave, so that failure can be seen without waiting for one:
//!
//! | address | what happens | ends as |
//! |---|---|---|
//! | `+39000…01` | taken, then reported as not delivered | `undelivered` |
//! | `+39000…02` | taken, never reported as delivered | `unconfirmed` |
//! | `+39000…03` | the gateway answers 503 | tried again, `failed` |
//! | `+39000…04` | arrives, but the gateway's answer is lost | `unknown`, then `delivered` |
//! | `+39000…05` | arrives; reports come twice and in the wrong order | `delivered` |
//! | `bounce@…` | 550 5.1.1, no such mailbox | `rejected`, address suppressed |
//! | `defer@…` | 450 the first two times | `accepted` at the third try |
//! | `slow@…` | the answer takes three seconds | `accepted` |
//! | `drop@…` | arrives, but the connection breaks before the answer | `unknown` |
//!
//! A mailbox's word may be followed by `+`, `.` or `-` and anything, or stand after a `+`:
//! `bounce.7@town.example`, `maria+drop@town.example`.

mod faults;
mod mail;
mod reports;
mod settings;
mod sms_gateway;
mod smtp_server;
mod world;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

pub use mail::{Mail, links, pictures};
pub use settings::SandboxSettings;
pub use world::{Body, Inbox, Received, Truth, World};

use self::reports::Reports;
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
    /// Where its SMS gateway listens on 127.0.0.1.
    pub sms_port: u16,
}

/// Starts the mail server and the gateway on free loopback ports.
pub async fn start(lifecycle: &Lifecycle, clock: Arc<dyn Clock>) -> Result<Sandbox, SetupError> {
    install_tls();
    let world = Arc::new(World::new(clock));
    let (smtp, smtp_port) = listen().await?;
    let (sms, sms_port) = listen().await?;
    let mails = smtp_server::serve(smtp, Arc::clone(&world), lifecycle.clone());
    lifecycle.spawn("sandbox-smtp", mails);
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| SetupError::new("sandbox", error.to_string()))?;
    let routes = sms_gateway::routes(Arc::clone(&world), Reports::start(lifecycle, http));
    let stopping = lifecycle.stopping();
    lifecycle.spawn("sandbox-sms", async move {
        let serving = axum::serve(sms, routes).with_graceful_shutdown(stopping);
        if let Err(error) = serving.await {
            tracing::error!(%error, "the sandbox's SMS gateway ended");
        }
    });
    Ok(Sandbox {
        world,
        smtp_port,
        sms_port,
    })
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
            Ok(Arc::new(Smtp::new(name, &settings, &context.lifecycle)?))
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
    let url = format!(
        "http://127.0.0.1:{}/cgi-bin/sendsms{query}",
        sandbox.sms_port
    );
    let from = settings.from.clone();
    KannelSettings {
        password: Some(Secret::new("sandbox".to_owned())),
        from: from.unwrap_or_else(|| "ARALDO".to_owned()),
        rate: settings.rate,
        ..KannelSettings::new(url, "sandbox".to_owned())
    }
}

async fn listen() -> Result<(TcpListener, u16), SetupError> {
    let wrong = |error: std::io::Error| {
        let problem = format!("cannot listen on a port of 127.0.0.1: {error}");
        SetupError::new("sandbox", problem)
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(wrong)?;
    let port = listener.local_addr().map_err(wrong)?.port();
    Ok((listener, port))
}
