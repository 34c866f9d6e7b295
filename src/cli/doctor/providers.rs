//! Whether each provider in use can be built and reached. A relay or a centre is greeted and logged in to; a
//! gateway's port is knocked at, because asking it more would send something.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::DoctorResult;
use crate::channel::{self, BuildContext, ProviderSettings};
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::token::Signer;
use crate::runtime::Lifecycle;

/// A provider that takes longer to greet is as good as gone.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn ask(config: &Config) -> Vec<DoctorResult> {
    let lifecycle = Lifecycle::new();
    let context = BuildContext {
        public_url: config.http.public_url.clone(),
        // Nothing that it signs leaves this command.
        signer: Signer::new(b"doctor"),
        returns: config.email.returns.clone(),
        clock: Arc::new(SystemClock),
        lifecycle: lifecycle.clone(),
        sandbox: None,
        desk: None,
    };
    let mut findings = Vec::new();
    for (name, provider) in &config.providers {
        if config.channels.names(name) {
            let asked = timeout(PATIENCE, reach(name, &provider.settings, &context)).await;
            let verdict = asked.unwrap_or_else(|_| Err("no answer within 30 s".to_owned()));
            findings.push(DoctorResult::new(format!("provider {name}"), verdict));
        }
    }
    lifecycle.abort();
    findings
}

async fn reach(
    name: &str,
    settings: &ProviderSettings,
    context: &BuildContext,
) -> Result<String, String> {
    if matches!(settings, ProviderSettings::Sandbox(_)) {
        return Ok("a sandbox inside the daemon".to_owned());
    }
    let provider = channel::build(name, settings, context).map_err(|error| error.to_string())?;
    match settings {
        ProviderSettings::Kannel(kannel) => return knock(&kannel.url).await,
        // What is filled in stands after the host.
        ProviderSettings::Http(gateway) => return knock(before_values(&gateway.url)).await,
        ProviderSettings::Twilio(twilio) => return knock(&twilio.base_url).await,
        ProviderSettings::Ses(ses) => return knock(&ses.address()).await,
        ProviderSettings::Brevo(brevo) => return knock(&brevo.base_url).await,
        ProviderSettings::Mailgun(mailgun) => return knock(&mailgun.base_url).await,
        ProviderSettings::Vonage(vonage) => return knock(&vonage.base_url).await,
        ProviderSettings::Smtp(_)
        | ProviderSettings::Commify(_)
        | ProviderSettings::Smpp(_)
        | ProviderSettings::Sandbox(_) => {}
    }
    let warmed = provider.warm().await;
    warmed.map_err(|error| error.to_string())?;
    Ok("greets us and lets us in".to_owned())
}

fn before_values(url: &str) -> &str {
    url.split(['{']).next().unwrap_or(url)
}

async fn knock(url: &str) -> Result<String, String> {
    let wrong = || format!("`{url}` names no host and port");
    let parsed = url::Url::parse(url).map_err(|_| wrong())?;
    let host = parsed.host_str().ok_or_else(wrong)?;
    let port = parsed.port_or_known_default().ok_or_else(wrong)?;
    match TcpStream::connect((host, port)).await {
        Ok(_) => Ok("something listens there".to_owned()),
        Err(error) => Err(format!("{host}:{port} cannot be reached: {error}")),
    }
}
