//! What is posted is told, each time once; that nothing is posted any more is said.

use serde_json::json;

use super::{ALERTS, ALERTS_PATH, BEARER, EVENTS, HELP_DESK, Poster};
use super::{alert, envelope, resolved, sha1, until_row, watching, written};
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::program::araldo;

on_both_databases!(
    an_alert_is_told_when_it_fires_and_when_it_is_resolved,
    what_is_posted_again_tells_nobody_twice,
    an_end_that_the_mapping_chooses_is_told_though_nothing_else_changed,
    a_ticket_of_a_help_desk_is_told_as_its_states_change,
    a_source_that_falls_silent_is_doubtful_until_something_comes,
);

async fn an_alert_is_told_when_it_fires_and_when_it_is_resolved(store: TestStore) {
    let node = watching(store, ALERTS).await;
    // Known before anything comes.
    until_row(&node, "alerts", |row| row.contains("settled: false")).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let firing = alert(&node, "a1b2c3d4e5f60718");
    let (status, body) = poster.alerts(std::slice::from_ref(&firing)).await;
    assert_eq!(
        (status, body),
        (202, json!({"taken": 1, "known": 0, "dead": 0}))
    );
    node.until_states("C-1", &["delivered"]).await;
    let (status, _) = poster.alerts(&[resolved(&node, &firing)]).await;
    assert_eq!(status, 202);
    node.until_states("C-1", &["delivered", "delivered"]).await;
    let types = node.eye.texts("SELECT type FROM event ORDER BY id").await;
    assert_eq!(types, ["incident.opened", "incident.resolved"]);
    let data = node.eye.texts("SELECT data FROM event ORDER BY id").await;
    assert!(data[0].contains("Una squadra"), "{}", data[0]);
    assert!(data[0].contains("\"severity\":\"moderate\""), "{}", data[0]);
    let source = node.get("/v1/sources").await.body["items"][0].clone();
    assert_eq!(source["records"], 2, "{source}");
    assert_eq!(
        (&source["up"], &source["settled"]),
        (&json!(true), &json!(true))
    );
    assert!(
        source["lag_ms"].as_i64().is_some_and(|lag| lag >= 0),
        "{source}"
    );
    node.sums_close().await;
    node.stop().await;
}

async fn an_end_that_the_mapping_chooses_is_told_though_nothing_else_changed(store: TestStore) {
    let desk = |name: &str, version: &str| {
        format!(
            "[source.{name}]\nkind = \"webhook\"\nsecret = \"s3cret of theirs\"\n\
             [source.{name}.incident]\nincident = \"{{{{ '{name}-' ~ record.ref }}}}\"\n\
             kind = \"{{{{ 'outage' }}}}\"\n{version}\
             event = \"{{{{ 'incident.resolved' if record.over else 'incident.opened' }}}}\"\n\
             [source.{name}.incident.area]\nmunicipalities = \"{{{{ ['037006'] }}}}\"\n"
        )
    };
    let versioned = desk("b", "version = \"{{ 1 }}\"\n");
    let node = watching(store, &format!("{}{versioned}", desk("a", ""))).await;
    for name in ["a", "b"] {
        let poster = Poster::to(&node, &format!("/v1/sources/{name}"));
        for over in [false, true, true] {
            let body = json!({ "ref": "7", "over": over }).to_string();
            assert_eq!(poster.post(&[BEARER], body).await.0, 202);
        }
    }
    let types = node.eye.texts("SELECT type FROM event ORDER BY id").await;
    let both = ["incident.opened", "incident.resolved"];
    assert_eq!(types, both.repeat(2));
    node.planned().await;
    node.stop().await;
}

async fn what_is_posted_again_tells_nobody_twice(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let firing = alert(&node, "a1b2c3d4e5f60718");
    let body = envelope(&[firing]);
    let at_once = (0..8).map(|_| poster.post(&[BEARER], body.clone()));
    let answers = futures_util::future::join_all(at_once).await;
    let sum = |name: &str| -> u64 {
        let each = answers.iter().map(|(_, body)| body[name].as_u64().unwrap());
        each.sum()
    };
    assert!(
        answers.iter().all(|(status, _)| *status == 202),
        "{answers:?}"
    );
    assert_eq!((sum("taken"), sum("known"), sum("dead")), (1, 7, 0));
    node.until_states("C-1", &["delivered"]).await;
    let again = poster.post(&[BEARER], body).await;
    assert_eq!(again, (202, json!({"taken": 0, "known": 1, "dead": 0})));
    node.planned().await;
    assert_eq!(node.states("C-1").await.len(), 1);
    assert_eq!(node.eye.number(EVENTS).await, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_ticket_of_a_help_desk_is_told_as_its_states_change(store: TestStore) {
    let node = Node::start(store, HELP_DESK).await;
    node.client("nicole", &["+390000000171"], json!({})).await;
    let poster = Poster::to(&node, "/v1/sources/helpdesk");
    let states = ["new", "pending reminder", "closed"];
    for (number, state) in states.into_iter().enumerate() {
        let updated = node.running.clock.now();
        let ticket = json!({
            "ticket": {
                "id": 81, "number": "10081", "title": "Voltura", "state": state,
                "group": {"name": "Voltura"}, "customer": {"login": "nicole"},
                "updated_at": written(updated),
            },
            "article": {"id": 99, "body": "Buongiorno, ...", "internal": false},
        });
        let body = ticket.to_string();
        let signature = sha1("token of the desk", &body);
        let headers = [("x-hub-signature", &*signature)];
        let answer = poster.post(&headers, body.clone()).await;
        assert_eq!(
            answer,
            (202, json!({"taken": 1, "known": 0, "dead": 0})),
            "{state}"
        );
        let told = vec!["delivered"; number + 1];
        node.until_states("nicole", &told).await;
        // One letter of it is another: the signature is none any more.
        let forged = body.replace("nicole", "Nicole");
        assert_eq!(poster.post(&headers, forged).await.0, 401);
    }
    let types = node.eye.texts("SELECT type FROM event ORDER BY id").await;
    assert_eq!(types, ["case.opened", "case.state_changed", "case.closed"]);
    let case = node.get("/v1/cases/DESK-10081").await.body;
    assert_eq!(
        (&case["state"], &case["kind"]),
        (&json!("done"), &json!("voltura"))
    );
    node.sums_close().await;
    node.stop().await;
}

async fn a_source_that_falls_silent_is_doubtful_until_something_comes(store: TestStore) {
    let settings = ALERTS.replace("items =", "alarm_after = \"400ms\"\nitems =");
    let node = watching(store, &settings).await;
    until_row(&node, "alerts", |row| row.contains("nothing was posted")).await;
    let alarm = node.get("/v1/sources").await.body["items"][0].clone();
    assert!(alarm["doubt"].to_string().contains("400ms"), "{alarm}");
    let poster = Poster::to(&node, ALERTS_PATH);
    let firing = alert(&node, "a1b2c3d4e5f60718");
    assert_eq!(poster.alerts(&[firing]).await.0, 202);
    node.until_states("C-1", &["delivered"]).await;
    // It was cleared by what came, and comes back with the next silence.
    until_row(&node, "alerts", |row| {
        row.contains("settled: true") && row.contains("nothing was posted")
    })
    .await;
    node.stop().await;
}

#[tokio::test]
async fn what_a_file_holds_is_tried_in_the_place_of_a_request() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let file = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    file("araldo.toml", ALERTS);
    let run = |arguments: &[&str]| {
        let settings = ["--config", "araldo.toml"];
        araldo(folder, &[arguments, settings.as_slice()].concat())
    };
    assert!(run(&["migrate"]).0);
    let firing = json!({
        "status": "firing", "fingerprint": "a1b2c3d4e5f60718",
        "labels": {"service": "electricity", "feeder": "BO-12"}, "annotations": {},
        "startsAt": "2026-11-24T10:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
    });
    file("alerts.json", &envelope(std::slice::from_ref(&firing)));
    let trial = ["source", "try", "alerts", "--file"];
    let (fine, said) = run(&[&trial[..], &["alerts.json"]].concat());
    assert!(fine, "{said}");
    assert!(said.contains("becomes incident.opened"), "{said}");
    assert!(
        said.contains("1 records, 0 of which cannot be taken"),
        "{said}"
    );
    file("alone.json", &firing.to_string());
    let (fine, said) = run(&[&trial[..], &["alone.json"]].concat());
    assert!(!fine && said.contains("there is no `alerts`"), "{said}");
    let (fine, said) = run(&["source", "try", "alerts"]);
    assert!(
        !fine && said.contains("nobody looks at a webhook"),
        "{said}"
    );
    let (fine, said) = run(&["source", "rewind", "alerts", "--to", "start"]);
    assert!(!fine && said.contains("no place to go back to"), "{said}");
}
