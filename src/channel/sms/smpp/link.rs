//! One connection to a centre: opened, protected, logged in to, and its PDUs in both directions.

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::error::{LinkFault, not_sent, refused};
use super::pdu::{self, Pdu, put_text};
use super::settings::SmppPlace;
use crate::channel::settings::Secret;
use crate::channel::{SendError, descriptors};

/// SMPP 3.4, as a bind request says it.
const VERSION: u8 = 0x34;
/// Sequence numbers begin again after this one (SMPP 3.4 §3.2).
const LAST_SEQUENCE: u32 = 0x7fff_ffff;
/// How long the answer to our good-bye is waited for.
const FAREWELL: Duration = Duration::from_secs(1);

/// Bytes in both directions, protected or not.
trait SmppBytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> SmppBytes for T {}

/// How to reach and enter a centre, worked out once from the settings.
pub(super) struct SmppCentre {
    pub(super) place: SmppPlace,
    /// There where the address wants it.
    pub(super) tls: Option<TlsConnector>,
    pub(super) system_id: String,
    pub(super) password: Secret,
    pub(super) system_type: String,
    pub(super) connect_timeout: Duration,
    /// For each answer, and for writing each request.
    pub(super) timeout: Duration,
}

/// Bytes that could not be written.
pub(super) struct WriteCut {
    /// The last of them had been handed over: the centre may have them all.
    pub(super) whole: bool,
    pub(super) fault: LinkFault,
}

/// A connection over which SMS may go.
pub(super) struct SmppLink {
    bytes: Box<dyn SmppBytes>,
    /// What has come and is no whole PDU yet.
    buffer: Vec<u8>,
    sequence: u32,
    timeout: Duration,
}

impl SmppLink {
    /// Connects, protects and logs in.
    pub(super) async fn bind(centre: &SmppCentre) -> Result<Self, SendError> {
        let mut link = Self {
            bytes: connect(centre).await?,
            buffer: Vec::new(),
            sequence: 0,
            timeout: centre.timeout,
        };
        let entered = timeout(centre.timeout, link.enter(centre));
        match entered.await {
            Ok(Ok(0)) => Ok(link),
            Ok(Ok(status)) => Err(refused("bind", status)),
            Ok(Err(fault)) => Err(not_sent("bind", None, fault.to_string(), None)),
            Err(_elapsed) => {
                let fault = LinkFault::Silent(centre.timeout);
                Err(not_sent("bind", None, fault.to_string(), None))
            }
        }
    }

    /// The status of the log-in.
    async fn enter(&mut self, centre: &SmppCentre) -> Result<u32, LinkFault> {
        let mut body = Vec::new();
        put_text(&mut body, &centre.system_id);
        put_text(&mut body, centre.password.expose());
        put_text(&mut body, &centre.system_type);
        body.extend([VERSION, 0, 0]);
        put_text(&mut body, ""); // address_range: whatever is for us
        let sequence = self.next_sequence();
        let request = pdu::form(pdu::BIND_TRANSCEIVER, 0, sequence, &body);
        self.say(&request).await.map_err(|cut| cut.fault)?;
        let answer = self.heard().await?;
        let is_ours = answer.sequence == sequence || answer.command == pdu::GENERIC_NACK;
        match answer.command {
            pdu::BIND_TRANSCEIVER_RESP | pdu::GENERIC_NACK if is_ours => Ok(answer.status),
            _ => Err(LinkFault::Nonsense),
        }
    }

    pub(super) const fn next_sequence(&mut self) -> u32 {
        self.sequence = if self.sequence >= LAST_SEQUENCE {
            1
        } else {
            self.sequence + 1
        };
        self.sequence
    }

    /// The next PDU. Given up half-way it loses nothing.
    pub(super) async fn heard(&mut self) -> Result<Pdu, LinkFault> {
        loop {
            if let Some(pdu) = pdu::take(&mut self.buffer)? {
                return Ok(pdu);
            }
            let mut piece = [0; 2_048];
            let count = self.bytes.read(&mut piece).await?;
            if count == 0 {
                return Err(LinkFault::Closed);
            }
            self.buffer.extend_from_slice(&piece[..count]);
        }
    }

    /// Writes one PDU. Until its last byte has been handed over the centre cannot have it.
    pub(super) async fn say(&mut self, pdu: &[u8]) -> Result<(), WriteCut> {
        let (bytes, mut whole) = (&mut self.bytes, false);
        let work = async {
            let mut written = 0;
            while written < pdu.len() {
                match bytes.write(&pdu[written..]).await? {
                    0 => return Err(LinkFault::Closed),
                    count => written += count,
                }
            }
            whole = true;
            bytes.flush().await.map_err(LinkFault::Broken)
        };
        let outcome = match timeout(self.timeout, work).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(LinkFault::Silent(self.timeout)),
        };
        outcome.map_err(|fault| WriteCut { whole, fault })
    }

    /// Ends the session in good order; nothing hangs on the answer.
    pub(super) async fn leave(mut self) {
        let sequence = self.next_sequence();
        let farewell = async {
            let request = pdu::form(pdu::UNBIND, 0, sequence, b"");
            self.say(&request).await.map_err(|cut| cut.fault)?;
            while self.heard().await?.command != pdu::UNBIND_RESP {}
            Ok::<(), LinkFault>(())
        };
        if !matches!(timeout(FAREWELL, farewell).await, Ok(Ok(()))) {
            tracing::debug!("a centre did not answer our unbind");
        }
    }
}

async fn connect(centre: &SmppCentre) -> Result<Box<dyn SmppBytes>, SendError> {
    let place = &centre.place;
    let address = (place.host.as_str(), place.port);
    let tcp = timeout(centre.connect_timeout, TcpStream::connect(address));
    let tcp = match tcp.await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(unreachable(&error)),
        Err(_elapsed) => return Err(silent(centre)),
    };
    // Without it an SMS waits for the acknowledgement of the one before.
    tcp.set_nodelay(true).map_err(|error| unreachable(&error))?;
    match &centre.tls {
        None => Ok(Box::new(tcp)),
        Some(connector) => protected(centre, connector, tcp).await,
    }
}

async fn protected(
    centre: &SmppCentre,
    connector: &TlsConnector,
    tcp: TcpStream,
) -> Result<Box<dyn SmppBytes>, SendError> {
    let host = centre.place.host.clone();
    let host = ServerName::try_from(host).map_err(|_| SendError::Misconfigured {
        detail: "`url` names a host that no certificate can carry".to_owned(),
    })?;
    let shaken = timeout(centre.connect_timeout, connector.connect(host, tcp));
    match shaken.await {
        Ok(Ok(tls)) => Ok(Box::new(tls)),
        Ok(Err(error)) => Err(wrong_certificate(&error).unwrap_or_else(|| unreachable(&error))),
        Err(_elapsed) => Err(silent(centre)),
    }
}

fn wrong_certificate(error: &io::Error) -> Option<SendError> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    match inner {
        rustls::Error::InvalidCertificate(why) => Some(SendError::Misconfigured {
            detail: format!(
                "the centre's certificate is not good ({why}); check `url` and `ca_file`"
            ),
        }),
        _ => None,
    }
}

fn unreachable(error: &io::Error) -> SendError {
    descriptors::none_left(error)
        .unwrap_or_else(|| not_sent("connect", None, format!("no connection: {error}"), None))
}

fn silent(centre: &SmppCentre) -> SendError {
    let fault = LinkFault::Silent(centre.connect_timeout);
    not_sent("connect", None, fault.to_string(), None)
}
