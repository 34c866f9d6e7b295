//! Who mails come from: an address that everybody can write, and the key that signs.

use crate::channel::SetupError;
use crate::channel::email::dkim::{DkimSigner, PrivateKey};
use crate::channel::email::smtp::Dkim;
use crate::domain::EmailAddress;

pub(super) fn signer(provider: &str, dkim: &Dkim) -> Result<DkimSigner, SetupError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    for (key, value) in [("domain", &dkim.domain), ("selector", &dkim.selector)] {
        if value.is_empty() || !value.chars().all(fits) {
            let wanted = "is no name in DNS: letters, digits, `.`, `-` and `_` (a domain with accents in its `xn--` form)";
            return Err(SetupError::new(
                provider,
                format!("dkim.{key} `{value}` {wanted}"),
            ));
        }
    }
    let key = PrivateKey::read(&dkim.key_file)
        .map_err(|error| SetupError::file(provider, "dkim.key_file", &dkim.key_file, &error))?;
    Ok(DkimSigner::new(
        dkim.domain.clone(),
        dkim.selector.clone(),
        key,
    ))
}

/// A sender is answered by everybody, so its address must be writable by everybody: a domain with
/// accents in its ASCII form, and none in front of it.
pub(super) fn in_ascii(address: &str) -> Result<String, String> {
    if address.is_ascii() {
        return Ok(address.to_owned());
    }
    let parsed = EmailAddress::parse(address).map_err(|error| error.to_string())?;
    if parsed.as_str().is_ascii() {
        Ok(parsed.as_str().to_owned())
    } else {
        Err("letters beyond ASCII before the `@`".to_owned())
    }
}
