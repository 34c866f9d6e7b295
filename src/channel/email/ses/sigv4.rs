//! Signature Version 4 (AWS, "Create a signed request"): each request bears an HMAC over its head and
//! the hash of its body, under a key that is derived for one day, region and service. By hand, because
//! the vendor's kit is hundreds of crates.

use std::fmt::Write as _;

use ring::{digest, hmac};

use crate::channel::Secret;
use crate::domain::Timestamp;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An access key for one service in one region.
pub(super) struct AwsKey {
    pub(super) id: String,
    pub(super) secret: Secret,
    pub(super) region: String,
    pub(super) service: &'static str,
}

/// What is signed of a request.
pub(super) struct AwsRequest<'a> {
    pub(super) method: &'a str,
    /// Escaped as it is sent.
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// In small letters and in the order of their names; without the time.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// The time as the header `x-amz-date` has it.
pub(super) fn amz_date(at: Timestamp) -> String {
    at.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
}

impl AwsKey {
    /// The header `Authorization`. `date`: the header `x-amz-date`, which stands behind all others.
    pub(super) fn authorization(&self, request: &AwsRequest<'_>, date: &str) -> String {
        let dated = [("x-amz-date", date)];
        let headers = || request.headers.iter().chain(&dated);
        let names: Vec<&str> = headers().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let mut canonical = format!("{}\n{}\n{}\n", request.method, request.path, request.query);
        for (name, value) in headers() {
            writeln!(canonical, "{name}:{value}").ok();
        }
        write!(canonical, "\n{names}\n{}", hashed(request.body)).ok();
        let day = date.split('T').next().unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!(
            "{ALGORITHM}\n{date}\n{scope}\n{}",
            hashed(canonical.as_bytes())
        );
        let signature = hmac::sign(&self.of_day(day), text.as_bytes());
        format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.id,
            hex(signature.as_ref())
        )
    }

    fn of_day(&self, day: &str) -> hmac::Key {
        let first = format!("AWS4{}", self.secret.expose());
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes());
        for part in [day, self.region.as_str(), self.service, "aws4_request"] {
            let next = hmac::sign(&key, part.as_bytes());
            key = hmac::Key::new(hmac::HMAC_SHA256, next.as_ref());
        }
        key
    }
}

fn hashed(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(service: &'static str) -> AwsKey {
        AwsKey {
            id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            region: "us-east-1".to_owned(),
            service,
        }
    }

    /// At the time of all published examples.
    fn signature(service: &'static str, request: &AwsRequest<'_>) -> String {
        let date = amz_date(Timestamp::parse("2015-08-30T12:36:00Z").unwrap());
        let header = key(service).authorization(request, &date);
        let (head, signature) = header.rsplit_once("Signature=").unwrap();
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, "
        );
        assert!(head.starts_with(&scope), "{head}");
        signature.to_owned()
    }

    #[test]
    fn the_published_examples_have_their_signatures() {
        let host = [("host", "example.amazonaws.com")];
        let vanilla = |method| AwsRequest {
            method,
            path: "/",
            query: "",
            headers: &host,
            body: b"",
        };
        assert_eq!(
            signature("service", &vanilla("GET")),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
        assert_eq!(
            signature("service", &vanilla("POST")),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        );
        let form = AwsRequest {
            headers: &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("host", "example.amazonaws.com"),
            ],
            body: b"Param1=value1",
            ..vanilla("POST")
        };
        assert_eq!(
            signature("service", &form),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
        let users = AwsRequest {
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &[
                (
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8",
                ),
                ("host", "iam.amazonaws.com"),
            ],
            ..vanilla("GET")
        };
        assert_eq!(
            signature("iam", &users),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
