//! One MariaDB for the whole test run, for databases that Araldo watches; each test has a database of
//! its own in it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Server, folder, folder_of, free_port, program, run};

const PACKAGE: &str = "mariadb-server";

struct MariaDb {
    _server: Server,
    port: u16,
    socket: PathBuf,
}

/// Creates an empty database and says where it is.
pub(crate) fn fresh_database() -> String {
    static MARIADB: OnceLock<MariaDb> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let server = MARIADB.get_or_init(start);
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
    let socket = format!("--socket={}", server.socket.display());
    let make = format!("--execute=CREATE DATABASE {name} CHARACTER SET utf8mb4");
    run(Command::new(program("mariadb", "mariadb-client")).args([
        "--no-defaults",
        "--user=root",
        &socket,
        &make,
    ]));
    format!("mysql://root@127.0.0.1:{}/{name}", server.port)
}

fn start() -> MariaDb {
    let folder = folder();
    let data = folder_of("mysql", &folder, "data");
    let (data_argument, port) = (format!("--datadir={}", data.display()), free_port());
    run(Command::new(program("mariadb-install-db", PACKAGE)).args([
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--user=mysql",
        &data_argument,
    ]));
    let socket = data.join("socket");
    let server = Server::start(
        "mariadb",
        &folder,
        "TERM",
        &[
            &*program("mariadbd", PACKAGE),
            "--no-defaults",
            "--user=mysql",
            "--bind-address=127.0.0.1",
            // No fsync: what the database promises about power cuts is not what is tested here.
            "--innodb-flush-log-at-trx-commit=0",
            &data_argument,
            &format!("--port={port}"),
            &format!("--socket={}", socket.display()),
        ],
    );
    server.listens_on(port);
    MariaDb {
        _server: server,
        port,
        socket,
    }
}
