//! Mailboxes that tell the truth: a mail server that takes every mail and counts, for each
//! address, how often the final dot came. It runs on a thread of its own, so that nothing a test
//! does holds it up, and answers as slowly as the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use araldo_sandbox::smtp::{Act, At, Server};
use araldo_sandbox::{Apart, Arrivals, apart};

/// A server of its own for one test.
pub(crate) struct Mailboxes {
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    /// A mail has arrived from the dot on, whether or not the answer does.
    pub(crate) arrivals: Arc<Arrivals>,
    slowness_ms: Arc<AtomicU64>,
    _serving: Apart,
}

impl Mailboxes {
    /// Starts one that answers each mail after `slowness_ms` milliseconds.
    pub(crate) fn open(slowness_ms: u64) -> Self {
        let arrivals = Arc::<Arrivals>::default();
        let slowness_ms = Arc::new(AtomicU64::new(slowness_ms));
        let (noting, slowness) = (Arc::clone(&arrivals), Arc::clone(&slowness_ms));
        let server = Server::open(move |step| match step.at {
            At::Dot => {
                noting.note(step.to);
                Act::Slowly(Duration::from_millis(slowness.load(Ordering::SeqCst)))
            }
            _ => Act::Usual,
        });
        let server = server.expect("a port");
        Self {
            port: server.port(),
            arrivals,
            slowness_ms,
            _serving: apart(server.serve()).expect("a runtime"),
        }
    }

    /// From now on it answers each mail after so long.
    pub(crate) fn slow_down(&self, slowness_ms: u64) {
        self.slowness_ms.store(slowness_ms, Ordering::SeqCst);
    }
}
