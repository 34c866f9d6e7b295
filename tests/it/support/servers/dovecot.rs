//! Dovecot: an IMAP server whose mailboxes are folders (Maildir) that a test puts mails into. Everybody
//! is let in with [`Dovecot::PASSWORD`].

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Server, folder, folder_of, free_port, is_root, program, run};

/// A Dovecot of its own for one test.
pub(crate) struct Dovecot {
    server: Option<Server>,
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    mail: PathBuf,
    put: std::cell::Cell<u32>,
    /// Keeps the mails while the server is away.
    _home: tempfile::TempDir,
}

impl Dovecot {
    pub(crate) const PASSWORD: &str = "segreto";

    /// Starts one without mails.
    pub(crate) fn start() -> Self {
        assert!(
            is_root(),
            "Dovecot changes users and must be started by root: run the tests as root or with sudo"
        );
        let home = tempfile::tempdir().expect("a temporary folder");
        open_to_all(home.path());
        let mail = folder_of("nobody", home.path(), "mail");
        let port = free_port();
        Self {
            server: Some(begin(port, &mail)),
            port,
            mail,
            put: std::cell::Cell::new(0),
            _home: home,
        }
    }

    /// Ends the server under its clients.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it again at the same place, with the mails that it had.
    pub(crate) fn revive(&mut self) {
        self.server = Some(begin(self.port, &self.mail));
    }

    /// Puts a mail into a person's INBOX, as a mail server delivers it.
    pub(crate) fn deliver(&self, person: &str, mail: &str) {
        let maildir = self.mail.join(person);
        for part in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(maildir.join(part)).expect("a Maildir");
        }
        self.put.set(self.put.get() + 1);
        let name = format!("1796000000.M{}.test", self.put.get());
        let (before, after) = (
            maildir.join("tmp").join(&name),
            maildir.join("new").join(&name),
        );
        std::fs::write(&before, mail).expect("a mail");
        run(Command::new("chown").args(["-R", "nobody"]).arg(&maildir));
        std::fs::rename(before, after).expect("the same disk");
    }

    /// The names of the mails in one of a person's folders; flags stand at their ends. `""`: INBOX.
    pub(crate) fn mails(&self, person: &str, folder: &str) -> Vec<String> {
        let folder = match folder {
            "" => self.mail.join(person),
            inner => self
                .mail
                .join(person)
                .join(format!(".{}", inner.replace('/', "."))),
        };
        let names = |part: &str| {
            let files = std::fs::read_dir(folder.join(part)).into_iter().flatten();
            files.map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
        };
        let mut found: Vec<String> = names("new").chain(names("cur")).collect();
        found.sort();
        found
    }

    /// What it has said.
    pub(crate) fn log(&self) -> String {
        self.server.as_ref().map(Server::log).unwrap_or_default()
    }
}

fn begin(port: u16, mail: &Path) -> Server {
    let dovecot = program("dovecot", "dovecot-imapd");
    let folder = folder();
    let conf = folder.join("dovecot.conf");
    std::fs::write(&conf, configuration(&folder, port, mail)).expect("its configuration");
    let conf = conf.display().to_string();
    let server = Server::start("dovecot", &folder, "TERM", &[&dovecot, "-F", "-c", &conf]);
    server.listens_on(port);
    server
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, mode).expect("open to all");
}

fn configuration(folder: &Path, port: u16, mail: &Path) -> String {
    let (at, mail, password) = (folder.display(), mail.display(), Dovecot::PASSWORD);
    format!(
        r"protocols = imap
listen = 127.0.0.1
base_dir = {at}/run
state_dir = {at}/run
log_path = /dev/stderr
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{mail}/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={mail}/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"
    )
}
