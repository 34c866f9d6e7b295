//! Whether the domains we send from say who may send for them: SPF (RFC 7208) and DMARC (RFC
//! 7489). Large mailbox providers refuse mail without them. DKIM is asked about in `signatures`.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::DoctorResult;
use super::dns;
use crate::channel::ProviderSettings;
use crate::channel::email::smtp::SmtpSettings;
use crate::config::Config;

pub(super) async fn ask(config: &Config, server: SocketAddr) -> Vec<DoctorResult> {
    let mut findings = Vec::new();
    let domains: BTreeSet<String> = relays(config).map(|(_, smtp)| domain(&smtp.from)).collect();
    for domain in domains {
        let purpose = "an SPF record says who may send for it";
        let spf = record(server, &domain, "v=spf1", purpose).await;
        findings.push(DoctorResult::new(format!("SPF of {domain}"), spf));
        let policy = format!("_dmarc.{domain}");
        let purpose = "a DMARC policy says what to do with forgeries";
        let dmarc = record(server, &policy, "v=DMARC1", purpose).await;
        findings.push(DoctorResult::new(format!("DMARC of {domain}"), dmarc));
    }
    findings
}

/// The relays in use, by name.
pub(super) fn relays(config: &Config) -> impl Iterator<Item = (&str, &SmtpSettings)> {
    let used = config
        .providers
        .iter()
        .filter(|(name, _)| config.channels.names(name));
    used.filter_map(|(name, provider)| match &provider.settings {
        ProviderSettings::Smtp(smtp) => Some((name.as_str(), smtp)),
        ProviderSettings::Ses(_)
        | ProviderSettings::Brevo(_)
        | ProviderSettings::Mailgun(_)
        | ProviderSettings::Kannel(_)
        | ProviderSettings::Http(_)
        | ProviderSettings::Twilio(_)
        | ProviderSettings::Vonage(_)
        | ProviderSettings::Commify(_)
        | ProviderSettings::Smpp(_)
        | ProviderSettings::Sandbox(_) => None,
    })
}

/// What follows the `@` in a sender, with or without a name before it.
pub(super) fn domain(from: &str) -> String {
    let domain = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    domain.trim_end_matches('>').trim().to_ascii_lowercase()
}

async fn record(
    server: SocketAddr,
    name: &str,
    mark: &str,
    purpose: &str,
) -> Result<String, String> {
    let texts = dns::texts(server, name).await?;
    match texts.iter().filter(|text| text.contains(mark)).count() {
        0 => Err(format!("`{name}` has no TXT record with {mark}: {purpose}")),
        1 => Ok("one record, as it should be".to_owned()),
        count => Err(format!(
            "`{name}` has {count} records with {mark}; keep one"
        )),
    }
}
