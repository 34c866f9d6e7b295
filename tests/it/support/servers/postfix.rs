//! A full Postfix: takes mail, delivers known people of `inbox.example` to files, refuses
//! unknown ones at RCPT, and bounces all of `bounce.example` with a real DSN.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Server, folder, folder_of, free_port, is_root, program, run};

/// A Postfix of its own for one test.
pub(crate) struct Postfix {
    server: Server,
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    mail: PathBuf,
}

impl Postfix {
    /// Starts one. Mailboxes: everyone at `inbox.example` but `unknown…`, everyone at
    /// `araldo.example` (where bounces go back to).
    pub(crate) fn start() -> Self {
        assert!(
            is_root(),
            "a full Postfix changes users and must be started by root: run the tests as root or with sudo"
        );
        let postfix = program("postfix", "postfix");
        let folder = folder();
        for name in ["conf", "queue"] {
            std::fs::create_dir(folder.join(name)).expect("a folder");
        }
        folder_of("postfix", &folder, "data");
        let mail = folder_of("nobody", &folder, "mail");
        let port = free_port();
        configure(&folder, port);
        let conf = folder.join("conf").display().to_string();
        run(Command::new(&postfix).args(["-c", &conf, "check"]));
        let server = Server::start(
            "postfix",
            &folder,
            "TERM",
            &[&postfix, "-c", &conf, "start-fg"],
        );
        server.listens_on(port);
        Self { server, port, mail }
    }

    /// What everyone of one domain has got, as one text (mbox); `Delivered-To` says who.
    pub(crate) fn mailbox(&self, domain: &str) -> String {
        std::fs::read_to_string(self.mail.join(domain)).unwrap_or_default()
    }

    /// Waits until a domain's mailbox holds a text.
    pub(crate) fn wait_for(&self, domain: &str, text: &str) -> String {
        self.server
            .until("delivered it", || self.mailbox(domain).contains(text));
        self.mailbox(domain)
    }

    /// Its mail log.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }
}

fn configure(folder: &Path, port: u16) {
    // The far end of `bounce.example`: it accepts nobody.
    let far = free_port();
    for (name, text) in [
        ("main.cf", main_cf(folder, far)),
        ("master.cf", master_cf(port, far)),
        ("mailboxes", MAILBOXES.to_owned()),
    ] {
        std::fs::write(folder.join("conf").join(name), text).expect("its configuration");
    }
}

/// Postfix allows no address in a mailbox's name taken from a pattern: one box a domain.
const MAILBOXES: &str = r"if !/^unknown/
/@inbox\.example$/ inbox.example
/@araldo\.example$/ araldo.example
endif
";

fn main_cf(folder: &Path, far: u16) -> String {
    let at = folder.display();
    format!(
        r"compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
maillog_file = /dev/stdout
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = inbox.example, araldo.example
virtual_mailbox_base = {at}/mail
virtual_mailbox_maps = regexp:{at}/conf/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
relay_domains = bounce.example
transport_maps = inline:{{ {{ bounce.example = smtp:[127.0.0.1]:{far} }} }}
refuse_all = check_recipient_access static:{{550 5.1.1 no such person}}
bounce_queue_lifetime = 0
"
    )
}

fn master_cf(port: u16, far: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{far} inet n - n - - smtpd -o myhostname=far.example -o smtpd_recipient_restrictions=$refuse_all
smtp unix - - n - - smtp
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}
