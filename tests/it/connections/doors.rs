//! What the world may reach can have a port of its own.

use std::path::Path;

use araldo::app::{self, Running};
use araldo::config::Config;
use araldo::runtime::Lifecycle;
use araldo::store::StoreUrl;

use crate::support;
use crate::support::node::Node;

const SETTINGS: &str = r#"
[http]
listen = "127.0.0.1:0"
public_listen = "127.0.0.1:0"
"#;

async fn start(url: &StoreUrl, home: &Path) -> Running {
    let StoreUrl::Sqlite(path) = url else {
        panic!("only for SQLite")
    };
    let file = home.join("araldo.toml");
    let text = format!("[store]\nurl = \"sqlite:{}\"\n{SETTINGS}", path.display());
    std::fs::write(&file, text).unwrap();
    let config = Config::load(Some(&file), std::iter::empty()).unwrap();
    app::start(&config, &Lifecycle::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_paths_are_on_their_own_port_and_only_there() {
    let store = support::sqlite().await;
    let home = tempfile::tempdir().unwrap();
    let running = start(&store.url, home.path()).await;
    let (inner, outer) = (running.address.unwrap(), running.public_address.unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |address, path: &str, accept: &str| {
        let request = http.get(format!("http://{address}{path}"));
        let answer = request.header("accept", accept).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    for path in ["/s/x", "/u/x", "/c/x", "/o/x.gif", "/hooks/kannel/x/y"] {
        let (_, text) = ask(outer, path, "*/*").await;
        assert!(
            !text.contains("no page or resource"),
            "{path} is served: {text}"
        );
        let (status, text) = ask(inner, path, "*/*").await;
        assert_eq!(status, 404);
        assert!(
            text.contains("no page or resource"),
            "{path} is not: {text}"
        );
    }
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/events",
        "/console/login",
        "/",
    ] {
        let (status, text) = ask(outer, path, "*/*").await;
        assert_eq!(status, 404, "{path}: {text}");
        assert_ne!(ask(inner, path, "*/*").await.0, 404, "{path}");
    }
    running.lifecycle.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_address_gives_people_a_page_and_programs_a_problem() {
    let node = Node::start(support::sqlite().await, "").await;
    let url = format!("http://{}", node.running.address.unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, words) in [
        ("/nothing", "<title>Pagina non trovata"),
        ("/console/nothing", "<h1>Not here</h1>"),
    ] {
        let request = http.get(format!("{url}{path}"));
        let page = request
            .header("accept", "text/html,*/*")
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.headers().contains_key("content-security-policy"));
        let text = page.text().await.unwrap();
        assert!(
            text.contains(words) && text.contains("width=device-width"),
            "{text}"
        );
        let problem = http.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(problem.status(), 404);
        assert_eq!(
            problem.headers()["content-type"],
            "application/problem+json"
        );
    }
}
