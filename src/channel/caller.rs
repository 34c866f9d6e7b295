//! One HTTP request to a provider, and what its answer or its absence means before anybody has read
//! a word of it. Shared by the providers that speak HTTP; each judges its answers by itself.
//! Next: `sms/gateway`, `sms/twilio`, `sms/commify`.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, RequestBuilder, Url};
use serde_json::Value;
use url::Host;

use super::{Concern, SendError, SetupError, descriptors};
use crate::domain::limits::{PROVIDER_ANSWER, PROVIDER_WORD};
use crate::text::sanitize;

/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How a provider is called.
pub(super) struct CallerSettings<'a> {
    /// Requests at once, 1 to 1000.
    pub(super) connections: usize,
    /// For the whole answer.
    pub(super) timeout: Duration,
    /// The only authorities to trust; by default the system's.
    pub(super) ca_file: Option<&'a Path>,
}

/// Makes requests that are never repeated in secret and follow no redirection.
pub(super) struct HttpCaller {
    http: reqwest::Client,
}

/// An answer that came whole, or to its limit of [`PROVIDER_ANSWER`] bytes.
#[derive(Debug)]
pub(super) struct HttpAnswer {
    pub(super) status: u16,
    /// What its header of that name said, in seconds.
    pub(super) retry_after: Option<Duration>,
    pub(super) text: String,
}

impl HttpCaller {
    /// Reads the file of authorities; connects to nobody yet.
    pub(super) fn new(provider: &str, settings: &CallerSettings<'_>) -> Result<Self, SetupError> {
        if !(1..=1_000).contains(&settings.connections) {
            let count = settings.connections;
            let problem = format!("`connections` must be 1 to 1000, not {count}");
            return Err(SetupError::new(provider, problem));
        }
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(settings.timeout)
            .pool_max_idle_per_host(settings.connections)
            // Shorter than the other side's own, so that a connection seldom ends as we use it.
            .pool_idle_timeout(Duration::from_secs(5))
            .tcp_nodelay(true)
            .http1_only()
            .no_proxy()
            .referer(false)
            .redirect(reqwest::redirect::Policy::none())
            // Each try has its own row; a second one in secret would be a second message.
            .retry(reqwest::retry::never());
        if let Some(path) = settings.ca_file {
            let wrong =
                |error: &dyn std::fmt::Display| SetupError::file(provider, "ca_file", path, error);
            let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
            let trusted = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            http = http.tls_certs_only(trusted);
        }
        let http = http
            .build()
            .map_err(|error| SetupError::new(provider, error.to_string()))?;
        Ok(Self { http })
    }

    /// A request to be completed and given to [`HttpCaller::call`].
    pub(super) fn request(&self, method: reqwest::Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request once, and reads no more than the limit of its answer.
    pub(super) async fn call(&self, request: RequestBuilder) -> Result<HttpAnswer, SendError> {
        let (answer, _) = self.call_for_header(request, "").await?;
        Ok(answer)
    }

    /// The same, with what a header of the answer says.
    pub(super) async fn call_for_header(
        &self,
        request: RequestBuilder,
        name: &str,
    ) -> Result<(HttpAnswer, Option<String>), SendError> {
        let mut answer = request.send().await.map_err(|error| unanswered(&error))?;
        let status = answer.status().as_u16();
        let retry_after = retry_after(answer.headers());
        let named = answer.headers().get(name);
        let named = named
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| unanswered(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > PROVIDER_ANSWER {
                body.truncate(PROVIDER_ANSWER);
                break;
            }
        }
        let answer = HttpAnswer {
            status,
            retry_after,
            text: String::from_utf8_lossy(&body).into_owned(),
        };
        Ok((answer, named))
    }
}

impl HttpAnswer {
    /// Its text as JSON, if it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.text).ok()
    }

    /// The code for the attempt's row.
    pub(super) fn code(&self) -> String {
        self.status.to_string()
    }

    /// Whether it says by HTTP alone that nothing was done and when to come back.
    pub(super) const fn asks_to_wait(&self) -> bool {
        self.status == 429 || (self.status == 503 && self.retry_after.is_some())
    }

    /// Certainly not sent: the provider has no room now.
    pub(super) fn not_now(&self, detail: impl Into<String>) -> SendError {
        SendError::NotSent {
            stage: "request",
            code: Some(self.code()),
            detail: detail.into(),
            retry_after: self.retry_after,
            concerns: Concern::Provider,
        }
    }

    /// Refused, and only what becomes of others tells whether that is about one recipient.
    pub(super) fn denied(&self, detail: impl Into<String>) -> SendError {
        SendError::Denied {
            stage: "request",
            code: Some(self.code()),
            detail: detail.into(),
        }
    }
}

/// Nobody says that nothing was sent.
pub(super) fn unclear(detail: impl Into<String>) -> SendError {
    SendError::Unknown {
        stage: "answer",
        detail: detail.into(),
    }
}

/// A code or word of an answer, fit for a row and a log: one word, which no address and no text is.
pub(super) fn word(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_word = (1..=PROVIDER_WORD).contains(&text.len()) && text.chars().all(fits);
    // A telephone number is a word as well.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (is_word && digits < 7).then(|| sanitize::line(text))
}

/// An address for requests: https, or http where nothing can be overheard. `key` names the setting.
pub(super) fn checked_url(
    provider: &str,
    key: &str,
    text: &str,
    plain_http: bool,
) -> Result<Url, SetupError> {
    // What was written may hold a password: not a word of it in the message.
    let wrong = |why: String| {
        let wanted = "write an address such as https://api.example.it/sms";
        SetupError::new(provider, format!("`{key}` {why}; {wanted}"))
    };
    let url: Url = text
        .parse()
        .map_err(|error: url::ParseError| wrong(format!("is no address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("begins with {}://", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a name or a password".to_owned()));
    }
    if url.scheme() == "http" && !is_local(&url) && !plain_http {
        let fault = format!(
            "`{key}`: secrets and texts would cross the network unprotected: use https, or set \
             `plain_http = true` where the network itself is protected"
        );
        return Err(SetupError::new(provider, fault));
    }
    Ok(url)
}

pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); a date is not taken, our clocks may differ.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// The verdict when no whole answer came.
pub(super) fn unanswered(error: &reqwest::Error) -> SendError {
    if let Some(why) = wrong_certificate(error) {
        return SendError::Misconfigured {
            detail: format!(
                "the gateway's certificate is not good ({why}); check `url` and `ca_file`"
            ),
        };
    }
    let io = |cause: &'_ (dyn std::error::Error + 'static)| {
        descriptors::none_left(cause.downcast_ref::<std::io::Error>()?)
    };
    if let Some(no_descriptor) = causes(error).find_map(io).filter(|_| error.is_connect()) {
        return no_descriptor;
    }
    let detail = what_happened(error);
    if error.is_connect() || error.is_builder() {
        return SendError::NotSent {
            stage: "connect",
            code: None,
            detail,
            retry_after: None,
            concerns: Concern::Provider,
        };
    }
    SendError::Unknown {
        stage: "request",
        detail,
    }
}

fn what_happened(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    // The first layers only repeat the address, and with it the text that was sent.
    match causes(error).last() {
        Some(cause) => format!("{what}: {cause}"),
        None => what.to_owned(),
    }
}

fn wrong_certificate(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        let inner = io.and_then(std::io::Error::get_ref);
        let tls = inner
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .or_else(|| cause.downcast_ref());
        match tls {
            Some(rustls::Error::InvalidCertificate(why)) => Some(why.to_string()),
            _ => None,
        }
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_no_number_and_no_sentence() {
        assert_eq!(word("UNKNRCPT").as_deref(), Some("UNKNRCPT"));
        assert_eq!(word("21211").as_deref(), Some("21211"));
        for private in ["", "393331234567", "the text of an SMS", "a@b.example"] {
            assert_eq!(word(private), None, "{private}");
        }
    }

    #[test]
    fn secrets_stay_on_this_machine_or_go_by_tls() {
        let said = |url: &str| checked_url("g", "url", url, false).err();
        assert!(said("https://api.example.it/x").is_none());
        assert!(said("http://127.0.0.1:9/x").is_none());
        assert!(checked_url("g", "url", "http://a.example/", true).is_ok());
        for wrong in ["http://a.example/", "ftp://a.example/", "C4NARY", ""] {
            let said = said(wrong).expect(wrong).to_string();
            assert!(said.contains("`url`") && !said.contains("C4NARY"), "{said}");
        }
    }
}
