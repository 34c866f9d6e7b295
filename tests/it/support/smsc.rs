//! An SMS centre that speaks SMPP 3.4: binds, checks the password, answers as a test says, delivers
//! reports and texts, and misbehaves where it is told to. Its bytes are put together here, apart from
//! those of the provider that it judges.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use araldo::runtime::Lifecycle;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::patience::until;

const PASSWORD: &str = "s3cret";
const GENERIC_NACK: u32 = 0x8000_0000;
const DELIVER_SM: u32 = 5;

/// A `submit_sm` as it came.
#[derive(Debug, Clone)]
pub(crate) struct Submitted {
    /// The whole PDU.
    pub(crate) bytes: Vec<u8>,
    pub(crate) to: String,
    pub(crate) esm_class: u8,
    pub(crate) reported: bool,
    /// With the header of a part.
    pub(crate) text: Vec<u8>,
}

/// What it does with one.
#[derive(Debug, Clone)]
pub(crate) enum SmscSays {
    /// Takes it, under the name of its number, in hexadecimal digits.
    Take,
    /// Takes it under this name.
    Name(&'static str),
    Refuse(u32),
    Nothing,
    /// Closes the connection.
    Cut,
    /// Sends these bytes in the place of an answer.
    Bytes(Vec<u8>),
    /// The same, and closes the connection.
    Last(Vec<u8>),
}

type Answers = dyn Fn(&Submitted, usize) -> SmscSays + Send + Sync;

struct Inside {
    answers: Box<Answers>,
    submitted: Mutex<Vec<Submitted>>,
    /// Each log-in as it came.
    binds: Mutex<Vec<Vec<u8>>>,
    /// How it was answered what it delivered, by its sequence numbers.
    delivered: Mutex<BTreeMap<u32, u32>>,
    /// Of what it sent that is not SMPP.
    nacks: Mutex<Vec<u32>>,
    lines: Mutex<Vec<mpsc::UnboundedSender<Vec<u8>>>>,
    sequence: AtomicU32,
    enquiries: AtomicUsize,
    unbinds: AtomicUsize,
    /// It answers no question whether it is there.
    deaf: AtomicBool,
}

/// A running centre; ends when dropped.
pub(crate) struct Smsc {
    pub(crate) port: u16,
    inside: Arc<Inside>,
    serving: Lifecycle,
}

impl Smsc {
    /// `answers` hears each `submit_sm`, and the how-manieth it is.
    pub(crate) async fn open(
        answers: impl Fn(&Submitted, usize) -> SmscSays + Send + Sync + 'static,
    ) -> Self {
        let inside = Arc::new(Inside {
            answers: Box::new(answers),
            submitted: Mutex::default(),
            binds: Mutex::default(),
            delivered: Mutex::default(),
            nacks: Mutex::default(),
            lines: Mutex::default(),
            sequence: AtomicU32::new(1_000),
            enquiries: AtomicUsize::new(0),
            unbinds: AtomicUsize::new(0),
            deaf: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = Lifecycle::new();
        let (of_lines, own) = (serving.clone(), Arc::clone(&inside));
        serving.spawn("smsc", async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inside = Arc::clone(&own);
                of_lines.spawn("smsc line", async move {
                    // How it ends is what the test looks at.
                    converse(&inside, stream).await.ok();
                });
            }
        });
        Self {
            port,
            inside,
            serving,
        }
    }

    /// One that takes everything.
    pub(crate) async fn taking() -> Self {
        Self::open(|_, _| SmscSays::Take).await
    }

    /// The keys of a provider that leads here.
    pub(crate) fn settings(&self, more: &str) -> String {
        format!(
            "kind = \"smpp\"\nurl = \"smpp://127.0.0.1:{}\"\nsystem_id = \"araldo\"\n\
             password = \"{PASSWORD}\"\nsource = \"ARALDO\"\n{more}\n",
            self.port
        )
    }

    /// What came, the oldest first.
    pub(crate) fn submitted(&self) -> Vec<Submitted> {
        self.inside.submitted.lock().unwrap().clone()
    }

    /// Log-ins that were taken and refused, as they came.
    pub(crate) fn binds(&self) -> Vec<Vec<u8>> {
        self.inside.binds.lock().unwrap().clone()
    }

    /// What it was told of bytes that are not SMPP.
    pub(crate) fn nacks(&self) -> Vec<u32> {
        self.inside.nacks.lock().unwrap().clone()
    }

    /// How many of its deliveries were answered, by whatever status.
    pub(crate) fn answered(&self) -> usize {
        self.inside.delivered.lock().unwrap().len()
    }

    pub(crate) fn enquiries(&self) -> usize {
        self.inside.enquiries.load(Ordering::SeqCst)
    }

    pub(crate) fn unbinds(&self) -> usize {
        self.inside.unbinds.load(Ordering::SeqCst)
    }

    /// From now on it does not say that it is there.
    pub(crate) fn fall_silent(&self) {
        self.inside.deaf.store(true, Ordering::SeqCst);
    }

    /// Sends bytes over every connection.
    pub(crate) fn say(&self, bytes: &[u8]) {
        for line in &*self.inside.lines.lock().unwrap() {
            // A connection that has ended hears nothing.
            line.send(bytes.to_vec()).ok();
        }
    }

    /// Delivers something over the newest connection; how it is answered. None where none stands, or it ends
    /// before the answer.
    pub(crate) async fn bring(&self, body: &[u8]) -> Option<u32> {
        let line = self.inside.lines.lock().unwrap().last().cloned()?;
        let sequence = self.inside.sequence.fetch_add(1, Ordering::SeqCst);
        line.send(pdu(DELIVER_SM, 0, sequence, body)).ok()?;
        until(async || {
            let status = self
                .inside
                .delivered
                .lock()
                .unwrap()
                .get(&sequence)
                .copied();
            match status {
                None if !line.is_closed() => Err(format!("delivery {sequence} is not answered")),
                status => Ok(status),
            }
        })
        .await
    }

    /// Delivers something over the newest connection; how it is answered.
    pub(crate) async fn deliver(&self, body: &[u8]) -> u32 {
        let sequence = self.inside.sequence.fetch_add(1, Ordering::SeqCst);
        let line = until(async || {
            let lines = self.inside.lines.lock().unwrap();
            let open = lines.iter().rev().find(|line| !line.is_closed()).cloned();
            open.ok_or_else(|| "nobody is bound".to_owned())
        });
        line.await.send(pdu(DELIVER_SM, 0, sequence, body)).unwrap();
        until(async || {
            let delivered = self.inside.delivered.lock().unwrap();
            let status = delivered.get(&sequence).copied();
            status.ok_or_else(|| format!("delivery {sequence} is not answered"))
        })
        .await
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A whole PDU.
pub(crate) fn pdu(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let head = [length, command, status, sequence].map(u32::to_be_bytes);
    [head.concat().as_slice(), body].concat()
}

/// The body of a delivery from a handset. `parameters`: optional ones, as bytes.
pub(crate) fn delivery(from: &str, esm_class: u8, text: &[u8], parameters: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 1, 1];
    body.extend(from.trim_start_matches('+').as_bytes());
    body.extend([0, 5, 0]);
    body.extend(b"ARALDO\0");
    body.extend([esm_class, 0, 0, 0, 0, 0, 0, 1, 0]);
    body.push(u8::try_from(text.len()).unwrap());
    body.extend(text);
    body.extend(parameters);
    body
}

/// The body of a report.
pub(crate) fn report(from: &str, text: &str) -> Vec<u8> {
    delivery(from, 0x04, text.as_bytes(), b"")
}

/// An optional parameter.
pub(crate) fn parameter(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    let head = [tag.to_be_bytes(), length.to_be_bytes()].concat();
    [head.as_slice(), value].concat()
}

/// A provider's connection, until either side ends it.
async fn converse(inside: &Inside, mut stream: TcpStream) -> std::io::Result<()> {
    let (line, mut said) = mpsc::unbounded_channel::<Vec<u8>>();
    let mut buffer = Vec::new();
    loop {
        while let Some(whole) = split(&mut buffer) {
            let goes_on = hear(inside, &mut stream, &line, &whole).await?;
            if !goes_on {
                return Ok(());
            }
        }
        let mut piece = [0; 4_096];
        tokio::select! {
            count = stream.read(&mut piece) => match count? {
                0 => return Ok(()),
                count => buffer.extend_from_slice(&piece[..count]),
            },
            Some(bytes) = said.recv() => stream.write_all(&bytes).await?,
        }
    }
}

/// False: the connection is to be closed.
async fn hear(
    inside: &Inside,
    stream: &mut TcpStream,
    line: &mpsc::UnboundedSender<Vec<u8>>,
    whole: &[u8],
) -> std::io::Result<bool> {
    let (command, status, sequence) = (number(whole, 4), number(whole, 8), number(whole, 12));
    let body = &whole[16..];
    match command {
        0x09 => {
            inside.binds.lock().unwrap().push(whole.to_vec());
            let fields: Vec<&[u8]> = body.split(|octet| *octet == 0).collect();
            let right = fields[0] == b"araldo" && fields[1] == PASSWORD.as_bytes();
            let status = if right { 0 } else { 0x0e };
            if right {
                inside.lines.lock().unwrap().push(line.clone());
            }
            let answer = pdu(0x8000_0009, status, sequence, b"SMSC\0");
            stream.write_all(&answer).await?;
        }
        0x04 => return submit(inside, stream, whole, sequence).await,
        0x06 => {
            inside.unbinds.fetch_add(1, Ordering::SeqCst);
            let answer = pdu(0x8000_0006, 0, sequence, b"");
            stream.write_all(&answer).await?;
            return Ok(false);
        }
        0x15 => {
            inside.enquiries.fetch_add(1, Ordering::SeqCst);
            if !inside.deaf.load(Ordering::SeqCst) {
                let answer = pdu(0x8000_0015, 0, sequence, b"");
                stream.write_all(&answer).await?;
            }
        }
        0x8000_0005 | 0x8000_0015 => {
            inside.delivered.lock().unwrap().insert(sequence, status);
        }
        GENERIC_NACK => inside.nacks.lock().unwrap().push(status),
        other => panic!("the provider said 0x{other:08x}"),
    }
    Ok(true)
}

async fn submit(
    inside: &Inside,
    stream: &mut TcpStream,
    whole: &[u8],
    sequence: u32,
) -> std::io::Result<bool> {
    let submitted = read(whole);
    let count = {
        let mut all = inside.submitted.lock().unwrap();
        all.push(submitted.clone());
        all.len()
    };
    let (answer, goes_on) = match (inside.answers)(&submitted, count) {
        SmscSays::Take => {
            let name = format!("{count:08X}\0");
            (pdu(0x8000_0004, 0, sequence, name.as_bytes()), true)
        }
        SmscSays::Name(name) => {
            let name = format!("{name}\0");
            (pdu(0x8000_0004, 0, sequence, name.as_bytes()), true)
        }
        SmscSays::Refuse(status) => (pdu(0x8000_0004, status, sequence, b""), true),
        SmscSays::Nothing => (Vec::new(), true),
        SmscSays::Cut => (Vec::new(), false),
        SmscSays::Bytes(bytes) => (bytes, true),
        SmscSays::Last(bytes) => (bytes, false),
    };
    stream.write_all(&answer).await?;
    Ok(goes_on)
}

/// By the layout of SMPP 3.4 §4.4.1.
fn read(whole: &[u8]) -> Submitted {
    let end = |from: usize| from + whole[from..].iter().position(|octet| *octet == 0).unwrap();
    let service = end(16);
    let source = end(service + 3);
    let to = end(source + 3);
    let esm_class = whole[to + 1];
    let validity = end(to + 5);
    Submitted {
        bytes: whole.to_vec(),
        to: String::from_utf8(whole[source + 3..to].to_vec()).unwrap(),
        esm_class,
        reported: whole[validity + 1] == 1,
        text: whole[validity + 6..].to_vec(),
    }
}

fn split(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = (buffer.len() >= 4).then(|| number(buffer, 0))?;
    let length = usize::try_from(length).unwrap();
    assert!((16..=1_024).contains(&length), "a PDU of {length} octets");
    (buffer.len() >= length).then(|| buffer.drain(..length).collect())
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}
