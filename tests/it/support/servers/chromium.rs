//! A real browser: Chromium without a window, driven through chromedriver.

use std::sync::OnceLock;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

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
    let capabilities = [("goog:chromeOptions".to_owned(), options)];
    ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities.into_iter().collect())
        .connect(&format!("http://127.0.0.1:{}", driver.port))
        .await
        .expect("chromium starts")
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
