//! What a centre brings: handed over, and answered only when whoever keeps it says what became of it.

use araldo::channel::{Brought, BuildContext, Handover, HandoverDesk, HandoverFate, ReportSubject};
use araldo::domain::MessageId;
use araldo::domain::limits::SMPP_DELIVERIES;
use araldo::domain::receipt::ReceiptKind;
use tokio::sync::mpsc::Receiver;

use super::super::{Running, build, context};
use super::{PATIENT, bound, provider, send};
use crate::support::patience::until_come;
use crate::support::smsc::{Smsc, delivery, pdu, report};

/// Bring it again.
const TEMPORARY: u32 = 0x64;
/// Never bring it again.
const PERMANENT: u32 = 0x65;
const MARIA: &str = "393331234567";

fn with_desk(running: &Running) -> (BuildContext, Receiver<Handover>) {
    let (desk, handovers) = HandoverDesk::open();
    let context = context(running, "https://araldo.example", None);
    let desk = Some(desk);
    (BuildContext { desk, ..context }, handovers)
}

/// Takes the next handover up, with this answer; what it was.
async fn kept(handovers: &mut Receiver<Handover>, fate: HandoverFate) -> Brought {
    let handover = handovers.recv().await.unwrap();
    assert_eq!(handover.provider, "relay");
    handover.answer.send(fate).unwrap();
    handover.brought
}

#[tokio::test]
async fn a_report_is_answered_when_it_is_kept_and_brought_again_when_not() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let (context, mut handovers) = with_desk(&running);
    let provider = build(
        &context,
        &smsc.settings(&format!("ids = \"hex-decimal\"\n{PATIENT}")),
    );
    // The first SMS is 00000001, so that this one is 0000000A.
    for _ in 0..10 {
        send(&provider).await.unwrap();
    }
    let words = "id:0000000010 sub:001 dlvrd:001 stat:DELIVRD err:000 text:ciao";
    for (fate, status) in [
        (HandoverFate::NotKnown, TEMPORARY),
        (HandoverFate::NotNow, TEMPORARY),
        (HandoverFate::Kept, 0),
        (HandoverFate::Unreadable, PERMANENT),
    ] {
        let body = report(MARIA, words);
        let (answered, brought) = tokio::join!(smsc.deliver(&body), kept(&mut handovers, fate));
        assert_eq!(answered, status, "{fate:?}");
        let Brought::Report(report) = brought else {
            panic!("{brought:?}");
        };
        // Known at once, before its acceptance is written down.
        assert_eq!(report.about, ReportSubject::Attempt(MessageId::new(42), 3));
        assert_eq!(report.kind, ReceiptKind::Delivered);
    }
    let other = report(MARIA, "id:999 stat:UNDELIV err:011");
    let (_, brought) = tokio::join!(
        smsc.deliver(&other),
        kept(&mut handovers, HandoverFate::NotKnown)
    );
    let Brought::Report(of_other) = brought else {
        panic!("{brought:?}");
    };
    assert_eq!(of_other.about, ReportSubject::Name("999".to_owned()));
}

#[tokio::test]
async fn a_text_has_the_same_name_until_it_was_answered() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let (context, mut handovers) = with_desk(&running);
    // It is bound at once: nothing has to be sent first.
    let _provider = build(&context, &smsc.settings(PATIENT));
    let stop = delivery(MARIA, 0, b"STOP", b"");
    let mut ids = Vec::new();
    for fate in [HandoverFate::NotNow, HandoverFate::Kept, HandoverFate::Kept] {
        let (_, brought) = tokio::join!(smsc.deliver(&stop), kept(&mut handovers, fate));
        let Brought::Text(text) = brought else {
            panic!("{brought:?}");
        };
        assert_eq!(
            (text.from.as_str(), text.text.as_str()),
            ("+393331234567", "STOP")
        );
        ids.push(text.id);
    }
    assert_eq!(ids[0], ids[1], "brought again");
    let step = delivery(MARIA, 0x10, b"", b"");
    assert_eq!(smsc.deliver(&step).await, 0, "it says nothing that is kept");
    assert_eq!(smsc.deliver(b"\0\x01").await, PERMANENT, "half a body");
}

#[tokio::test]
async fn where_nobody_keeps_anything_it_is_brought_again() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let provider = provider(&running, &smsc, PATIENT);
    bound(&provider).await;
    let body = report(MARIA, "id:7 stat:DELIVRD");
    assert_eq!(smsc.deliver(&body).await, TEMPORARY);
}

#[tokio::test]
async fn of_a_flood_no_more_wait_than_the_limit_and_the_rest_is_brought_again() {
    let running = Running::new();
    let smsc = Smsc::taking().await;
    let (context, mut handovers) = with_desk(&running);
    let provider = build(&context, &smsc.settings(PATIENT));
    bound(&provider).await;
    let body = report(MARIA, "id:7 stat:DELIVRD");
    for sequence in 1..=SMPP_DELIVERIES {
        smsc.say(&pdu(5, 0, u32::try_from(sequence).unwrap(), &body));
    }
    assert_eq!(
        smsc.deliver(&body).await,
        TEMPORARY,
        "nobody keeps them yet"
    );
    for _ in 0..SMPP_DELIVERIES {
        kept(&mut handovers, HandoverFate::Kept).await;
    }
    assert!(handovers.try_recv().is_err(), "one more was handed over");
    until_come(SMPP_DELIVERIES + 1, || smsc.answered()).await;
    let (answered, _) = tokio::join!(
        smsc.deliver(&body),
        kept(&mut handovers, HandoverFate::Kept)
    );
    assert_eq!(answered, 0, "there is room again");
    assert_eq!(smsc.binds().len(), 1);
}
