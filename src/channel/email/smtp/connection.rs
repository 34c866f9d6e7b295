//! One connection to a relay: greeting, EHLO, STARTTLS, AUTH, and one mail after another.
//!
//! Commands go out together where the server offers PIPELINING, and each still gets its own
//! verdict. Where a server has to be waited for, the final dot of a mail leaves in a write of its own.
//! `talk` moves the bytes, `wire` forms them, `error` judges.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::client::TlsStream;

use super::caution::Caution;
use super::error::{NoAnswer, SmtpStage, refused, unanswered, unreachable};
use super::reply::{Offers, SmtpReply};
use super::settings::Security;
use super::socket::Socket;
use super::talk::{Stream, Talk};
use super::tls::{Tls, TlsFault};
use super::wire::{AskedNotices, DOT, Envelope, write_body};
use crate::channel::settings::Secret;
use crate::channel::{Accepted, SendError};

/// How to reach and use a relay, worked out once from the settings.
pub(super) struct Relay {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// There when `security` needs it.
    pub tls: Option<Tls>,
    pub login: Option<(String, Secret)>,
    /// How long a mail's end is held back.
    pub caution: Caution,
    pub hello_name: Option<String>,
    /// What it is asked to report (RFC 3461).
    pub notices: AskedNotices,
    pub connect_timeout: Duration,
    pub command_timeout: Duration,
    pub dot_timeout: Duration,
}

/// An open connection, ready for the next mail.
pub(super) struct Connection {
    talk: Talk<Box<dyn Stream>>,
    offers: Offers,
    idle_since: Instant,
    /// It has answered a whole mail.
    proven: bool,
}

impl Connection {
    /// Connects, greets, protects and logs in.
    pub(super) async fn open(relay: &Relay) -> Result<Self, SendError> {
        let tcp = connect(relay).await?;
        let name = hello_name(relay, &tcp);
        let mut talk: Talk<Box<dyn Stream>> = match (relay.security, &relay.tls) {
            (Security::Tls, Some(tls)) => Talk::over(Box::new(protect(relay, tls, tcp).await?)),
            (Security::StartTls, Some(tls)) => {
                let tcp = start_tls(relay, tcp, &name).await?;
                Talk::over(Box::new(protect(relay, tls, tcp).await?))
            }
            _ => Talk::over(Box::new(tcp)),
        };
        if relay.security != Security::StartTls {
            let patience = relay.command_timeout;
            talk.hear(SmtpStage::Greeting, 220, patience).await?;
        }
        let offers = hello(&mut talk, relay, &name).await?;
        if let Some((username, password)) = &relay.login {
            log_in(&mut talk, relay, offers, username, password).await?;
        }
        Ok(Self {
            talk,
            offers,
            idle_since: Instant::now(),
            proven: false,
        })
    }

    /// What the server said it can do.
    pub(super) const fn offers(&self) -> Offers {
        self.offers
    }

    /// May take another mail.
    pub(super) const fn is_usable(&self) -> bool {
        self.talk.is_usable()
    }

    /// The server ended it.
    pub(super) const fn has_hung_up(&self) -> bool {
        self.talk.has_hung_up()
    }

    /// How long nothing went over it.
    pub(super) fn idle_for(&self) -> Duration {
        self.idle_since.elapsed()
    }

    /// Whether it still stands.
    pub(super) async fn is_alive(&mut self, relay: &Relay) -> bool {
        let patience = relay.command_timeout;
        let answer = self.talk.command(SmtpStage::Probe, "NOOP", 250, patience);
        answer.await.is_ok()
    }

    /// Says good-bye without waiting for the answer: nothing hangs on it.
    pub(super) async fn quit(mut self) {
        self.talk.out.clear();
        self.talk.out.extend_from_slice(b"QUIT\r\n");
        let farewell = self
            .talk
            .flush(SmtpStage::Probe, Duration::from_secs(1))
            .await;
        if farewell.is_err() {
            tracing::debug!("a relay's connection had ended before we said good-bye");
        }
    }

    /// Hands over one mail.
    pub(super) async fn send(
        &mut self,
        relay: &Relay,
        envelope: Envelope<'_>,
        mail: &[u8],
    ) -> Result<Accepted, SendError> {
        let agreed = if self.offers.pipelining {
            self.agree_at_once(relay, envelope, mail.len()).await
        } else {
            self.agree_step_by_step(relay, envelope, mail.len()).await
        };
        let outcome = match agreed {
            Ok(()) => self.hand_over(relay, mail).await,
            Err(error) => {
                self.reset(relay).await;
                Err(error)
            }
        };
        self.idle_since = Instant::now();
        outcome
    }

    async fn agree_step_by_step(
        &mut self,
        relay: &Relay,
        envelope: Envelope<'_>,
        size: usize,
    ) -> Result<(), SendError> {
        let (offers, ask, patience) = (self.offers, relay.notices, relay.command_timeout);
        self.talk.out.clear();
        envelope.write_mail(&mut self.talk.out, offers, size, ask);
        self.talk.flush(SmtpStage::Mail, patience).await?;
        self.talk.hear(SmtpStage::Mail, 250, patience).await?;
        self.talk.out.clear();
        envelope.write_rcpt(&mut self.talk.out, offers, ask);
        self.talk.flush(SmtpStage::Rcpt, patience).await?;
        self.talk.hear(SmtpStage::Rcpt, 250, patience).await?;
        self.talk
            .command(SmtpStage::Data, "DATA", 354, patience)
            .await
    }

    /// MAIL, RCPT and DATA in one write, three answers (RFC 2920 §3.1).
    async fn agree_at_once(
        &mut self,
        relay: &Relay,
        envelope: Envelope<'_>,
        size: usize,
    ) -> Result<(), SendError> {
        let (offers, ask, patience) = (self.offers, relay.notices, relay.command_timeout);
        self.talk.out.clear();
        envelope.write_mail(&mut self.talk.out, offers, size, ask);
        envelope.write_rcpt(&mut self.talk.out, offers, ask);
        self.talk.out.extend_from_slice(b"DATA\r\n");
        self.talk.flush(SmtpStage::Mail, patience).await?;
        let mut agreed = Ok(());
        for (stage, wanted) in [
            (SmtpStage::Mail, 250),
            (SmtpStage::Rcpt, 250),
            (SmtpStage::Data, 354),
        ] {
            let heard = self.talk.hear(stage, wanted, patience).await;
            if agreed.is_err() && stage == SmtpStage::Data && heard.is_ok() {
                // It wants a body although nobody is to get it: hang up rather than finish one.
                self.talk.spoil();
            }
            // The first refusal is the reason; those after it only follow from it.
            agreed = agreed.and(heard);
            if !self.talk.is_usable() {
                break;
            }
        }
        agreed
    }

    /// The body, and its end only when the server still listens: a connection that ends before the
    /// final dot has certainly delivered nothing (RFC 5321 §4.1.1.4), one that ends after it leaves
    /// the mail unknown.
    async fn hand_over(&mut self, relay: &Relay, mail: &[u8]) -> Result<Accepted, SendError> {
        self.talk.out.clear();
        write_body(&mut self.talk.out, mail);
        let outcome = self.finish(relay).await;
        if outcome.is_err() && self.talk.has_hung_up() {
            relay.caution.cut_off(Instant::now());
        }
        let reply = outcome?;
        self.talk.judge(SmtpStage::Dot, 250, &reply)?;
        self.proven = true;
        Ok(Accepted {
            provider_ref: reply.queue_id(),
            code: reply.codes(),
        })
    }

    /// A server that is waited for sees the body first. From one that is not, nothing would be heard
    /// in between: it gets body and dot in one write, for one packet and one wake-up.
    async fn finish(&mut self, relay: &Relay) -> Result<SmtpReply, SendError> {
        let hold = relay.caution.hold(self.proven, Instant::now());
        let patience = relay.command_timeout;
        if !hold.is_zero() {
            self.talk.flush(SmtpStage::Body, patience).await?;
            self.talk.hear_objection(hold, patience).await?;
            self.talk.out.clear();
        }
        self.talk.out.extend_from_slice(DOT);
        self.talk.flush(SmtpStage::End, patience).await?;
        self.talk.read(SmtpStage::Dot, relay.dot_timeout).await
    }

    /// Clears a refused envelope, so that the next mail begins afresh.
    async fn reset(&mut self, relay: &Relay) {
        if self.talk.is_usable() {
            let patience = relay.command_timeout;
            let answer = self.talk.command(SmtpStage::Probe, "RSET", 250, patience);
            if answer.await.is_err() {
                self.talk.spoil();
            }
        }
    }
}

async fn connect(relay: &Relay) -> Result<Socket, SendError> {
    let patience = relay.connect_timeout;
    let connecting = TcpStream::connect((relay.host.as_str(), relay.port));
    let connected = match timeout(patience, connecting).await {
        Ok(connected) => connected.and_then(Socket::over),
        Err(_elapsed) => {
            return Err(unanswered(
                SmtpStage::Connect,
                &NoAnswer::TimedOut(patience),
            ));
        }
    };
    connected.map_err(unreachable)
}

fn hello_name(relay: &Relay, tcp: &Socket) -> String {
    if let Some(name) = &relay.hello_name {
        return name.clone();
    }
    match tcp.local_ip() {
        Some(std::net::IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Some(std::net::IpAddr::V4(address)) => format!("[{address}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

async fn hello<S: Stream>(
    talk: &mut Talk<S>,
    relay: &Relay,
    name: &str,
) -> Result<Offers, SendError> {
    let patience = relay.command_timeout;
    let reply = talk
        .ask(SmtpStage::Ehlo, &format!("EHLO {name}"), patience)
        .await?;
    match reply.code {
        250 => Ok(Offers::read(&reply)),
        // Servers older than ESMTP know only HELO, and offer nothing.
        500..600 => {
            let hello = format!("HELO {name}");
            talk.command(SmtpStage::Ehlo, &hello, 250, patience).await?;
            Ok(Offers::default())
        }
        _ => Err(refused(SmtpStage::Ehlo, &reply)),
    }
}

/// Greets in the clear and asks for TLS.
async fn start_tls(relay: &Relay, tcp: Socket, name: &str) -> Result<Socket, SendError> {
    let patience = relay.command_timeout;
    let mut talk = Talk::over(tcp);
    talk.hear(SmtpStage::Greeting, 220, patience).await?;
    if !hello(&mut talk, relay, name).await?.start_tls {
        return Err(SendError::Misconfigured {
            detail: "the relay does not offer STARTTLS; set `security` to `tls` or `none`"
                .to_owned(),
        });
    }
    talk.command(SmtpStage::StartTls, "STARTTLS", 220, patience)
        .await?;
    match talk.into_stream() {
        (tcp, false) => Ok(tcp),
        // Someone in between could have put words into the server's mouth (RFC 3207 §6).
        (_, true) => Err(unanswered(SmtpStage::StartTls, &NoAnswer::Nonsense)),
    }
}

async fn protect(relay: &Relay, tls: &Tls, tcp: Socket) -> Result<TlsStream<Socket>, SendError> {
    let patience = relay.connect_timeout;
    match timeout(patience, tls.protect(tcp)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(TlsFault::Certificate(why))) => Err(SendError::Misconfigured {
            detail: format!(
                "the relay's certificate is not good ({why}); check `host` and `ca_file`"
            ),
        }),
        Ok(Err(TlsFault::Line(error))) => Err(unanswered(SmtpStage::Tls, &NoAnswer::Broken(error))),
        Err(_elapsed) => Err(unanswered(SmtpStage::Tls, &NoAnswer::TimedOut(patience))),
    }
}

async fn log_in<S: Stream>(
    talk: &mut Talk<S>,
    relay: &Relay,
    offers: Offers,
    username: &str,
    password: &Secret,
) -> Result<(), SendError> {
    let patience = relay.command_timeout;
    if offers.plain {
        let word = STANDARD.encode(format!("\0{username}\0{}", password.expose()));
        let command = format!("AUTH PLAIN {word}");
        return talk.command(SmtpStage::Auth, &command, 235, patience).await;
    }
    if !offers.login {
        return Err(SendError::Misconfigured {
            detail: "the relay offers neither AUTH PLAIN nor AUTH LOGIN; remove `username` or check `security`".to_owned(),
        });
    }
    let name = STANDARD.encode(username);
    let word = STANDARD.encode(password.expose());
    talk.command(SmtpStage::Auth, "AUTH LOGIN", 334, patience)
        .await?;
    talk.command(SmtpStage::Auth, &name, 334, patience).await?;
    talk.command(SmtpStage::Auth, &word, 235, patience).await
}
