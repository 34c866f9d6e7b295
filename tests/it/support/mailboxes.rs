//! Mailboxes that tell the truth: an SMTP server that takes every mail and counts, for each
//! address, how often the final dot came. It runs on a thread of its own, so that nothing a test
//! does holds it up, and answers as slowly as the test says.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};

/// A server of its own for one test.
pub(crate) struct Mailboxes {
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    arrived: Mutex<HashMap<String, u64>>,
    total: AtomicU64,
    slowness_ms: AtomicU64,
}

impl Mailboxes {
    /// Starts one that answers each mail after `slowness_ms` milliseconds. It ends with the
    /// test process.
    pub(crate) fn open(slowness_ms: u64) -> Self {
        let kept = Arc::new(Kept::default());
        kept.slowness_ms.store(slowness_ms, Ordering::SeqCst);
        let (sender, port) = mpsc::channel();
        let keeping = Arc::clone(&kept);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(serve(keeping, sender));
        });
        Self {
            port: port.recv().expect("it listens"),
            kept,
        }
    }

    /// Mails taken so far.
    pub(crate) fn total(&self) -> u64 {
        self.kept.total.load(Ordering::SeqCst)
    }

    /// How many mails came for each address.
    pub(crate) fn arrived(&self) -> HashMap<String, u64> {
        self.kept.arrived.lock().unwrap().clone()
    }

    /// From now on it answers each mail after so long.
    pub(crate) fn slow_down(&self, slowness_ms: u64) {
        self.kept.slowness_ms.store(slowness_ms, Ordering::SeqCst);
    }
}

async fn serve(kept: Arc<Kept>, port: mpsc::Sender<u16>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    port.send(listener.local_addr().expect("an address").port())
        .expect("the test waits");
    let mut conversations = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let kept = Arc::clone(&kept);
        conversations.spawn(async move {
            // A client that was killed hangs up anywhere: that is what is tested.
            converse(stream, &kept).await.ok();
        });
    }
}

async fn converse(stream: TcpStream, kept: &Kept) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufStream::new(stream);
    stream.write_all(b"220 town.example\r\n").await?;
    stream.flush().await?;
    let (mut line, mut recipients) = (String::new(), Vec::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-town.example\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
            "MAIL" => {
                recipients.clear();
                b"250 ok\r\n"
            }
            "RCPT" => {
                recipients.extend(address(&line));
                b"250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                stream.flush().await?;
                if !read_mail(&mut stream).await? {
                    return Ok(());
                }
                take(kept, &recipients).await;
                b"250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return stream.flush().await;
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
        stream.flush().await?;
    }
}

fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}

/// Reads up to the final dot. False: the client hung up before it.
async fn read_mail(stream: &mut BufStream<TcpStream>) -> std::io::Result<bool> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(false);
        }
        if line == b".\r\n" {
            return Ok(true);
        }
    }
}

/// The mail is there from the dot on, whether or not the answer arrives.
async fn take(kept: &Kept, recipients: &[String]) {
    {
        let mut arrived = kept.arrived.lock().unwrap();
        for address in recipients {
            *arrived.entry(address.clone()).or_default() += 1;
        }
    }
    kept.total.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(
        kept.slowness_ms.load(Ordering::SeqCst),
    ))
    .await;
}
