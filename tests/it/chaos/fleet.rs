//! Several daemons on one store, and somebody who starts again whichever has ended, as a service
//! manager does.

use std::path::Path;

use araldo::store::StoreUrl;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::TestStore;
use crate::support::daemon::{Daemon, key};

/// The daemons; none in the place of one that was killed.
pub(super) struct Fleet {
    url: StoreUrl,
    key: String,
    settings: String,
    homes: Vec<TempDir>,
    nodes: Vec<Option<Daemon>>,
}

impl Fleet {
    pub(super) async fn start(store: &TestStore, count: usize, settings: String) -> Self {
        let mut fleet = Self {
            url: store.url.clone(),
            key: key(store).await,
            settings,
            homes: Vec::new(),
            nodes: Vec::new(),
        };
        for number in 0..count {
            fleet.homes.push(tempfile::tempdir().unwrap());
            fleet.nodes.push(None);
            fleet.restart(number).await;
        }
        fleet
    }

    /// Where a daemon's settings are, as `araldo.toml`.
    pub(super) fn home(&self, number: usize) -> &Path {
        self.homes[number].path()
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self, number: usize) {
        self.nodes[number] = None;
    }

    pub(super) async fn restart(&mut self, number: usize) {
        let home = self.homes[number].path();
        let name = format!("node-{number}");
        let daemon = Daemon::start_as(&self.url, &self.key, home, &name, &self.settings).await;
        self.nodes[number] = Some(daemon);
    }

    /// Starts whatever has ended. Returns how many that were.
    pub(super) async fn tend(&mut self) -> usize {
        let ended: Vec<usize> = (0..self.nodes.len())
            .filter(|number| !self.nodes[*number].as_ref().is_some_and(Daemon::is_alive))
            .collect();
        for number in &ended {
            if let Some(daemon) = &self.nodes[*number] {
                let log = daemon.log();
                let end = log.lines().rev().take(3).collect::<Vec<_>>().join("\n");
                println!("node {number} ended by itself; its log ends, newest first:\n{end}");
            }
            self.restart(*number).await;
        }
        ended.len()
    }

    pub(super) fn signal(&self, number: usize, signal: &str) {
        self.node(number).signal(signal);
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> u16 {
        self.node(0).post(path, body).await
    }

    fn node(&self, number: usize) -> &Daemon {
        self.nodes[number].as_ref().expect("a living node")
    }
}
