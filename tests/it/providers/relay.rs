//! A mail server that does as the test says at each step.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::TcpListener;

use super::Running;

/// What the server does at a step.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Answers.
    Say(&'static str),
    /// Answers nothing and waits.
    Wait,
    /// Closes the connection.
    HangUp,
    /// Answers, then closes the connection.
    SayAndHangUp(&'static str),
}

pub(super) use Act::{HangUp, Say, SayAndHangUp, Wait};

/// A running server and what it heard.
pub(super) struct Relay {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Relay {
    /// `script` is asked at `220` (the greeting), at each command, and at `.` (the end of the
    /// mail); `None` means: as a good server.
    pub(super) async fn start(
        running: &Running,
        script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let connections = Arc::<Mutex<usize>>::default();
        let (script, lifecycle) = (Arc::new(script), running.0.clone());
        let (hearing, counting) = (Arc::clone(&heard), Arc::clone(&connections));
        running.0.spawn("relay", async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *counting.lock().unwrap() += 1;
                let (script, hearing) = (Arc::clone(&script), Arc::clone(&hearing));
                lifecycle.spawn("relay connection", async move {
                    converse(stream, &*script, &hearing).await;
                });
            }
        });
        Self {
            port,
            heard,
            connections,
        }
    }

    /// Every command so far.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// Plays the server on one connection.
pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &(dyn Fn(&str) -> Option<Act> + Send + Sync),
    heard: &Mutex<Vec<String>>,
) {
    let mut stream = BufStream::new(stream);
    let mut step = "220".to_owned();
    loop {
        let act = script(&step).unwrap_or_else(|| usual(&step));
        let (answer, ends) = match act {
            Say(answer) => (Some(answer), false),
            Wait => (None, false),
            HangUp => (None, true),
            SayAndHangUp(answer) => (Some(answer), true),
        };
        if let Some(answer) = answer
            && (stream.write_all(answer.as_bytes()).await.is_err()
                || stream.write_all(b"\r\n").await.is_err()
                || stream.flush().await.is_err())
        {
            return;
        }
        if ends {
            return;
        }
        let in_mail = step == "DATA" && answer.is_some_and(|answer| answer.starts_with("354"));
        let Some(next) = next_step(&mut stream, in_mail).await else {
            return;
        };
        heard.lock().unwrap().push(next.clone());
        step = next;
    }
}

/// A command, or `.` after a whole mail.
async fn next_step(
    stream: &mut BufStream<impl AsyncRead + AsyncWrite + Unpin>,
    in_mail: bool,
) -> Option<String> {
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if !in_mail || line == b".\r\n" {
            return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    }
}

fn usual(step: &str) -> Act {
    match step.split(' ').next().unwrap_or_default() {
        "220" => Say("220 relay.example ESMTP"),
        "EHLO" => Say("250-relay.example\r\n250-8BITMIME\r\n250 DSN"),
        "DATA" => Say("354 go on"),
        "." => Say("250 2.0.0 Ok: queued as 4F3A12"),
        "QUIT" => SayAndHangUp("221 bye"),
        _ => Say("250 ok"),
    }
}
