//! A mail server with manners of its own: how many connections it bears, what it says to whom, how
//! long it takes, and when it hangs up. It counts what it is asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use araldo::runtime::Lifecycle;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Where a conversation is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment<'a> {
    /// Somebody logs in or names the sender.
    Mail,
    /// A recipient is named, for the so-manieth time (1 for the first).
    Rcpt(&'a str, usize),
    /// The first line of a mail to this recipient has come.
    Body(&'a str),
    /// A whole mail has come.
    Dot,
}

/// What the server does then.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// As a good server.
    Usual,
    Say(&'static str),
    HangUp,
}

type Manners = dyn Fn(Moment<'_>) -> Act + Send + Sync;

/// A running server and what it saw.
pub(crate) struct Peer {
    pub(crate) port: u16,
    seen: Arc<Seen>,
    lifecycle: Lifecycle,
}

struct Seen {
    manners: Box<Manners>,
    /// How long a mail takes.
    latency: Duration,
    /// Connections it bears.
    most: usize,
    /// It hangs up on everybody.
    away: AtomicBool,
    /// It behaves as a good server, whatever its manners.
    mended: AtomicBool,
    open: AtomicUsize,
    tried: AtomicUsize,
    refused: AtomicUsize,
    asked: Mutex<HashMap<String, Vec<Instant>>>,
    taken: Mutex<HashMap<String, Vec<Instant>>>,
}

impl Peer {
    /// A server that bears `most` connections and takes `latency` for a mail.
    pub(crate) async fn start(
        most: usize,
        latency: Duration,
        manners: impl Fn(Moment<'_>) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen {
            manners: Box::new(manners),
            latency,
            most,
            away: AtomicBool::default(),
            mended: AtomicBool::default(),
            open: AtomicUsize::default(),
            tried: AtomicUsize::default(),
            refused: AtomicUsize::default(),
            asked: Mutex::default(),
            taken: Mutex::default(),
        });
        let lifecycle = Lifecycle::new();
        let (here, within) = (Arc::clone(&seen), lifecycle.clone());
        lifecycle.spawn("peer", async move {
            while let Ok((stream, _)) = listener.accept().await {
                let here = Arc::clone(&here);
                within.spawn("peer connection", async move { here.receive(stream).await });
            }
        });
        Self {
            port,
            seen,
            lifecycle,
        }
    }

    /// The settings of a node that sends its mail here.
    pub(crate) fn settings(&self, connections: usize) -> String {
        format!(
            "[channels]\nsms = [\"sandbox-sms\"]\nemail = [\"relay\"]\n[provider.relay]\n\
             kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nfrom = \"a@town.example\"\n\
             connections = {connections}\n",
            self.port
        )
    }

    pub(crate) fn go_away(&self, away: bool) {
        self.seen.away.store(away, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.seen.mended.store(true, Ordering::SeqCst);
    }

    /// How many connections were tried, and how many of them refused.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let count = |number: &AtomicUsize| number.load(Ordering::SeqCst);
        (count(&self.seen.tried), count(&self.seen.refused))
    }

    /// When each recipient was named.
    pub(crate) fn asked(&self) -> HashMap<String, Vec<Instant>> {
        self.seen.asked.lock().unwrap().clone()
    }

    /// When each recipient's mails were taken.
    pub(crate) fn taken(&self) -> HashMap<String, Vec<Instant>> {
        self.seen.taken.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

impl Seen {
    async fn receive(&self, mut stream: TcpStream) {
        self.tried.fetch_add(1, Ordering::SeqCst);
        if self.away.load(Ordering::SeqCst) {
            return;
        }
        if self.open.fetch_add(1, Ordering::SeqCst) >= self.most {
            self.open.fetch_sub(1, Ordering::SeqCst);
            self.refused.fetch_add(1, Ordering::SeqCst);
            let said = stream
                .write_all(b"421 4.7.0 Too many connections\r\n")
                .await;
            return drop(said);
        }
        // Whatever broke it, the connection is over.
        drop(self.converse(stream).await);
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        // Nagle's algorithm is on and each answer is a write of its own: the worst of peers.
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 peer.example ESMTP\r\n").await?;
        let (mut line, mut recipient) = (String::new(), String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 || self.away.load(Ordering::SeqCst) {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let (act, usual) = match verb.as_str() {
                "EHLO" => (
                    Act::Usual,
                    "250-peer.example\r\n250-PIPELINING\r\n250 8BITMIME",
                ),
                "MAIL" => (self.act(Moment::Mail), "250 2.1.0 Ok"),
                "RCPT" => {
                    recipient = address(&line);
                    let times = note(&self.asked, &recipient);
                    (self.act(Moment::Rcpt(&recipient, times)), "250 2.1.5 Ok")
                }
                "DATA" if recipient.is_empty() => (Act::Usual, "503 5.5.1 RCPT first"),
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let to = std::mem::take(&mut recipient);
                    match self.take(&mut stream, &to).await? {
                        Some(act) => (act, "250 2.0.0 Ok: queued as 1"),
                        None => return Ok(()),
                    }
                }
                _ => (Act::Usual, "250 2.0.0 Ok"),
            };
            let answer = match act {
                Act::Usual => usual,
                Act::Say(answer) => answer,
                Act::HangUp => return Ok(()),
            };
            if verb == "RCPT" && !answer.starts_with('2') {
                recipient.clear();
            }
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    /// Reads a mail. None: hangs up in the middle.
    async fn take(
        &self,
        stream: &mut BufReader<TcpStream>,
        to: &str,
    ) -> std::io::Result<Option<Act>> {
        let mut line = String::new();
        let mut begins = true;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            if std::mem::take(&mut begins) && matches!(self.act(Moment::Body(to)), Act::HangUp) {
                return Ok(None);
            }
            if line == ".\r\n" {
                break;
            }
        }
        tokio::time::sleep(self.latency).await;
        let act = self.act(Moment::Dot);
        if !matches!(act, Act::Say(refusal) if !refusal.starts_with('2')) {
            note(&self.taken, to);
        }
        Ok(Some(act))
    }

    fn act(&self, moment: Moment<'_>) -> Act {
        if self.mended.load(Ordering::SeqCst) {
            Act::Usual
        } else {
            (self.manners)(moment)
        }
    }
}

fn note(list: &Mutex<HashMap<String, Vec<Instant>>>, address: &str) -> usize {
    let mut list = list.lock().unwrap();
    let times = list.entry(address.to_owned()).or_default();
    times.push(Instant::now());
    times.len()
}

fn address(line: &str) -> String {
    let rest = line.split_once('<').map_or("", |(_, rest)| rest);
    rest.split('>').next().unwrap_or_default().to_owned()
}
