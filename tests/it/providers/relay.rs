//! A mail server that does as the test says at each step.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) use araldo_sandbox::smtp::Act::{self, HangUp, Say, SayAndHangUp, Wait};
use araldo_sandbox::smtp::{At, Server, Step};

use super::Running;

/// A running server and what it heard.
pub(super) struct Relay {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    /// `script` is asked at `220` (the greeting), at each command, and at `.` (the end of the
    /// mail); `None` means: as a good server, who offers no PIPELINING.
    pub(super) fn start(
        running: &Running,
        script: impl Fn(&str) -> Option<Act> + Send + Sync + 'static,
    ) -> Self {
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let connections = Arc::<AtomicUsize>::default();
        let (hearing, counting) = (Arc::clone(&heard), Arc::clone(&connections));
        let server = Server::open(move |step| {
            let said = match step.at {
                At::Greeting => {
                    counting.fetch_add(1, Ordering::SeqCst);
                    "220"
                }
                At::Body => return Act::Usual,
                _ => {
                    hearing.lock().unwrap().push(step.line.to_owned());
                    step.line
                }
            };
            script(said).unwrap_or_else(|| usual(step))
        });
        let server = server.unwrap();
        let port = server.port();
        running.0.spawn("relay", server.serve());
        Self {
            port,
            heard,
            connections,
        }
    }

    /// Every command so far.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn usual(step: Step<'_>) -> Act {
    match step.at {
        At::Hello if step.line.starts_with("EHLO") => {
            Say("250-relay.example\r\n250-8BITMIME\r\n250 DSN")
        }
        At::Dot => Say("250 2.0.0 Ok: queued as 4F3A12"),
        _ => Act::Usual,
    }
}
