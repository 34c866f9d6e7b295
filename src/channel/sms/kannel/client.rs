//! The provider with `kind = "kannel"`: one GET per SMS.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::{Certificate, Url};

use super::error::judge;
use super::sender;
use super::settings::KannelSettings;
use crate::channel::caller::{is_local, retry_after, unanswered};
use crate::channel::settings::{Secret, secret};
use crate::channel::sms::sms_of;
use crate::channel::{
    Accepted, BuildContext, Capabilities, Outgoing, Provider, SendError, SetupError,
};
use crate::domain::segments::Alphabet;
use crate::domain::token::{Purpose, Signer};
use crate::domain::{Channel, Clock, Timestamp};

/// Every report Kannel can make: 1 delivered, 2 not, 4 buffered, 8 taken, 16 refused.
const ALL_REPORTS: &str = "31";
/// More is never read of an answer; Kannel's are one line.
const MAX_ANSWER: usize = 4_096;

pub struct Kannel {
    name: String,
    http: reqwest::Client,
    /// The address with what is the same for every SMS.
    url: Url,
    /// Where reports are called back to, if they are wanted.
    callback: Option<String>,
    /// Signs what only this provider may present.
    signer: Signer,
    clock: Arc<dyn Clock>,
    capabilities: Capabilities,
}

impl Kannel {
    /// Reads the files the settings name; connects to nobody yet.
    pub fn new(
        name: &str,
        settings: &KannelSettings,
        context: &BuildContext,
    ) -> Result<Self, SetupError> {
        let callback = settings.receipts.then(|| {
            format!(
                "{}/hooks/kannel/{name}",
                context.public_url.trim_end_matches('/')
            )
        });
        let url = address(name, settings);
        let sender = sender::check(name, &settings.from);
        let password = password(name, settings);
        let http = http(name, settings);
        let faults = [
            url.as_ref().err().cloned(),
            sender.err(),
            password.as_ref().err().cloned(),
            http.as_ref().err().cloned(),
        ];
        if let Some(all) = faults.into_iter().flatten().reduce(SetupError::and) {
            return Err(all);
        }
        Ok(Self {
            name: name.to_owned(),
            http: http?,
            url: prepared(url?, settings, &password?),
            callback,
            signer: context.signer.of_bearer(name),
            clock: Arc::clone(&context.clock),
            capabilities: Capabilities {
                channel: Channel::Sms,
                idempotent_for: None,
                can_be_asked: false,
                gives_receipts: settings.receipts,
                longest_send: settings.timeout,
                concurrency: settings.connections,
            },
        })
    }

    async fn hand_over(
        &self,
        outgoing: &Outgoing,
        to: &str,
        text: &str,
    ) -> Result<Accepted, SendError> {
        let url = self.address_of(outgoing, to, text);
        let mut answer = self
            .http
            .get(url)
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let status = answer.status();
        let retry_after = retry_after(answer.headers());
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| unanswered(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                break;
            }
        }
        judge(status, &String::from_utf8_lossy(&body), retry_after)
    }

    fn address_of(&self, outgoing: &Outgoing, to: &str, text: &str) -> Url {
        let mut url = self.url.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("to", to);
        query.append_pair("text", text);
        // Left to itself the gateway puts a question mark for what is not in the GSM alphabet.
        let coding = match Alphabet::of(text) {
            Alphabet::Gsm7 => "0",
            Alphabet::Ucs2 => "2",
        };
        query.append_pair("coding", coding);
        let minutes = minutes_left(self.clock.now(), outgoing.expires_at);
        query.append_pair("validity", &minutes.to_string());
        if let Some(callback) = self.callback.as_ref().filter(|_| outgoing.reported) {
            let ids = [outgoing.message.get(), outgoing.lease_no];
            let token = self.signer.sign(Purpose::Receipt, &ids);
            let report = format!("{callback}/{token}?type=%d&answer=%A&fid=%F&at=%T");
            query.append_pair("dlr-mask", ALL_REPORTS);
            query.append_pair("dlr-url", &report);
        }
        drop(query);
        url
    }
}

impl Provider for Kannel {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let (to, text) = sms_of(outgoing)?;
            self.hand_over(outgoing, to, text).await
        })
    }
}

/// Kannel counts how long an SMS is worth delivering in whole minutes; at least one, at most a
/// week, which is what networks keep.
fn minutes_left(now: Timestamp, expires_at: Timestamp) -> i64 {
    (expires_at - now).num_minutes().clamp(1, 7 * 24 * 60)
}

fn address(name: &str, settings: &KannelSettings) -> Result<Url, SetupError> {
    // What was written may hold a password: not a word of it in the message.
    let wrong = |why: &str| {
        let wanted = "write an address such as http://127.0.0.1:13013/cgi-bin/sendsms";
        SetupError::new(name, format!("`url` {why}; {wanted}"))
    };
    let url: Url = settings
        .url
        .parse()
        .map_err(|error: url::ParseError| wrong(&format!("is no address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(&format!("begins with {}://", url.scheme())));
    }
    let ours = |key: &str| ["username", "user", "password", "pass"].contains(&key);
    if !url.username().is_empty() || url.query_pairs().any(|(key, _)| ours(&key)) {
        return Err(wrong(
            "holds a name or a password, which are keys of their own",
        ));
    }
    if url.scheme() == "http" && !is_local(&url) && !settings.plain_http {
        let fault = "`url`: the password would cross the network unprotected: use https, or set \
                     `plain_http = true` where the network itself is protected";
        return Err(SetupError::new(name, fault));
    }
    Ok(url)
}

/// The address with what is the same for every SMS.
fn prepared(mut url: Url, settings: &KannelSettings, password: &Secret) -> Url {
    let mut query = url.query_pairs_mut();
    query.append_pair("username", &settings.username);
    query.append_pair("password", password.expose());
    query.append_pair("from", &settings.from);
    query.append_pair("charset", "UTF-8");
    if let Some(smsc) = &settings.smsc {
        query.append_pair("smsc", smsc);
    }
    drop(query);
    url
}

fn password(name: &str, settings: &KannelSettings) -> Result<Secret, SetupError> {
    let given = secret(
        name,
        settings.password.as_ref(),
        settings.password_file.as_ref(),
    )?;
    given.ok_or_else(|| SetupError::new(name, "no password: give `password_file`"))
}

fn http(name: &str, settings: &KannelSettings) -> Result<reqwest::Client, SetupError> {
    if !(1..=1_000).contains(&settings.connections) {
        let problem = format!(
            "`connections` must be 1 to 1000, not {}",
            settings.connections
        );
        return Err(SetupError::new(name, problem));
    }
    let mut http = reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .pool_max_idle_per_host(settings.connections)
        // Shorter than the gateway's own, so that a connection seldom ends just as we use it.
        .pool_idle_timeout(Duration::from_secs(5))
        .tcp_nodelay(true)
        .http1_only()
        .no_proxy()
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        // Each try has its own row; a second one in secret would be a second SMS.
        .retry(reqwest::retry::never());
    if let Some(path) = &settings.ca_file {
        let wrong = |error: &dyn std::fmt::Display| SetupError::file(name, "ca_file", path, error);
        let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
        let trusted = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
        http = http.tls_certs_only(trusted);
    }
    http.build()
        .map_err(|error| SetupError::new(name, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> Option<String> {
        let settings = KannelSettings::new(url.to_owned(), "u".to_owned());
        address("g", &settings).err().map(|error| error.to_string())
    }

    #[test]
    fn a_password_stays_on_this_machine_or_goes_by_tls() {
        assert_eq!(refusal("http://127.0.0.1:13013/cgi-bin/sendsms"), None);
        assert_eq!(refusal("http://[::1]:13013/cgi-bin/sendsms"), None);
        assert_eq!(refusal("https://sms.example.it/cgi-bin/sendsms"), None);
        let said = refusal("http://sms.example.it/cgi-bin/sendsms").unwrap();
        assert!(said.contains("plain_http = true"), "{said}");
        let meant = KannelSettings {
            plain_http: true,
            ..KannelSettings::new("http://sms.example.it/".to_owned(), "u".to_owned())
        };
        assert!(address("g", &meant).is_ok());
    }

    #[test]
    fn an_address_that_holds_a_password_is_refused_without_it() {
        for url in [
            "https://a.example/sendsms?username=u&password=C4NARY",
            "https://u:C4NARY@a.example/sendsms",
            "ftp://a.example/C4NARY",
            "C4NARY",
        ] {
            let said = refusal(url).expect("a refusal");
            assert!(said.contains("`url`") && !said.contains("C4NARY"), "{said}");
        }
    }
}
