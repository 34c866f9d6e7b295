//! SMS gateways, one folder per kind, and what all of them need.

pub mod commify;
pub mod gateway;
pub mod kannel;
mod signing;
pub mod smpp;
pub mod twilio;
pub mod vonage;

use std::path::PathBuf;

pub use signing::SignatureHash;

pub(super) use signing::from_hex;

use super::{BuildContext, Content, Outgoing, Secret, SendError, SetupError};
use crate::domain::limits::REPLY_SECRET;
use crate::domain::sender_name::check_sender;
use crate::domain::token::{Purpose, Signer};

/// Whether networks will show this sender.
fn checked_sender(provider: &str, from: &str) -> Result<(), SetupError> {
    check_sender(from)
        .map_err(|fault| SetupError::new(provider, format!("`from` cannot be shown: {fault}")))
}

/// Where this provider calls us back.
fn report_address(context: &BuildContext, provider: &str) -> String {
    let public_url = context.public_url.trim_end_matches('/');
    format!("{public_url}/hooks/{provider}")
}

/// Where an attempt is reported, by a token that is this provider's alone; empty where nothing is.
fn attempt_address(reports: Option<&str>, signer: &Signer, outgoing: &Outgoing) -> String {
    let Some(reports) = reports.filter(|_| outgoing.reported) else {
        return String::new();
    };
    let ids = [outgoing.message.get(), outgoing.lease_no];
    format!("{reports}/{}", signer.sign(Purpose::Receipt, &ids))
}

/// Number and text of the SMS to be carried; another message is refused.
fn sms_of(outgoing: &Outgoing) -> Result<(&str, &str), SendError> {
    match &outgoing.content {
        Content::Sms { to, text } => Ok((to.as_str(), text)),
        Content::Email(_) => Err(SendError::Rejected {
            stage: "compose",
            code: None,
            detail: "this provider carries SMS only".to_owned(),
            bad_address: false,
        }),
    }
}

/// A secret that stands in an address, so it is made of what needs no escape there. Each by its key.
pub(super) fn address_secret(
    provider: &str,
    (key, inline): (&str, Option<&Secret>),
    (file_key, file): (&str, Option<&PathBuf>),
) -> Result<Option<Secret>, SetupError> {
    let secret = match (inline, file) {
        (Some(_), Some(_)) => {
            let both = format!("`{key}` and `{file_key}` are both given: keep one");
            return Err(SetupError::new(provider, both));
        }
        (Some(secret), None) => secret.clone(),
        (None, Some(path)) => Secret::read(path)
            .map_err(|error| SetupError::file(provider, file_key, path, &error))?,
        (None, None) => return Ok(None),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (least, most) = REPLY_SECRET;
    let text = secret.expose();
    match (least..=most).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(Some(secret)),
        false => Err(SetupError::new(
            provider,
            format!(
                "`{key}` is {least} to {most} letters, digits, `-` and `_`, such as \
                 `openssl rand -hex 20` gives"
            ),
        )),
    }
}
