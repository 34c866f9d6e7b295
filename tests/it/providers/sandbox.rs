//! The sandbox behaves as its table says, through the real clients.

use std::sync::Arc;
use std::time::Duration;

use araldo::channel::sandbox::{self, Body, Sandbox, links};
use araldo::channel::{Provider, SendError};
use araldo::domain::clock::FixedClock;

use super::{NOW, Reports, Running, build, context, mail, report_taker, sms, until};

struct Town {
    running: Running,
    sandbox: Sandbox,
    public_url: String,
    reports: Reports,
}

impl Town {
    async fn start() -> Self {
        let running = Running::new();
        let sandbox = sandbox::start(&running.0, Arc::new(FixedClock::at(NOW)), None).unwrap();
        let (public_url, reports) = report_taker(&running).await;
        Self {
            running,
            sandbox,
            public_url,
            reports,
        }
    }

    fn provider(&self, toml: &str) -> Arc<dyn Provider> {
        let sandbox = Some(self.sandbox.clone());
        let context = context(&self.running, &self.public_url, sandbox);
        build(&context, &format!("kind = \"sandbox\"\n{toml}"))
    }

    fn handsets(&self) -> Arc<dyn Provider> {
        self.provider("channel = \"sms\"\nlatency = \"20ms\"")
    }

    /// The types of the reports that have come, in their order.
    fn report_types(&self) -> Vec<char> {
        let reports = self.reports.lock().unwrap();
        let types = reports.iter().filter_map(|uri| uri.split("type=").nth(1));
        types.filter_map(|rest| rest.chars().next()).collect()
    }

    async fn reports_are(&self, wanted: &[char]) {
        until(&format!("the reports {wanted:?} have come"), async || {
            (self.report_types().len() >= wanted.len()).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(self.report_types(), wanted);
    }
}

#[tokio::test]
async fn an_sms_shows_on_its_handset_and_is_reported() {
    let town = Town::start().await;
    let text = "Pratica aperta: https://a.example/s/Xy9. È già in lavorazione 👍";
    let provider = town.handsets();
    assert!(provider.capabilities().gives_receipts);
    provider.send(&sms("+390000000010", text)).await.unwrap();
    let shown = town.sandbox.world.inbox("+390000000010");
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].body, Body::Sms(text.to_owned()));
    assert_eq!(shown[0].from, "ARALDO");
    assert_eq!(links(&shown[0]), ["https://a.example/s/Xy9"]);
    town.reports_are(&['8', '1']).await;
    assert!(town.reports.lock().unwrap()[0].starts_with("/hooks/kannel/relay/"));
}

#[tokio::test]
async fn handsets_misbehave_as_the_table_says() {
    let town = Town::start().await;
    let provider = town.handsets();
    provider.send(&sms("+390000000001", "a")).await.unwrap();
    town.reports_are(&['8', '2']).await;
    assert_eq!(town.sandbox.world.inbox("+390000000001"), []);

    let town = Town::start().await;
    let provider = town.handsets();
    provider.send(&sms("+390000000002", "a")).await.unwrap();
    town.reports_are(&['8']).await;

    let busy = provider.send(&sms("+390000000003", "a")).await.unwrap_err();
    assert!(matches!(busy, SendError::NotSent { .. }), "{busy:?}");

    let lost = provider.send(&sms("+390000000004", "a")).await.unwrap_err();
    assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
    assert_eq!(town.sandbox.world.inbox("+390000000004").len(), 1);
    town.reports_are(&['8', '8', '1']).await;

    let town = Town::start().await;
    let provider = town.handsets();
    provider.send(&sms("+390000000005", "a")).await.unwrap();
    town.reports_are(&['1', '1', '8', '8']).await;
}

#[tokio::test]
async fn a_mail_shows_in_its_mailbox_and_a_double_is_counted() {
    let town = Town::start().await;
    let provider = town.provider("channel = \"email\"");
    let mut live = town.sandbox.world.subscribe();
    provider.send(&mail("maria@town.example")).await.unwrap();
    let received = live.recv().await.unwrap();
    let Body::Mail(mail_shown) = &received.body else {
        panic!("{received:?}");
    };
    assert_eq!(mail_shown.subject, "La sua pratica è andata avanti");
    assert!(
        mail_shown.text.contains("perché no € – così.\n.\nA presto")
            || mail_shown
                .text
                .contains("perché no € – così.\r\n.\r\nA presto")
    );
    assert_eq!(links(&received), ["https://a.example/c/1"]);
    assert_eq!(
        mail_shown.header("Message-ID"),
        Some("<m-42@araldo.example>")
    );

    assert_eq!(town.sandbox.world.truth().doubles, 0);
    provider.send(&mail("maria@town.example")).await.unwrap();
    assert_eq!(town.sandbox.world.truth().doubles, 1);
    assert_eq!(town.sandbox.world.truth().mails, 2);
}

#[tokio::test]
async fn mailboxes_misbehave_as_the_table_says() {
    let town = Town::start().await;
    let provider = town.provider("channel = \"email\"");
    let bounced = provider
        .send(&mail("bounce.7@town.example"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            bounced,
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ),
        "{bounced:?}"
    );

    for _ in 0..2 {
        let deferred = provider
            .send(&mail("defer@town.example"))
            .await
            .unwrap_err();
        assert!(
            matches!(deferred, SendError::NotSent { stage: "rcpt", .. }),
            "{deferred:?}"
        );
    }
    assert!(provider.send(&mail("defer@town.example")).await.is_ok());

    let dropped = provider
        .send(&mail("maria+drop@town.example"))
        .await
        .unwrap_err();
    assert!(
        matches!(dropped, SendError::Unknown { stage: "dot", .. }),
        "{dropped:?}"
    );
    let world = &town.sandbox.world;
    assert_eq!(world.inbox("maria+drop@town.example").len(), 1);

    let began = tokio::time::Instant::now();
    assert!(provider.send(&mail("slow@town.example")).await.is_ok());
    assert!(began.elapsed() >= Duration::from_secs(3));
    assert_eq!(world.truth().refused, 3);
    assert_eq!(world.truth().answers_lost, 1);
}

#[tokio::test]
async fn a_hundred_mails_at_once_arrive_once_each() {
    let town = Town::start().await;
    let provider = town.provider("channel = \"email\"");
    let addresses: Vec<_> = (0..100)
        .map(|n| format!("client{n}@town.example"))
        .collect();
    let sends = addresses.iter().map(async |address| {
        let mut mail = mail(address);
        mail.reference.0 = format!("m-{address}");
        provider.send(&mail).await
    });
    for outcome in futures_util::future::join_all(sends).await {
        outcome.unwrap();
    }
    let truth = town.sandbox.world.truth();
    assert_eq!((truth.mails, truth.doubles), (100, 0));
    assert_eq!(town.sandbox.world.mailboxes(200).len(), 100);
}
