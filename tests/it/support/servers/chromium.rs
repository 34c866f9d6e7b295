//! A real browser: Chromium without a window, driven through chromedriver.

use std::sync::OnceLock;

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::{Server, folder, free_port, program};

struct Driver {
    _server: Server,
    port: u16,
}

/// Opens a browser window of this size. Close it at the end of the test with `close()`.
pub(crate) async fn open(width: u32, height: u32) -> Client {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    let driver = DRIVER.get_or_init(start);
    let chromium = program("chromium", "chromium");
    let options = json!({
        "binary": chromium,
        "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars",
            format!("--window-size={width},{height}"),
        ],
    });
    let capabilities = [
        ("goog:chromeOptions".to_owned(), options),
        ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" })),
    ];
    ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities.into_iter().collect())
        .connect(&format!("http://127.0.0.1:{}", driver.port))
        .await
        .expect("chromium starts")
}

/// Makes the page exactly this large, which a window without a screen is not; `scale` is how
/// many dots of an image a pixel has.
pub(crate) async fn resize(browser: &Client, width: u32, height: u32, scale: u32) {
    let size =
        json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
    let order = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
    let command = Extra("goog/cdp/execute", order);
    browser.issue_cmd(command).await.expect("a new size");
}

/// What the pages complained of since the last look: faults of scripts, things refused or absent.
pub(crate) async fn complaints(browser: &Client) -> Vec<String> {
    let command = Extra("se/log", json!({ "type": "browser" }));
    let entries = browser.issue_cmd(command).await.expect("the log");
    let entries = entries.as_array().expect("a list of entries");
    entries
        .iter()
        .filter(|entry| entry["level"] == "SEVERE")
        .map(|entry| entry["message"].to_string())
        .collect()
}

/// A command of chromedriver's own: its path in the session, and what is sent.
#[derive(Debug)]
struct Extra(&'static str, Value);

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.0
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

fn start() -> Driver {
    let chromedriver = program("chromedriver", "chromium-driver");
    let folder = folder();
    let port = free_port();
    let option = format!("--port={port}");
    let server = Server::start("chromedriver", &folder, "TERM", &[&chromedriver, &option]);
    server.listens_on(port);
    Driver {
        _server: server,
        port,
    }
}
