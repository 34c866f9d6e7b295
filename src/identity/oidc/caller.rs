//! Asks a provider, within limits of time and size, and follows it nowhere else. What went wrong is said without
//! an address and without a word of what was sent: that holds codes and secrets.

use std::error::Error as _;
use std::path::Path;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::fault::OidcFault;
use crate::channel::{Secret, install_tls};
use crate::domain::limits::{OIDC_ANSWER, OIDC_AT_ONCE, OIDC_WITHIN};

/// How we call ourselves.
const WHO_WE_ARE: &str = concat!("Araldo/", env!("CARGO_PKG_VERSION"));

pub(super) struct OidcCaller {
    http: Client,
    at_once: Semaphore,
}

/// By what the provider knows that it is us.
pub(super) struct ClientProof<'a> {
    pub(super) id: &'a str,
    /// None: the verifier alone proves it (RFC 7636).
    pub(super) secret: Option<&'a Secret>,
    /// In the head of the request (`client_secret_basic`), else in its form.
    pub(super) in_head: bool,
}

impl OidcCaller {
    /// `ca_file`: the only authorities to trust; by default the system's.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, String> {
        install_tls();
        let mut http = Client::builder()
            .user_agent(WHO_WE_ARE)
            .connect_timeout(OIDC_WITHIN)
            .timeout(OIDC_WITHIN)
            .redirect(Policy::none())
            .http1_only()
            .no_proxy()
            .referer(false);
        if let Some(path) = ca_file {
            let wrong = |error: &dyn std::fmt::Display| {
                format!("cannot use `ca_file`, `{}`: {error}", path.display())
            };
            let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
            let trusted = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            http = http.tls_certs_only(trusted);
        }
        let http = http.build();
        Ok(Self {
            http: http.map_err(|error| format!("no HTTP client: {error}"))?,
            at_once: Semaphore::new(OIDC_AT_ONCE),
        })
    }

    /// A document that the provider publishes.
    pub(super) async fn get(&self, url: &str) -> Result<Value, OidcFault> {
        let (status, said) = self.ask(self.http.get(url)).await?;
        match (status, serde_json::from_slice(&said)) {
            (200, Ok(document)) => Ok(document),
            (200, Err(_)) => Err(away("it answers with something that is no JSON")),
            (status, _) => Err(away(format!("it answers {status}"))),
        }
    }

    /// The ID token for a code.
    pub(super) async fn redeem(
        &self,
        url: &Url,
        proof: &ClientProof<'_>,
        form: &[(&str, &str)],
    ) -> Result<String, OidcFault> {
        let mut form = form.to_vec();
        let mut request = self.http.post(url.clone());
        match proof.secret {
            // RFC 6749 §2.3.1: both as in a form.
            Some(secret) if proof.in_head => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                request = request.basic_auth(encoded(proof.id), Some(encoded(secret.expose())));
            }
            secret => {
                form.push(("client_id", proof.id));
                form.extend(secret.map(|secret| ("client_secret", secret.expose())));
            }
        }
        let (status, said) = self.ask(request.form(&form)).await?;
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        let token = said.get("id_token").and_then(Value::as_str);
        match (status, token) {
            (200, Some(token)) => Ok(token.to_owned()),
            (200, None) => Err(away(
                "its answer has no `id_token`; is the scope `openid` asked for?",
            )),
            (400..=499, _) => {
                let word = said.get("error").and_then(Value::as_str);
                Err(OidcFault::refused(word.unwrap_or_default()))
            }
            (status, _) => Err(away(format!("it answers {status}"))),
        }
    }

    /// Status and body, or its first bytes no more than the limit.
    async fn ask(&self, request: RequestBuilder) -> Result<(u16, Vec<u8>), OidcFault> {
        let Ok(_turn) = self.at_once.try_acquire() else {
            return Err(away("too many sign-ins wait for it already"));
        };
        // On the heap: with a handshake in it, it is large.
        Box::pin(read(request)).await
    }
}

async fn read(request: RequestBuilder) -> Result<(u16, Vec<u8>), OidcFault> {
    let mut answer = request.send().await.map_err(|error| unanswered(&error))?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| unanswered(&error))? {
        if body.len() + piece.len() > OIDC_ANSWER {
            return Err(away(format!(
                "its answer is longer than {OIDC_ANSWER} bytes"
            )));
        }
        body.extend_from_slice(&piece);
    }
    Ok((status, body))
}

fn away(why: impl Into<String>) -> OidcFault {
    OidcFault::Away(why.into())
}

/// The last cause says what happened; the first layers only repeat the address.
fn unanswered(error: &reqwest::Error) -> OidcFault {
    let what = match (error.is_timeout(), error.is_connect()) {
        (true, _) => format!("no answer within {} seconds", OIDC_WITHIN.as_secs()),
        (false, true) => "no connection".to_owned(),
        (false, false) => "the connection broke".to_owned(),
    };
    let cause = std::iter::successors(error.source(), |&cause| cause.source()).last();
    away(match cause {
        Some(cause) => format!("{what}: {cause}"),
        None => what,
    })
}
