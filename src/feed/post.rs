//! One request to a receiver: a POST of JSON, signed, and what its answer means. Of the answer nothing but
//! the status is of interest; redirects are not followed, because they would lead past what was typed in.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::guard::AddressGuard;
use crate::domain::limits::{ANSWER_READ, ANSWER_READ_WITHIN, POSTING_WITHIN, WEBHOOK_FAULT};
use crate::text::sanitize;

/// How we call ourselves.
const WHO_WE_ARE: &str = concat!("Araldo/", env!("CARGO_PKG_VERSION"));

/// Posts, and guards where to.
pub(super) struct WebhookPoster {
    protected: (AddressGuard, Client),
    in_clear: (AddressGuard, Client),
}

pub(super) struct SignedPost<'a> {
    pub(super) url: &'a str,
    pub(super) id: &'a str,
    /// Seconds since 1970, as they were signed.
    pub(super) seconds: i64,
    pub(super) signatures: String,
    pub(super) body: String,
}

/// What came of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostAnswer {
    /// Of HTTP; none: no answer came.
    pub(super) status: Option<u16>,
    /// Why it failed; none: it was taken.
    pub(super) fault: Option<String>,
    pub(super) took_ms: i64,
}

impl PostAnswer {
    /// The receiver says that it is gone for good.
    pub(super) fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

impl WebhookPoster {
    /// Connects to nobody yet.
    pub(super) fn new(allowed: &[IpNet]) -> Result<Self, reqwest::Error> {
        choose_cryptography();
        let guard = AddressGuard::system(allowed);
        let in_clear = guard.in_clear();
        Ok(Self {
            protected: (guard.clone(), client(guard)?),
            in_clear: (in_clear.clone(), client(in_clear)?),
        })
    }

    pub(super) async fn post(&self, post: SignedPost<'_>) -> PostAnswer {
        let began = Instant::now();
        // On the heap: with a handshake in it, it is large.
        let answered = Box::pin(self.ask(post)).await;
        let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        match answered {
            Ok(answer) => {
                let status = answer.status().as_u16();
                read_away(answer).await;
                PostAnswer {
                    status: Some(status),
                    fault: judged(status),
                    took_ms,
                }
            }
            Err(why) => PostAnswer {
                status: None,
                fault: Some(sanitize::excerpt(&why, WEBHOOK_FAULT)),
                took_ms,
            },
        }
    }

    /// Ends with the head of the answer.
    async fn ask(&self, post: SignedPost<'_>) -> Result<Response, String> {
        let url = Url::parse(post.url).map_err(|_| "its address is none".to_owned())?;
        let (guard, client) = match url.scheme() {
            "https" => &self.protected,
            _ => &self.in_clear,
        };
        guard.judge(&url).map_err(|refused| refused.to_string())?;
        client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, WHO_WE_ARE)
            .header("webhook-id", post.id)
            .header("webhook-timestamp", post.seconds.to_string())
            .header("webhook-signature", post.signatures)
            .body(post.body)
            .send()
            .await
            .map_err(|error| unanswered(&error))
    }
}

fn client(guard: AddressGuard) -> Result<Client, reqwest::Error> {
    Client::builder()
        .connect_timeout(POSTING_WITHIN)
        .timeout(POSTING_WITHIN)
        .redirect(Policy::none())
        .dns_resolver(Arc::new(guard))
        .http1_only()
        .no_proxy()
        .referer(false)
        .build()
}

/// A short answer leaves the connection for the next request; one that is long, or trickles, is not waited
/// for: the connection is closed.
async fn read_away(mut answer: Response) {
    let reading = async {
        let mut read = 0;
        while let Ok(Some(chunk)) = answer.chunk().await {
            read += chunk.len();
            if read > ANSWER_READ {
                return;
            }
        }
    };
    if tokio::time::timeout(ANSWER_READ_WITHIN, reading)
        .await
        .is_err()
    {
        tracing::debug!("the rest of a webhook's answer is not waited for");
    }
}

/// Why a status is no success.
fn judged(status: u16) -> Option<String> {
    match status {
        200..=299 => None,
        300..=399 => Some(format!(
            "it sends us on ({status}), and we do not follow: write the last address"
        )),
        401 | 403 => Some(format!("it lets us in no further ({status})")),
        410 => Some("it says that it is gone for good (410)".to_owned()),
        _ => Some(format!("it answers {status}")),
    }
}

/// The last cause says what happened; the first layers only repeat the address, which may hold a secret.
fn unanswered(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        format!("no answer within {} seconds", POSTING_WITHIN.as_secs())
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    };
    let cause = std::iter::successors(error.source(), |&cause| cause.source()).last();
    match cause {
        Some(cause) => format!("{what}: {cause}"),
        None => what,
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

    fn post(url: &str) -> SignedPost<'_> {
        SignedPost {
            url,
            id: "evt_1",
            seconds: 1,
            signatures: "v1,x".to_owned(),
            body: "{}".to_owned(),
        }
    }

    #[tokio::test]
    async fn nothing_is_posted_to_addresses_that_are_not_public() {
        let poster = WebhookPoster::new(&[]).unwrap();
        for url in [
            "https://127.0.0.1:9/c4nary",
            "http://127.0.0.1:9/c4nary",
            "https://localhost:9/c4nary",
            "http://localhost:9/c4nary",
        ] {
            let answer = poster.post(post(url)).await;
            assert_eq!(answer.status, None);
            let fault = answer.fault.unwrap();
            assert!(fault.contains("allow_private"), "{url}: {fault}");
            assert!(!fault.contains("c4nary"), "{fault}");
        }
    }

    #[test]
    fn only_a_success_is_one() {
        assert_eq!(judged(204), None);
        for status in [301, 400, 401, 410, 500] {
            assert!(judged(status).is_some(), "{status}");
        }
    }
}
