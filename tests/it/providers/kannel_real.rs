//! Real Kannel with its fake network: what we hand over is what the network gets, and its
//! delivery report finds its way back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use araldo::channel::sms::kannel::receipt_kind;
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::token::Purpose;
use tokio::process::Child;

use super::{Running, build, context, free_port, listens, report_taker, signer, sms, start, until};

const FAKESMSC: &str = "/usr/lib/kannel/test/fakesmsc";

/// Bearerbox, smsbox and the fake network, killed with the test.
struct Kannel {
    sendsms_port: u16,
    network_log: PathBuf,
    _folder: tempfile::TempDir,
    _processes: [Child; 3],
}

impl Kannel {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let [admin, boxes, smsc, sendsms] = [
            free_port().await,
            free_port().await,
            free_port().await,
            free_port().await,
        ];
        let configuration = at("kannel.conf");
        std::fs::write(&configuration, settings(admin, boxes, smsc, sendsms)).unwrap();
        let configuration = configuration.to_str().unwrap();
        let bearer = start(
            "/usr/sbin/bearerbox",
            &[configuration],
            &at("bearerbox.log"),
        );
        listens(boxes).await;
        listens(smsc).await;
        let sms = start("/usr/sbin/smsbox", &[configuration], &at("smsbox.log"));
        listens(sendsms).await;
        let network_log = at("network.log");
        let port = smsc.to_string();
        let network = start(
            FAKESMSC,
            &["-H", "127.0.0.1", "-r", &port, "-v", "0"],
            &network_log,
        );
        network_is_online(admin).await;
        Self {
            sendsms_port: sendsms,
            network_log,
            _folder: folder,
            _processes: [bearer, sms, network],
        }
    }
}

async fn network_is_online(admin: u16) {
    let url = format!("http://127.0.0.1:{admin}/status.txt?password=bar");
    until("the fake network is online", async || {
        let status = reqwest::get(&url).await.ok()?.text().await.ok()?;
        status.contains("(online").then_some(())
    })
    .await;
}

/// Groups are parted by one empty line; none may stand inside a group.
fn settings(admin: u16, boxes: u16, smsc: u16, sendsms: u16) -> String {
    format!(
        r#"group = core
admin-port = {admin}
admin-password = bar
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 13013

group = sendsms-user
username = tester
password = foobar
concatenation = true
max-messages = 6

group = sms-service
keyword = default
max-messages = 0
get-url = "http://127.0.0.1:1/mo"
"#
    )
}

/// What the network got for a number, in its own words.
fn network_got(log: &Path, number: &str) -> Vec<String> {
    let log = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&log)
        .lines()
        .filter(|line| line.contains("Got message") && line.contains(number))
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test]
async fn kannel_carries_accents_and_long_texts_and_reports_delivery() {
    let running = Running::new();
    let kannel = Kannel::start().await;
    let (public_url, reports) = report_taker(&running).await;
    let toml = format!(
        "kind = \"kannel\"\nurl = \"http://127.0.0.1:{}/cgi-bin/sendsms\"\n\
         username = \"tester\"\npassword = \"foobar\"\nfrom = \"ARALDO\"\n",
        kannel.sendsms_port
    );
    let provider = build(&context(&running, &public_url, None), &toml);

    let accented = sms("+393331234567", "Perché no € è già così");
    assert_eq!(provider.send(&accented).await.unwrap().code, "202");
    let got = until("the network has the SMS", async || {
        network_got(&kannel.network_log, "+393331234567").pop()
    })
    .await;
    assert!(got.contains("Perché no € è già così"), "{got}");
    assert!(got.contains("ARALDO"), "{got}");

    let long = sms("+393337654321", &"la corrente torna. ".repeat(10));
    assert!(provider.send(&long).await.is_ok());
    until("the network has both segments", async || {
        let got = network_got(&kannel.network_log, "+393337654321");
        (got.len() == 2).then_some(())
    })
    .await;

    let report = until("the delivery is reported", async || {
        let reports = reports.lock().unwrap();
        reports.iter().find(|uri| uri.contains("type=1&")).cloned()
    })
    .await;
    let rest = report.strip_prefix("/hooks/kannel/relay/").unwrap();
    let (token, filled_in) = rest.split_once('?').unwrap();
    assert_eq!(signer().open_two(Purpose::Receipt, token), Some((42, 3)));
    assert!(filled_in.contains("&fid="), "{filled_in}");
    assert_eq!(receipt_kind(1, ""), ReceiptKind::Delivered);
    assert!(
        reports
            .lock()
            .unwrap()
            .iter()
            .any(|uri| uri.contains("type=8&"))
    );
}

#[tokio::test]
async fn kannel_refuses_a_wrong_log_in() {
    let running = Running::new();
    let kannel = Kannel::start().await;
    let toml = format!(
        "kind = \"kannel\"\nurl = \"http://127.0.0.1:{}/cgi-bin/sendsms\"\n\
         username = \"tester\"\npassword = \"wrong\"\nfrom = \"ARALDO\"\n",
        kannel.sendsms_port
    );
    let provider = build(&context(&running, "http://127.0.0.1:1", None), &toml);
    let refused = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(network_got(&kannel.network_log, "+393331234567"), [""; 0]);
}
