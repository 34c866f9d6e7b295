//! What `araldo check` passes, `araldo serve` takes; what it refuses, `serve` refuses with the same
//! words. Both are the real program.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support;
use crate::support::node::run;
use crate::support::program::araldo;

const WRONG: &str = r#"
[channels]
email = ["relay"]
sms = ["gateway"]
[provider.relay]
kind = "smtp"
host = "127.0.0.1"
from = "no address"
[provider.gateway]
kind = "kannel"
url = "ftp://127.0.0.1/sendsms"
username = "araldo"
password_file = "/nowhere/password"
from = "ServiziEsempioSpaIta"
[rules]
file = "/nowhere/rules.toml"
"#;

/// What the program says, and whether it succeeds.
fn said(command: &str, file: &Path) -> (bool, String) {
    let path = file.to_str().unwrap();
    araldo(file.parent().unwrap(), &[command, "--config", path])
}

#[test]
fn check_and_serve_refuse_the_same_and_name_every_fault() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("araldo.toml");
    std::fs::write(&file, WRONG).unwrap();
    let at = file.display();
    let faults = [
        format!("{at}:8: [provider.relay] "),
        format!("{at}:11: [provider.gateway] `url` begins with ftp://"),
        format!("{at}:13: [provider.gateway] cannot use `password_file`"),
        format!("{at}:14: [provider.gateway] `from` has 20 characters"),
        format!("{at}:16: [rules] file: /nowhere/rules.toml: cannot read it"),
    ];
    for command in ["check", "serve"] {
        let (fine, text) = said(command, &file);
        assert!(!fine, "{command}: {text}");
        for fault in &faults {
            assert!(
                text.contains(fault),
                "{command} does not say {fault}:\n{text}"
            );
        }
        assert!(!text.contains("everything is in order"));
        assert!(!text.contains('\u{1b}'), "colours in a file: {text}");
    }
}

/// One fault of each kind, several of them behind another one: settings, what providers are built
/// from, rules, kinds of cases, templates.
const WRONG_EVERYWHERE: &str = r#"
[http]
listen = "nowhere"
[htpp]
listen = "127.0.0.1:1"
[channels]
email = ["relay"]
sms = ["gateway", "nobody"]
[provider.relay]
kind = "smtp"
host = "mail.example.it"
rate = "soon"
from = "no address"
bounces = "no mailbox"
connections = 0
ca_file = "/nowhere/ca.pem"
username = "araldo"
dkim = { domain = "example.it", selector = "a", key_file = "/nowhere/dkim.pem" }
[provider.gateway]
kind = "kannel"
url = "ftp://127.0.0.1/sendsms"
username = "araldo"
password_file = "/nowhere/password"
from = "ServiziEsempioSpaIta"
[rules]
file = "rules.toml"
[case_kinds]
file = "kinds.toml"
[templates]
folder = "texts"
"#;

const WRONG_RULES: &str = r#"
[[rule]]
name = "one"
on = ["case.opened"]
audience = "everybody"
template = "a"
topic = "a"
[[rule]]
name = "two"
on = []
audience = "case-client"
template = ""
topic = "a"
expires = "soon"
colour = "red"
[[rule]]
name = "three"
on = ["case.opened"]
template = "a"
topic = "a"
[[rule]]
name = "four"
on = ["incident.opened"]
audience = "case-client"
template = "a"
topic = "a"
[[rule]]
name = "five"
on = ["case.opened"]
audience = "case-client"
template = "nothing"
topic = "a"
"#;

const WRONG_KINDS: &str = r#"
[[kind]]
name = "a"
label = {}
[[kind]]
name = "b"
label = { it = "b" }
colour = "red"
state = [{ name = "x", label = {} }, { name = "x", label = { it = "x" } }]
"#;

#[test]
fn every_fault_of_every_file_is_named_in_one_run() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = home.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        file
    };
    let file = write("araldo.toml", WRONG_EVERYWHERE);
    write("rules.toml", WRONG_RULES);
    write("kinds.toml", WRONG_KINDS);
    let head = "description = \"d\"\ntopic = \"t\"\n";
    write("texts/broken/template.toml", "colour = \"red\"\n");
    write("texts/headless/it/sms.txt", "x");
    write("texts/unclosed/template.toml", head);
    write("texts/unclosed/it/sms.txt", "{{ case.ref");
    let faults = [
        "araldo.toml:3: [http] listen",
        "araldo.toml:4: there is no section [htpp]",
        "araldo.toml:8: [channels] sms names `nobody`",
        "araldo.toml:12: [provider.relay]: `soon` is not a rate",
        "araldo.toml:13: [provider.relay] `from` `no address`",
        "araldo.toml:14: [provider.relay] `bounces`",
        "araldo.toml:15: [provider.relay] `connections`",
        "araldo.toml:16: [provider.relay] cannot use `ca_file`",
        "araldo.toml:17: [provider.relay] `username` without",
        "araldo.toml:18: [provider.relay] cannot use `dkim.key_file`",
        "[provider.gateway] `url` begins with ftp://",
        "[provider.gateway] cannot use `password_file`",
        "[provider.gateway] `from` has 20 characters",
        "rules.toml:5: `everybody` is not one of",
        "rules.toml:9: `template` is empty",
        "rules.toml:9: `on` is empty",
        "rules.toml:14: `soon` is not a length of time",
        "rules.toml:15: unknown field `colour`",
        "rules.toml:16: missing field `audience`",
        "rules.toml:22: `four` listens to `incident.opened`",
        "kinds.toml:2: kind `a` has no label",
        "kinds.toml:8: unknown field `colour`",
        "kinds.toml:5: state `x` of kind `b` has no label",
        "kinds.toml:5: state `x` of kind `b` stands there twice",
        "texts/broken/template.toml:1: ",
        "texts/headless/template.toml: cannot be read",
    ];
    for command in ["check", "serve"] {
        let (fine, text) = said(command, &file);
        assert!(!fine, "{command}: {text}");
        for fault in faults {
            assert!(
                text.contains(fault),
                "{command} does not say {fault}:\n{text}"
            );
        }
        let invented: Vec<&str> = text
            .lines()
            .filter(|line| {
                !line.starts_with("ok: ")
                    && !line.starts_with("warning: ")
                    && !line.starts_with("note: rules published at the console")
                    && !line.contains("unclosed")
                    && !line.contains("there is no template")
            })
            .filter(|line| !faults.iter().any(|fault| line.contains(fault)))
            .collect();
        assert_eq!(invented, Vec::<&str>::new(), "{command}");
    }
    let (_, text) = said("check", &file);
    assert!(text.contains("unclosed/it/sms.txt"), "{text}");
    let lost = "rules.toml:28: rule `five`: there is no template `nothing`";
    assert!(text.contains(lost), "{text}");
}

#[test]
fn a_path_that_leads_to_no_file_is_refused_before_it_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let pipe = home.path().join("pipe");
    support::servers::run(std::process::Command::new("mkfifo").arg(&pipe));
    for (path, what) in [
        (home.path(), "a folder"),
        (pipe.as_path(), "a pipe"),
        (Path::new("/dev/null"), "a device"),
    ] {
        for command in ["check", "serve"] {
            let (fine, text) = said(command, path);
            assert!(!fine, "{command}: {text}");
            let refusal = format!(
                "{}: cannot read it: it is {what}; name a regular file",
                path.display()
            );
            assert!(text.contains(&refusal), "{command}: {text}");
        }
    }
}

#[test]
fn what_could_not_be_read_is_counted_by_nobody_and_no_fault_of_others() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("araldo.toml");
    let checked = |settings: &str, rules: &str| {
        std::fs::write(&file, settings).unwrap();
        std::fs::write(home.path().join("rules.toml"), rules).unwrap();
        said("check", &file)
    };
    let rules = "[rules]\nfile = \"rules.toml\"\n";
    let good = "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\naudience = \"case-client\"\n\
                template = \"case-opened\"\ntopic = \"cases\"\n";
    let bad = good.replace("\"a\"", "\"b\"") + "colour = \"red\"\n";
    let (fine, text) = checked(rules, good);
    assert!(fine && text.contains("ok: 1 rules, each with"), "{text}");
    let (fine, text) = checked(rules, &format!("{good}{bad}"));
    assert!(!fine && text.contains("unknown field `colour`"), "{text}");
    assert!(!text.contains("rules, each with"), "{text}");
    for nowhere in ["folder = \"nowhere\"\n", "foldr = \"texts\"\n"] {
        let mine = good.replace("case-opened", "mine");
        let (fine, text) = checked(&format!("{rules}[templates]\n{nowhere}"), &mine);
        assert!(!fine && text.contains("araldo.toml:4: "), "{text}");
        assert!(!text.contains("there is no template"), "{text}");
        assert!(!text.contains("rules, each with"), "{text}");
    }
}

/// Looking is not acting.
#[test]
fn a_dry_run_of_an_import_names_the_bad_rows_and_writes_no_file() {
    let home = tempfile::tempdir().unwrap();
    let clients = home.path().join("clients.csv");
    std::fs::write(
        &clients,
        "client,name,sms\nC-1,Maria,+390000000001\nC-2,Ugo,12\n",
    )
    .unwrap();
    let import = |more: &[&str]| {
        let command = ["import", "clients", "clients.csv"];
        araldo(home.path(), &[&command[..], more].concat()).1
    };
    let rejected = home.path().join("clients.rejected.csv");
    let looked = import(&["--dry-run"]);
    assert!(looked.contains("line 3: "), "{looked}");
    assert!(looked.contains("1 rows would be rejected"), "{looked}");
    assert!(!rejected.exists(), "{looked}");
    let acted = import(&[]);
    assert!(rejected.exists(), "{acted}");
    let mode = rejected.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds names and numbers");
}

#[test]
fn the_example_passes_on_a_clean_machine() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("araldo.toml");
    std::fs::write(&file, include_str!("../../config/example.toml")).unwrap();
    let (fine, text) = said("check", &file);
    assert!(fine, "{text}");
    assert!(!text.contains("warning"), "{text}");
}

/// It holds names, numbers and the key that signs links.
#[tokio::test]
async fn the_stores_files_are_for_their_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("araldo.db");
    let url = araldo::store::StoreUrl::Sqlite(path.clone());
    let store = araldo::store::Store::open(&url, 4).await.unwrap();
    let _lock = araldo::store::DaemonLock::take(&url).unwrap();
    store.write().await.unwrap().commit().await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
        seen += 1;
    }
    assert_eq!(seen, 4, "the store, its -wal and -shm, and the lock");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_daemon_by_another_name_of_the_file_is_refused() {
    let store = support::sqlite().await;
    let araldo::store::StoreUrl::Sqlite(path) = store.url.clone() else {
        panic!("a file")
    };
    let home = tempfile::tempdir().unwrap();
    let other = home.path().join("other.db");
    std::os::unix::fs::symlink(&path, &other).unwrap();
    let first = run(&store.url, home.path(), "").await.expect("the first");
    let url = araldo::store::StoreUrl::Sqlite(other);
    let refused = run(&url, home.path(), "").await.err().expect("a refusal");
    assert!(
        refused.to_string().contains("in use by another araldo"),
        "{refused}"
    );
    first.lifecycle.abort();
}

/// Pages that were torn: a bit of every page behind the first is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_not_served_from() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("araldo.db");
    let url = araldo::store::StoreUrl::Sqlite(path.clone());
    let store = araldo::store::Store::open(&url, 4).await.unwrap();
    assert!(store.is_whole().await.is_ok());
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'event'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let size: i64 = sqlx::query_scalar("PRAGMA page_size")
        .fetch_one(&pool)
        .await
        .unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    let at = usize::try_from((root - 1) * size).unwrap();
    bytes[at..at + 64].fill(0xAA);
    std::fs::write(&path, bytes).unwrap();
    let refused = run(&url, home.path(), "").await.err().expect("a refusal");
    assert!(refused.to_string().contains("damaged"), "{refused}");
}
