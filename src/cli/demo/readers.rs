//! The people of the town and their programs at work: they notice what arrives in the sandbox, wait
//! as long as people do, and then ask the daemon by HTTP like any browser. They know only what the
//! messages say.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::habits::{Act, acts};
use super::welcome::reachable;
use super::witness::Witness;
use crate::channel::sandbox::{Received, World};

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// Patience with an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everyone with a handset or a mailbox.
pub(super) struct Readers {
    arrivals: broadcast::Receiver<Arc<Received>>,
    daemon: String,
    http: reqwest::Client,
    speed: f64,
    dice: StdRng,
    waiting: BinaryHeap<Reverse<Due>>,
    planned: u64,
    witness: Option<Witness>,
}

/// Something that somebody will do.
struct Due {
    at: Instant,
    /// Tells acts of the same moment apart.
    number: u64,
    act: Act,
}

impl Readers {
    /// They listen from now on and act once they are let [`Readers::read`].
    pub(super) fn new(
        world: &World,
        daemon: SocketAddr,
        speed: f64,
        witness: Option<Witness>,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            // Where a link leads in the end is outside of the demo.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .context("cannot make the readers' browser")?;
        Ok(Self {
            arrivals: world.subscribe(),
            daemon: format!("http://{}", reachable(daemon)),
            http,
            speed,
            dice: StdRng::seed_from_u64(1),
            waiting: BinaryHeap::new(),
            planned: 0,
            witness,
        })
    }

    /// Reads until the daemon stops.
    pub(super) async fn read(self, stopping: impl Future<Output = ()>) {
        tokio::select! {
            () = self.work() => {}
            () = stopping => {}
        }
    }

    async fn work(mut self) {
        let mut asking = FuturesUnordered::new();
        loop {
            let next = self.waiting.peek().map(|Reverse(due)| due.at);
            let free = next.is_some() && asking.len() < AT_ONCE;
            tokio::select! {
                arrival = self.arrivals.recv() => match arrival {
                    Ok(received) => self.plan(&received),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::debug!(arrivals.missed = missed, "the town's readers are too slow");
                    }
                    Err(RecvError::Closed) => return,
                },
                () = sleep_until(next.unwrap_or_else(Instant::now)), if free => {
                    if let Some(Reverse(due)) = self.waiting.pop() {
                        let witness = self.witness.clone();
                        asking.push(ask(self.http.clone(), self.daemon.clone(), due.act, witness));
                    }
                },
                Some(()) = asking.next() => {}
            }
        }
    }

    fn plan(&mut self, received: &Received) {
        let now = Instant::now();
        if let Some(witness) = &self.witness {
            witness.arrived(received);
        }
        for act in acts(received, self.speed, &mut self.dice) {
            self.planned += 1;
            let due = Due {
                at: now + act.after,
                number: self.planned,
                act,
            };
            self.waiting.push(Reverse(due));
        }
    }
}

/// Makes one request. What comes of it is the daemon's to tell.
async fn ask(http: reqwest::Client, daemon: String, act: Act, witness: Option<Witness>) {
    let address = format!("{daemon}{}", act.path);
    let request = match &act.form {
        None => http.get(address),
        Some(form) => http
            .post(address)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.clone()),
    };
    let request = request
        .header(USER_AGENT, act.agent)
        .header("x-forwarded-for", &act.from);
    match request.send().await {
        Ok(answer) if answer.status().is_client_error() || answer.status().is_server_error() => {
            tracing::warn!(
                http.status = answer.status().as_u16(),
                "a reader was refused"
            );
        }
        Ok(_) => {
            if let Some(witness) = witness {
                witness.did(&act);
            }
        }
        Err(error) => {
            let error = error.without_url();
            tracing::debug!(error = %error, "a reader got no answer");
        }
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
