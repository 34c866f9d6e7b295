//! One PostgreSQL for the whole test run; each test has a database of its own in it. A test that
//! breaks the server itself starts one of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Server, folder, folder_of, free_port, is_root, program, run};

const PACKAGE: &str = "postgresql";

/// A server of its own, which a test may restart.
pub(crate) struct Cluster {
    server: Option<Server>,
    data: String,
    port: u16,
    connections: u16,
    /// Removes the data when the test ends, however it ends.
    _keeper: Server,
}

/// Where Debian keeps the server's programs, the newest version first.
pub(super) fn folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<_> = versions
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders
}

/// Creates an empty database and says where it is.
pub(crate) fn fresh_database() -> String {
    static POSTGRES: OnceLock<Cluster> = OnceLock::new();
    database_in(POSTGRES.get_or_init(|| Cluster::start(400)))
}

/// The same in a server whose log is read: a slot that a test leaves behind keeps the log of all that
/// is written there, so the other tests write elsewhere.
pub(crate) fn fresh_watched_database() -> String {
    static POSTGRES: OnceLock<Cluster> = OnceLock::new();
    database_in(POSTGRES.get_or_init(|| Cluster::start(100)))
}

fn database_in(cluster: &Cluster) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let port = cluster.port;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
    run(Command::new(program("createdb", PACKAGE)).args([
        "-h",
        "127.0.0.1",
        "-U",
        "postgres",
        "-p",
        &port.to_string(),
        &name,
    ]));
    format!("postgres://postgres@127.0.0.1:{port}/{name}")
}

impl Cluster {
    /// Makes one that takes so many connections.
    pub(crate) fn start(connections: u16) -> Self {
        let folder = folder();
        let data = folder_of("postgres", &folder, "data").display().to_string();
        let init = [
            &*program("initdb", PACKAGE),
            "-D",
            &data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ];
        let init = as_postgres(&init);
        run(Command::new(init[0]).args(&init[1..]).current_dir(&folder));
        let mut cluster = Self {
            server: None,
            data,
            port: free_port(),
            connections,
            _keeper: Server::start("keeper", &folder, "TERM", &["sleep", "infinity"]),
        };
        cluster.serve();
        cluster
    }

    /// Where its first database is.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends the server at once, as a fault does, and starts it again on the same data.
    pub(crate) fn restart(&mut self) {
        self.server = None;
        self.serve();
    }

    fn serve(&mut self) {
        let (port, most) = (
            self.port.to_string(),
            format!("max_connections={}", self.connections),
        );
        // No fsync: what the database promises about power cuts is not what is tested here.
        let serve = [
            &*program("postgres", PACKAGE),
            "-D",
            &self.data,
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-k",
            "",
            "-F",
            "-c",
            &most,
            "-c",
            "wal_level=logical",
            "-c",
            "max_replication_slots=64",
        ];
        let server = Server::start("postgres", &folder(), "QUIT", &as_postgres(&serve));
        server.listens_on(self.port);
        server.until("accepts connections", || {
            server.log().contains("ready to accept")
        });
        self.server = Some(server);
    }
}

/// PostgreSQL refuses to run as root.
fn as_postgres<'a>(command: &[&'a str]) -> Vec<&'a str> {
    let mut full = Vec::new();
    if is_root() {
        full.extend([
            "setpriv",
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
    }
    full.extend_from_slice(command);
    full
}
