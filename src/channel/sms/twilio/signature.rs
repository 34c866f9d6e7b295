//! `X-Twilio-Signature` (twilio.com/docs/usage/security): HMAC-SHA1 under the auth token, over the
//! address as Twilio called it and, in the order of their names, the fields of the form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use ring::hmac;
use subtle::ConstantTimeEq as _;

/// Checks signatures under one token.
pub(super) struct TwilioSignature(hmac::Key);

impl TwilioSignature {
    pub(super) fn new(token: &str) -> Self {
        let algorithm = hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
        Self(hmac::Key::new(algorithm, token.as_bytes()))
    }

    /// Whether it is made for a call of this address with these fields. Twilio sometimes writes the
    /// usual port and sometimes leaves it out: both are taken.
    pub(super) fn is_right(&self, given: &str, url: &str, form: &[(String, String)]) -> bool {
        let Ok(given) = STANDARD.decode(given.trim()) else {
            return false;
        };
        let fields = joined(form);
        let made = |url: &str| {
            let mut signed = hmac::Context::with_key(&self.0);
            signed.update(url.as_bytes());
            signed.update(fields.as_bytes());
            signed.sign()
        };
        let is = |url: &str| bool::from(made(url).as_ref().ct_eq(&given));
        is(url) || other_port(url).is_some_and(|url| is(&url))
    }
}

/// Each name before each of its values, in order; a pair that comes twice counts once.
fn joined(form: &[(String, String)]) -> String {
    let mut form: Vec<_> = form.iter().collect();
    form.sort();
    form.dedup();
    let pairs = form.into_iter();
    pairs.fold(String::new(), |joined, (name, value)| joined + name + value)
}

/// The same address with its usual port written out, or left out.
fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let usual = Url::parse(url).ok()?.port_or_known_default()?;
    match host.strip_suffix(&format!(":{usual}")) {
        Some(bare) => Some(format!("{scheme}://{bare}{path}")),
        None => Some(format!("{scheme}://{host}:{usual}{path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const TAG: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    fn form() -> Vec<(String, String)> {
        [
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Digits", "1234"),
            ("Caller", "+14158675309"),
            ("From", "+14158675309"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn the_vector_of_twilios_documentation_is_right_and_nothing_else() {
        let signature = TwilioSignature::new("12345");
        assert!(signature.is_right(TAG, URL, &form()));
        let with_port = URL.replace(".com/", ".com:443/");
        assert!(signature.is_right(TAG, &with_port, &form()));
        let doubled = [form(), form()].concat();
        assert!(signature.is_right(TAG, URL, &doubled));
        let mut altered = form();
        altered[2].1 = "1235".to_owned();
        assert!(!signature.is_right(TAG, URL, &altered));
        assert!(!signature.is_right(TAG, &URL.replace("foo=1", "foo=2"), &form()));
        assert!(!TwilioSignature::new("12346").is_right(TAG, URL, &form()));
        for nothing in ["", "x", "AAAA"] {
            assert!(!signature.is_right(nothing, URL, &form()));
        }
    }
}
