//! `araldo-bench accept`: events over HTTP, each stored durably before its 202. Batches by a
//! caller of our own, single events by `wrk`, both against the same node, which does nothing
//! else. Both callers prepare their requests and only number them while the clock runs: they
//! share the processors with the node. Single events are compared with `/healthz` of that node,
//! asked through the same script.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use futures_util::future::try_join_all;
use serde_json::json;

use crate::ground::{Ground, Node};
use crate::marks::{self, Mark};
use crate::report::{median, round};
use crate::wire::Wire;
use crate::wrk::{Load, Wrk};
use araldo::domain::api_key::Scope;

#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Runs of each kind, one after the other
    #[arg(long, default_value_t = 3, value_parser = crate::count)]
    rounds: usize,
    /// Seconds of each run
    #[arg(long, default_value_t = 5, value_parser = crate::count)]
    seconds: usize,
    /// Events in a batch
    #[arg(long, default_value_t = 500, value_parser = crate::count)]
    batch: usize,
    /// Connections that send batches
    #[arg(long, default_value_t = 2, value_parser = crate::count)]
    batch_connections: usize,
    /// Connections that send single events
    #[arg(long, default_value_t = 64, value_parser = crate::count)]
    connections: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// What a round showed, each a second.
struct Round {
    batches: f64,
    single: f64,
    healthz: f64,
}

/// The head of every request of the scripted ones; what it asks for is the script's argument.
const SCRIPT: &str = r#"
local number, head, tail = 0, nil, nil
function init(args)
  local round, key = args[2], args[3]
  if args[1] == "event" then
    local first = '{"specversion":"1.0","type":"case.state_changed","source":"/bench/single","id":"' .. round .. "-"
    tail = '","time":"2026-11-22T09:30:00+01:00","data":{"case":"PR-0000000001","client":"C-1",'
      .. '"kind":"voltura","state":"sent_to_distributor","owner":"e-distribuzione"}}'
    head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\n"
      .. "Authorization: Bearer " .. key .. "\r\nContent-Length: " .. (#first + 10 + #tail) .. "\r\n\r\n" .. first
  else
    head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Number: "
    tail = "\r\n\r\n"
  end
end
function request()
  number = number + 1
  return head .. string.format("%010d", number) .. tail
end
"#;

/// Digits of an event's number, always all of them: `##########` in what is prepared.
const DIGITS: usize = 10;

/// Measures; fails when an event that was answered is not in the store.
pub(super) async fn run(options: &Accept) -> anyhow::Result<ExitCode> {
    let ground = Ground::lay(&options.store, "[node]\nroles = [\"web\"]\n").await?;
    let wrk = Wrk::find(options.connections, options.seconds)?.scripted(ground.folder(), SCRIPT)?;
    let node = ground.start().await?;
    let key = node.key(&[Scope::CasesWrite]).await?;
    let mut rounds = Vec::with_capacity(options.rounds);
    let mut answered = 0;
    for number in 0..options.rounds {
        let start = Instant::now();
        let taken = batches(options, node.address()?, &key, number).await?;
        let took = start.elapsed();
        let (single, healthz) = singles(&node, &wrk, &key, number).await?;
        answered += taken + single.answered;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let batches = taken as f64 / took.as_secs_f64();
        let round = Round {
            batches,
            single: single.per_second,
            healthz: healthz.per_second,
        };
        if !options.json {
            round.print(number + 1);
        }
        rounds.push(round);
    }
    let kept = node.database.events().await?;
    if u64::try_from(kept)? < answered {
        bail!("{answered} events were answered with 202, and {kept} are kept");
    }
    let store = node.running.store.kind();
    node.stop().await?;
    report(options, store, &rounds);
    Ok(ExitCode::SUCCESS)
}

/// Single events, and `/healthz` right after.
async fn singles(node: &Node, wrk: &Wrk, key: &str, round: usize) -> anyhow::Result<(Load, Load)> {
    let url = format!("http://{}", node.address()?);
    let round = round.to_string();
    let single = wrk.load(&url, &["event", &round, key]).await?;
    let healthz = wrk.load(&url, &["healthz", &round, key]).await?;
    if single.failed + healthz.failed > 0 {
        bail!(
            "{} events and {} questions were not answered well",
            single.failed,
            healthz.failed
        );
    }
    Ok((single, healthz))
}

/// Sends batches over some connections until the time is over; returns how many events were
/// accepted.
async fn batches(
    options: &Accept,
    address: SocketAddr,
    key: &str,
    round: usize,
) -> anyhow::Result<u64> {
    let until = Instant::now() + Duration::from_secs(options.seconds as u64);
    let callers = (0..options.batch_connections).map(|caller| async move {
        let mut wire = Wire::to(address).await?;
        let headers = format!(
            "Content-Type: application/cloudevents-batch+json\r\nAuthorization: Bearer {key}\r\n"
        );
        let mut batch = Batch::of(options.batch, round, caller);
        let mut taken = 0;
        while Instant::now() < until {
            let answer = wire.post("/v1/events", &headers, batch.next()).await?;
            if answer.status != 202 {
                let said = String::from_utf8_lossy(&answer.body);
                bail!("a batch was answered with {}: {said}", answer.status);
            }
            taken += options.batch as u64;
        }
        Ok(taken)
    });
    Ok(try_join_all(callers).await?.iter().sum())
}

/// A batch to be sent again and again: whole but for the numbers of its events, as the single
/// events of the script are. Writing JSON is not what is measured.
struct Batch {
    body: Vec<u8>,
    /// Where a number stands; each event has it twice, in its id and in the case's.
    numbers: Vec<usize>,
    events: usize,
}

impl Batch {
    fn of(count: usize, round: usize, caller: usize) -> Self {
        let event = format!(
            r#"{{"specversion":"1.0","type":"case.state_changed","source":"/bench/batch","id":"{round}-{caller}-##########","time":"2026-11-22T09:30:00+01:00","data":{{"case":"PR-{round}-{caller}-##########","client":"C-1","kind":"voltura","state":"sent_to_distributor","owner":"e-distribuzione"}}}}"#
        );
        let body = format!("[{}]", vec![event; count].join(","));
        let blank = "#".repeat(DIGITS);
        let numbers = body.match_indices(&blank).map(|(at, _)| at);
        Self {
            numbers: numbers.collect(),
            body: body.into_bytes(),
            events: 0,
        }
    }

    /// The body with numbers that no batch before had.
    fn next(&mut self) -> &[u8] {
        for both in self.numbers.chunks(2) {
            self.events += 1;
            let number = format!("{:0DIGITS$}", self.events);
            for at in both {
                self.body[*at..at + DIGITS].copy_from_slice(number.as_bytes());
            }
        }
        &self.body
    }
}

impl Round {
    fn print(&self, number: usize) {
        println!(
            "round {number}: {:>9.0} events/s in batches; single {:>7.0}/s, /healthz {:>7.0}/s, ratio {:.3}",
            self.batches,
            self.single,
            self.healthz,
            self.single / self.healthz
        );
    }
}

fn report(options: &Accept, store: &str, rounds: &[Round]) {
    let batches = median(rounds.iter().map(|round| round.batches));
    let ratio = median(rounds.iter().map(|round| round.single / round.healthz));
    let marks = [
        Mark::at_least("events a second in batches", 200_000.0, batches),
        Mark::at_least("single events to /healthz", 0.35, ratio),
    ];
    if options.json {
        let whole = json!({
            "bench": "accept", "store": store, "batch": options.batch,
            "per_second_in_batches": batches.round(),
            "single_per_second": median(rounds.iter().map(|round| round.single)).round(),
            "healthz_per_second": median(rounds.iter().map(|round| round.healthz)).round(),
            "ratio": round(ratio), "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!("accept on {store}: every event answered with 202 is in the store");
    marks::print(&marks);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_events_of_a_caller_are_alike() {
        let mut batch = Batch::of(2, 0, 1);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let events: Vec<serde_json::Value> = serde_json::from_slice(batch.next()).unwrap();
            ids.extend(events.iter().map(|event| event["id"].to_string()));
        }
        assert_eq!(ids[0], r#""0-1-0000000001""#);
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }
}
