//! The requests that citizens made to a town: what is new, moves and is closed there is told once, to
//! whom it belongs; on a bad day of theirs nobody hears anything. The town is a server that answers as
//! Open311 (`GeoReport` v2) says: windows of at most 90 days by the day of the request, pages, errors.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use araldo::runtime::Lifecycle;
use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, Uri, header};
use axum::response::Response;
use chrono::TimeDelta;
use chrono_tz::Europe::Rome;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_request_is_told_to_whom_it_belongs_moves_and_is_closed,
    a_server_that_says_what_changed_is_asked_for_that_alone,
);

const SETTLED: &str = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled";
const DEAD: &str = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
const KEY: &str = "c4n/a&ry";

/// A town that listens. It ends when dropped.
struct Town {
    url: String,
    state: Arc<Mutex<TownState>>,
    lifecycle: Lifecycle,
}

#[derive(Default)]
struct TownState {
    requests: Vec<Value>,
    /// What it answers instead, whatever is asked for.
    broken: Option<(u16, String)>,
    /// It gives the first page for each.
    turns_no_page: bool,
    /// It can say what changed since a time.
    knows_changes: bool,
    asked: Vec<(String, HashMap<String, String>)>,
}

impl Town {
    async fn start(requests: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(TownState {
            requests,
            ..TownState::default()
        }));
        let asked = Arc::clone(&state);
        let routes = Router::new().fallback(move |uri: Uri| {
            let asked = Arc::clone(&asked);
            async move {
                let mut town = asked.lock().unwrap_or_else(PoisonError::into_inner);
                town.answered(&uri)
            }
        });
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("town", async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        Self {
            url: format!("http://{address}"),
            state,
            lifecycle,
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut TownState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes a request down, in the place of the one that has its number.
    fn has(&self, request: Value) {
        self.with(|town| {
            let id = &request["service_request_id"];
            town.requests.retain(|it| it["service_request_id"] != *id);
            town.requests.push(request);
        });
    }

    fn breaks(&self, broken: Option<(u16, &str)>) {
        self.with(|town| town.broken = broken.map(|(status, body)| (status, body.to_owned())));
    }

    /// What was asked of this list so far.
    fn asked(&self, list: &str) -> Vec<HashMap<String, String>> {
        let of_list = |town: &mut TownState| {
            let asked = town.asked.iter().filter(|(path, _)| path.ends_with(list));
            asked.map(|(_, query)| query.clone()).collect()
        };
        self.with(of_list)
    }

    /// Waits until so many further looks have been begun.
    async fn looked(&self, more: usize) {
        let looks = || {
            let asked = self.asked("/requests.json");
            asked.iter().filter(|it| !it.contains_key("page")).count()
        };
        let before = looks();
        until(async || match looks() {
            now if now >= before + more => Ok(()),
            now => Err(format!("{now} looks, {before} before")),
        })
        .await;
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

impl TownState {
    fn answered(&mut self, uri: &Uri) -> Response {
        let query = uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        let query: HashMap<String, String> = query.collect();
        self.asked.push((uri.path().to_owned(), query.clone()));
        if let Some((status, body)) = self.broken.clone() {
            return said(status, body);
        }
        if query.get("jurisdiction_id").map(String::as_str) != Some("town.example") {
            return error(400, "jurisdiction_id was not provided");
        }
        match uri.path() {
            "/v2/services.json" => said(200, services()),
            "/v2/requests.json" => self.listed(&query),
            _ => error(404, "no such list"),
        }
    }

    /// As the standard has it: by the day of the request, at most 90 days, in pages.
    fn listed(&self, query: &HashMap<String, String>) -> Response {
        if query.get("api_key").map(String::as_str) != Some(KEY) {
            return error(403, "api_key was wrong");
        }
        let of = |name: &str| query.get(name).map(String::as_str);
        let since = of("updated_after").filter(|_| self.knows_changes);
        let (start, end) = (of("start_date").map(moment), of("end_date").map(moment));
        let span = start.zip(end).map(|(start, end)| end - start);
        if since.is_none() && span.is_none_or(|span| span > TimeDelta::days(90)) {
            return error(400, "the range may not span more than 90 days");
        }
        let is_wanted = |request: &&Value| {
            let made = time_of(request, "requested_datetime");
            let changed = time_of(request, "updated_datetime");
            match since {
                Some(since) => changed.is_none_or(|at| at >= moment(since)),
                None => made.is_none_or(|at| start.is_none_or(|start| at >= start)),
            }
        };
        let size: usize = of("page_size").map_or(50, |it| it.parse().unwrap());
        let page: usize = of("page").map_or(1, |it| it.parse().unwrap());
        let page = if self.turns_no_page { 1 } else { page };
        let wanted = self.requests.iter().filter(is_wanted);
        let shown: Vec<&Value> = wanted.skip((page - 1) * size).take(size).collect();
        said(200, json!(shown).to_string())
    }
}

fn services() -> String {
    let light = json!({
        "service_code": "voltura", "service_name": "Street light", "description": "It is dark",
        "metadata": false, "type": "realtime", "keywords": "", "group": "streets",
    });
    json!([light]).to_string()
}

fn said(status: u16, body: String) -> Response {
    let answer = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    let answer = answer.header(header::CONTENT_TYPE, "application/json");
    answer.body(Body::from(body)).expect("an answer")
}

fn error(code: u16, description: &str) -> Response {
    said(
        code,
        json!([{"code": code, "description": description}]).to_string(),
    )
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time as the standard has it")
}

fn time_of(request: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::parse(request[name].as_str()?).ok()
}

/// A request as the standard has it, made an hour ago and changed now. `client`: in what the town adds.
fn request(id: &str, status: &str, client: &str) -> Value {
    let now = SystemClock.now();
    json!({
        "service_request_id": id, "status": status, "status_notes": null,
        "service_name": "Street light", "service_code": "voltura",
        "description": "It is dark", "agency_responsible": "Ufficio strade", "service_notice": null,
        "requested_datetime": (now - TimeDelta::hours(1)).to_string(),
        "updated_datetime": now.to_string(), "expected_datetime": null,
        "address": "Via Roma 1", "zipcode": "40121", "lat": 44.49, "long": 11.34,
        "extended_attributes": {"account_id": client},
    })
}

fn watched(town: &Town, folder: &std::path::Path) -> String {
    let key = folder.join("key");
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    format!(
        r#"
[source.town]
kind = "open311"
url = "{}/v2?extensions=true"
jurisdiction_id = "town.example"
api_key_file = "{}"
client = "account_id"
page_size = 2
every = "100ms"
[source.town.states]
"open" = "received"
"closed" = "done"
"#,
        town.url,
        key.display()
    )
}

async fn client(node: &Node) {
    node.client("BO", &["+390000000190"], json!({})).await;
    node.eye.until(SETTLED, 1).await;
}

async fn told_types(node: &Node) -> Vec<String> {
    node.eye
        .texts("SELECT type FROM event WHERE NOT quiet ORDER BY id")
        .await
}

async fn until_told(node: &Node, expected: &[&str]) {
    until(async || match told_types(node).await {
        told if told == expected => Ok(()),
        told => Err(format!("{told:?}, not {expected:?}")),
    })
    .await;
}

/// Waits until fault or doubt of the source has these words; none: until it has neither.
async fn until_noted(node: &Node, words: Option<&str>) -> String {
    until(async || {
        let source = node.get("/v1/sources").await.body["items"][0].clone();
        let said = format!("{} {}", source["fault"], source["doubt"]);
        let is_so = words.map_or(said == "null null", |words| said.contains(words));
        is_so.then(|| said.clone()).ok_or(said)
    })
    .await
}

/// What stands there when the town is looked at first: times in three forms, a request that is too old,
/// and one that is nobody's.
fn old_requests() -> Vec<Value> {
    let there = SystemClock.now().to_utc().with_timezone(&Rome);
    let mut offset = request("OLD-2", "open", "BO");
    offset["updated_datetime"] = json!(there.to_rfc3339());
    let mut local = request("OLD-3", "closed", "BO");
    local["updated_datetime"] = json!(there.format("%Y-%m-%dT%H:%M:%S").to_string());
    let mut ancient = request("OLD-4", "open", "BO");
    ancient["requested_datetime"] = json!("2019-01-01T00:00:00Z");
    let [named, nobodys] =
        [("OLD-1", "BO"), ("OLD-5", "")].map(|(id, client)| request(id, "open", client));
    vec![named, offset, local, ancient, nobodys]
}

async fn a_request_is_told_to_whom_it_belongs_moves_and_is_closed(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::start(old_requests()).await;
    let settings = watched(&town, folder.path());
    let node = Node::start(store, &settings).await;
    client(&node).await;
    node.planned().await;
    for (case, state) in [
        ("OLD-1", "received"),
        ("OLD-2", "received"),
        ("OLD-3", "done"),
    ] {
        let case = node.get(&format!("/v1/cases/{case}")).await.body;
        assert_eq!(case["state"], state, "{case}");
    }
    for case in ["OLD-4", "OLD-5"] {
        assert_eq!(node.get(&format!("/v1/cases/{case}")).await.status, 404);
    }
    assert!(node.states("BO").await.is_empty());
    let first = &town.asked("/requests.json")[0];
    assert_eq!(first["extensions"], "true");
    assert_eq!(first["api_key"], KEY);
    assert!(town.asked("/services.json").is_empty());

    // One that has the code of its service alone.
    let mut new = request("NEW-1", "open", "BO");
    new.as_object_mut().unwrap().remove("service_name");
    town.has(new);
    node.until_states("BO", &["delivered"]).await;
    until_told(&node, &["case.opened"]).await;
    assert_eq!(town.asked("/services.json").len(), 1);

    town.has(request("NEW-1", "closed", "BO"));
    until_told(&node, &["case.opened", "case.closed"]).await;
    node.planned().await;
    let case = node.get("/v1/cases/NEW-1").await.body;
    assert_eq!(case["state"], "done", "{case}");

    // What was taken is told no more, nor after the node was started anew.
    town.looked(3).await;
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, &settings).await;
    town.looked(3).await;
    until_told(&node, &["case.opened", "case.closed"]).await;
    assert_eq!(node.eye.number(DEAD).await, 0);
    until_noted(&node, None).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_server_that_says_what_changed_is_asked_for_that_alone(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let mut ancient = request("OLD-1", "open", "BO");
    ancient["requested_datetime"] = json!("2019-01-01T00:00:00Z");
    let town = Town::start(vec![request("OLD-2", "open", "BO")]).await;
    town.with(|town| town.knows_changes = true);
    let more = "updated_after = \"updated_after\"\noverlap = \"1m\"\nevery =";
    let settings = watched(&town, folder.path()).replace("every =", more);
    let node = Node::start(store, &settings).await;
    client(&node).await;
    town.looked(2).await;
    // Made long before the window, and closed now.
    ancient["status"] = json!("closed");
    ancient["updated_datetime"] = json!(SystemClock.now().to_string());
    town.has(ancient);
    until_told(&node, &["case.closed"]).await;
    let asked = town.asked("/requests.json");
    assert!(asked[0].contains_key("start_date"));
    let last = asked.last().unwrap();
    assert!(last.contains_key("updated_after") && !last.contains_key("start_date"));
    assert_eq!(node.eye.number(DEAD).await, 0);
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_town_on_a_bad_day_tells_nobody_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::start(vec![request("OLD-1", "open", "BO")]).await;
    let settings = watched(&town, folder.path());
    let node = Node::start(crate::support::sqlite().await, &settings).await;
    client(&node).await;
    for (status, body, said) in [
        (500, "", "it answers 500"),
        (200, "<html>Manutenzione</html>", "page or XML"),
        (200, "[{\"service_request_id\"", "no JSON"),
        (200, "{\"data\": []}", "no list of requests"),
        (
            200,
            "[{\"code\": 403, \"description\": \"c4n\\/a&ry is no key: GET ?api_key=c4n%2Fa%26ry\"}]",
            "403 *** is no key: GET ?api_key=***",
        ),
        (403, "[]", "`api_key_file`"),
        (302, "", "302"),
    ] {
        town.breaks(Some((status, body)));
        let noted = until_noted(&node, Some(said)).await;
        assert!(!noted.contains("c4n") && !noted.contains("/v2"), "{noted}");
        // A good look between, so that the pause does not grow.
        town.breaks(None);
        until_noted(&node, None).await;
    }
    // A list that is empty all of a sudden closes nothing.
    town.with(|town| town.requests.clear());
    town.looked(3).await;
    node.planned().await;
    assert!(told_types(&node).await.is_empty());
    assert_eq!(node.get("/v1/cases/OLD-1").await.body["state"], "received");

    // What is no request, or has a time that is none, waits for a person, and the others go on.
    let mut no_time = request("NEW-1", "open", "BO");
    no_time["updated_datetime"] = json!("yesterday");
    let mut no_number = request("", "open", "BO");
    no_number["service_request_id"] = Value::Null;
    // It does not say when it changed: what it says tells its states apart.
    let mut no_change = request("NEW-2", "open", "BO");
    no_change["updated_datetime"] = Value::Null;
    for request in [no_time, no_number, no_change.clone()] {
        town.has(request);
    }
    node.eye.until(DEAD, 2).await;
    until_told(&node, &["case.opened"]).await;
    no_change["status"] = json!("closed");
    town.has(no_change);
    until_told(&node, &["case.opened", "case.closed"]).await;
    town.looked(3).await;
    assert_eq!(node.eye.number(DEAD).await, 2);
    until_noted(&node, None).await;
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_turns_no_pages_is_not_asked_in_a_circle() {
    let folder = tempfile::tempdir().unwrap();
    let requests = ["A", "B", "C"].map(|id| request(id, "open", "BO"));
    let town = Town::start(requests.to_vec()).await;
    town.with(|town| town.turns_no_page = true);
    let settings = watched(&town, folder.path());
    let node = Node::start(crate::support::sqlite().await, &settings).await;
    client(&node).await;
    until_noted(&node, Some("the same 2 requests for each page")).await;
    // What tells nobody is planned last, after the source has said its doubt.
    node.planned().await;
    assert_eq!(node.get("/v1/cases/B").await.body["state"], "received");
    assert_eq!(node.get("/v1/cases/C").await.status, 404);
    let pages = town.asked("/requests.json");
    let mut beyond = pages.iter().filter_map(|it| it.get("page"));
    assert!(beyond.all(|page| page == "2"));

    town.with(|town| town.turns_no_page = false);
    until_noted(&node, None).await;
    node.planned().await;
    assert_eq!(node.get("/v1/cases/C").await.body["state"], "received");
    node.stop().await;
}
