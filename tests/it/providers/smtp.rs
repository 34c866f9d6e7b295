//! Each failure of a mail server gets the verdict that is true.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use araldo::channel::{Accepted, Concern, Provider, SendError};

use super::relay::{Act, HangUp, Relay, Say, SayAndHangUp, Wait};
use super::{Running, build, context, free_port, mail, mail_with, sms, try_build, until};

const PIPELINING: &str = "250-relay.example\r\n250-PIPELINING\r\n250 8BITMIME";

fn provider(running: &Running, port: u16) -> Arc<dyn Provider> {
    let toml = format!(
        r#"
        kind = "smtp"
        host = "127.0.0.1"
        port = {port}
        from = "Araldo <avvisi@example.it>"
        connections = 1
        connect_timeout = "10s"
        command_timeout = "2s"
        dot_timeout = "2s"
        "#
    );
    build(&context(running, "http://127.0.0.1:1", None), &toml)
}

/// Sends one mail to a server with this script.
async fn send(
    script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
) -> Result<Accepted, SendError> {
    let running = Running::new();
    let relay = Relay::start(&running, script);
    let provider = provider(&running, relay.port);
    provider.send(&mail("maria@example.it")).await
}

/// A script that acts at commands with this beginning, otherwise as a good server.
fn at(command: &'static str, act: Act) -> impl Fn(&str) -> Option<Act> {
    move |step| step.starts_with(command).then_some(act)
}

/// The same, from a server that offers PIPELINING.
fn pipelined(command: &'static str, act: Act) -> impl Fn(&str) -> Option<Act> {
    move |step| match step {
        step if step.starts_with(command) => Some(act),
        step if step.starts_with("EHLO") => Some(Say(PIPELINING)),
        _ => None,
    }
}

fn stage_of(verdict: &Result<Accepted, SendError>) -> (&'static str, &'static str) {
    match verdict {
        Ok(_) => ("accepted", ""),
        Err(SendError::NotSent { stage, .. }) => ("not sent", stage),
        Err(SendError::Rejected { stage, .. }) => ("rejected", stage),
        Err(SendError::Denied { stage, .. }) => ("denied", stage),
        Err(SendError::Misconfigured { .. }) => ("misconfigured", ""),
        Err(SendError::Unknown { stage, .. }) => ("unknown", stage),
    }
}

#[tokio::test]
async fn an_accepted_mail_keeps_the_servers_name_for_it() {
    let accepted = Accepted {
        provider_ref: Some("4F3A12".to_owned()),
        code: "250 2.0.0".to_owned(),
    };
    assert_eq!(send(|_| None).await.unwrap(), accepted);
    assert_eq!(send(pipelined("-", Wait)).await.unwrap(), accepted);
}

#[tokio::test]
async fn each_step_that_fails_has_its_verdict_with_and_without_pipelining() {
    let cases: [(&str, Act, (&str, &str)); 16] = [
        ("220", HangUp, ("not sent", "greeting")),
        (
            "220",
            Say("554 no service for you"),
            ("not sent", "greeting"),
        ),
        ("220", Say("SSH-2.0-OpenSSH"), ("not sent", "greeting")),
        ("220", Wait, ("not sent", "greeting")),
        ("MAIL", Say("451 4.3.0 later"), ("not sent", "mail")),
        (
            "MAIL",
            Say("553 5.7.1 not your sender"),
            ("misconfigured", ""),
        ),
        ("MAIL", Say("552 5.3.4 too big"), ("rejected", "mail")),
        ("RCPT", Say("450 4.2.0 greylisted"), ("not sent", "rcpt")),
        ("RCPT", Say("550 5.1.1 who?"), ("rejected", "rcpt")),
        ("RCPT", HangUp, ("not sent", "rcpt")),
        ("RCPT", Wait, ("not sent", "rcpt")),
        ("DATA", Say("554 5.7.1 no"), ("denied", "data")),
        ("DATA", Say("what?"), ("not sent", "data")),
        (".", Say("452 4.3.1 disk full"), ("not sent", "dot")),
        (".", Say("554 5.7.1 spam"), ("denied", "dot")),
        (".", SayAndHangUp("250 ok"), ("accepted", "")),
    ];
    for (command, act, wanted) in cases {
        let plain = send(at(command, act)).await;
        assert_eq!(stage_of(&plain), wanted, "{command}: {plain:?}");
        let at_once = send(pipelined(command, act)).await;
        assert_eq!(
            stage_of(&at_once),
            wanted,
            "pipelined {command}: {at_once:?}"
        );
    }
}

#[tokio::test]
async fn after_the_dot_only_an_answer_counts() {
    for act in [
        HangUp,
        Wait,
        Say("hello?"),
        Say("354 more"),
        SayAndHangUp("25"),
    ] {
        let verdict = send(at(".", act)).await;
        assert_eq!(stage_of(&verdict), ("unknown", "dot"), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_inside_the_body_sent_nothing() {
    let running = Running::new();
    let relay = Relay::start(&running, at("DATA", SayAndHangUp("354 go on")));
    let provider = provider(&running, relay.port);
    let large = mail_with("maria@example.it", &"riga di prova\n".repeat(1_000_000));
    let verdict = provider.send(&large).await;
    assert_eq!(stage_of(&verdict), ("not sent", "body"), "{verdict:?}");
}

#[tokio::test]
async fn nobody_listening_is_not_sent_and_counts_against_the_provider() {
    let running = Running::new();
    let provider = provider(&running, free_port().await);
    let refused = provider.send(&mail("maria@example.it")).await.unwrap_err();
    assert!(
        matches!(
            refused,
            SendError::NotSent {
                stage: "connect",
                concerns: Concern::Provider,
                ..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(provider.warm().await.unwrap_err(), refused);
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_refusal_does_not_spoil_it() {
    for greeting in [None, Some(PIPELINING)] {
        let running = Running::new();
        let relay = Relay::start(&running, move |step| match step {
            step if step.contains("nobody@") => Some(Say("550 5.1.1 who?")),
            "DATA" if greeting.is_some() => Some(Say("354 go on")),
            step if step.starts_with("EHLO") => greeting.map(Say),
            _ => None,
        });
        let provider = provider(&running, relay.port);
        for _ in 0..3 {
            provider.warm().await.unwrap();
            assert!(provider.send(&mail("maria@example.it")).await.is_ok());
        }
        assert_eq!(relay.connections(), 1);
        let refused = provider.send(&mail("nobody@example.it")).await.unwrap_err();
        assert!(
            matches!(
                refused,
                SendError::Rejected {
                    bad_address: true,
                    ..
                }
            ),
            "{refused:?}"
        );
        assert!(provider.send(&mail("maria@example.it")).await.is_ok());
        // A server that takes DATA after refusing the only recipient is left at once: a lone
        // dot would give it an empty mail to finish.
        assert_eq!(relay.connections(), if greeting.is_some() { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_connection_that_ended_while_it_waited_costs_no_attempt() {
    for farewell in [HangUp, SayAndHangUp("421 4.4.2 idle too long")] {
        let running = Running::new();
        let mails = Arc::new(AtomicUsize::new(0));
        let relay = Relay::start(&running, move |step| {
            let first = step.starts_with("MAIL") && mails.fetch_add(1, Ordering::SeqCst) == 1;
            first.then_some(farewell)
        });
        let provider = provider(&running, relay.port);
        assert!(provider.send(&mail("maria@example.it")).await.is_ok());
        assert!(provider.send(&mail("maria@example.it")).await.is_ok());
        assert_eq!(relay.connections(), 2);
    }
}

#[tokio::test]
async fn a_send_that_is_cut_short_leaves_no_half_spoken_connection_behind() {
    let running = Running::new();
    let first = AtomicUsize::new(0);
    let relay = Relay::start(&running, move |step| {
        let waits = step.starts_with("RCPT") && first.fetch_add(1, Ordering::SeqCst) == 0;
        waits.then_some(Wait)
    });
    let provider = provider(&running, relay.port);
    let outgoing = mail("maria@example.it");
    tokio::select! {
        sent = provider.send(&outgoing) => panic!("it waits for an answer to RCPT: {sent:?}"),
        () = until("RCPT was said", async || {
            relay.heard().iter().any(|line| line.starts_with("RCPT")).then_some(())
        }) => {}
    }
    assert!(provider.send(&outgoing).await.is_ok());
    assert_eq!(relay.connections(), 2);
}

#[tokio::test]
async fn an_old_server_without_ehlo_still_gets_its_mail() {
    let running = Running::new();
    let relay = Relay::start(&running, at("EHLO", Say("502 what?")));
    let provider = provider(&running, relay.port);
    assert!(provider.send(&mail("maria@example.it")).await.is_ok());
    let heard = relay.heard();
    assert_eq!(heard[1], "HELO [127.0.0.1]");
    assert_eq!(heard[2], "MAIL FROM:<avvisi@example.it>");
    assert_eq!(heard[3], "RCPT TO:<maria@example.it>");
}

#[tokio::test]
async fn a_wrong_log_in_is_ours_to_mend_and_a_right_one_is_spoken_once() {
    let running = Running::new();
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "foobar\n").unwrap();
    let relay = Relay::start(&running, |step| match step {
        step if step.starts_with("EHLO") => Some(Say("250-relay\r\n250 AUTH PLAIN LOGIN")),
        // NUL araldo NUL foobar
        "AUTH PLAIN AGFyYWxkbwBmb29iYXI=" => Some(Say("235 2.7.0 welcome")),
        step if step.starts_with("AUTH") => Some(Say("535 5.7.8 wrong")),
        _ => None,
    });
    let context = context(&running, "http://127.0.0.1:1", None);
    let toml = format!(
        "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nfrom = \"a@example.it\"\nusername = \"araldo\"\n",
        relay.port
    );
    let right = build(&context, &format!("{toml}password_file = {password:?}"));
    assert!(right.send(&mail("maria@example.it")).await.is_ok());
    assert!(right.send(&mail("maria@example.it")).await.is_ok());
    let log_ins = relay
        .heard()
        .iter()
        .filter(|line| line.starts_with("AUTH"))
        .count();
    assert_eq!(log_ins, 1);

    let wrong = build(&context, &format!("{toml}password = \"else\""));
    let refused = wrong.send(&mail("maria@example.it")).await.unwrap_err();
    assert!(
        matches!(refused, SendError::Misconfigured { .. }),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("password_file"), "{refused}");
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_at_the_start_by_name() {
    let running = Running::new();
    let context = context(&running, "http://127.0.0.1:1", None);
    let base = "kind = \"smtp\"\nhost = \"mail.example.it\"\n";
    for (toml, word) in [
        ("from = \"nobody\"", "from"),
        ("from = \"a@b.it\"\nbounces = \"x\"", "bounces"),
        ("from = \"a@b.it\"\nconnections = 0", "connections"),
        ("from = \"a@b.it\"\nusername = \"u\"", "password"),
        (
            "from = \"a@b.it\"\nusername = \"u\"\npassword = \"p\"\nsecurity = \"none\"",
            "unprotected",
        ),
        (
            "from = \"a@b.it\"\nca_file = \"/nonexistent.pem\"",
            "ca_file",
        ),
        (
            "from = \"a@b.it\"\ndkim = { domain = \"b.it\", selector = \"s\", key_file = \"/no\" }",
            "dkim",
        ),
    ] {
        let wrong = try_build(&context, &format!("{base}{toml}")).err().unwrap();
        assert!(wrong.to_string().contains(word), "{wrong}");
        assert!(wrong.to_string().starts_with("provider `relay`"), "{wrong}");
    }
}

#[tokio::test]
async fn an_sms_is_not_for_a_mail_server() {
    let running = Running::new();
    let provider = provider(&running, free_port().await);
    let refused = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(matches!(
        refused,
        SendError::Rejected {
            stage: "compose",
            ..
        }
    ));
}
