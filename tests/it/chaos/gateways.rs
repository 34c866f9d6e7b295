//! `kill -9` of a daemon that sends over HTTP: no more is unknown than it had connections, and what a platform
//! can be asked about becomes known again.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::fleet::Fleet;
use super::size;
use super::town::{
    Arrived, account_of, handset, outage, settings_of, settle_handsets, until_left, until_told,
};
use crate::providers::service::{Asked, Says, Service, say};
use crate::support;
use crate::support::node::Eye;
use crate::support::patience::{PATIENCE, until_come, until_within};

const CONNECTIONS: usize = 8;
/// How long they take for each SMS: some are left to be sent when the last kill has been looked for.
const SLOW: Duration = Duration::from_millis(200);
const TAKEN: &str = r#"{"result":"OK","internal_order_id":77,"total_sent":1}"#;
const SENT: &str = r#"{"result":"OK","recipients":[{"status":"SENT"}]}"#;
const NEVER_HAD: &str = r#"{"result":"Order not found"}"#;
const TOKEN: &str = "/API/v1.0/REST/token";
const ASK: &str = "/API/v1.0/REST/sms/";
const ACCEPTED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'accepted'";
const RISKY: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE risky";

/// What a gateway is told to do by a test.
#[derive(Default)]
struct Mood {
    /// It takes SMS and does not answer.
    holds: AtomicBool,
    held: AtomicUsize,
}

impl Mood {
    /// What an SMS that was taken is answered.
    fn taken(&self) -> Says {
        if self.holds.load(Ordering::SeqCst) {
            self.held.fetch_add(1, Ordering::SeqCst);
            return Says::Nothing;
        }
        Says::Slowly(SLOW, 201, TAKEN.to_owned())
    }
}

/// Kills the daemon again and again, each time while at least one SMS waits for its answer.
async fn kill_while_it_waits(fleet: &mut Fleet, eye: &Eye, mood: &Mood, clients: usize) -> usize {
    let kills = size(3, 20);
    for kill in 1..=kills {
        until_left(eye, (clients * kill / (kills + 2)) as u64).await;
        let held = mood.held.load(Ordering::SeqCst);
        mood.holds.store(true, Ordering::SeqCst);
        until_come(held + 1, || mood.held.load(Ordering::SeqCst)).await;
        fleet.kill(0);
        mood.holds.store(false, Ordering::SeqCst);
        fleet.restart(0).await;
    }
    kills
}

fn carriers(provider: &str) -> String {
    format!("[channels]\nemail = []\nsms = [\"gateway\"]\n[provider.gateway]\n{provider}\n")
}

/// How often each number had an SMS, by what `number` reads out of a request.
fn times(service: &Service, number: impl Fn(&Value) -> Option<&str>) -> HashMap<String, usize> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for asked in service.asked().iter().filter(|asked| is_sms(asked)) {
        let body = asked.json();
        let number = number(&body).expect("a number").to_owned();
        *times.entry(number).or_default() += 1;
    }
    times
}

fn is_sms(asked: &Asked) -> bool {
    asked.method == "POST" && asked.target.ends_with("/sms")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_platform_can_be_asked_about_is_known_after_every_kill() {
    let clients = size(300, 3_000);
    let store = support::sqlite().await;
    settle_handsets(&store.url, clients).await;
    let mood = Arc::<Mood>::default();
    let platform = platform(Arc::clone(&mood)).await;
    // What was on the way is asked for three answers and a second later.
    let provider = format!(
        "kind = \"commify\"\nbase_url = \"{}\"\nusername = \"u\"\npassword = \"p\"\n\
         message_type = \"GP\"\nfrom = \"ARALDO\"\nreceipt_secret = \"0123456789abcdef\"\nconnections = {CONNECTIONS}\ntimeout = \"5s\"",
        platform.url
    );
    let settings = settings_of("1s", &carriers(&provider));
    let mut fleet = Fleet::start(&store, 1, settings).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let eye = Eye::open(&store.url).await;
    let kills = kill_while_it_waits(&mut fleet, &eye, &mood, clients).await;
    let all = i64::try_from(clients).unwrap();
    until_within(PATIENCE * 3, async || match eye.number(ACCEPTED).await {
        known if known == all => Ok(()),
        known => Err(format!("{known} of {all} are known to be taken")),
    })
    .await;
    let arrived = Arrived {
        times: times(&platform, |body| body["recipient"][0].as_str()),
        address: handset,
    };
    let unknown = account_of(&store, &eye, &arrived, clients).await;
    assert_eq!(unknown, 0, "each was asked about");
    assert_eq!(eye.number(RISKY).await, 0, "and none sent at a risk");
    let asked = platform.asked();
    let doubts: BTreeSet<&str> = asked
        .iter()
        .filter_map(|asked| asked.target.strip_prefix(ASK))
        .collect();
    let doubts = doubts.len();
    println!("{kills} kills left {doubts} of {clients} in doubt");
    assert!(
        (kills..=kills * CONNECTIONS).contains(&doubts),
        "{doubts} in doubt after {kills} kills"
    );
}

/// Knows what it took by our own name for it.
async fn platform(mood: Arc<Mood>) -> Service {
    let orders = Mutex::<BTreeSet<String>>::default();
    Service::open(move |asked| {
        let mut orders = orders.lock().unwrap();
        if asked.target == TOKEN {
            return say(200, "KEY1;TOKEN1");
        }
        if is_sms(asked) {
            let order = asked.json()["order_id"].as_str().unwrap().to_owned();
            orders.insert(order);
            return mood.taken();
        }
        match asked.target.strip_prefix(ASK) {
            Some(order) if orders.contains(order) => say(200, SENT),
            _ => say(404, NEVER_HAD),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_cannot_be_asked_leaves_as_many_unknown_as_it_had_connections() {
    let clients = size(300, 3_000);
    let store = support::sqlite().await;
    settle_handsets(&store.url, clients).await;
    let mood = Arc::<Mood>::default();
    let its = Arc::clone(&mood);
    let gateway = Service::open(move |_| its.taken()).await;
    let provider = format!(
        "kind = \"http\"\nurl = \"{}/sms\"\nfrom = \"ARALDO\"\n\
         body = '{{\"to\":{{{{ to | tojson }}}},\"text\":{{{{ text | tojson }}}}}}'\n\
         connections = {CONNECTIONS}",
        gateway.url
    );
    let settings = settings_of("24h", &carriers(&provider));
    let mut fleet = Fleet::start(&store, 1, settings).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let eye = Eye::open(&store.url).await;
    let kills = kill_while_it_waits(&mut fleet, &eye, &mood, clients).await;
    until_told(&eye, clients).await;
    let arrived = Arrived {
        times: times(&gateway, |body| body["to"].as_str()),
        address: handset,
    };
    let unknown = account_of(&store, &eye, &arrived, clients).await;
    assert!(
        (kills..=kills * CONNECTIONS).contains(&unknown),
        "{unknown} after {kills} kills"
    );
}
