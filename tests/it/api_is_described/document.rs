//! The document has every route under `/v1` with its scopes and its parameters, and no other; the page
//! for people says the same without loading or running anything.

use std::collections::BTreeSet;

use araldo::store::Store;
use araldo::web::routes;
use araldo::web::routes::Access;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::operations;
use crate::intake_api::Api;

on_both_databases!(
    every_route_is_described_and_none_is_invented,
    the_pages_for_people_need_nothing_else,
);

/// As the table has it: without the verb that a handler finds in an open place.
fn in_table(path: &str) -> String {
    match path.rsplit_once("}:") {
        Some((head, _)) => format!("{head}}}"),
        None => path.to_owned(),
    }
}

fn names(operation: &Value, place: &str) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().unwrap().iter();
    let here = parameters.filter(|parameter| parameter["in"] == place);
    here.map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn every_route_is_described_and_none_is_invented(store: &Store) {
    let document = Api::over(store).await.get("/v1/openapi.json").await.body;
    let described = operations(&document);
    let known: BTreeSet<(String, String)> = described
        .iter()
        .map(|(method, path, _)| (method.clone(), in_table(path)))
        .collect();
    let table = routes();
    let under = table
        .table()
        .iter()
        .filter(|route| route.path.starts_with("/v1/"));
    let routes: BTreeSet<(String, String)> = under
        .clone()
        .map(|route| (route.method.to_string(), route.path.to_owned()))
        .collect();
    assert_eq!(known, routes, "describe it in src/web/api/described/parts");
    assert_eq!(described.len(), routes.len());
    let nothing: &[&str] = &[];
    for route in under {
        let is_it = |(method, path, _): &&(String, String, &Value)| {
            route.method.as_str() == method && in_table(path) == route.path
        };
        let (_, path, operation) = described.iter().find(is_it).unwrap();
        let (security, query) = match route.access {
            Access::Key { one_of, query } => {
                let each = one_of.iter().map(|scope| json!({"key": [scope.as_str()]}));
                (each.collect::<Value>(), query)
            }
            Access::Signed => (operation["security"].clone(), nothing),
            _ => (json!([]), nothing),
        };
        assert_eq!(operation["security"], security, "{path}");
        let query: BTreeSet<String> = query.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names(operation, "query"), query, "{path}");
        let open = path.split('{').skip(1);
        let open = open.map(|rest| rest.split('}').next().unwrap().to_owned());
        assert_eq!(
            names(operation, "path"),
            open.collect::<BTreeSet<String>>(),
            "{path}"
        );
    }
}

async fn the_pages_for_people_need_nothing_else(store: &Store) {
    let api = Api::over(store).await;
    let list = page(&api, "/docs").await;
    let parts = list.split("href=\"/docs/").skip(1);
    let parts = parts.map(|rest| rest.split(['"', '#']).next().unwrap().to_owned());
    let parts: BTreeSet<String> = parts.collect();
    let mut all = String::new();
    for part in &parts {
        all.push_str(&page(&api, &format!("/docs/{part}")).await);
    }
    let document = api.get("/v1/openapi.json").await.body;
    for (method, path, operation) in operations(&document) {
        let called = format!("<code>{method} {path}</code>");
        assert!(list.contains(&called), "{called}");
        assert!(all.contains(&called), "{called}");
        let id = operation["operationId"].as_str().unwrap();
        assert_eq!(all.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let id = format!("id=\"schema-{name}\"");
        assert_eq!(all.matches(&id).count(), 1, "{name}");
    }
    let nowhere = Request::get("/docs/nothing").body(Body::empty()).unwrap();
    assert_eq!(api.send(nowhere).await.status, 404);
}

/// A page of the description: it loads nothing, runs nothing, and is no heavier than any other page.
async fn page(api: &Api, path: &str) -> String {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = api.send(request).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    let page = answer.body.as_str().unwrap().to_owned();
    for foreign in ["<script", "src=", "@import", "url(", "href=\"http"] {
        assert!(!page.contains(foreign), "{path} holds {foreign}");
    }
    assert!(page.len() < 100_000, "{path} has {} bytes", page.len());
    page
}
