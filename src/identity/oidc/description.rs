//! How a provider describes itself (OpenID Connect Discovery 1.0): where people are sent, where codes are
//! redeemed, where its keys are.

use serde_json::Value;
use url::Url;

use super::fault::OidcFault;
use super::settings::checked_address;

pub(super) struct ProviderDescription {
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    /// `client_secret_basic`, which is what is meant where nothing is said.
    pub(super) takes_secret_in_head: bool,
    issuer: String,
    /// It says `iss` beside each code, so that one without it is none of its own (RFC 9207).
    names_itself: bool,
}

impl ProviderDescription {
    /// It must be that of the issuer of the settings, to the letter: another may describe whomever it likes.
    pub(super) fn read(said: &Value, issuer: &str) -> Result<Self, OidcFault> {
        if said.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(OidcFault::Away(
                "its description names another `issuer` than the settings; they must be the same to the letter"
                    .to_owned(),
            ));
        }
        let methods = said.get("code_challenge_methods_supported");
        if methods.is_some_and(|methods| !names(methods, "S256")) {
            return Err(OidcFault::Away("it knows no PKCE with S256".to_owned()));
        }
        let ways = said.get("token_endpoint_auth_methods_supported");
        let names_itself = said.get("authorization_response_iss_parameter_supported");
        Ok(Self {
            authorization: place(said, "authorization_endpoint")?,
            token: place(said, "token_endpoint")?,
            keys: place(said, "jwks_uri")?,
            takes_secret_in_head: ways.is_none_or(|ways| names(ways, "client_secret_basic")),
            issuer: issuer.to_owned(),
            names_itself: names_itself.and_then(Value::as_bool).unwrap_or_default(),
        })
    }

    /// Refuses an answer that another provider gave.
    pub(super) fn is_who_answers(&self, said: Option<&str>) -> Result<(), OidcFault> {
        match said {
            Some(issuer) if issuer == self.issuer => Ok(()),
            None if !self.names_itself => Ok(()),
            _ => Err(OidcFault::OtherIssuer),
        }
    }
}

fn names(list: &Value, word: &str) -> bool {
    let list = list.as_array();
    list.is_some_and(|list| list.iter().any(|one| one == word))
}

fn place(said: &Value, key: &str) -> Result<Url, OidcFault> {
    let text = said.get(key).and_then(Value::as_str).unwrap_or_default();
    checked_address(key, text)
        .map_err(|fault| OidcFault::Away(format!("its description is not sound: {fault}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(more: &Value) -> Value {
        let mut said = json!({
            "issuer": "https://id.example.it",
            "authorization_endpoint": "https://id.example.it/auth",
            "token_endpoint": "https://id.example.it/token",
            "jwks_uri": "https://id.example.it/keys",
        });
        for (key, value) in more.as_object().unwrap() {
            said[key] = value.clone();
        }
        said
    }

    fn read(more: &Value) -> Result<ProviderDescription, OidcFault> {
        ProviderDescription::read(&said(more), "https://id.example.it")
    }

    #[test]
    fn it_is_that_of_the_issuer_and_its_places_are_protected() {
        let plain = read(&json!({})).unwrap();
        assert!(plain.takes_secret_in_head && plain.is_who_answers(None).is_ok());
        for odd in [
            json!({ "issuer": "https://id.example.it/" }),
            json!({ "token_endpoint": "http://id.example.it/token" }),
            json!({ "jwks_uri": "file:///etc/passwd" }),
            json!({ "authorization_endpoint": null }),
            json!({ "code_challenge_methods_supported": ["plain"] }),
        ] {
            assert!(read(&odd).is_err(), "{odd}");
        }
        let ways = json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] });
        assert!(!read(&ways).unwrap().takes_secret_in_head);
    }

    #[test]
    fn an_answer_of_another_is_refused() {
        let names_itself = json!({ "authorization_response_iss_parameter_supported": true });
        let strict = read(&names_itself).unwrap();
        assert!(strict.is_who_answers(Some("https://id.example.it")).is_ok());
        assert_eq!(strict.is_who_answers(None), Err(OidcFault::OtherIssuer));
        let other = Some("https://evil.example");
        assert_eq!(
            read(&json!({})).unwrap().is_who_answers(other),
            Err(OidcFault::OtherIssuer)
        );
    }
}
