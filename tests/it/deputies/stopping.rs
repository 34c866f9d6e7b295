//! A deputy beside a client who stopped everything, or who has the same number.

use super::*;

on_both_databases!(
    a_stop_from_a_number_that_is_both_ends_both,
    nothing_goes_to_a_deputy_once_the_client_stopped_everything,
    start_by_sms_brings_all_back_that_was_stopped_at_once,
);

async fn a_stop_from_a_number_that_is_both_ends_both(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "instead", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states(&luca, &["delivered"]).await;
    // Luca is a client as well, by the same number.
    node.client("L", &[LUCA], json!({})).await;
    heard(&node, LUCA, "STOP", "l-1").await;
    let by = "SELECT ended_by FROM deputy";
    assert_eq!(node.eye.texts(by).await, ["deputy"]);
    let barred = "SELECT address || ' ' || reason FROM suppression";
    assert_eq!(node.eye.texts(barred).await, [format!("{LUCA} stop")]);
    let texts = until_texts(&node, LUCA, 2).await;
    assert!(
        texts[1].contains("né per Maria Rossi né per Lei"),
        "one word says both: {texts:?}"
    );
    // Likewise where the client was the last who was told by it.
    deputy(&node, "copy", "+390000000595", &[]).await;
    node.client("A", &[ANNA, "+390000000595"], json!({})).await;
    node.eye.execute("DELETE FROM suppression").await;
    heard(&node, "+390000000595", "STOP", "l-2").await;
    let acting = "SELECT CAST(count(*) AS BIGINT) FROM deputy WHERE ended_at IS NULL";
    assert_eq!(node.eye.number(acting).await, 0);
    assert_eq!(node.eye.number(BARRED).await, 1);
    node.stop().await;
}

/// The page behind the link in the last text at a number.
fn page(node: &Node, number: &str) -> String {
    let texts = node.texts(number);
    let link = |text: &String| {
        let mut words = text.split_whitespace();
        words.find(|word| word.contains("/s/")).map(str::to_owned)
    };
    texts.iter().rev().find_map(link).expect("a link")
}

async fn nothing_goes_to_a_deputy_once_the_client_stopped_everything(store: TestStore) {
    let node = town(store).await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    node.until_states(&luca, &["delivered"]).await;
    // What waits when the client stops does not leave either.
    node.pause(true).await;
    case(&node, "2", "PR-2").await;
    node.planned().await;
    let page = page(&node, ANNA);
    let stopped = node.submit(&format!("{page}/stop-all"), &[]).await;
    assert_eq!(stopped.status, 303, "{stopped:?}");
    node.pause(false).await;
    let stop = ("suppressed", "stop");
    until_reasons(&node, &luca, &[("delivered", ""), stop]).await;
    until_reasons(&node, "A", &[("delivered", ""), stop]).await;
    // A number that an import brings afterwards changes nothing.
    let places = json!({ "places": [{ "place": "POD-A", "municipality": TOWN }] });
    node.client("A", &[ANNA, "+390000000596"], places).await;
    case(&node, "3", "PR-3").await;
    until_reasons(&node, &luca, &[("delivered", ""), stop, stop]).await;
    until_reasons(&node, "A", &[("delivered", ""), stop, stop]).await;
    assert!(node.texts("+390000000596").is_empty());
    let shown = node.get("/v1/clients/A").await.body;
    assert_eq!(shown["reachable"], json!(false), "{shown}");
    assert_eq!(node.texts(LUCA).len(), 1, "{:?}", node.texts(LUCA));
    // What is for somebody's safety passes, to both.
    incident(&node, "4", "opened", "outage").await;
    node.until_states("A", &["delivered", "suppressed", "suppressed", "delivered"])
        .await;
    node.until_states(
        &luca,
        &["delivered", "suppressed", "suppressed", "delivered"],
    )
    .await;
    // The preview of an incident says the same.
    let delay = json!({ "kind": "delay", "area": { "municipalities": [TOWN] } });
    let foretold = node.post("/v1/incidents:preview", &delay).await.body;
    assert_eq!(foretold["channels"]["sms"], json!(0), "{foretold}");
    node.sums_close().await;
    node.stop().await;
}

async fn start_by_sms_brings_all_back_that_was_stopped_at_once(store: TestStore) {
    let node = town(store).await;
    node.client("A", &[ANNA, "maria@posta.example"], json!({}))
        .await;
    let luca = deputy(&node, "copy", LUCA, &[]).await;
    case(&node, "1", "PR-1").await;
    node.until_states("A", &["delivered"]).await;
    node.until_states(&luca, &["delivered"]).await;
    let page = page(&node, ANNA);
    node.submit(&format!("{page}/stop-all"), &[]).await;
    assert_eq!(node.eye.number(BARRED).await, 2);
    heard(&node, ANNA, "START", "a-1").await;
    assert_eq!(node.eye.number(BARRED).await, 0, "the mailbox as well");
    let noted = "SELECT detail FROM audit WHERE action = 'preferences.changed' ORDER BY id";
    let whole = ["stopped everything", "took the stop back"];
    let whole = whole.map(|done| format!("{done}, by every address"));
    assert_eq!(node.eye.texts(noted).await, whole);
    case(&node, "2", "PR-2").await;
    node.until_states(&luca, &["delivered"; 2]).await;
    node.sums_close().await;
    node.stop().await;
}
