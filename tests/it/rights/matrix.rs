//! Every route, called by everybody: no key, a wrong one, each scope alone, each role's session.
//! The table of routes says who may; the router must do as it says, before it reads a body.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use araldo::domain::api_key::{ApiKey, ENTROPY, Scope};
use araldo::domain::role::Role;
use araldo::web::routes::{Access, Route};
use araldo::web::{router, routes};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::console_browser::Browser;
use crate::console_seed::Town;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Junk,
    /// The prefix of a key that opens everything, with another secret.
    WrongSecret,
    Revoked,
    Key(Scope),
    Person(Role),
}

/// How the door answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The handler answers, whatever it says.
    Admitted,
    /// Who are you?
    Unknown,
    /// Not you.
    Refused,
}

fn everybody() -> Vec<Who> {
    let mut all = vec![Who::Nobody, Who::Junk, Who::WrongSecret, Who::Revoked];
    all.extend(Scope::ALL.iter().copied().map(Who::Key));
    all.extend(Role::ALL.iter().copied().map(Who::Person));
    all
}

fn expected(access: Access, who: Who) -> Verdict {
    let judged = |allowed| match allowed {
        true => Verdict::Admitted,
        false => Verdict::Refused,
    };
    match (access, who) {
        (Access::Anyone | Access::Token | Access::Signed, _)
        | (Access::Account | Access::SettingUp, Who::Person(_)) => Verdict::Admitted,
        (Access::Key { one_of, .. }, Who::Key(scope)) => judged(one_of.contains(&scope)),
        (Access::Person, Who::Person(role)) => judged(role != Role::Partner),
        (Access::Partner, Who::Person(role)) => judged(role == Role::Partner),
        (Access::Right(right), Who::Person(role)) => judged(role.may(right)),
        (
            Access::Key { .. }
            | Access::Account
            | Access::SettingUp
            | Access::Person
            | Access::Partner
            | Access::Right(_),
            _,
        ) => Verdict::Unknown,
    }
}

/// A town with a person of each role and a key for each scope.
struct Doors {
    app: Router,
    keys: Vec<(Scope, String)>,
    revoked: String,
    wrong: String,
    cookies: Vec<(Role, String)>,
}

impl Doors {
    async fn of(town: &Town) -> Self {
        let mut cookies = Vec::new();
        for role in Role::ALL {
            town.person(*role).await;
            let browser = Browser::logged_in(town, *role).await;
            cookies.push((*role, browser.cookie.unwrap()));
        }
        let mut keys = Vec::new();
        for (seed, scope) in (1..).zip(Scope::ALL) {
            keys.push((*scope, key(town, seed, &[*scope]).await));
        }
        let whole = key(town, 101, Scope::ALL).await;
        let revoked = key(town, 102, Scope::ALL).await;
        let mut tx = town.web.store.write().await.unwrap();
        let prefix = revoked.split('_').nth(1).unwrap();
        let now = town.web.clock.now();
        assert!(tx.keys().revoke(prefix, now).await.unwrap());
        tx.commit().await.unwrap();
        Self {
            app: router(town.web.clone()),
            keys,
            revoked,
            wrong: format!("{}0", &whole[..whole.len() - 1]),
            cookies,
        }
    }

    /// The answer to a call, and whether its body was read.
    async fn call(&self, route: &Route, who: Who) -> (Response<Body>, bool) {
        let mut request = Request::builder()
            .method(route.method.clone())
            .uri(filled(route));
        let bearer = |key: &str| format!("Bearer {key}");
        let proof = match who {
            Who::Nobody => None,
            Who::Junk => Some((header::AUTHORIZATION, "Bearer araldo_junk".to_owned())),
            Who::WrongSecret => Some((header::AUTHORIZATION, bearer(&self.wrong))),
            Who::Revoked => Some((header::AUTHORIZATION, bearer(&self.revoked))),
            Who::Key(scope) => {
                let (_, key) = self.keys.iter().find(|(of, _)| *of == scope).unwrap();
                Some((header::AUTHORIZATION, bearer(key)))
            }
            Who::Person(role) => {
                let (_, cookie) = self.cookies.iter().find(|(of, _)| *of == role).unwrap();
                Some((header::COOKIE, cookie.clone()))
            }
        };
        if let Some((name, value)) = proof {
            request = request.header(name, value);
        }
        let (body, read) = watched();
        let answer = self.app.clone().oneshot(request.body(body).unwrap()).await;
        (answer.unwrap(), read.load(Ordering::SeqCst))
    }
}

async fn key(town: &Town, seed: u8, scopes: &[Scope]) -> String {
    let key = ApiKey::from_entropy(&[seed; ENTROPY]);
    let mut tx = town.web.store.write().await.unwrap();
    let (now, ids) = (town.web.clock.now(), &*town.web.ids);
    tx.keys()
        .create(&key, "test", scopes, now, ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    key.reveal()
}

/// A body that tells whether anybody looked at it.
fn watched() -> (Body, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&read);
    let stream = futures_util::stream::once(async move {
        seen.store(true, Ordering::SeqCst);
        Ok::<_, std::io::Error>("{}")
    });
    (Body::from_stream(stream), read)
}

/// The path with something in each of its places.
fn filled(route: &Route) -> String {
    let parts: Vec<&str> = route
        .path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part })
        .collect();
    let verb = match (route.method == Method::POST, route.path) {
        (true, "/v1/messages/{id}") => ":cancel",
        (true, "/v1/messages/{id}/evidence/{evidence}") => ":invalidate",
        (true, "/v1/sources/{name}/dead/{id}") => ":replay",
        _ => "",
    };
    format!("{}{verb}", parts.join("/"))
}

async fn verdict(answer: Response<Body>) -> Verdict {
    let (parts, body) = answer.into_parts();
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let to_login = text(header::LOCATION).is_some_and(|at| at.starts_with("/console/login?"));
    if parts.status == StatusCode::SEE_OTHER && to_login {
        return Verdict::Unknown;
    }
    // Nothing else is read: a live page never ends.
    if text(header::CONTENT_TYPE) != Some("application/problem+json") {
        return Verdict::Admitted;
    }
    let problem: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
    match (parts.status.as_u16(), problem["code"].as_str().unwrap()) {
        (401, "unauthorized" | "logged_out") => Verdict::Unknown,
        (403, "scope_missing" | "not_allowed") => Verdict::Refused,
        // For people of partners there are no other pages.
        (404, "not_found") if says(&problem, "there is no page `") => Verdict::Refused,
        (500.., _) => panic!("{problem}"),
        _ => Verdict::Admitted,
    }
}

fn says(problem: &Value, beginning: &str) -> bool {
    let detail = problem["detail"].as_str();
    detail.is_some_and(|detail| detail.starts_with(beginning))
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let town = Town::empty().await;
    let doors = Doors::of(&town).await;
    let table = routes();
    assert!(table.table().len() > 50, "the table is not whole");
    let mut wrong = Vec::new();
    for route in table.table() {
        for who in everybody() {
            let expected = expected(route.access, who);
            let (answer, read) = doors.call(route, who).await;
            let status = answer.status();
            let found = verdict(answer).await;
            if found != expected {
                wrong.push(format!(
                    "{} {}: {who:?} is {found:?} ({status}), not {expected:?}",
                    route.method, route.path
                ));
            }
            if found != Verdict::Admitted && read {
                wrong.push(format!(
                    "{} {}: the body of {who:?} was read before the refusal",
                    route.method, route.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What changes is reviewed like code.
#[test]
fn the_table_of_routes_is_as_it_was_reviewed() {
    let table = routes();
    let line = |route: &Route| {
        let who = match route.access {
            Access::Key { one_of, .. } => {
                let words: Vec<&str> = one_of.iter().map(|scope| scope.as_str()).collect();
                format!("key {}", words.join(" or "))
            }
            Access::Right(right) => format!("person who may {right:?}"),
            other => format!("{other:?}").to_lowercase(),
        };
        format!("{:<6} {:<40} {who}", route.method.as_str(), route.path)
    };
    let lines: Vec<String> = table.table().iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_scope_opens_something() {
    let table = routes();
    let mut opened: BTreeSet<Scope> = table
        .table()
        .iter()
        .flat_map(|route| match route.access {
            Access::Key { one_of, .. } => one_of,
            _ => &[],
        })
        .copied()
        .collect();
    // Not a route, but what a request may ask for.
    opened.insert(Scope::MessagesSafety);
    let all: BTreeSet<Scope> = Scope::ALL.iter().copied().collect();
    assert_eq!(opened, all);
}

/// A route that the router has and the table has not would be open to everybody.
#[test]
fn routes_are_added_to_the_table_and_nowhere_else() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut folders = vec![web];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            // What tests build answers nobody.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let adds = [".route(", ".route_service(", ".nest(", ".nest_service("];
            if adds.iter().any(|way| text.contains(way)) {
                found.push(path.file_name().unwrap().to_owned());
            }
        }
    }
    assert_eq!(found, ["routes.rs"]);
}
