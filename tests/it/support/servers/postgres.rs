//! One PostgreSQL for the whole test run; each test has a database of its own in it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Server, folder, folder_of, free_port, is_root, program, run};

const PACKAGE: &str = "postgresql";

struct Postgres {
    _server: Server,
    port: u16,
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
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let port = POSTGRES.get_or_init(start).port;
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

fn start() -> Postgres {
    let folder = folder();
    let data = folder_of("postgres", &folder, "data").display().to_string();
    let [initdb, postgres] = ["initdb", "postgres"].map(|name| program(name, PACKAGE));
    let init = [
        &initdb,
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
    let port = free_port();
    let port_text = port.to_string();
    // No fsync: what the database promises about power cuts is not what is tested here.
    let serve = [
        &postgres,
        "-D",
        &data,
        "-h",
        "127.0.0.1",
        "-p",
        &port_text,
        "-k",
        "",
        "-F",
        "-c",
        "max_connections=400",
    ];
    let server = Server::start("postgres", &folder, "INT", &as_postgres(&serve));
    server.listens_on(port);
    server.until("accepts connections", || {
        server.log().contains("ready to accept")
    });
    Postgres {
        _server: server,
        port,
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
