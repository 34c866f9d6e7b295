//! One GET for every kind of feed: with the headers of the settings, within limits of time and size,
//! and no more than needed (`ETag`, `Last-Modified`). What the answer says is the business of its
//! kind; here it is bytes.
//!
//! Headers hold secrets: they go to the host of `url` and to no other, wherever an answer sends us.
//! Of an address, a fault says scheme, host and port: its path and its query may hold a token.
//!
//! Next: `headers` (texts and files), `in_clear` (what may not go over plain http), `answer` (what a status
//! or a silence means), `secrets` (what no fault repeats).

mod answer;
mod headers;
mod in_clear;
mod secrets;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::redirect::{Attempt, Policy};
use serde::{Deserialize, Serialize};
use url::{Origin, Url};

use super::address::check_timeout;
use super::fault::SourceFault;
use crate::domain::limits::{FEED_HEADERS, FEED_REDIRECTS, FEED_URL};
use crate::text::sanitize;

pub(in crate::source) use self::headers::HeaderSetting;
pub(in crate::source) use self::secrets::without_secrets;

/// How we call ourselves to those whose feeds we read.
const WHO_WE_ARE: &str = concat!("Araldo/", env!("CARGO_PKG_VERSION"));
/// Longest name of a host that is shown, in characters.
const SHOWN_HOST: usize = 80;

/// The keys that every feed has, as the settings of a kind hold them.
pub(in crate::source) struct FeedAddress {
    pub(in crate::source) url: String,
    pub(in crate::source) headers: BTreeMap<String, HeaderSetting>,
    /// For the whole answer, the connection included.
    pub(in crate::source) timeout: Duration,
    /// Secrets may go over plain http to another machine.
    pub(in crate::source) allow_plain_http: bool,
}

pub(in crate::source) struct Fetcher {
    http: reqwest::Client,
    /// Who may see the headers.
    home: Origin,
    headers: BTreeMap<String, HeaderSetting>,
}

/// What came of asking.
pub(in crate::source) enum Fetched {
    /// The same as when the validator was given.
    Unchanged,
    Body(FeedBody),
}

/// An answer that came whole.
pub(in crate::source) struct FeedBody {
    pub(in crate::source) bytes: Vec<u8>,
    pub(in crate::source) content_type: Option<String>,
    pub(in crate::source) validator: Option<FeedValidator>,
}

/// What an answer said of itself, to be shown the next time: then it need not come again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::source) struct FeedValidator {
    pub(in crate::source) etag: Option<String>,
    pub(in crate::source) last_modified: Option<String>,
}

impl FeedAddress {
    /// Finds what cannot be meant. The fault names the key to mend first.
    pub(in crate::source) fn check(&self) -> Result<(), String> {
        let url = parsed(&self.url)?;
        check_timeout(self.timeout)?;
        if self.headers.len() > FEED_HEADERS {
            return Err(format!("`headers` has more than {FEED_HEADERS}"));
        }
        self.headers
            .iter()
            .try_for_each(|(name, setting)| headers::check(name, setting))?;
        match in_clear::secret(&url, &self.headers) {
            Some(what) => self.protect(&what),
            None => Ok(()),
        }
    }

    /// Refuses to send a secret where it could be read on the way. `what`: the secret, in words.
    pub(in crate::source) fn protect(&self, what: &str) -> Result<(), String> {
        let url = parsed(&self.url)?;
        match in_clear::is_in_clear(&url) && !self.allow_plain_http {
            true => Err(in_clear::refused(what)),
            false => Ok(()),
        }
    }
}

impl Fetcher {
    /// Connects to nobody yet.
    pub(in crate::source) fn new(address: &FeedAddress) -> Result<Self, SourceFault> {
        let home = parsed(&address.url).map_err(SourceFault::Unexpected)?;
        choose_cryptography();
        let http = reqwest::Client::builder()
            .user_agent(WHO_WE_ARE)
            .connect_timeout(address.timeout)
            .timeout(address.timeout)
            .redirect(Policy::custom(|attempt| match leads_home(&attempt) {
                true => attempt.follow(),
                false => attempt.stop(),
            }))
            .http1_only()
            .no_proxy()
            .referer(false)
            .build()
            .map_err(|error| SourceFault::Unexpected(format!("no HTTP client: {error}")))?;
        Ok(Self {
            http,
            home: home.origin(),
            headers: address.headers.clone(),
        })
    }

    /// Asks for `url`. `validator`: what the last whole answer said of itself.
    pub(in crate::source) async fn get(
        &self,
        url: &str,
        validator: Option<&FeedValidator>,
    ) -> Result<Fetched, SourceFault> {
        let asked = url;
        let url = parsed(asked).map_err(SourceFault::Unexpected)?;
        let place = shown_address(&url);
        // On the heap: with a handshake in it, it is large.
        let fetched = Box::pin(self.ask(url, validator)).await;
        fetched.map_err(|fault| placed(without_secrets(fault, asked), &place))
    }

    async fn ask(
        &self,
        url: Url,
        validator: Option<&FeedValidator>,
    ) -> Result<Fetched, SourceFault> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if url.origin() == self.home {
            headers::read(&self.headers, &mut headers).await?;
        }
        if let Some(known) = validator {
            headers::ask_for_news(&mut headers, IF_NONE_MATCH, known.etag.as_deref());
            let modified = known.last_modified.as_deref();
            headers::ask_for_news(&mut headers, IF_MODIFIED_SINCE, modified);
        }
        let answer = self.http.get(url).headers(headers).send().await;
        let answer = answer.map_err(|error| answer::unanswered(&error))?;
        answer::judged(answer, validator.is_some()).await
    }
}

/// Whether a redirect stays with whom the settings name, or goes from http to https there.
fn leads_home(attempt: &Attempt<'_>) -> bool {
    let next = attempt.url();
    let Some(from) = attempt.previous().last() else {
        return false;
    };
    let is_protected_now = from.scheme() == "http"
        && next.scheme() == "https"
        && from.host() == next.host()
        && from.port().is_none()
        && next.port().is_none();
    attempt.previous().len() <= FEED_REDIRECTS
        && (from.origin() == next.origin() || is_protected_now)
}

/// An address that a feed can have. What was written may hold a token: no word of it is repeated.
fn parsed(text: &str) -> Result<Url, String> {
    if text.len() > FEED_URL {
        return Err(format!("`url` is longer than {FEED_URL} bytes"));
    }
    let wanted = "write an address such as https://feed.example.it/alerts";
    let url =
        Url::parse(text).map_err(|error| format!("`url` is no address ({error}); {wanted}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`url` must begin with https: or http:; {wanted}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("`url` holds a name or a password: write \
             headers = { Authorization = { file = \"/path\" } }, with the words of that header in \
             the file"
            .to_owned());
    }
    Ok(url)
}

/// An address for people: scheme, host and port, and that there is more. A path or a query may hold
/// a token.
pub(in crate::source) fn shown_address(url: &Url) -> String {
    let host = sanitize::excerpt(url.host_str().unwrap_or_default(), SHOWN_HOST);
    let port = url.port().map(|port| format!(":{port}"));
    let more = match (url.path(), url.query()) {
        ("" | "/", None) => "",
        _ => "/…",
    };
    let scheme = url.scheme();
    format!("{scheme}://{host}{}{more}", port.unwrap_or_default())
}

fn placed(fault: SourceFault, place: &str) -> SourceFault {
    match fault {
        SourceFault::Away(why) => SourceFault::Away(format!("{place}: {why}")),
        SourceFault::Refused(why) => SourceFault::Refused(format!("{place}: {why}")),
        SourceFault::Unexpected(why) => SourceFault::Unexpected(format!("{place}: {why}")),
    }
}

/// A node that speaks to no provider has chosen none. Harmless when one is chosen already.
fn choose_cryptography() {
    let chosen = rustls::crypto::ring::default_provider().install_default();
    if chosen.is_err() {
        tracing::debug!("the cryptography provider had been chosen before");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(url: &str, headers: &[(&str, HeaderSetting)]) -> String {
        let headers = headers.iter().cloned();
        let address = FeedAddress {
            url: url.to_owned(),
            headers: headers.map(|(name, it)| (name.to_owned(), it)).collect(),
            timeout: Duration::from_secs(10),
            allow_plain_http: false,
        };
        address.check().err().unwrap_or_default()
    }

    #[test]
    fn an_address_is_checked_and_no_secret_of_it_repeated() {
        assert_eq!(fault("https://a.example/b?token=c4nary", &[]), "");
        for (url, said) in [
            ("ftp://a.example/?c4nary", "`url` must begin with https:"),
            ("c4nary", "`url` is no address"),
            ("https://u:c4nary@a.example/", "`url` holds a name"),
        ] {
            let fault = fault(url, &[]);
            assert!(fault.starts_with(said), "{fault}");
            assert!(!fault.contains("c4nary"), "{fault}");
        }
        let long = format!("https://a.example/{}", "a".repeat(FEED_URL));
        assert!(fault(&long, &[]).starts_with("`url` is longer"));
    }

    #[test]
    fn headers_are_checked_by_name_and_value() {
        let text = |text: &str| HeaderSetting::Text(text.to_owned());
        let url = "https://a.example/";
        assert_eq!(fault(url, &[("X-Api-Key", text("c4nary"))]), "");
        for (name, setting, said) in [
            ("X Api", text("a"), "`headers`: `X Api` is no name"),
            ("X-Api", text("c4\nnary"), "`headers`: `X-Api`"),
            ("Host", text("b.example"), "`headers`: `Host`"),
        ] {
            let fault = fault(url, &[(name, setting)]);
            assert!(fault.starts_with(said), "{fault}");
            assert!(!fault.contains("nary"), "{fault}");
        }
    }

    #[test]
    fn a_secret_does_not_cross_a_network_in_clear() {
        let token = || {
            [(
                "Authorization",
                HeaderSetting::Text("Bearer c4nary".to_owned()),
            )]
        };
        for safe in [
            "https://a.example/",
            "http://127.0.0.1:1/",
            "http://localhost/",
        ] {
            assert_eq!(fault(safe, &token()), "", "{safe}");
        }
        let said = fault("http://a.example/", &token());
        assert!(
            said.starts_with("`url`: the header `Authorization` would cross the network in clear"),
            "{said}"
        );
        assert!(said.contains("allow_plain_http = true"), "{said}");
        assert_eq!(fault("http://a.example/", &[]), "");
        let said = fault("http://a.example/?token=c4nary", &[]);
        assert!(said.starts_with("`url`: the token in `url`"), "{said}");
        assert!(!said.contains("c4nary"), "{said}");
        let meant = FeedAddress {
            url: "http://a.example/?token=c4nary".to_owned(),
            headers: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            allow_plain_http: true,
        };
        assert_eq!(meant.check(), Ok(()));
    }

    #[test]
    fn an_address_is_shown_without_path_and_query() {
        for (url, shown) in [
            (
                "https://a.example:8443/c4nary/feed?token=c4nary",
                "https://a.example:8443/…",
            ),
            ("http://a.example/?c4nary", "http://a.example/…"),
            ("http://a.example", "http://a.example"),
        ] {
            assert_eq!(shown_address(&Url::parse(url).unwrap()), shown);
        }
    }

    #[tokio::test]
    async fn a_fault_of_a_fetch_says_no_path() {
        let address = FeedAddress {
            url: "http://127.0.0.1:1/c4nary/feed".to_owned(),
            headers: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            allow_plain_http: false,
        };
        let fetcher = Fetcher::new(&address).unwrap();
        let fault = fetcher.get(&address.url, None).await.err().unwrap();
        let said = fault.to_string();
        assert!(said.contains("http://127.0.0.1:1/…: "), "{said}");
        assert!(!said.contains("c4nary"), "{said}");
    }
}
