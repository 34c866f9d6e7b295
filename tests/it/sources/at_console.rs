//! Sources at the console: how each does and how it is read, records that could not be taken, which an
//! operator has taken once more or gives up, and records that are only tried (`tried`). Who did what
//! is written down.

mod tried;

use std::sync::Arc;

use araldo::config::Config;
use araldo::domain::case_kind::CaseKinds;
use araldo::domain::role::Role;
use araldo::source::{Mapping, RegisteredSource, SourceRegister};
use araldo::store::sources::DeadLetter;
use axum::http::StatusCode;
use serde_json::json;

use crate::console_browser::Browser;
use crate::console_seed::Town;

const SETTINGS: &str = r#"
[source.desk]
kind = "webhook"
secret = "s3cret"
[source.desk.case]
case = "ticket"
client = "customer"
kind = "kind"
state = "state"
"#;
const WHOLE: &str = r#"{"ticket":"T-1","customer":"C-9","kind":"voltura","state":"received"}"#;
const HALF: &str = r#"{"ticket":"T-2<b>"}"#;

/// A town with the source `desk`, and the ids of its records.
async fn with_dead_letters() -> (Town, i64, i64) {
    let mut town = Town::lively().await;
    let (whole, half) = add_desk(&mut town).await;
    (town, whole, half)
}

/// Gives a town the source `desk`, which has two records that could not be taken; their ids.
pub(crate) async fn add_desk(town: &mut Town) -> (i64, i64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    std::fs::write(&file, SETTINGS).unwrap();
    let config = Config::load(Some(&file), std::iter::empty()).unwrap();
    let settings = &config.sources["desk"].settings;
    let kinds = Arc::new(CaseKinds::shipped());
    let mapping = Mapping::new("desk", &settings.watch, kinds).unwrap();
    let register = SourceRegister::default();
    let (store, ids) = (&town.web.store, &town.web.ids);
    let desk = RegisteredSource::new("desk", settings, mapping, store, ids).unwrap();
    register.replace([("desk".to_owned(), Arc::new(desk))].into());
    let (whole, half) = (ids.next(), ids.next());
    let mut tx = store.write().await.unwrap();
    for (id, record) in [(whole, WHOLE), (half, HALF)] {
        let letter = DeadLetter {
            id,
            place: "the request of then",
            reason: "`state` was missing then",
            record,
            digest: record,
            quiet: false,
        };
        tx.sources().bury("desk", letter, town.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    town.web.sources = Arc::new(register);
    (whole, half)
}

fn path(id: i64, verb: &str) -> String {
    format!("/console/sources/desk/dead/{id}/{verb}")
}

const PAGE: &str = "/console/sources/desk";

#[tokio::test]
async fn an_operator_has_a_record_taken_once_more_or_gives_it_up() {
    let (town, whole, half) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get(PAGE).await;
    assert!(page.text.contains("was missing then"), "{}", page.text);
    let csrf = page.field("csrf");
    let form = [("csrf", csrf.as_str())];
    for (id, said) in [(whole, "taken=1&left=0"), (half, "taken=0&left=1")] {
        let answer = browser.post(&path(id, "replay"), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(answer.header("location"), format!("{PAGE}?{said}#dead"));
    }
    // The one became an event, the other says why it still cannot.
    let events = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE source = '/v1/sources/desk'";
    assert_eq!(town.eye.number(events).await, 1);
    let page = browser.get(&format!("{PAGE}?taken=0&left=1")).await.text;
    assert!(page.contains("with the reason of now: 1."), "{page}");
    assert!(page.contains("no column `customer`"), "{page}");
    assert!(!page.contains("was missing then"), "{page}");
    let answer = browser.post(&path(half, "forget"), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = browser.get(PAGE).await.text;
    assert!(page.contains("Every record could be taken."), "{page}");
    let again = browser.post(&path(half, "forget"), &form).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert_eq!(
        deeds(&town).await,
        [
            "operator@example.org source.replayed",
            "operator@example.org source.replayed",
            "operator@example.org source.forgotten",
        ]
    );
}

async fn deeds(town: &Town) -> Vec<String> {
    let deeds = "SELECT actor || ' ' || action FROM audit WHERE subject = 'desk' ORDER BY id";
    town.eye.texts(deeds).await
}

#[tokio::test]
async fn an_operator_has_all_of_a_source_taken_once_more() {
    let (town, _, _) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let csrf = browser.get(PAGE).await.field("csrf");
    let all = format!("{PAGE}/dead/replay");
    let answer = browser.post(&all, &[("csrf", csrf.as_str())]).await;
    let said = answer.header("location");
    assert_eq!(said, format!("{PAGE}?taken=1&left=1#dead"));
    let page = browser
        .get(&format!("{PAGE}?taken=1000&left=0&after=7"))
        .await;
    assert!(page.text.contains("Take the rest again"), "{}", page.text);
    assert_eq!(page.field("after"), "7");
}

#[tokio::test]
async fn what_a_record_says_is_shown_on_purpose_and_that_is_written_down() {
    let (town, _, _) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let page = browser.get(PAGE).await;
    assert!(!page.text.contains("T-2"), "{}", page.text);
    assert!(deeds(&town).await.is_empty());
    let csrf = page.field("csrf");
    let form = [("csrf", csrf.as_str())];
    let records = format!("{PAGE}/records");
    let page = browser.post(&records, &form).await.text;
    assert!(page.contains("T-1") && page.contains("T-2"), "{page}");
    assert!(!page.contains("T-2<b>"), "{page}");
    assert_eq!(deeds(&town).await, ["manager@example.org source.revealed"]);
    let again = browser.get(&records).await;
    assert_eq!(again.header("location"), format!("{PAGE}#dead"));
    // Of a source that has none there is nothing to write down.
    town.eye.execute("DELETE FROM source_dead").await;
    let page = browser.post(&records, &form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(deeds(&town).await.len(), 1);
}

#[tokio::test]
async fn whoever_may_not_mend_a_source_mends_nothing() {
    let (town, whole, _) = with_dead_letters().await;
    for role in [Role::Viewer, Role::Manager] {
        let browser = Browser::logged_in(&town, role).await;
        let page = browser.get(PAGE).await;
        let sees = page.text.contains("was missing then");
        assert_eq!(sees, role == Role::Manager, "{role}: {}", page.text);
        assert!(!page.text.contains("Take again"), "{}", page.text);
        let csrf = page.field("csrf");
        let form = [("csrf", csrf.as_str())];
        for path in [
            path(whole, "replay"),
            path(whole, "forget"),
            format!("{PAGE}/dead/replay"),
        ] {
            let answer = browser.post(&path, &form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {path}");
        }
        if role == Role::Viewer {
            let answer = browser.post(&format!("{PAGE}/records"), &form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
    }
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let answer = operator.post(&path(whole, "forget"), &[]).await;
    assert_eq!(
        answer.status,
        StatusCode::FORBIDDEN,
        "no word of the session"
    );
    let letters = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
    assert_eq!(town.eye.number(letters).await, 2);
}

#[tokio::test]
async fn whoever_looks_sees_how_each_source_does_and_how_it_is_read() {
    let (town, _, _) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/sources").await.text;
    assert!(
        page.contains("href=\"/console/sources/desk\">desk"),
        "{page}"
    );
    assert!(page.contains("·</span> new"), "{page}");
    let at = town.now().as_micros();
    let desk = json!({ "name": "desk", "kind": "webhook", "records": 1_234, "looked_at": at,
        "record_at": at, "lag": 2_500_000, "doubt": "the state `X` is not listed" });
    let old = json!({ "name": "old", "looked_at": at });
    let rows = [json!({ "source": desk }), json!({ "source": old })];
    town.eye.plant(rows).await;
    let page = browser.get("/console/sources").await.text;
    for said in [
        "!</span> doubtful",
        "1,234",
        "2 s",
        "the state `X` is not listed",
        "not in the settings",
        "#dead\">2<",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = browser.get(PAGE).await.text;
    for said in [
        "class=\"name\"><code>client</code></th>",
        "\"><code>customer</code></td></tr>",
        "when their system posts",
        "webhook",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("s3cret") && !page.contains("/try"), "{page}");
    let nowhere = browser.get("/console/sources/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    town.clock.advance(chrono::TimeDelta::seconds(5));
    let first = browser.get("/console/now").await.text;
    let link = "href=\"/console/sources/desk\">Look at the source</a>";
    assert!(first.contains(link), "{first}");
}
