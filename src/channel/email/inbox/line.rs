//! The connection to an IMAP server: opened, protected as the settings want it, greeted.

use std::time::Duration;

use async_imap::Client;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{ImapSettings, MailboxFault};
use crate::channel::email::smtp::Security;
use crate::channel::email::smtp::tls::connector;
use crate::text::sanitize;

/// For the connection and for the handshake, each.
const CONNECT: Duration = Duration::from_secs(30);

/// Bytes in both directions, protected or not.
pub(super) trait ImapBytes: AsyncRead + AsyncWrite + std::fmt::Debug + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + std::fmt::Debug + Unpin + Send> ImapBytes for T {}

pub(super) type ImapLine = Box<dyn ImapBytes>;

/// A server that has greeted us and waits for a log-in.
pub(super) async fn open(
    name: &str,
    settings: &ImapSettings,
) -> Result<Client<ImapLine>, MailboxFault> {
    let tcp: ImapLine = Box::new(connect(settings).await?);
    match settings.effective_security() {
        Security::None => greeted(settings, tcp).await,
        Security::Tls => greeted(settings, protected(name, settings, tcp).await?).await,
        Security::StartTls => {
            let mut client = greeted(settings, tcp).await?;
            let asked = client.run_command_and_check_ok("STARTTLS", None);
            within(settings, asked).await?;
            let line = protected(name, settings, client.into_inner()).await?;
            // After the handshake nobody greets again (RFC 2595 §3).
            Ok(Client::new(line))
        }
    }
}

async fn connect(settings: &ImapSettings) -> Result<TcpStream, MailboxFault> {
    let address = (settings.host.as_str(), settings.effective_port());
    let tcp = within(settings, TcpStream::connect(address)).await?;
    tcp.set_nodelay(true)
        .map_err(|error| unreachable(settings, &error))?;
    Ok(tcp)
}

async fn greeted(
    settings: &ImapSettings,
    line: ImapLine,
) -> Result<Client<ImapLine>, MailboxFault> {
    let mut client = Client::new(line);
    match within(settings, client.read_response()).await? {
        Some(_greeting) => Ok(client),
        None => Err(unreachable(settings, &"it hung up before it greeted")),
    }
}

async fn protected(
    inbox: &str,
    settings: &ImapSettings,
    line: ImapLine,
) -> Result<ImapLine, MailboxFault> {
    let wrong = MailboxFault::Settings;
    let connector = connector(inbox, settings.ca_file.as_deref())
        .map_err(|error| wrong(error.problems().join("; ")))?;
    let host = ServerName::try_from(settings.host.clone()).map_err(|_| {
        wrong(format!(
            "`{}` is no name a certificate can carry",
            settings.host
        ))
    })?;
    let tls = within(settings, connector.connect(host, line)).await?;
    Ok(Box::new(tls))
}

async fn within<T, E: std::fmt::Display>(
    settings: &ImapSettings,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, MailboxFault> {
    match timeout(CONNECT, work).await {
        Ok(done) => done.map_err(|error| unreachable(settings, &error)),
        Err(_elapsed) => Err(unreachable(settings, &"no answer within 30 s")),
    }
}

fn unreachable(settings: &ImapSettings, why: &dyn std::fmt::Display) -> MailboxFault {
    MailboxFault::Unreachable {
        host: settings.host.clone(),
        port: settings.effective_port(),
        why: sanitize::excerpt(&why.to_string(), 200),
    }
}
