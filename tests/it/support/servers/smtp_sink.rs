//! Postfix's `smtp-sink`: takes every mail, and writes each to a file when asked to.

use std::path::PathBuf;

use super::{Server, folder, folder_of, free_port, is_root, program};

/// A sink of its own for one test.
pub(crate) struct SmtpSink {
    server: Server,
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    mails: PathBuf,
}

impl SmtpSink {
    /// Starts one that keeps what it gets. `options` are those of the program, such as
    /// `["-r", "rcpt"]` to refuse recipients for good.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = folder();
        let mails = folder_of("nobody", &folder, "mails");
        let port = free_port();
        let sink = program("smtp-sink", "postfix");
        let address = format!("127.0.0.1:{port}");
        let dump = format!("{}/mail.", mails.display());
        let mut command = vec![sink.as_str(), "-d", &dump];
        if is_root() {
            command.extend(["-u", "nobody"]);
        }
        command.extend_from_slice(options);
        command.extend([address.as_str(), "256"]);
        let server = Server::start("smtp-sink", &folder, "TERM", &command);
        server.listens_on(port);
        Self {
            server,
            port,
            mails,
        }
    }

    /// Where it keeps its files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.server.folder()
    }

    /// What has arrived: envelope as `X-Rcpt-Args:` lines, then the mail as sent.
    pub(crate) fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.mails).expect("its folder");
        let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
        paths.sort();
        let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        paths.into_iter().map(read).collect()
    }

    /// Waits until so many have arrived.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<String> {
        self.server
            .until("got its mails", || self.mails().len() >= count);
        self.mails()
    }
}
