//! Whether the domains we send from say who may send for them: SPF (RFC 7208), DKIM (RFC 6376)
//! and DMARC (RFC 7489). Large mailbox providers refuse mail without them.

use std::collections::BTreeMap;

use super::Finding;
use super::dns;
use crate::channel::ProviderSettings;
use crate::config::Config;

pub(super) async fn ask(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (domain, selector) in domains(config) {
        let spf = record(&domain, "v=spf1", "an SPF record says who may send for it").await;
        findings.push(Finding::new(format!("SPF of {domain}"), spf));
        let policy = format!("_dmarc.{domain}");
        let dmarc = record(
            &policy,
            "v=DMARC1",
            "a DMARC policy says what to do with forgeries",
        );
        findings.push(Finding::new(format!("DMARC of {domain}"), dmarc.await));
        if let Some((signer, selector)) = selector {
            let key = format!("{selector}._domainkey.{signer}");
            let dkim = record(&key, "p=", "the public half of the DKIM key").await;
            findings.push(Finding::new(format!("DKIM of {signer}"), dkim));
        }
    }
    findings
}

/// Sender domains in use, each with the domain and selector that sign for it.
fn domains(config: &Config) -> BTreeMap<String, Option<(String, String)>> {
    let mut domains = BTreeMap::new();
    for (name, provider) in &config.providers {
        let ProviderSettings::Smtp(smtp) = &provider.settings else {
            continue;
        };
        if !config.channels.names(name) {
            continue;
        }
        let signing = smtp.dkim.as_ref();
        let signing = signing.map(|dkim| (dkim.domain.clone(), dkim.selector.clone()));
        if let Some((_, domain)) = smtp.from.rsplit_once('@') {
            domains.insert(domain.trim_end_matches('>').trim().to_owned(), signing);
        }
    }
    domains
}

async fn record(name: &str, mark: &str, purpose: &str) -> Result<String, String> {
    let texts = dns::texts(name).await?;
    match texts.iter().filter(|text| text.contains(mark)).count() {
        0 => Err(format!("`{name}` has no TXT record with {mark}: {purpose}")),
        1 => Ok("one record, as it should be".to_owned()),
        count => Err(format!(
            "`{name}` has {count} records with {mark}; keep one"
        )),
    }
}
