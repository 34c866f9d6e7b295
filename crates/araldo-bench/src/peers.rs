//! Programs of Postfix that a measurement stands beside: `smtp-sink` takes mails and forgets
//! them, `smtp-source` makes as much load as it can. Each is a child process on a port of its
//! own, and ends with its handle.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};

/// Connections a server that measures may have at once.
pub(super) const ROOM: usize = 4_000;
/// Connections the sink may have waiting: with less room it refuses some in bursts.
const WAITING: &str = "4096";
/// How long a program may take to listen.
const START_WITHIN: Duration = Duration::from_secs(10);
/// Where these programs are when the search path does not say.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/libexec/postfix"];

/// Where the two programs are.
pub(super) struct Peers {
    sink: PathBuf,
    source: PathBuf,
}

/// A program that listens; it ends with its handle.
pub(super) struct Peer {
    name: &'static str,
    child: Child,
}

impl Peers {
    pub(super) fn find() -> anyhow::Result<Self> {
        Ok(Self {
            sink: find("smtp-sink", "postfix")?,
            source: find("smtp-source", "postfix")?,
        })
    }

    /// Starts a sink on a port of this machine. `keep`: a folder for what it takes; otherwise it
    /// forgets at once.
    pub(super) async fn sink(&self, port: u16, keep: Option<&Path>) -> anyhow::Result<Peer> {
        let mut command = Command::new(&self.sink);
        command.args(["-m", &ROOM.to_string()]);
        if std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
            // It refuses to work as root.
            command.args(["-u", "nobody"]);
        }
        if let Some(folder) = keep {
            open_to_all(folder)?;
            command.arg("-d").arg(folder.join("mail."));
        }
        let address = format!("127.0.0.1:{port}");
        command.args([&address, WAITING]).stdout(Stdio::null());
        Peer::start("smtp-sink", command, port).await
    }

    /// Has `smtp-source` send `count` mails of `size` bytes over `sessions` connections that it
    /// keeps; how long it took.
    pub(super) async fn source(
        &self,
        port: u16,
        count: usize,
        size: usize,
        sessions: usize,
    ) -> anyhow::Result<Duration> {
        let mut command = Command::new(&self.source);
        command.args([
            "-d",
            "-f",
            "avvisi@araldo.example",
            "-t",
            "cliente@posta.example",
        ]);
        for (option, value) in [("-m", count), ("-l", size), ("-s", sessions)] {
            command.arg(option).arg(value.to_string());
        }
        let start = Instant::now();
        let ended = command
            .arg(format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .status()
            .await
            .context("cannot start smtp-source")?;
        let took = start.elapsed();
        if !ended.success() {
            bail!("smtp-source failed ({ended}); what it says stands above");
        }
        Ok(took)
    }
}

impl Peer {
    /// Starts a program that is to listen on this port, and waits until it does.
    pub(super) async fn start(
        name: &'static str,
        mut command: Command,
        port: u16,
    ) -> anyhow::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut peer = Self { name, child };
        peer.listens(port).await?;
        Ok(peer)
    }

    /// Ends it and waits until its port is free.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let killed = self.child.kill().await;
        killed.with_context(|| format!("cannot stop {}", self.name))
    }

    async fn listens(&mut self, port: u16) -> anyhow::Result<()> {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(ended) = self.child.try_wait()? {
                bail!(
                    "{} ended at once ({ended}); what it says stands above",
                    self.name
                );
            }
            if start.elapsed() > START_WITHIN {
                bail!("{} does not listen on port {port}", self.name);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

/// A port of this machine that nobody uses.
pub(super) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// How large the mails in a folder of the sink are on average, in bytes as sent. The sink writes
/// the envelope before each, and LF for CRLF.
pub(super) fn mean_size(folder: &Path) -> anyhow::Result<usize> {
    let (mut bytes, mut mails) = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let kept = std::fs::read_to_string(entry?.path())?;
        let mail = kept.find("\nFrom: ").map_or("", |at| &kept[at + 1..]);
        bytes += mail.len() + mail.matches('\n').count() - mail.matches('\r').count();
        mails += 1;
    }
    match mails {
        0 => bail!("the sink kept no mail in {}", folder.display()),
        _ => Ok(bytes / mails),
    }
}

/// The sink writes as another user, two folders deep.
fn open_to_all(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (path, mode) in [(folder.parent().unwrap_or(folder), 0o755), (folder, 0o777)] {
        std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// Where a program is; otherwise which Debian package brings it.
pub(super) fn find(program: &str, package: &str) -> anyhow::Result<PathBuf> {
    let path = araldo::config::environment().find(|(name, _)| name == "PATH");
    let path = path.map(|(_, folders)| folders).unwrap_or_default();
    std::env::split_paths(&path)
        .chain(FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .with_context(|| {
            format!("`{program}` is not there; install the package `{package}`, which brings it")
        })
}
