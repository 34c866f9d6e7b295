//! The provider with `kind = "kannel"`: one GET per SMS.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::{Certificate, Url};

use super::error::{judge, unanswered};
use super::settings::KannelSettings;
use crate::channel::settings::secret;
use crate::channel::{
    Accepted, BuildContext, Capabilities, Content, Found, Outgoing, Provider, Reference, SendError,
    SetupError,
};
use crate::domain::segments::Alphabet;
use crate::domain::token::{Purpose, Signer};
use crate::domain::{Channel, Clock, Timestamp};

/// Every report Kannel can make: 1 delivered, 2 not, 4 buffered, 8 taken, 16 refused.
const ALL_REPORTS: &str = "31";
/// More is never read of an answer; Kannel's are one line.
const MAX_ANSWER: usize = 4_096;

/// A Kannel gateway.
pub struct Kannel {
    name: String,
    http: reqwest::Client,
    /// The address with what is the same for every SMS.
    url: Url,
    /// Where reports are called back to, if they are wanted.
    callback: Option<String>,
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
        Ok(Self {
            name: name.to_owned(),
            http: http(name, settings)?,
            url: address(name, settings)?,
            callback,
            signer: context.signer.clone(),
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
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| unanswered(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_ANSWER {
                break;
            }
        }
        judge(status, &String::from_utf8_lossy(&body))
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
        if let Some(callback) = &self.callback {
            let ids = [outgoing.message.get(), outgoing.lease_no];
            let token = self.signer.sign_for(&self.name, Purpose::Receipt, &ids);
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

    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        // The pool below connects by itself, and a failed connect is a definite "not sent".
        Box::pin(std::future::ready(Ok(())))
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            match &outgoing.content {
                Content::Sms { to, text } => self.hand_over(outgoing, to.as_str(), text).await,
                Content::Email(_) => Err(SendError::Rejected {
                    stage: "compose",
                    code: None,
                    detail: "this provider carries SMS only".to_owned(),
                    bad_address: false,
                }),
            }
        })
    }

    fn query<'a>(&'a self, _reference: &'a Reference) -> BoxFuture<'a, Result<Found, SendError>> {
        Box::pin(std::future::ready(Err(SendError::Unknown {
            stage: "query",
            detail: "Kannel has no way to ask what became of an SMS".to_owned(),
        })))
    }
}

/// Kannel counts how long an SMS is worth delivering in whole minutes; at least one, at most a
/// week, which is what networks keep.
fn minutes_left(now: Timestamp, expires_at: Timestamp) -> i64 {
    (expires_at - now).num_minutes().clamp(1, 7 * 24 * 60)
}

fn address(name: &str, settings: &KannelSettings) -> Result<Url, SetupError> {
    let wanted = "wants an address such as `http://127.0.0.1:13013/cgi-bin/sendsms`";
    let wrong = |error: &dyn std::fmt::Display| {
        SetupError::new(name, format!("`url` {wanted}: `{}`: {error}", settings.url))
    };
    let mut url: Url = settings.url.parse().map_err(|error| wrong(&error))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(&"neither http nor https"));
    }
    let password = secret(
        name,
        settings.password.as_ref(),
        settings.password_file.as_ref(),
    )?;
    let Some(password) = password else {
        return Err(SetupError::new(name, "no password: give `password_file`"));
    };
    let mut query = url.query_pairs_mut();
    query.append_pair("username", &settings.username);
    query.append_pair("password", password.expose());
    query.append_pair("from", &settings.from);
    query.append_pair("charset", "UTF-8");
    if let Some(smsc) = &settings.smsc {
        query.append_pair("smsc", smsc);
    }
    drop(query);
    Ok(url)
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
