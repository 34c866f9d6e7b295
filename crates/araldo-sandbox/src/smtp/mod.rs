//! A mail server: RFC 5321 as far as a relay needs it, with 8BITMIME, SIZE, DSN and PIPELINING,
//! and one recipient for each mail. At each step a script says what it does otherwise than a good
//! server would; what it takes, it hands to the script and forgets.
//!
//! `script` has the words, `session` one conversation.

mod script;
mod session;
#[cfg(test)]
mod tests;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use tokio::net::TcpStream;

pub use script::{Act, At, Script, Step};
pub use session::converse;

use crate::Limits;
use crate::loopback::{listen, serve};

/// Connections beyond its room that are being told so at once.
const TURNED_AWAY: usize = 64;

/// A server that has its port; who connects is answered as soon as it serves.
pub struct Server {
    listener: TcpListener,
    port: u16,
    manners: Manners,
}

/// How it behaves on every connection.
#[derive(Clone)]
struct Manners {
    script: Arc<Script>,
    limits: Limits,
    /// Whether the script wants the mails, too.
    keeps_mails: bool,
    single_writes: bool,
}

impl Manners {
    fn of(script: impl Fn(Step<'_>) -> Act + Send + Sync + 'static) -> Self {
        Self {
            script: Arc::new(script),
            limits: Limits::default(),
            keeps_mails: false,
            single_writes: false,
        }
    }
}

impl Server {
    /// Takes a free port.
    pub fn open(script: impl Fn(Step<'_>) -> Act + Send + Sync + 'static) -> io::Result<Self> {
        let (listener, port) = listen(0)?;
        Ok(Self {
            listener,
            port,
            manners: Manners::of(script),
        })
    }

    /// Where it listens on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The script gets the mails at their final dot; otherwise they are forgotten line by line.
    #[must_use]
    pub const fn keeping_mails(mut self) -> Self {
        self.manners.keeps_mails = true;
        self
    }

    /// So many connections, and no more.
    #[must_use]
    pub const fn bearing(mut self, connections: usize) -> Self {
        self.manners.limits.connections = connections;
        self
    }

    /// The worst of peers: each answer is a write of its own, and Nagle's algorithm is on.
    #[must_use]
    pub const fn in_single_writes(mut self) -> Self {
        self.manners.single_writes = true;
        self
    }

    /// Answers until it is dropped.
    pub async fn serve(self) {
        let manners = self.manners;
        let most = manners.limits.connections.saturating_add(TURNED_AWAY);
        serve(self.listener, most, move |stream, open| {
            receive(stream, manners.clone(), open)
        })
        .await;
    }
}

async fn receive(stream: TcpStream, manners: Manners, open: usize) {
    let begins = match open > manners.limits.connections {
        true => At::Crowded,
        false => At::Greeting,
    };
    let conversation = async {
        stream.set_nodelay(!manners.single_writes)?;
        session::Session::new(stream, &manners).hold(begins).await
    };
    if let Err(error) = conversation.await {
        tracing::debug!(%error, "a connection to the sandbox's mail server broke");
    }
}
