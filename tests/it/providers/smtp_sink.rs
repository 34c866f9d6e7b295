//! A real server of the Postfix family takes our mails, and what it took is what we wrote.

use std::os::unix::fs::PermissionsExt as _;

use mail_parser::MessageParser;

use super::{Running, build, context, free_port, listens, mail, start, until};

#[tokio::test]
async fn smtp_sink_gets_the_mail_whole() {
    let running = Running::new();
    let folder = tempfile::tempdir().unwrap();
    let dumps = folder.path().join("dumps");
    std::fs::create_dir(&dumps).unwrap();
    // Started by root it becomes another user, who must be able to write here.
    for path in [folder.path(), &dumps] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let port = free_port().await;
    let template = format!("{}/mail", dumps.display());
    let address = format!("127.0.0.1:{port}");
    let mut arguments = vec!["-d", &template, &address, "100"];
    if is_root() {
        arguments.splice(0..0, ["-u", "nobody"]);
    }
    let _sink = start(
        "/usr/sbin/smtp-sink",
        &arguments,
        &folder.path().join("log"),
    );
    listens(port).await;

    let toml = format!(
        "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\nreceipts = true\n\
         from = \"Araldo <avvisi@example.it>\"\nbounces = \"rimbalzi@example.it\"\n"
    );
    let provider = build(&context(&running, "http://127.0.0.1:1", None), &toml);
    // It asks for bounces, but they go to a mailbox that nobody reads.
    assert!(!provider.capabilities().gives_receipts);
    let accepted = provider.send(&mail("maria+luce@example.it")).await.unwrap();
    assert!(accepted.code.starts_with("250"), "{accepted:?}");

    let dump = until("the mail is dumped", async || {
        let mut files = std::fs::read_dir(&dumps).unwrap();
        let text = files.find_map(|file| std::fs::read_to_string(file.unwrap().path()).ok())?;
        text.contains("--=_m-42--").then_some(text)
    })
    .await;
    assert_envelope(&dump);
    assert_mail(&dump);
}

fn assert_envelope(dump: &str) {
    assert!(
        dump.contains("X-Mail-Args: <rimbalzi@example.it>"),
        "{dump}"
    );
    assert!(
        dump.contains("X-Rcpt-Args: <maria+luce@example.it>"),
        "{dump}"
    );
    for parameter in [
        "BODY=8BITMIME",
        "RET=HDRS",
        "ENVID=m-42",
        "NOTIFY=FAILURE,DELAY",
    ] {
        assert!(dump.contains(parameter), "{parameter}: {dump}");
    }
    assert!(
        dump.contains("ORCPT=rfc822;maria+2Bluce@example.it"),
        "{dump}"
    );
}

fn assert_mail(dump: &str) {
    let mail = MessageParser::default().parse(dump).unwrap();
    assert_eq!(mail.subject(), Some("La sua pratica è andata avanti"));
    assert_eq!(mail.message_id(), Some("m-42@example.it"));
    assert!(mail.header_raw("List-Unsubscribe").is_some());
    let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(
        text.trim_end(),
        "Gentile Maria, perché no € – così.\n.\nA presto"
    );
    assert!(mail.body_html(0).unwrap().contains("https://a.example/c/1"));
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
