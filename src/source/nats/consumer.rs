//! What the consumer has to be, and whether it is: a server that does not know a setting drops it
//! without a word, and somebody else may have made a consumer of this name.
//!
//! Messages are acknowledged one by one, so that none is that was not taken. As many may be under
//! way as one look takes, and no more.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::api::{ConsumerStanding, JetStream, nanoseconds};
use super::settings::NatsSettings;
use crate::domain::limits::SOURCE_RECORDS;
use crate::source::fault::SourceFault;

/// When a message comes again that was not acknowledged: its node may be dead.
const ACK_WAIT: Duration = Duration::from_secs(10);
/// When a consumer goes that was made for one glance.
const GLANCE: Duration = Duration::from_secs(5);

/// The consumer of a source, made if there is none. It begins at `start`, a place in the stream;
/// without one, at the stream's beginning. None: the stream is gone.
pub(super) async fn consumer(
    server: &JetStream,
    settings: &NatsSettings,
    start: Option<u64>,
) -> Result<Option<ConsumerStanding>, SourceFault> {
    let (stream, name) = (&settings.stream, &settings.consumer);
    if let Some(standing) = server.consumer(stream, name).await? {
        return match difference(&standing.config, settings) {
            None => Ok(Some(standing)),
            Some(difference) => Err(SourceFault::Unexpected(format!(
                "the consumer `{name}` is another than the settings say: {difference}; remove it \
                 with `nats consumer rm {stream} {name}`, and it is made anew from the place on \
                 that was reached, or name another one in `consumer`"
            ))),
        };
    }
    let asked = lasting(settings, start);
    let Some(standing) = server.make_consumer(stream, &asked).await? else {
        return Ok(None);
    };
    if let Some(key) = dropped(&asked, &standing.config) {
        // It would hand out what nobody asked for, and be taken for theirs.
        server.remove_consumer(stream, name).await?;
        return Err(SourceFault::Unexpected(not_taken(server, key)));
    }
    Ok(Some(standing))
}

/// A consumer that takes nothing away from anybody, for one glance from `start` on.
pub(super) async fn glancing_consumer(
    server: &JetStream,
    settings: &NatsSettings,
    start: Option<u64>,
) -> Result<Option<ConsumerStanding>, SourceFault> {
    let asked = passing(settings, start);
    let made = server.make_consumer(&settings.stream, &asked).await?;
    match made.as_ref().and_then(|it| dropped(&asked, &it.config)) {
        Some(key) => Err(SourceFault::Unexpected(not_taken(server, key))),
        None => Ok(made),
    }
}

fn not_taken(server: &JetStream, key: &str) -> String {
    let instead = match key {
        "filter_subjects" => {
            "; it knows one subject only: write one in `subjects`, or several sources, or take \
             nats-server 2.10 or newer"
        }
        _ => ": take a newer one",
    };
    let version = server.server();
    format!("the server ({version}) dropped the setting `{key}` of the consumer{instead}")
}

fn lasting(settings: &NatsSettings, start: Option<u64>) -> Map<String, Value> {
    let mut config = beginning(settings, start);
    let keys = json!({
        "durable_name": settings.consumer,
        "ack_policy": "explicit",
        "ack_wait": nanoseconds(ACK_WAIT),
        "max_ack_pending": SOURCE_RECORDS,
    });
    extend(&mut config, keys);
    config
}

fn passing(settings: &NatsSettings, start: Option<u64>) -> Map<String, Value> {
    let mut config = beginning(settings, start);
    let keys = json!({
        "ack_policy": "none",
        "inactive_threshold": nanoseconds(GLANCE),
        "mem_storage": true,
    });
    extend(&mut config, keys);
    config
}

/// Which messages, and where they begin.
fn beginning(settings: &NatsSettings, start: Option<u64>) -> Map<String, Value> {
    let mut config = Map::new();
    extend(
        &mut config,
        json!({"max_deliver": -1, "replay_policy": "instant"}),
    );
    // Servers before 2.10 know the first form alone.
    let filter = match settings.subjects.as_slice() {
        [subject] => json!({"filter_subject": subject}),
        subjects => json!({"filter_subjects": subjects}),
    };
    extend(&mut config, filter);
    let policy = match start {
        None => json!({"deliver_policy": "all"}),
        Some(place) => json!({"deliver_policy": "by_start_sequence", "opt_start_seq": place}),
    };
    extend(&mut config, policy);
    config
}

fn extend(config: &mut Map<String, Value>, keys: Value) {
    if let Value::Object(keys) = keys {
        config.extend(keys);
    }
}

/// The first setting that the server did not take as it was asked to.
fn dropped<'a>(asked: &'a Map<String, Value>, echoed: &Map<String, Value>) -> Option<&'a str> {
    let mut asked = asked.iter();
    let lost = asked.find(|(key, value)| echoed.get(*key) != Some(*value));
    lost.map(|(key, _)| key.as_str())
}

/// In what a consumer that is there already cannot be used, in words.
fn difference(config: &Map<String, Value>, settings: &NatsSettings) -> Option<String> {
    let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
    if config.contains_key("deliver_subject") {
        return Some("it pushes messages, and is no pull consumer".to_owned());
    }
    if text("durable_name") != settings.consumer {
        return Some("it is not durable".to_owned());
    }
    if text("ack_policy") != "explicit" {
        return Some(format!(
            "`ack_policy` is {}, not explicit",
            text("ack_policy")
        ));
    }
    let asked: BTreeSet<&str> = settings.subjects.iter().map(String::as_str).collect();
    if filter(config) != asked {
        let theirs: Vec<&str> = filter(config).into_iter().collect();
        return Some(format!(
            "it has the subjects {}, and `subjects` has {}",
            theirs.join(", "),
            settings.subjects.join(", ")
        ));
    }
    if config.get("headers_only") == Some(&Value::Bool(true)) {
        return Some("`headers_only` is set: it hands out no texts".to_owned());
    }
    if config
        .get("max_deliver")
        .and_then(Value::as_i64)
        .unwrap_or(-1)
        > 0
    {
        return Some("`max_deliver` is set: it would give messages up".to_owned());
    }
    let pending = config.get("max_ack_pending").and_then(Value::as_u64);
    let pending = pending.and_then(|pending| usize::try_from(pending).ok());
    match pending {
        Some(pending) if (1..=SOURCE_RECORDS).contains(&pending) => None,
        _ => Some(format!(
            "`max_ack_pending` is not between 1 and {SOURCE_RECORDS}"
        )),
    }
}

/// The subjects of a consumer; all of the stream's where it names none.
fn filter(config: &Map<String, Value>) -> BTreeSet<&str> {
    let one = config.get("filter_subject").and_then(Value::as_str);
    let several = config.get("filter_subjects").and_then(Value::as_array);
    let several = several.into_iter().flatten().filter_map(Value::as_str);
    let named: BTreeSet<&str> = one.into_iter().chain(several).collect();
    match named.is_empty() {
        true => BTreeSet::from([">"]),
        false => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(subjects: &str) -> NatsSettings {
        let text = format!(
            "url = \"nats://bus\"\nstream = \"EVENTS\"\nconsumer = \"araldo\"\n\
             subjects = {subjects}\nformat = \"json\"\n"
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn what_was_asked_for_is_no_difference() {
        for subjects in ["[\"cases.>\"]", "[\"a\", \"b\"]", "[\">\"]"] {
            let settings = settings(subjects);
            for start in [None, Some(7)] {
                let asked = lasting(&settings, start);
                assert_eq!(difference(&asked, &settings), None, "{subjects}");
                let mut echoed = asked.clone();
                echoed.insert("max_waiting".to_owned(), json!(512));
                assert_eq!(dropped(&asked, &echoed), None);
            }
        }
    }

    #[test]
    fn a_setting_that_an_old_server_drops_is_found() {
        let settings = settings("[\"a\", \"b\"]");
        let asked = lasting(&settings, None);
        let mut echoed = asked.clone();
        echoed.remove("filter_subjects");
        assert_eq!(dropped(&asked, &echoed), Some("filter_subjects"));
        let said = difference(&echoed, &settings).unwrap();
        assert_eq!(said, "it has the subjects >, and `subjects` has a, b");
    }

    #[test]
    fn a_consumer_of_somebody_else_is_looked_at() {
        let settings = settings("[\"cases.>\"]");
        let usual = lasting(&settings, None);
        for (key, value, said) in [
            ("deliver_subject", json!("x"), "it pushes messages"),
            ("durable_name", json!("other"), "it is not durable"),
            ("ack_policy", json!("all"), "`ack_policy` is all"),
            ("filter_subject", json!("other.>"), "it has the subjects"),
            ("headers_only", json!(true), "`headers_only` is set"),
            ("max_deliver", json!(5), "`max_deliver` is set"),
            ("max_ack_pending", json!(20_000), "`max_ack_pending` is not"),
            ("max_ack_pending", json!(-1), "`max_ack_pending` is not"),
        ] {
            let mut config = usual.clone();
            config.insert(key.to_owned(), value);
            let difference = difference(&config, &settings).unwrap();
            assert!(difference.starts_with(said), "{difference}");
        }
        // Where it begins, and how long it waits, is theirs to say.
        let mut config = usual;
        config.insert("deliver_policy".to_owned(), json!("new"));
        config.insert("ack_wait".to_owned(), json!(30_000_000_000_u64));
        config.insert("max_ack_pending".to_owned(), json!(100));
        assert_eq!(difference(&config, &settings), None);
    }
}
