//! The sandbox's mail server: RFC 5321 as far as a relay needs it, with 8BITMIME, SIZE, DSN and
//! PIPELINING. It keeps the mails in the `World` and has no way out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::faults::MailFault;
use super::mail::Mail;
use super::world::{Body, World};
use crate::runtime::Lifecycle;

/// Octets of one mail at most.
const MAX_MAIL: usize = 10_000_000;
/// Octets of one command line at most.
const MAX_LINE: u64 = 4_096;
/// How long a client may say nothing (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_mins(5);
/// How long a slow mailbox takes.
const SLOW: Duration = Duration::from_secs(3);

/// Answers whoever connects, until the daemon stops.
pub(super) async fn serve(listener: TcpListener, world: Arc<World>, lifecycle: Lifecycle) {
    let stopping = lifecycle.stopping();
    tokio::pin!(stopping);
    loop {
        let accepted = tokio::select! {
            () = &mut stopping => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (world, ours) = (Arc::clone(&world), lifecycle.clone());
                lifecycle.spawn("sandbox-smtp", async move {
                    tokio::select! {
                        () = ours.stopping() => {}
                        outcome = converse(stream, &world) => log_end(outcome),
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox's mail server cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn log_end(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection to the sandbox's mail server broke");
    }
}

async fn converse(stream: TcpStream, world: &World) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reading, writing) = stream.into_split();
    let mut session = Session {
        reader: BufReader::with_capacity(16_384, reading),
        writer: writing,
        answers: Vec::new(),
        line: Vec::new(),
        sender: None,
        recipient: None,
    };
    session.say("220 sandbox ESMTP Araldo");
    while session.step(world).await? {}
    session.flush().await
}

struct Session {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    /// Answers not yet sent: they wait while more commands have already come (RFC 2920 §3.2).
    answers: Vec<u8>,
    line: Vec<u8>,
    sender: Option<String>,
    recipient: Option<String>,
}

impl Session {
    /// Takes one command; `false` ends the session.
    async fn step(&mut self, world: &World) -> io::Result<bool> {
        if self.reader.buffer().is_empty() {
            self.flush().await?;
        }
        if !self.read_line().await? {
            return Ok(false);
        }
        let line = String::from_utf8_lossy(&self.line).into_owned();
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.say(
                "250-sandbox\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250-8BITMIME\r\n\
                 250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN",
            ),
            "HELO" => self.say("250 sandbox"),
            "MAIL" => self.mail(line),
            "RCPT" => self.rcpt(line, world),
            "DATA" => return self.data(world).await,
            "RSET" => {
                (self.sender, self.recipient) = (None, None);
                self.say("250 2.0.0 Ok");
            }
            "NOOP" => self.say("250 2.0.0 Ok"),
            "QUIT" => {
                self.say("221 2.0.0 Bye");
                return Ok(false);
            }
            _ => self.say("502 5.5.2 Not implemented"),
        }
        Ok(true)
    }

    fn mail(&mut self, line: &str) {
        match path_of(line) {
            Some(sender) => {
                self.sender = Some(sender);
                self.recipient = None;
                self.say("250 2.1.0 Ok");
            }
            None => self.say("501 5.5.4 Syntax: MAIL FROM:<address>"),
        }
    }

    fn rcpt(&mut self, line: &str, world: &World) {
        if self.sender.is_none() {
            return self.say("503 5.5.1 MAIL first");
        }
        if self.recipient.is_some() {
            return self.say("452 4.5.3 One recipient at a time");
        }
        let Some(recipient) = path_of(line).filter(|path| path.contains('@')) else {
            return self.say("501 5.1.3 Syntax: RCPT TO:<address>");
        };
        match MailFault::of(&recipient) {
            Some(MailFault::Bounce) => {
                world.count_refused();
                self.say("550 5.1.1 No such mailbox");
            }
            Some(MailFault::Defer) if world.defers(&recipient) => {
                world.count_refused();
                self.say("450 4.2.0 The mailbox is busy, try again later");
            }
            _ => {
                self.recipient = Some(recipient);
                self.say("250 2.1.5 Ok");
            }
        }
    }

    async fn data(&mut self, world: &World) -> io::Result<bool> {
        let (Some(sender), Some(recipient)) = (self.sender.take(), self.recipient.take()) else {
            self.say("503 5.5.1 RCPT first");
            return Ok(true);
        };
        self.say("354 End with a dot on a line of its own");
        self.flush().await?;
        let Some(raw) = self.read_mail().await? else {
            self.say("552 5.3.4 Too big");
            return Ok(true);
        };
        let fault = MailFault::of(&recipient);
        if fault == Some(MailFault::Slow) {
            tokio::time::sleep(SLOW).await;
        }
        let mail = Mail::parse(&raw);
        let reference = mail.header("Message-ID").map(ToOwned::to_owned);
        let id = world.receive(&recipient, &sender, Body::Mail(mail), reference.as_deref());
        if fault == Some(MailFault::Drop) {
            world.count_answer_lost();
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.say(&format!("250 2.0.0 Ok: queued as sandbox-{id}"));
        Ok(true)
    }

    /// The mail without its dots; `None` when it is too big, after reading it to its end.
    async fn read_mail(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::with_capacity(8_192);
        let mut too_big = false;
        // A line longer than the buffer comes in pieces; only its first may carry a dot.
        let mut begins = true;
        loop {
            if !self.read_line().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if begins && self.line == b".\r\n" {
                return Ok((!too_big).then_some(raw));
            }
            let line = match self.line.strip_prefix(b".") {
                Some(undotted) if begins => undotted,
                _ => &self.line,
            };
            begins = self.line.ends_with(b"\n");
            too_big |= raw.len() + line.len() > MAX_MAIL;
            if !too_big {
                raw.extend_from_slice(line);
            }
        }
    }

    /// One line with its line break, or as much as fits; `false` at the end.
    async fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut limited = (&mut self.reader).take(MAX_LINE);
        let reading = limited.read_until(b'\n', &mut self.line);
        match timeout(PATIENCE, reading).await {
            Ok(read) => Ok(read? > 0),
            Err(_elapsed) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn say(&mut self, answer: &str) {
        self.answers.extend_from_slice(answer.as_bytes());
        self.answers.extend_from_slice(b"\r\n");
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.writer.write_all(&self.answers).await?;
        self.answers.clear();
        Ok(())
    }
}

/// What stands between the angle brackets.
fn path_of(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    Some(path.to_owned())
}
