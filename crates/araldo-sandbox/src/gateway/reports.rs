//! Calls delivery reports back when they are due, and again when nobody answers: as a gateway does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Calls under way at once.
const AT_ONCE: usize = 32;
/// How often one report is tried.
const TRIES: u32 = 5;
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_secs(2);

/// A report and when to call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Report {
    due: Instant,
    url: String,
    tried: u32,
}

impl Report {
    #[must_use]
    pub fn due(after: Duration, url: String) -> Self {
        Self {
            due: Instant::now() + after,
            url,
            tried: 0,
        }
    }
}

/// Where reports are handed in.
#[derive(Debug, Clone)]
pub struct Reports(mpsc::UnboundedSender<Report>);

impl Reports {
    /// With the work of calling them, which somebody has to do.
    pub fn open(http: reqwest::Client) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), async move { work(receiver, &http).await })
    }

    /// Has a report called when it is due.
    pub fn call(&self, report: Report) {
        if self.0.send(report).is_err() {
            tracing::debug!("the sandbox has ended; a delivery report is dropped");
        }
    }
}

async fn work(mut incoming: mpsc::UnboundedReceiver<Report>, http: &reqwest::Client) {
    let mut waiting = BinaryHeap::new();
    let mut calls = FuturesUnordered::new();
    loop {
        let next = waiting
            .peek()
            .map(|Reverse(report): &Reverse<Report>| report.due);
        let may_call = next.is_some() && calls.len() < AT_ONCE;
        tokio::select! {
            report = incoming.recv() => match report {
                Some(report) => waiting.push(Reverse(report)),
                None => return,
            },
            () = sleep_until(next.unwrap_or_else(Instant::now)), if may_call => {
                if let Some(Reverse(report)) = waiting.pop() {
                    calls.push(call(http, report));
                }
            },
            Some(unheard) = calls.next() => if let Some(report) = unheard {
                waiting.push(Reverse(report));
            },
        }
    }
}

/// Calls once; gives the report back when it is to be called again.
async fn call(http: &reqwest::Client, mut report: Report) -> Option<Report> {
    let heard = match http.get(&report.url).send().await {
        Ok(answer) => answer.status().is_success(),
        Err(error) => {
            let error = error.without_url();
            tracing::debug!(%error, "nobody takes the sandbox's delivery report");
            false
        }
    };
    report.tried += 1;
    if heard || report.tried >= TRIES {
        return None;
    }
    report.due = Instant::now() + PAUSE;
    Some(report)
}
