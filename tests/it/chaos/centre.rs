//! An SMS centre whose connection is cut again and again while thousands are told, and which reports each SMS
//! that it took: at the end everybody's message is delivered or unknown, and the sums close.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;

use super::fleet::Fleet;
use super::size;
use super::town::{Arrived, account_of, handset, outage, settings_of, settle_handsets};
use crate::support;
use crate::support::node::Eye;
use crate::support::patience::{PATIENCE, pause, until_within};
use crate::support::program::araldo;
use crate::support::smsc::{Smsc, SmscSays, Submitted, report};

const CUTS: usize = 5;
/// What two cuts lose is less than what a provider rests a minute for, so that the test takes no minutes.
const WINDOW: usize = 8;
/// Reports under way at once.
const REPORTERS: usize = 16;

const ROWS: &str = "SELECT CAST(count(*) AS BIGINT) FROM message";
const OPEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state NOT IN ('delivered', 'unknown')";
const DELIVERED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
/// An attempt that was accepted, of a message that was accepted before.
const TAKEN_TWICE: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT a.message_id FROM attempt a \
    JOIN message m ON m.id = a.message_id WHERE a.outcome = 'accepted' AND NOT m.risky \
    GROUP BY a.message_id HAVING count(*) > 1) AS x";

/// SMS that wait to be reported: number and the centre's own name.
type Reports = Mutex<VecDeque<(String, usize)>>;

/// `ARALDO_SMPP_MESSAGES` says how many; by itself 2,000, or 10,000 in the whole size.
fn messages() -> usize {
    let given = std::env::var_os("ARALDO_SMPP_MESSAGES");
    given.map_or(size(2_000, 10_000), |given| {
        let given = given.to_str().expect("a number");
        given.parse().expect("a number")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_centre_that_is_cut_off_five_times_has_everybody_once_and_reports_close_the_sums() {
    let clients = messages();
    println!("{clients} SMS over a connection that is cut {CUTS} times");
    let store = support::sqlite().await;
    settle_handsets(&store.url, clients).await;
    let reports = Arc::<Reports>::default();
    let smsc = cutting(clients / (CUTS + 1), Arc::clone(&reports)).await;
    let provider = smsc.settings(&format!("window = {WINDOW}\ntimeout = \"60s\""));
    let carriers = format!("[channels]\nemail = []\nsms = [\"smsc\"]\n[provider.smsc]\n{provider}");
    let fleet = Fleet::start(&store, 1, settings_of("24h", &carriers)).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let eye = Eye::open(&store.url).await;
    tokio::select! {
        () = until_final(&eye, clients) => {}
        _ = join_all((0..REPORTERS).map(|_| keep_reporting(&smsc, &reports))) => {
            unreachable!("whoever reports goes on")
        }
    }
    let arrived = Arrived {
        times: first_parts(&smsc.submitted()),
        address: handset,
    };
    let unknown = account_of(&store, &eye, &arrived, clients).await;
    assert!(
        (CUTS..=WINDOW * CUTS).contains(&unknown),
        "{unknown} after {CUTS} cuts"
    );
    let delivered = usize::try_from(eye.number(DELIVERED).await).unwrap();
    assert!(delivered >= clients - unknown, "{delivered} are delivered");
    assert_eq!(eye.number(TAKEN_TWICE).await, 0);
    assert_eq!(smsc.binds().len(), CUTS + 1);
    let (fine, said) = araldo(fleet.home(0), &["check-store", "--config", "araldo.toml"]);
    assert!(fine, "{said}");
}

/// It takes everything, and ends the connection in the place of the answer after each so many.
async fn cutting(between: usize, reports: Arc<Reports>) -> Smsc {
    Smsc::open(move |submitted, count| {
        if count % between == 0 && count <= CUTS * between {
            return SmscSays::Cut;
        }
        if submitted.reported {
            let report = (submitted.to.clone(), count);
            reports.lock().unwrap().push_back(report);
        }
        SmscSays::Take
    })
    .await
}

/// Brings reports, each again until it is kept: one whose answer was lost with the connection is nobody's.
async fn keep_reporting(smsc: &Smsc, reports: &Reports) {
    loop {
        let next = reports.lock().unwrap().pop_front();
        let Some((number, name)) = next else {
            pause().await;
            continue;
        };
        let words = format!("id:{name:08X} stat:DELIVRD err:000");
        if smsc.bring(&report(&number, &words)).await != Some(0) {
            pause().await;
            reports.lock().unwrap().push_back((number, name));
        }
    }
}

async fn until_final(eye: &Eye, clients: usize) {
    let clients = i64::try_from(clients).unwrap();
    until_within(PATIENCE * 3, async || {
        match (eye.number(ROWS).await, eye.number(OPEN).await) {
            (rows, 0) if rows == clients => Ok(()),
            (rows, open) => Err(format!("{rows} of {clients} are planned and {open} open")),
        }
    })
    .await;
}

/// How often each number had an SMS: a long one counts by its first part (3GPP TS 23.040 §9.2.3.24.1, whose last
/// octet is the number of the part).
fn first_parts(submitted: &[Submitted]) -> HashMap<String, usize> {
    let is_first =
        |sms: &&Submitted| sms.esm_class & 0x40 == 0 || sms.text[usize::from(sms.text[0])] == 1;
    let mut times: HashMap<String, usize> = HashMap::new();
    for sms in submitted.iter().filter(is_first) {
        *times.entry(format!("+{}", sms.to)).or_default() += 1;
    }
    times
}
