//! `araldo-bench pages`: the pages of the console and of clients, the lists and sums of the API, the
//! search among clients, the preview of a text that is being typed, and a large workbook; with few
//! messages in the store and with many: nothing may grow with the store.

mod lists;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::database::{Fill, Stock};
use crate::fanout;
use crate::ground::{Ground, Node};
use crate::marks::{self, Mark};
use crate::report::round;
use crate::spread::Spread;
use crate::wire::Wire;
use araldo::domain::api_key::Scope;
use araldo::domain::role::Role;
use araldo::domain::token::{Purpose, Signer};
use araldo::domain::{Clock as _, UserId};
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::NewUser;

/// What a page, and a text that is typed, may take on the server, in milliseconds.
const PAGE_MS: f64 = 100.0;
const KEYSTROKE_MS: f64 = 50.0;
/// What a page may weigh, in thousands of bytes as sent without compression.
const PAGE_KB: f64 = 100.0;
/// What a workbook may take, in megabytes of memory.
const WORKBOOK_MB: f64 = 200.0;
/// The last days before today that its rows are about, all alike.
const WORKBOOK_DAYS: i64 = 500;
/// Between two looks: what the console remembers for a second is old again in some of them.
const REST: Duration = Duration::from_millis(60);
/// Figures so small jump by themselves: their growth says nothing.
const TOO_SMALL_MS: f64 = 5.0;

#[derive(Debug, Args)]
pub(crate) struct Pages {
    /// Messages at first
    #[arg(long, default_value_t = 10_000, value_parser = crate::count)]
    few: usize,
    /// Messages in the end
    #[arg(long, default_value_t = 10_000_000, value_parser = crate::count)]
    many: usize,
    /// Times each page is opened, after one that does not count
    #[arg(long, default_value_t = 20, value_parser = crate::count)]
    looks: usize,
    /// Rows of the workbook
    #[arg(long, default_value_t = 1_000_000, value_parser = crate::count)]
    rows: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// The rows are dated from the beginning of ids: nothing of them is old enough to go.
const SETTINGS: &str = "[node]\nroles = [\"web\"]\n\
    [retention]\nmessages = \"100 years\"\nbodies = \"100 years\"\nevidence = \"100 years\"\n";

/// A text as it is typed, with a letter that makes it dear.
const TYPED: &str = "csrf=bench&locale=it&channel=sms&sms=Gentile+%7B%7B+client.name+%7D%7D%2C+la+pratica\
    +%7B%7B+case.ref+%7D%7D+va+avanti+%E2%80%94+%7B%7B+links.status+%7D%7D";

/// What is asked for, and what may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LookKind {
    Page,
    Search,
    Keystroke,
    Answer,
}

/// One address, opened many times.
struct Seen {
    path: &'static str,
    kind: LookKind,
    times: Spread,
    bytes: usize,
    /// Of the last answer: 200, or 303 where a search leads on.
    status: u16,
}

impl Seen {
    fn came(&self) -> bool {
        matches!(self.status, 200 | 303)
    }
}

/// Measures. A page that does not come is named, and misses a mark.
pub(super) async fn run(options: &Pages) -> anyhow::Result<ExitCode> {
    if options.many <= options.few {
        bail!("`--many` must be more than `--few`");
    }
    let ground = Ground::lay(&options.store, SETTINGS).await?;
    let node = ground.start().await?;
    let keys = Keys::make(&node).await?;
    let few = i64::try_from(options.few)?;
    let many = i64::try_from(options.many)?;
    fill(&node, few, 1).await?;
    let before = look(&node, &keys, 1, options.looks).await?;
    let small = node.database.bytes().await?;
    let start = Instant::now();
    fill(&node, many - few, few + 1).await?;
    let filled = start.elapsed();
    let per_message = (node.database.bytes().await? - small) / (many - few);
    let after = look(&node, &keys, few + 1, options.looks).await?;
    let workbook = workbook(&node, &keys, options.rows).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    let looks = Looks { before, after };
    report(options, store, &looks, per_message, filled, &workbook);
    Ok(ExitCode::SUCCESS)
}

async fn fill(node: &Node, messages: i64, first: i64) -> anyhow::Result<()> {
    let fill = Fill {
        messages,
        stock: Stock::Aged,
        first,
        now: node.running.clock.now(),
    };
    node.database.fill(fill).await?;
    node.database.analyze().await
}

/// Opens everything once, and then as often as it counts. `big`: the number of the largest
/// incident.
async fn look(node: &Node, keys: &Keys, big: i64, looks: usize) -> anyhow::Result<Vec<Seen>> {
    let mut wire = Wire::to(node.address()?).await?;
    let mut all = Vec::new();
    for (kind, paths) in [
        (LookKind::Page, lists::CONSOLE),
        (LookKind::Page, lists::OPEN),
        (LookKind::Search, lists::SEARCHES),
        (LookKind::Answer, lists::API),
        (LookKind::Keystroke, lists::TYPED),
    ] {
        for path in paths {
            let opened = open(&mut wire, keys, big, (kind, *path), looks).await?;
            all.push(opened);
        }
    }
    Ok(all)
}

async fn open(
    wire: &mut Wire,
    keys: &Keys,
    big: i64,
    (kind, path): (LookKind, &'static str),
    looks: usize,
) -> anyhow::Result<Seen> {
    let address = path
        .replace("FI-BIG", &format!("FI-{big}"))
        .replace("TOKEN", &keys.token);
    let header = match path.starts_with("/v1/") {
        true => &keys.bearer,
        false => &keys.cookie,
    };
    let form = format!("{header}Content-Type: application/x-www-form-urlencoded\r\n");
    let mut times = Vec::with_capacity(looks);
    let (mut status, mut bytes) = (0, 0);
    for time in 0..=looks {
        let start = Instant::now();
        let answer = if kind == LookKind::Keystroke {
            wire.post(&address, &form, TYPED.as_bytes()).await?
        } else {
            wire.get(&address, header).await?
        };
        let took = start.elapsed();
        (status, bytes) = (answer.status, answer.body.len());
        if time > 0 {
            times.push(took);
        }
        tokio::time::sleep(REST).await;
    }
    Ok(Seen {
        path,
        kind,
        times: Spread::of(times),
        bytes,
        status,
    })
}

/// A large workbook: how long it took, how long it is, and the most memory that this
/// process, in which the node runs, held meanwhile.
struct Written {
    took: Duration,
    bytes: u64,
    peak_kib: u64,
}

/// Has it written from sums of past days, of which nothing else knows.
async fn workbook(node: &Node, keys: &Keys, rows: usize) -> anyhow::Result<Written> {
    let today = node.running.clock.now().as_micros() / 86_400_000_000;
    let first = today - WORKBOOK_DAYS;
    node.database
        .fill_sums(i64::try_from(rows)?, first, WORKBOOK_DAYS)
        .await?;
    let date = |day: i64| -> anyhow::Result<String> {
        let day = chrono::NaiveDate::from_epoch_days(i32::try_from(day)?);
        Ok(day.context("no such day")?.to_string())
    };
    let path = format!(
        "/console/insight.xlsx?from={}&to={}",
        date(first)?,
        date(today - 1)?
    );
    fanout::forget_peak();
    let start = Instant::now();
    let (status, bytes) = Wire::to(node.address()?)
        .await?
        .drain(&path, &keys.cookie)
        .await?;
    if status != 200 {
        bail!("the workbook was answered with {status}");
    }
    Ok(Written {
        took: start.elapsed(),
        bytes,
        peak_kib: fanout::peak_kib()?,
    })
}

/// An e-mail of those that are filled in first, which arrived.
const ARRIVED: i64 = 42;

/// What opens the pages.
struct Keys {
    cookie: String,
    bearer: String,
    /// Of the status page behind an e-mail that arrived.
    token: String,
}

impl Keys {
    /// A person with a session, and a key.
    async fn make(node: &Node) -> anyhow::Result<Self> {
        let running = &node.running;
        let now = running.clock.now();
        let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let user = NewUser {
            id: UserId::new(running.ids.next()),
            email: "bench@araldo.example",
            role: Role::Admin,
            password_hash: "",
        };
        let session = NewSession {
            token_hash: &URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes())),
            user: user.id,
            csrf: "bench",
            expires_at: now + TimeDelta::hours(12),
        };
        let mut tx = running.store.write().await?;
        tx.users().add(&user, now).await?;
        tx.sessions().begin(&session, now).await?;
        let links = tx.keyring().ensure("links", "", now).await?;
        tx.commit().await?;
        let key = node
            .key(Scope::ALL)
            .await
            .context("the measurement's own key")?;
        Ok(Self {
            cookie: format!("Cookie: araldo={secret}\r\n"),
            bearer: format!("Authorization: Bearer {key}\r\n"),
            token: Signer::new(links.as_bytes()).sign(Purpose::Status, &[ARRIVED]),
        })
    }
}

/// How much longer a page takes with many; nothing while that is too little to say. The fastest
/// of all looks is compared: it is the one the machine's other work disturbed least.
fn growth(before: &Spread, after: &Spread) -> f64 {
    let (before, after) = (before.percentile(0), after.percentile(0));
    if after < TOO_SMALL_MS {
        return 1.0;
    }
    after / before.max(TOO_SMALL_MS / 2.0)
}

/// The same addresses with few messages and with many.
struct Looks {
    before: Vec<Seen>,
    after: Vec<Seen>,
}

impl Looks {
    fn pairs(&self) -> impl Iterator<Item = (&Seen, &Seen)> {
        self.before.iter().zip(&self.after)
    }

    /// The largest of a figure among those of a kind with many messages.
    fn most(&self, kind: LookKind, figure: impl Fn(&Seen) -> f64) -> f64 {
        let seen = self.after.iter().filter(|seen| seen.kind == kind);
        seen.map(figure).fold(0.0, f64::max)
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn marks(&self, workbook: &Written) -> Vec<Mark> {
        let p95 = |seen: &Seen| seen.times.percentile(95);
        let slowest = self.after.iter().map(|seen| seen.times.percentile(50));
        let growth = self
            .pairs()
            .map(|(few, many)| growth(&few.times, &many.times));
        let absent = self.after.iter().filter(|seen| !seen.came()).count();
        let heaviest = self.most(LookKind::Page, |seen| seen.bytes as f64 / 1_000.0);
        let peak = (workbook.peak_kib * 1_024 / 1_000_000) as f64;
        vec![
            Mark::at_most(
                "p50 of the slowest page in ms",
                PAGE_MS,
                slowest.fold(0.0, f64::max),
            ),
            Mark::at_most(
                "p95 of the slowest page in ms",
                PAGE_MS,
                self.most(LookKind::Page, p95),
            ),
            Mark::at_most(
                "p95 of the slowest search in ms",
                PAGE_MS,
                self.most(LookKind::Search, p95),
            ),
            Mark::at_most(
                "p95 of the preview in ms",
                KEYSTROKE_MS,
                self.most(LookKind::Keystroke, p95),
            ),
            Mark::at_most(
                "growth of the page that grows most",
                2.0,
                growth.fold(0.0, f64::max),
            ),
            Mark::at_most("the largest page in kB", PAGE_KB, heaviest),
            Mark::at_most("peak memory of the workbook in MB", WORKBOOK_MB, peak),
            Mark::at_most("pages that did not come", 0.0, absent as f64),
        ]
    }
}

fn report(
    options: &Pages,
    store: &str,
    looks: &Looks,
    per_message: i64,
    filled: Duration,
    workbook: &Written,
) {
    let marks = looks.marks(workbook);
    if options.json {
        let page = |(few, many): (&Seen, &Seen)| {
            json!({
                "page": many.path, "few": few.times.json(), "many": many.times.json(),
                "p95_ms": round(many.times.percentile(95)), "bytes": many.bytes,
                "status": many.status,
            })
        };
        let pages: Vec<Value> = looks.pairs().map(page).collect();
        let whole = json!({
            "bench": "pages", "store": store, "few": options.few, "many": options.many,
            "bytes_per_message": per_message, "pages": pages,
            "workbook": {
                "rows": options.rows, "s": round(workbook.took.as_secs_f64()),
                "bytes": workbook.bytes, "peak_rss_mib": workbook.peak_kib / 1_024,
            },
            "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!(
        "pages on {store}, {} and {} messages ({per_message} bytes a message with everything that \
         hangs on it; filled in {:.0} s):",
        options.few,
        options.many,
        filled.as_secs_f64()
    );
    for (few, many) in looks.pairs() {
        let absent = if many.came() { "" } else { " DID NOT COME" };
        println!(
            "{:<58} p50 {:>8} ms, then {:>8} ms (p95 {} ms, worst {} ms), {} bytes{absent}",
            many.path,
            round(few.times.percentile(50)),
            round(many.times.percentile(50)),
            round(many.times.percentile(95)),
            round(many.times.percentile(100)),
            many.bytes
        );
    }
    println!(
        "a workbook of {} rows: {:.1} s, {} bytes, peak memory {} MiB",
        options.rows,
        workbook.took.as_secs_f64(),
        workbook.bytes,
        workbook.peak_kib / 1_024
    );
    marks::print(&marks);
}
