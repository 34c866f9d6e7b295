//! A mail server with manners of its own: how many connections it bears, what it says to whom, how
//! long it takes, and when it hangs up. It counts what it is asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) use araldo_sandbox::smtp::Act;
use araldo_sandbox::smtp::{At, Server, Step};
use araldo_sandbox::{Apart, Arrivals, apart};

/// Where a conversation is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment<'a> {
    /// Somebody names the sender.
    Mail,
    /// A recipient is named, for the so-manieth time (1 for the first).
    Rcpt(&'a str, usize),
    /// The first line of a mail to this recipient has come.
    Body(&'a str),
    /// A whole mail has come.
    Dot,
}

type Manners = dyn Fn(Moment<'_>) -> Act + Send + Sync;

/// A running server and what it saw.
pub(crate) struct Peer {
    pub(crate) port: u16,
    seen: Arc<Seen>,
    _serving: Apart,
}

struct Seen {
    manners: Box<Manners>,
    /// How long a mail takes.
    latency: Duration,
    /// It hangs up on everybody.
    away: AtomicBool,
    /// It behaves as a good server, whatever its manners.
    mended: AtomicBool,
    tried: AtomicUsize,
    refused: AtomicUsize,
    asked: Arrivals,
    taken: Arrivals,
}

impl Peer {
    /// A server that bears `most` connections and takes `latency` for a mail.
    pub(crate) fn start(
        most: usize,
        latency: Duration,
        manners: impl Fn(Moment<'_>) -> Act + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Seen {
            manners: Box::new(manners),
            latency,
            away: AtomicBool::default(),
            mended: AtomicBool::default(),
            tried: AtomicUsize::default(),
            refused: AtomicUsize::default(),
            asked: Arrivals::default(),
            taken: Arrivals::default(),
        });
        let here = Arc::clone(&seen);
        let server = Server::open(move |step| here.act(step)).unwrap();
        let server = server.bearing(most).in_single_writes();
        Self {
            port: server.port(),
            seen,
            _serving: apart(server.serve()).unwrap(),
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
        self.seen.asked.times()
    }

    /// When each recipient's mails were taken.
    pub(crate) fn taken(&self) -> HashMap<String, Vec<Instant>> {
        self.seen.taken.times()
    }
}

impl Seen {
    fn act(&self, step: Step<'_>) -> Act {
        if matches!(step.at, At::Greeting | At::Crowded) {
            self.tried.fetch_add(1, Ordering::SeqCst);
        }
        if self.away.load(Ordering::SeqCst) {
            return Act::HangUp;
        }
        match step.at {
            At::Crowded => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                Act::Usual
            }
            At::Mail => self.mannered(Moment::Mail),
            At::Rcpt => self.mannered(Moment::Rcpt(step.to, self.asked.note(step.to))),
            At::Body => self.mannered(Moment::Body(step.to)),
            At::Dot => self.take(step.to),
            _ => Act::Usual,
        }
    }

    fn take(&self, to: &str) -> Act {
        let act = self.mannered(Moment::Dot);
        if !matches!(act, Act::Say(refusal) if !refusal.starts_with('2')) {
            self.taken.note(to);
        }
        match act {
            Act::Usual => Act::Slowly(self.latency),
            other => other,
        }
    }

    fn mannered(&self, moment: Moment<'_>) -> Act {
        match self.mended.load(Ordering::SeqCst) {
            true => Act::Usual,
            false => (self.manners)(moment),
        }
    }
}
