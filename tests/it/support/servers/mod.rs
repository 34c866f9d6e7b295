//! Servers of others as child processes on private loopback ports, each in a folder of its own.
//!
//! A guardian (a few lines of shell) stands between the test process and each server: it holds
//! the other end of a pipe, and when that closes, however the test process ended, it stops its
//! server and removes the folder. So nothing outlives a test run that crashes or is killed.

pub(crate) mod chromium;
pub(crate) mod dovecot;
pub(crate) mod kannel;
pub(crate) mod mariadb;
pub(crate) mod nats;
pub(crate) mod postfix;
pub(crate) mod postgres;
pub(crate) mod smtp_sink;

use std::fs::Permissions;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the server, waits for the pipe to close, stops the server, removes the folder. The
/// server reads from a FIFO that never ends, because some end when their input does.
const GUARDIAN: &str = r#"
    trap '' INT
    folder=$1 signal=$2 name=$3; shift 3
    mkfifo "$folder/$name.stdin"
    "$@" <>"$folder/$name.stdin" >>"$folder/$name.log" 2>&1 &
    server=$!
    read -r _
    kill -"$signal" "$server" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    kill -KILL "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    rm -rf "$folder"
"#;

/// How long a server may take to be there: generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(4);

/// A running server. Ends when dropped, or with the test process.
pub(crate) struct Server {
    name: &'static str,
    folder: PathBuf,
    lifeline: Option<ChildStdin>,
    guardian: Child,
}

impl Server {
    /// Starts `command` in `folder`; `signal` is what it wants to be stopped with.
    pub(crate) fn start(name: &'static str, folder: &Path, signal: &str, command: &[&str]) -> Self {
        let mut guardian = Command::new("/bin/sh")
            .args(["-c", GUARDIAN, "guardian"])
            .arg(folder)
            .args([signal, name])
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self {
            name,
            folder: folder.to_path_buf(),
            lifeline: guardian.stdin.take(),
            guardian,
        }
    }

    /// Where it keeps its files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it has printed so far.
    pub(crate) fn log(&self) -> String {
        let path = self.folder.join(format!("{}.log", self.name));
        String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
    }

    /// Waits until something listens on a port.
    pub(crate) fn listens_on(&self, port: u16) {
        self.until("listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    }

    /// Waits for a condition; when it does not come, fails with the end of the log.
    pub(crate) fn until(&self, what: &str, holds: impl Fn() -> bool) {
        if !wait(holds) {
            let log = self.log();
            let end = log.len().saturating_sub(2_000);
            panic!(
                "{} never {what}; its log ends:\n{}",
                self.name,
                log.get(end..).unwrap_or(&log)
            );
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        self.guardian.wait().expect("the guardian ends");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child process gives no sign to wait for"
)]
fn wait(holds: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A folder that every user may enter; the guardian removes it.
pub(crate) fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("araldo-test-").tempdir();
    let folder = folder.expect("a temporary folder").keep();
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("open to all");
    folder
}

/// Makes a folder inside `parent` that belongs to `user`.
pub(crate) fn folder_of(user: &str, parent: &Path, name: &str) -> PathBuf {
    let path = parent.join(name);
    std::fs::create_dir_all(&path).expect("a folder");
    if is_root() {
        run(Command::new("chown").arg(user).arg(&path));
    }
    path
}

/// A loopback port that nobody uses.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Where a program is. Its absence is a failure that says what to install.
pub(crate) fn program(name: &str, package: &str) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/lib/kannel/test"].map(PathBuf::from))
        .chain(postgres::folders())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{name}` is missing: install it with apt-get install {package}"))
        .display()
        .to_string()
}

/// Whether we may become other users.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

/// Runs a program to its end; a failure shows what it said.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
