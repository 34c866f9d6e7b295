//! What a town calls its services, for requests that have the code alone. Kept in memory, and asked for
//! only when a name is missing, at most once an hour; without them a request goes without a name.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::answer::{listed, word};
use crate::domain::Timestamp;
use crate::domain::limits::SNAPSHOT_THINGS;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedValidator, Fetched, Fetcher, without_secrets};

/// How long what was found holds.
const HOLDS: TimeDelta = TimeDelta::hours(1);

/// Names of services by their codes.
#[derive(Default)]
pub(super) struct ServiceNames {
    names: BTreeMap<String, String>,
    validator: Option<FeedValidator>,
    asked_at: Option<Timestamp>,
    /// Why they could not be had when they were asked for.
    doubt: Option<String>,
}

impl ServiceNames {
    /// Whether the list has to be asked for before these requests are named.
    pub(super) fn is_due(&self, requests: &[Value], now: Timestamp) -> bool {
        let is_old = self.asked_at.is_none_or(|at| now - at >= HOLDS);
        is_old && requests.iter().any(is_nameless)
    }

    /// Asks for the list. A fault is no fault of the look: it stands as a doubt until the next time.
    pub(super) async fn ask(&mut self, fetcher: &Fetcher, url: &str, now: Timestamp) {
        self.asked_at = Some(now);
        let validator = self.validator.take();
        let fetched = fetcher.get(url, validator.as_ref()).await;
        self.doubt = match fetched {
            Ok(Fetched::Unchanged) => {
                self.validator = validator;
                None
            }
            Ok(Fetched::Body(body)) => {
                let listed = listed(&body).map_err(|fault| without_secrets(fault, url));
                let found = listed.map(|services| self.learn(&services));
                // What could not be read has to come again.
                self.validator = body.validator.filter(|_| found.is_ok());
                found.err().as_ref().map(doubt)
            }
            Err(fault) => Some(doubt(&fault)),
        };
    }

    /// Gives requests the names that they lack; with it what should be known although it goes on.
    pub(super) fn name(&self, requests: &mut [Value]) -> Option<String> {
        let mut lacking = false;
        for request in requests.iter_mut().filter(|it| is_nameless(it)) {
            lacking = true;
            let name = word(request, "service_code").and_then(|code| self.names.get(&code));
            if let (Some(name), Some(fields)) = (name, request.as_object_mut()) {
                fields.insert("service_name".to_owned(), Value::String(name.clone()));
            }
        }
        self.doubt.clone().filter(|_| lacking)
    }

    fn learn(&mut self, services: &[Value]) {
        let named = services.iter().take(SNAPSHOT_THINGS).filter_map(|service| {
            Some((
                word(service, "service_code")?,
                word(service, "service_name")?,
            ))
        });
        self.names = named.collect();
    }
}

fn is_nameless(request: &Value) -> bool {
    word(request, "service_code").is_some() && word(request, "service_name").is_none()
}

fn doubt(fault: &SourceFault) -> String {
    format!(
        "its services (services.json) cannot be read, and requests go without their names: {fault}"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::source::open311::Open311Settings;

    #[test]
    fn a_name_is_given_where_it_is_missing() {
        let mut names = ServiceNames::default();
        names.learn(&[
            json!({"service_code": "001", "service_name": "Street light", "type": "realtime"}),
            json!({"service_code": 2, "service_name": "Pothole"}),
            json!({"service_code": "003"}),
        ]);
        let mut requests = [
            json!({"service_code": "001"}),
            json!({"service_code": "2", "service_name": null}),
            json!({"service_code": "001", "service_name": "Light"}),
            json!({"service_code": "009"}),
            json!("none"),
        ];
        assert_eq!(names.name(&mut requests), None);
        assert_eq!(requests[0]["service_name"], "Street light");
        assert_eq!(requests[1]["service_name"], "Pothole");
        assert_eq!(requests[2]["service_name"], "Light");
        assert_eq!(requests[3].get("service_name"), None);
    }

    /// Answers one request, and says what was asked.
    async fn answered(listener: &TcpListener, answer: &str) -> String {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    }

    #[tokio::test]
    async fn a_list_that_has_not_changed_need_not_come_again() {
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/services.json", listener.local_addr().unwrap());
        let settings: Open311Settings = toml::from_str(&format!("url = \"{url}\"")).unwrap();
        let fetcher = Fetcher::new(&settings.address()).unwrap();
        let list = r#"[{"service_code": "1", "service_name": "Light"}]"#;
        let whole = format!(
            "HTTP/1.1 200 OK\r\netag: \"one\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{list}",
            list.len()
        );
        let same = "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n";
        let broken = "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let mut names = ServiceNames::default();
        for (answer, shows, is_doubtful) in [
            (whole.as_str(), false, false),
            (same, true, false),
            (same, true, false),
            (broken, true, true),
            (whole.as_str(), false, false),
        ] {
            let ask = names.ask(&fetcher, &url, now);
            let (head, ()) = tokio::join!(answered(&listener, answer), ask);
            assert_eq!(head.contains("if-none-match: \"one\""), shows, "{head}");
            let mut requests = [json!({"service_code": "1"}), json!({"service_code": "2"})];
            assert_eq!(names.name(&mut requests).is_some(), is_doubtful);
            // What was known is known on a bad day as well.
            assert_eq!(requests[0]["service_name"], "Light");
        }
    }

    #[test]
    fn the_list_is_asked_for_when_a_name_is_missing_and_at_most_once_an_hour() {
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let named = [json!({"service_code": "1", "service_name": "Light"})];
        let nameless = [json!({"service_code": "1"})];
        let mut names = ServiceNames::default();
        assert!(!names.is_due(&named, now) && names.is_due(&nameless, now));
        names.asked_at = Some(now);
        assert!(!names.is_due(&nameless, now + TimeDelta::minutes(59)));
        assert!(names.is_due(&nameless, now + TimeDelta::hours(1)));
    }
}
