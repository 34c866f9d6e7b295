//! What cannot be read is told as everything else is: people get a page of the part they are in,
//! programs a problem, and nobody the words of a library.

use araldo::domain::role::Role;
use axum::body::Body;

use crate::console_browser::{Browser, Page};
use crate::console_seed::Town;
use crate::intake_api::Api;

on_both_databases!(a_path_that_is_no_text_is_a_problem_for_programs);

async fn a_path_that_is_no_text_is_a_problem_for_programs(store: &araldo::store::Store) {
    let api = Api::over(store).await;
    for path in ["/v1/clients/%ff", "/v1/cases/%ff", "/v1/messages/%ff"] {
        assert_eq!(api.get(path).await.problem().0, 404, "{path}");
    }
}

#[tokio::test]
async fn clients_get_a_note_in_their_languages() {
    let town = Town::empty().await;
    let reader = Browser::new(&town);
    let note = |page: &Page, status: u16, title: &str| {
        let text = &page.text;
        assert_eq!(page.status, status, "{text}");
        assert!(text.contains(&format!("<h1>{title}</h1>")), "{text}");
        assert!(text.contains("<p lang=\"en\">This "), "{text}");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    };
    for path in ["/s/%ff", "/c/%ff", "/u/%ff", "/s/T"] {
        note(&reader.get(path).await, 404, "Pagina non trovata");
    }
    let unclear = "Richiesta non accettata";
    note(&reader.get("/s/T?done=a&done=b").await, 400, unclear);
    note(&reader.get("/s/T/read").await, 405, unclear);
    let long = "x".repeat(20_000);
    let page = reader.post("/s/T/reply", &[("text", &long)]).await;
    note(&page, 413, unclear);
    let request = reader.request("POST", "/s/T/reply");
    let page = reader.send(request.body(Body::from("text=x")).unwrap());
    note(&page.await, 415, unclear);
}

#[tokio::test]
async fn people_get_a_page_of_the_console() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Admin).await;
    for (path, status, title) in [
        ("/console/clients/%ff", 404, "Not here"),
        ("/console/templates/case-progress/foo", 404, "Not here"),
        (
            "/console/templates/case-progress/roll-back?version=abc",
            400,
            "This did not work",
        ),
        (
            "/console/messages?after=1&after=2",
            400,
            "This did not work",
        ),
        ("/console/logout", 405, "This did not work"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}: {}", page.text);
        let title = format!("<h1>{title}</h1>");
        assert!(page.text.contains(&title), "{path}: {}", page.text);
    }
    assert_eq!(browser.get("/console/logout").await.header("allow"), "POST");
    let again = browser.get("/console/clients/C-1000/reveal").await;
    assert_eq!(again.status, 303);
    assert_eq!(again.header("location"), "/console/clients/C%2D1000");
}
