//! A mail server that notes who got a mail and when: at the last byte of the mail, before it
//! answers. It forgets the mails themselves. `smtp-sink` takes more load but says neither who nor
//! when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use araldo::runtime::Lifecycle;
use araldo_sandbox::Arrivals;
use araldo_sandbox::smtp::{Act, At, Server};

use crate::peers;

/// How often it is looked whether everything came.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A mail server on a port of this machine.
pub(super) struct Mailbox {
    pub(super) port: u16,
    pub(super) arrivals: Arc<Arrivals>,
}

impl Mailbox {
    /// Opens it; it ends with the process.
    pub(super) fn open() -> anyhow::Result<Self> {
        let arrivals = Arc::<Arrivals>::default();
        let noting = Arc::clone(&arrivals);
        let server = Server::open(move |step| {
            if step.at == At::Dot {
                noting.note(step.to);
            }
            Act::Usual
        });
        let server = server.context("no port is free")?.bearing(peers::ROOM);
        let port = server.port();
        Lifecycle::new().spawn_to_the_end(server.serve());
        Ok(Self { port, arrivals })
    }

    /// Waits for the first mail to `recipient`.
    pub(super) async fn wait(&self, recipient: &str, longest: Duration) -> anyhow::Result<Instant> {
        let start = Instant::now();
        loop {
            if let Some(at) = self.arrivals.first(recipient) {
                return Ok(at);
            }
            if start.elapsed() > longest {
                bail!("a mail did not come within {} s", longest.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
