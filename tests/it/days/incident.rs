//! An outage is declared on the map, returned by a second person with a reason, changed, approved, sent,
//! extended and ended; its page shows the steps, and clients heard that it began and that it is over.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::domain::role::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ENTER, Hands, Most, SPACE, TAB, Walker, add_person, arrived};
use crate::map_in_the_browser::import_shapes;
use crate::support::node::Node;
use crate::support::sqlite;
use crate::support::town::{MUNICIPALITY, households};

const HANDSET: &str = "+393331234502";
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';
const DOWN: char = '\u{e015}';
const ESCAPE: char = '\u{e00c}';
/// The parts of a time in the order in which the browser's own field has them.
const PARTS: &str = "return new Intl.DateTimeFormat(undefined, \
    { dateStyle: 'short', timeStyle: 'short' }).formatToParts(0).map(part => part.type)";
const STEPS: &str = "[aria-labelledby='steps']";
/// A click in the middle of what has this name on the map.
const CLICK: &str = "document.querySelector(arguments[0])\
    .dispatchEvent(new MouseEvent('click', { bubbles: true }))";
/// Clicks on the map, each at parts of its width and height.
const CORNERS: &str = "const map = document.querySelector('[data-map]'); \
    const box = map.getBoundingClientRect(); \
    for (const [x, y] of arguments[0]) map.dispatchEvent(new MouseEvent('click', { bubbles: true, \
    clientX: box.left + x * box.width, clientY: box.top + y * box.height }))";

/// Drawn, checked and put before the second person; the keyboard goes to each field with Tab.
const DECLARED: Most = Most {
    clicks: 14,
    keys: 110,
    fields: 2,
};

/// Ticks the municipality and draws a shape of three corners beside it.
async fn draws(operator: &Walker) {
    let town = format!("input[name='town-{MUNICIPALITY}']");
    operator.is_there("[data-tools]:not([hidden])").await;
    match operator.hands {
        Hands::Pointer => {
            let shape = format!("[data-box='town-{MUNICIPALITY}']");
            operator.run(CLICK, vec![json!(shape)]).await;
            operator.pressed();
        }
        Hands::Keyboard => {
            operator.tabs_to(&town).await;
            operator.keys(&[SPACE]).await;
        }
    }
    operator.is_there(&format!("{town}:checked")).await;
    operator.presses("[data-draw='polygon']").await;
    match operator.hands {
        Hands::Pointer => {
            let corners = json!([[0.5, 0.5], [0.6, 0.5], [0.6, 0.6]]);
            operator.run(CORNERS, vec![corners]).await;
            for _ in 0..3 {
                operator.pressed();
            }
        }
        Hands::Keyboard => {
            for key in [ENTER, RIGHT, RIGHT, ENTER, DOWN, DOWN, ENTER, ESCAPE] {
                operator.keys(&[key]).await;
            }
        }
    }
    let drawn: Value = serde_json::from_str(&operator.value("#geojson").await).unwrap();
    let ring = drawn["coordinates"][0].as_array().unwrap();
    assert_eq!(ring.len(), 4, "three corners, and back: {drawn}");
}

/// To what is declared and not sent yet, which is one thing.
async fn to_the_declared(person: &Walker) {
    person.goes_to("incidents").await;
    person.leaves_by("a[href^='/console/declared/']").await;
}

/// Its author asks, the second person approves, its author sends.
async fn two_people_send(operator: &Walker, manager: &Walker) {
    operator.leaves_by("form[action$='/ask'] button").await;
    operator.sees(".note", "It waits for the approval").await;
    to_the_declared(manager).await;
    let asked = "operator@example.org asks you to approve it.";
    manager.sees(".note", asked).await;
    manager.leaves_by("form[action$='/approve'] button").await;
    to_the_declared(operator).await;
    let given = "Approved by manager@example.org";
    operator.sees(".note", given).await;
    operator.leaves_by("form[action$='/send'] button").await;
    // While it is planned, a page that loads itself anew stands there.
    let there = "return location.pathname.startsWith('/console/incidents/')";
    operator.until_true(there, Vec::new()).await;
}

/// Expects the end at noon, so many days from now.
async fn expects(operator: &Walker, days: i64) {
    let day = SystemClock.now().to_utc() + TimeDelta::days(days);
    let field = "#expected_end";
    operator.is_there(field).await;
    let parts = operator.run(PARTS, Vec::new()).await;
    match operator.hands {
        Hands::Pointer => {
            operator.clicks(&operator.element(field).await).await;
            // To its first part, wherever it was hit.
            for _ in 0..6 {
                operator.strikes(&[LEFT]).await;
            }
        }
        Hands::Keyboard => operator.tabs_to(field).await,
    }
    operator.filled();
    for part in parts.as_array().unwrap() {
        let typed = match part.as_str().unwrap() {
            "year" => day.format("%Y").to_string(),
            "month" => day.format("%m").to_string(),
            "day" => day.format("%d").to_string(),
            "hour" => String::from("12"),
            "minute" => String::from("00"),
            "dayPeriod" => String::from("p"),
            _ => continue,
        };
        let whole = typed.len() == 4;
        for key in typed.chars() {
            operator.strikes(&[key]).await;
        }
        // A year may have more digits than that.
        if whole {
            operator.strikes(&[TAB]).await;
        }
    }
    let noon = day.format("%Y-%m-%dT12:00").to_string();
    assert_eq!(operator.value(field).await, noon);
}

/// A node of two clients of one municipality, with its map and two people, where nobody sends alone.
async fn town() -> Node {
    let store = sqlite().await;
    import_shapes(&store, &TimeOrderedIds::new(SystemClock, 99)).await;
    let node = Node::start(store, "[incidents]\napproval_above = 0\n").await;
    let numbers = [HANDSET, "+393331234567"].map(str::to_owned);
    node.import(households(numbers)).await;
    for role in [Role::Operator, Role::Manager] {
        add_person(&node, role).await;
    }
    node
}

/// Up to the page that says whom it reaches.
async fn declares(operator: &Walker) {
    operator.begins();
    operator.goes_to("incidents").await;
    operator.leaves_by("a[href='/console/incidents/new']").await;
    operator
        .chooses("#service", "electricity", "electricity")
        .await;
    operator.fills("#reference", "G-1").await;
    draws(operator).await;
    operator.pictures("declaring").await;
    expects(operator, 1).await;
    operator.leaves_by("form.declare button.main").await;
    operator.sees("main", "2 clients are concerned.").await;
    operator.pictures("checking").await;
}

/// The second person wants to know more, and its author says it.
async fn is_returned_and_changed(operator: &Walker, manager: &Walker, node: &Node) {
    operator.leaves_by("form[action$='/ask'] button").await;
    operator.took("an incident declared on the map", DECLARED);
    to_the_declared(manager).await;
    manager.fills("#reason", "Quale linea?").await;
    manager.pictures("approving").await;
    manager.leaves_by("form[action$='/return'] button").await;
    assert!(node.texts(HANDSET).is_empty(), "nobody approved it");
    to_the_declared(operator).await;
    let returned = "Returned by manager@example.org: Quale linea?";
    operator.sees(".note", returned).await;
    operator.leaves_by("a[href$='/edit']").await;
    operator.fills("#note", "Guasto alla linea 12.").await;
    operator.leaves_by("form.declare button.main").await;
    operator.sees("main", "Guasto alla linea 12.").await;
}

async fn from_the_map_to_the_end(hands: Hands) {
    let node = town().await;
    let site = format!("http://{}", node.address());
    let operator = Walker::log_in(&site, hands, "operator@example.org").await;
    let manager = Walker::log_in(&site, hands, "manager@example.org").await;

    declares(&operator).await;
    is_returned_and_changed(&operator, &manager, &node).await;
    two_people_send(&operator, &manager).await;
    arrived(&node, HANDSET, 1).await;

    operator.leaves_by("a[href$='change?as=extend']").await;
    expects(&operator, 2).await;
    operator.leaves_by("form.declare button.main").await;
    two_people_send(&operator, &manager).await;
    operator.sees_later(STEPS, "updated").await;

    operator.leaves_by("a[href$='change?as=restore']").await;
    operator.fills("#note", "La linea è riparata.").await;
    operator.leaves_by("form.declare button.main").await;
    two_people_send(&operator, &manager).await;
    for step in ["opened", "updated", "resolved", "incident-restored"] {
        operator.sees_later(STEPS, step).await;
    }
    arrived(&node, HANDSET, 2).await;
    operator.pictures("incident-over").await;

    for person in [operator, manager] {
        person.is_content().await;
        person.browser.close().await.unwrap();
    }
    node.stop().await;
}

walked_twice!(from_the_map_to_the_end);
