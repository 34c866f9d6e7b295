//! `araldo-bench pages`: the pages an operator opens every day, and the lists and sums of the
//! API, with few messages in the store and with many: nothing may grow with the store.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::database::{Fill, Stock};
use crate::ground::{Ground, Node};
use crate::marks::{self, Mark};
use crate::report::round;
use crate::spread::Spread;
use crate::wire::Wire;
use araldo::domain::api_key::Scope;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, UserId};
use araldo::store::access::sessions::NewSession;
use araldo::store::access::users::NewUser;

/// Times each page is asked for, after one that does not count.
const TIMES: usize = 20;
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
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// The rows are dated from the beginning of ids: nothing of them is old enough to go.
const SETTINGS: &str = "[node]\nroles = [\"web\"]\n\
    [retention]\nmessages = \"100 years\"\nbodies = \"100 years\"\n";

/// Pages of the console.
/// `FI-BIG` stands for the largest incident that goes on.
const CONSOLE: [&str; 25] = [
    "/console/now",
    "/console/messages",
    "/console/messages?state=held",
    "/console/messages?state=unresolved",
    "/console/messages?channel=sms",
    "/console/messages?template=case-opened",
    "/console/messages?client=F-1",
    "/console/messages?event=fill-2",
    "/console/messages?incident=FI-1",
    "/console/messages?case=FC-2",
    "/console/messages/5",
    "/console/clients",
    "/console/clients/F-1",
    "/console/cases",
    "/console/cases/FC-2",
    "/console/incidents",
    "/console/incidents/FI-1",
    "/console/incidents/FI-BIG",
    "/console/insight",
    "/console/insight?days=90",
    "/console/insight/reach",
    "/console/insight/unread",
    "/console/insight/calls",
    "/console/settings",
    "/console/rules",
];

/// Answers of the API.
const API: [&str; 10] = [
    "/v1/stats",
    "/v1/insight",
    "/v1/messages",
    "/v1/messages?state=held",
    "/v1/messages?state=unresolved",
    "/v1/messages?template=case-opened",
    "/v1/messages?client=F-1",
    "/v1/messages?event=fill-2",
    "/v1/messages?incident=FI-1",
    "/v1/messages?case=FC-2",
];

/// How long each took, in the order of the lists above.
type Times = Vec<(&'static str, Spread)>;

/// Measures; fails when a page does not come.
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
    let before = look(&node, &keys, 1).await?;
    let small = node.database.bytes().await?;
    let start = Instant::now();
    fill(&node, many - few, few + 1).await?;
    let filled = start.elapsed();
    let per_message = (node.database.bytes().await? - small) / (many - few);
    let after = look(&node, &keys, few + 1).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    report(options, store, &before, &after, per_message, filled);
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
async fn look(node: &Node, keys: &Keys, big: i64) -> anyhow::Result<Times> {
    let mut wire = Wire::to(node.address()?).await?;
    let console = CONSOLE.iter().map(|path| (path, &keys.cookie));
    let api = API.iter().map(|path| (path, &keys.bearer));
    let mut all = Vec::with_capacity(CONSOLE.len() + API.len());
    for (path, header) in console.chain(api) {
        let address = path.replace("BIG", &big.to_string());
        let mut times = Vec::with_capacity(TIMES);
        for time in 0..=TIMES {
            let start = Instant::now();
            let answer = wire.get(&address, header).await?;
            let took = start.elapsed();
            if answer.status != 200 {
                bail!("{path} was answered with {}", answer.status);
            }
            if time > 0 {
                times.push(took);
            }
            tokio::time::sleep(REST).await;
        }
        all.push((*path, Spread::of(times)));
    }
    Ok(all)
}

/// What opens the pages.
struct Keys {
    cookie: String,
    bearer: String,
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
        tx.commit().await?;
        let key = node
            .key(&[Scope::MessagesRead, Scope::StatsRead])
            .await
            .context("the measurement's own key")?;
        Ok(Self {
            cookie: format!("Cookie: araldo={secret}\r\n"),
            bearer: format!("Authorization: Bearer {key}\r\n"),
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

fn report(
    options: &Pages,
    store: &str,
    before: &Times,
    after: &Times,
    per_message: i64,
    filled: Duration,
) {
    let pairs = || {
        before
            .iter()
            .zip(after)
            .map(|((path, few), (_, many))| (path, few, many))
    };
    let slowest = pairs()
        .map(|(_, _, many)| many.percentile(50))
        .fold(0.0, f64::max);
    let most = pairs()
        .map(|(_, few, many)| growth(few, many))
        .fold(0.0, f64::max);
    let marks = [
        Mark::at_most("p50 of the slowest page in ms", 100.0, slowest),
        Mark::at_most("growth of the page that grows most", 2.0, most),
    ];
    if options.json {
        let pages: Vec<Value> = pairs()
            .map(
                |(path, few, many)| json!({ "page": path, "few": few.json(), "many": many.json() }),
            )
            .collect();
        let whole = json!({
            "bench": "pages", "store": store, "few": options.few, "many": options.many,
            "bytes_per_message": per_message, "pages": pages, "marks": marks::json(&marks),
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
    for (path, few, many) in pairs() {
        println!(
            "{path:<42} p50 {:>8} ms, then {:>8} ms (fastest {} ms, worst {} ms)",
            round(few.percentile(50)),
            round(many.percentile(50)),
            round(many.percentile(0)),
            round(many.percentile(100))
        );
    }
    marks::print(&marks);
}
