//! A nats-server with `JetStream` for one test, which may kill it and start it again: what it keeps is
//! on disk.

use std::process::Command;

use tempfile::TempDir;

use super::{Server, folder, free_port, program};

const PACKAGE: &str = "nats-server";

/// A server and what it keeps.
pub(crate) struct NatsServer {
    /// Not there while it is down.
    server: Option<Server>,
    /// Outlives the server: its guardian removes the server's own folder.
    store: TempDir,
    port: u16,
}

impl NatsServer {
    pub(crate) fn start() -> Self {
        let mut nats = Self {
            server: None,
            store: tempfile::tempdir().expect("a temporary folder"),
            port: free_port(),
        };
        nats.start_again();
        nats
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills it, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        drop(self.server.take());
    }

    /// Starts it on the same port, with what it kept.
    pub(crate) fn start_again(&mut self) {
        let server = Server::start(
            "nats-server",
            &folder(),
            "KILL",
            &[
                &*program("nats-server", PACKAGE),
                "--jetstream",
                "--addr=127.0.0.1",
                &format!("--port={}", self.port),
                &format!("--store_dir={}", self.store.path().display()),
            ],
        );
        server.listens_on(self.port);
        self.server = Some(server);
    }

    /// Whether it is older than 2.10, which first knew several subjects of one consumer.
    pub(crate) fn is_old() -> bool {
        let version = Command::new(program("nats-server", PACKAGE))
            .arg("--version")
            .output()
            .expect("it says its version");
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        let numbers = version.rsplit('v').next().expect("a version").trim();
        let minor = numbers.split('.').nth(1).expect("a minor version");
        minor.parse::<u32>().expect("a number") < 10
    }
}
