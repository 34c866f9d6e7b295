//! Whether what we sign holds at the receivers (RFC 6376): for each relay whose mails are signed, a
//! mail is written, signed with the configured key, and verified against the key in DNS.

use std::net::SocketAddr;

use super::DoctorResult;
use super::dns;
use super::senders::{domain, relays};
use crate::channel::email::dkim::{DkimSigner, Record};
use crate::channel::email::message::MailComposer;
use crate::channel::email::smtp::{Dkim, SmtpSettings};
use crate::channel::{Email, Reference};
use crate::config::Config;
use crate::domain::Clock as _;
use crate::domain::EmailAddress;
use crate::domain::clock::SystemClock;

pub(super) async fn ask(config: &Config, server: SocketAddr) -> Vec<DoctorResult> {
    let mut findings = Vec::new();
    for (name, smtp) in relays(config) {
        if let Some(dkim) = &smtp.dkim {
            let part = format!("DKIM of {} by {name}", dkim.domain);
            let mut remarks = Vec::new();
            remarks.extend(unaligned(smtp, dkim));
            let verdict = verified(name, smtp, server, &mut remarks).await;
            findings.push(DoctorResult {
                remarks,
                ..DoctorResult::new(part, verdict)
            });
        }
    }
    findings
}

async fn verified(
    provider: &str,
    smtp: &SmtpSettings,
    server: SocketAddr,
    remarks: &mut Vec<String>,
) -> Result<String, String> {
    let composer = MailComposer::new(provider, &smtp.from, smtp.dkim.as_ref())
        .map_err(|error| error.to_string())?;
    let Some(signer) = composer.signer() else {
        return Err("its mails are not signed".to_owned());
    };
    let name = signer.record_name();
    let texts = dns::texts(server, &name).await?;
    let text = only(&name, signer, &texts)?;
    let fault = |fault| {
        format!(
            "the record at `{name}` is not right: {fault}; {}",
            remedy(signer)
        )
    };
    let record = Record::parse(text, signer.key().kind()).map_err(|it| fault(it.to_string()))?;
    let mail = sample(&composer)?;
    record.verify(&mail).map_err(|it| fault(it.to_string()))?;
    if record.is_testing() {
        remarks.push(format!(
            "the record at `{name}` says t=y (a trial), so receivers treat a mail whose signature \
             breaks like any other: take t=y out when the trial is over"
        ));
    }
    Ok(format!("what we sign verifies against the key at `{name}`"))
}

fn only<'a>(name: &str, signer: &DkimSigner, texts: &'a [String]) -> Result<&'a str, String> {
    let keys: Vec<_> = texts.iter().filter(|text| text.contains("p=")).collect();
    match keys.as_slice() {
        [] => Err(format!(
            "`{name}` has no TXT record with a key; {}",
            remedy(signer)
        )),
        [key] => Ok(key),
        many => Err(format!(
            "`{name}` has {} records with a key, and receivers take any of them; keep one",
            many.len()
        )),
    }
}

fn remedy(signer: &DkimSigner) -> String {
    format!("publish `{}`", signer.key().record())
}

/// DMARC looks at the domain readers see (RFC 7489 §3.1.1).
fn unaligned(smtp: &SmtpSettings, dkim: &Dkim) -> Option<String> {
    let (from, signing) = (domain(&smtp.from), dkim.domain.to_ascii_lowercase());
    let below = |one: &str, other: &str| one.ends_with(&format!(".{other}"));
    let related = from == signing || below(&from, &signing) || below(&signing, &from);
    (!related).then(|| {
        format!("mails come from {from}: a signature of another domain does not count for DMARC")
    })
}

/// A mail to ourselves with everything in it that is signed. It goes nowhere.
fn sample(composer: &MailComposer) -> Result<Vec<u8>, String> {
    let email = Email {
        to: EmailAddress::from_stored(composer.address().to_owned()),
        to_name: "Araldo".to_owned(),
        subject: "Una prova – perché la firma valga".to_owned(),
        html: "<p>Una prova.</p>".to_owned(),
        text: "Una prova.\n".to_owned(),
        unsubscribe_url: Some("https://example.it/u/prova".to_owned()),
        one_click: true,
        kind: "doctor".to_owned(),
        date: SystemClock.now(),
    };
    let reference = Reference("doctor".to_owned());
    composer
        .compose(&reference, &email, true, Some(composer.address()))
        .map_err(|error| error.to_string())
}
