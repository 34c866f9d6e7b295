//! Real Kannel with its fake network: what we hand over is what the network gets, and its
//! delivery report finds its way back.

use araldo::channel::sms::kannel::receipt_kind;
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::token::Purpose;

use super::{Running, build, context, report_taker, signer, sms, until};
use crate::support::servers::kannel::Kannel;

/// No handset answers here.
const NOWHERE: &str = "http://127.0.0.1:1/mo";

/// What the network got for a number, in its own words.
fn network_got(kannel: &Kannel, number: &str) -> Vec<String> {
    let mut got = kannel.received();
    got.retain(|line| line.contains(number));
    got
}

/// What the hook makes of a report, from the words that Kannel itself filled in.
fn meaning(report: &str) -> Option<ReceiptKind> {
    let (_, query) = report.split_once('?')?;
    let filled_in: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let of = |name: &str| {
        let mut pairs = filled_in.iter();
        pairs.find_map(|(key, value)| (key == name).then_some(value.as_str()))
    };
    receipt_kind(of("type")?, of("answer").unwrap_or_default())
}

/// The settings of a gateway with this password.
fn settings(kannel: &Kannel, password: &str) -> String {
    format!(
        "kind = \"kannel\"\nurl = \"{}\"\nusername = \"{}\"\npassword = \"{password}\"\n\
         from = \"ARALDO\"\n",
        kannel.url(),
        Kannel::USERNAME
    )
}

#[tokio::test]
async fn kannel_carries_accents_and_long_texts_and_reports_delivery() {
    let running = Running::new();
    let kannel = Kannel::start(NOWHERE);
    let (public_url, reports) = report_taker(&running).await;
    let toml = settings(&kannel, Kannel::PASSWORD);
    let provider = build(&context(&running, &public_url, None), &toml);

    let accented = sms("+393331234567", "Perché no € è già così");
    assert_eq!(provider.send(&accented).await.unwrap().code, "202");
    let got = until("the network has the SMS", async || {
        network_got(&kannel, "+393331234567").pop()
    })
    .await;
    assert!(got.contains("Perché no € è già così"), "{got}");
    assert!(got.contains("ARALDO"), "{got}");

    let long = sms("+393337654321", &"la corrente torna. ".repeat(10));
    assert!(provider.send(&long).await.is_ok());
    until("the network has both segments", async || {
        let got = network_got(&kannel, "+393337654321");
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
    assert_eq!(
        signer().open_two_of("relay", Purpose::Receipt, token),
        Some((42, 3))
    );
    assert!(filled_in.contains("&fid="), "{filled_in}");
    assert_eq!(meaning(&report), Some(ReceiptKind::Delivered));
    let reports = reports.lock().unwrap();
    let accepted = reports.iter().find(|uri| uri.contains("type=8&")).unwrap();
    assert_eq!(meaning(accepted), Some(ReceiptKind::Accepted));
}

#[tokio::test]
async fn kannel_refuses_a_wrong_log_in() {
    let running = Running::new();
    let kannel = Kannel::start(NOWHERE);
    let toml = settings(&kannel, "wrong");
    let provider = build(&context(&running, "http://127.0.0.1:1", None), &toml);
    let refused = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("403"), "{refused}");
    // What is taken afterwards overtakes nothing: the refused one is not on its way.
    let provider = build(
        &context(&running, "http://127.0.0.1:1", None),
        &settings(&kannel, Kannel::PASSWORD),
    );
    assert!(provider.send(&sms("+393330000001", "ciao")).await.is_ok());
    kannel.wait_for(1);
    assert_eq!(network_got(&kannel, "+393331234567"), [""; 0]);
}
