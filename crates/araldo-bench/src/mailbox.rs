//! A mail server that notes who got a mail and when: at the last byte of the mail, before it
//! answers. RFC 5321 as far as a relay needs it, with 8BITMIME and PIPELINING. It forgets the
//! mails themselves. `smtp-sink` takes more load but says neither who nor when.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

use araldo::runtime::Lifecycle;

/// How often it is looked whether everything came.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The times at which mails came, by recipient.
type Seen = HashMap<String, Vec<Instant>>;

/// A mail server of our own on a port of this machine.
#[derive(Clone)]
pub(super) struct Mailbox {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Mailbox {
    /// Opens it; it ends with `lifecycle`.
    pub(super) async fn open(lifecycle: &Lifecycle) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port is free")?;
        let mailbox = Self {
            port: listener.local_addr()?.port(),
            seen: Arc::default(),
        };
        lifecycle.spawn(
            "bench-mailbox",
            serve(listener, mailbox.clone(), lifecycle.clone()),
        );
        Ok(mailbox)
    }

    /// When the first mail to `recipient` came.
    pub(super) fn first(&self, recipient: &str) -> Option<Instant> {
        self.seen().get(recipient)?.first().copied()
    }

    /// How many recipients there are, and how many mails they got.
    pub(super) fn counts(&self) -> (usize, usize) {
        let seen = self.seen();
        (seen.len(), seen.values().map(Vec::len).sum())
    }

    /// Waits for the first mail to `recipient`.
    pub(super) async fn wait(&self, recipient: &str, longest: Duration) -> anyhow::Result<Instant> {
        let start = Instant::now();
        loop {
            if let Some(at) = self.first(recipient) {
                return Ok(at);
            }
            if start.elapsed() > longest {
                bail!("a mail did not come within {} s", longest.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub(super) fn forget(&self) {
        self.seen().clear();
    }

    fn note(&self, recipient: String) {
        let at = Instant::now();
        self.seen().entry(recipient).or_default().push(at);
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: TcpListener, mailbox: Mailbox, lifecycle: Lifecycle) {
    let stopping = lifecycle.stopping();
    tokio::pin!(stopping);
    loop {
        let accepted = tokio::select! {
            () = &mut stopping => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { return };
        let (mailbox, ours) = (mailbox.clone(), lifecycle.clone());
        lifecycle.spawn("bench-mailbox-talk", async move {
            tokio::select! {
                () = ours.stopping() => {}
                ended = talk(stream, &mailbox) => if let Err(error) = ended {
                    tracing::debug!(error = %error, "a connection to the measurement's mailbox broke");
                }
            }
        });
    }
}

async fn talk(stream: TcpStream, mailbox: &Mailbox) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::with_capacity(32 * 1_024, reading);
    writing.write_all(b"220 bench ESMTP\r\n").await?;
    let (mut line, mut recipient, mut answers) = (Vec::new(), String::new(), Vec::new());
    loop {
        if reading.buffer().is_empty() {
            flush(&mut writing, &mut answers).await?;
        }
        line.clear();
        if reading.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_slice() {
            b"EHLO" => {
                b"250-bench\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
            }
            b"RCPT" => {
                recipient = address(&line);
                b"250 2.1.5 Ok\r\n"
            }
            b"DATA" => {
                answers.extend_from_slice(b"354 go on\r\n");
                flush(&mut writing, &mut answers).await?;
                swallow(&mut reading, &mut line).await?;
                mailbox.note(std::mem::take(&mut recipient));
                b"250 2.0.0 Ok\r\n"
            }
            b"QUIT" => return writing.write_all(b"221 2.0.0 Bye\r\n").await,
            _ => b"250 2.0.0 Ok\r\n",
        };
        answers.extend_from_slice(answer);
    }
}

/// Reads a mail to its end (RFC 5321 §4.1.1.4).
async fn swallow<R: tokio::io::AsyncBufRead + Unpin>(
    reading: &mut R,
    line: &mut Vec<u8>,
) -> std::io::Result<()> {
    loop {
        line.clear();
        if reading.read_until(b'\n', line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_slice() == b".\r\n" {
            return Ok(());
        }
    }
}

async fn flush(writing: &mut OwnedWriteHalf, answers: &mut Vec<u8>) -> std::io::Result<()> {
    if !answers.is_empty() {
        writing.write_all(answers).await?;
        answers.clear();
    }
    Ok(())
}

/// What stands between `<` and `>`.
fn address(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside
        .map(|(address, _)| address.to_owned())
        .unwrap_or_default()
}
