//! The map on which an incident is declared, in a real browser: a click ticks a municipality, and polygon and
//! circle are drawn with the keyboard alone. What is drawn stands in the fields, and is taken as if typed.

use araldo::domain::UserId;
use araldo::domain::area::AreaKind;
use araldo::domain::clock::SystemClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, Ids};
use araldo::intake::areas::{AreaProperties, read};
use araldo::store::Store;
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::NewUser;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::chromium;
use crate::support::sqlite;

/// Presses keys on the map.
const PRESS: &str = "for (const key of arguments[0]) document.querySelector('[data-map]')\
    .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))";
const VALUE: &str = "return document.getElementById(arguments[0]).value";
const CLICK: &str = "document.querySelector(arguments[0])\
    .dispatchEvent(new MouseEvent('click', { bubbles: true }))";

/// Takes in the shapes of two municipalities.
pub(crate) async fn import_shapes(store: &Store, ids: &dyn Ids) {
    let square = |code: &str, west: f64| {
        let (east, south, north) = (west + 0.2, 44.4, 44.6);
        let ring = [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ];
        json!({ "type": "Feature", "properties": { "code": code, "name": format!("Town {code}") },
            "geometry": { "type": "Polygon", "coordinates": [ring] } })
    };
    let features = [square("037006", 11.2), square("037020", 11.4)];
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let kind = AreaKind::Municipality;
    let (code, name) = (None, None);
    let shapes = read(file.as_bytes(), AreaProperties { kind, code, name });
    let shapes = shapes.unwrap().shapes;
    let mut tx = store.write().await.unwrap();
    tx.areas().replace(kind, &shapes, ids).await.unwrap();
    tx.commit().await.unwrap();
}

/// A town of two municipalities, and the cookie of an operator.
async fn town(store: &Store) -> String {
    let (clock, ids) = (SystemClock, TimeOrderedIds::new(SystemClock, 99));
    import_shapes(store, &ids).await;
    let secret = format!("{:x<43}", "operator");
    let (now, user) = (clock.now(), UserId::new(ids.next()));
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()));
    let new = NewUser {
        id: user,
        email: "operator@example.org",
        role: Role::Operator,
        password_hash: "none",
    };
    let session = NewSession {
        token_hash: &digest,
        user,
        csrf: "csrf",
        expires_at: now + TimeDelta::hours(1),
    };
    let mut tx = store.write().await.unwrap();
    tx.users().add(&new, now).await.unwrap();
    tx.sessions().begin(&session, now).await.unwrap();
    tx.commit().await.unwrap();
    secret
}

async fn value(browser: &Client, id: &str) -> String {
    let found = browser.execute(VALUE, vec![json!(id)]).await.unwrap();
    found.as_str().unwrap().to_owned()
}

async fn press(browser: &Client, keys: &[&str]) {
    browser.execute(PRESS, vec![json!(keys)]).await.unwrap();
}

async fn click(browser: &Client, what: &str) {
    browser.execute(CLICK, vec![json!(what)]).await.unwrap();
}

#[tokio::test]
async fn an_area_is_drawn_with_the_keyboard_alone_and_declared() {
    let store = sqlite().await;
    let cookie = town(&store).await;
    let node = Node::start(store, "").await;
    let site = format!("http://{}", node.address());
    let browser = chromium::open(1280, 900).await;
    browser
        .goto(&format!("{site}/console/login"))
        .await
        .unwrap();
    let let_in = format!("document.cookie = 'araldo={cookie}; path=/'");
    browser.execute(&let_in, Vec::new()).await.unwrap();
    browser
        .goto(&format!("{site}/console/incidents/new"))
        .await
        .unwrap();
    until(async || {
        let tools = "return document.querySelector('[data-tools]')?.hidden === false";
        match browser.execute(tools, Vec::new()).await.unwrap() {
            Value::Bool(true) => Ok(()),
            other => Err(format!("the script has not begun: {other}")),
        }
    })
    .await;
    click(&browser, "[data-box='town-037020']").await;
    let ticked = "return document.querySelector('[name=\"town-037020\"]').checked";
    assert_eq!(
        browser.execute(ticked, Vec::new()).await.unwrap(),
        json!(true)
    );

    click(&browser, "[data-draw='polygon']").await;
    let corners = [
        "Enter",
        "ArrowRight",
        "ArrowRight",
        "Enter",
        "ArrowDown",
        "ArrowDown",
        "Enter",
    ];
    press(&browser, &corners).await;
    press(&browser, &["ArrowLeft", "Enter", "Backspace", "Escape"]).await;
    let drawn: Value = serde_json::from_str(&value(&browser, "geojson").await).unwrap();
    let ring = drawn["coordinates"][0].as_array().unwrap();
    assert_eq!(ring.len(), 4, "{drawn}");
    assert_eq!(ring[0], ring[3], "{drawn}");
    for corner in ring {
        let (lon, lat) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
        assert!(
            (11.2..11.7).contains(&lon) && (44.3..44.7).contains(&lat),
            "{drawn}"
        );
    }
    click(&browser, "[data-draw='circle']").await;
    press(
        &browser,
        &["Enter", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"],
    )
    .await;
    let km: f64 = value(&browser, "km").await.parse().unwrap();
    assert!((0.5..20.0).contains(&km), "{km}");

    let form = browser
        .find(Locator::Css("form.declare button.main"))
        .await
        .unwrap();
    form.click().await.unwrap();
    until(async || {
        let address = browser.current_url().await.unwrap();
        match address.path().starts_with("/console/declared/") {
            true => Ok(()),
            false => Err(address.to_string()),
        }
    })
    .await;
    let page = browser.source().await.unwrap();
    assert!(page.contains("Town 037020"), "{page}");
    let complaints = chromium::complaints(&browser).await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.close().await.unwrap();
    node.stop().await;
}
