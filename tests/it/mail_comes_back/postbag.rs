//! What a mail may do, by what it can prove, on one accepted e-mail of a small world.

use araldo::domain::token::Purpose;
use araldo::store::people::conversations::AssignedTo;
use araldo::store::templates::WriteContext;
use araldo::template::Source;
use araldo::track::postbag::{MailTaken, Postbag, Reception};
use araldo::track::returned::ReturnedClass;

use super::{Report, report};
use crate::reader::{MAIL, Reader};

on_both_databases!(
    a_report_with_our_token_is_believed,
    the_same_mail_twice_counts_once,
    a_refusal_for_what_we_are_bars_nobody,
    a_report_that_proves_nothing_bars_nobody,
    a_report_of_another_address_bars_nobody,
    a_delay_and_an_automatic_answer_change_no_state,
    an_answer_stands_on_its_message,
    a_stop_is_obeyed_only_with_our_token,
    a_deputys_stop_by_mail_ends_the_mandate_and_bars_nobody,
    a_stop_from_a_mailbox_that_is_both_ends_both,
    what_is_obeyed_is_acknowledged_once_by_mail,
    what_is_about_no_message_is_counted,
);

const ADDRESS: &str = "maria@posta.example";
/// The name that our e-mail went out with.
const NAME: &str = "araldo-e1001@town.example";
const STATE: &str = "SELECT state FROM message WHERE id = 1001";
const BARRED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt WHERE message_id = 1001";
const MAILS: &str = "SELECT CAST(count(*) AS BIGINT) FROM mail_evidence";
const REPLIES: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'replied'";

impl Reader {
    fn postbag(&self) -> Postbag {
        Postbag {
            store: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            signer: self.signer.clone(),
            horizon: self.track.horizon,
            reception: Reception::default(),
        }
    }

    async fn comes(&self, mail: &str) -> MailTaken {
        self.postbag()
            .take(mail.as_bytes(), "bounces")
            .await
            .unwrap()
    }

    /// Where reports about the e-mail go, in capitals as some servers make it.
    fn bounces(&self) -> String {
        let token = self.signer.sign_caseless(Purpose::MailReport, MAIL);
        format!("rimbalzi+{}@town.example", token.to_ascii_uppercase())
    }

    /// Where answers to the e-mail go.
    fn answers(&self) -> String {
        let token = self.signer.sign_caseless(Purpose::MailAnswer, MAIL);
        format!("risposte+{token}@town.example")
    }

    /// The texts by which clients who wrote are answered.
    async fn publish_answers(&self) {
        let by = WriteContext {
            author: "araldo",
            now: self.now(),
            ids: &*self.ids,
        };
        let mut tx = self.store.write().await.unwrap();
        for source in Source::shipped().unwrap() {
            if source.name.starts_with("reply-") {
                tx.templates().import(&source, by).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }

    async fn state(&self) -> String {
        self.text(STATE).await.unwrap()
    }
}

fn answer(from: &str, to: &str, text: &str) -> String {
    format!(
        "Delivered-To: {to}\r\nFrom: Maria <{from}>\r\nTo: {to}\r\nSubject: Re: La sua pratica\r\n\
         Message-ID: <r1@posta.example>\r\nDate: Sun, 22 Nov 2026 09:59:50 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

async fn a_report_with_our_token_is_believed(reader: Reader) {
    let mail = report(&reader.bounces(), &Report::broken("n1", ADDRESS, "other@x"));
    let taken = reader.comes(&mail).await;
    assert_eq!(
        (taken.class, taken.is_ours, taken.is_new),
        (ReturnedClass::Hard, true, true)
    );
    assert_eq!(reader.state().await, "undelivered");
    let reason = "SELECT reason FROM suppression WHERE channel = 'email' \
                  AND address = 'maria@posta.example' AND message_id = 1001";
    assert_eq!(reader.text(reason).await.as_deref(), Some("hard_bounce"));
    let code = "SELECT code FROM receipt WHERE message_id = 1001 AND provider = 'mailbox'";
    assert_eq!(reader.text(code).await.as_deref(), Some("5.1.1"));
    let detail = "SELECT detail FROM receipt WHERE message_id = 1001";
    assert!(!reader.text(detail).await.unwrap().contains('@'));
    let undelivered = "SELECT undelivered FROM rollup WHERE channel = 'email'";
    assert_eq!(reader.number(undelivered).await, 1);
    let reporting = "SELECT reporting FROM rollup WHERE channel = 'email'";
    assert_eq!(
        reader.number(reporting).await,
        1,
        "what came back was reported"
    );
}

async fn the_same_mail_twice_counts_once(reader: Reader) {
    let mail = report(&reader.bounces(), &Report::broken("n1", ADDRESS, NAME));
    // The copy came another way: servers wrote above it.
    let copy = format!("Received: by backup.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n{mail}");
    assert!(reader.comes(&mail).await.is_new);
    for again in [&mail, &copy] {
        let taken = reader.comes(again).await;
        assert!(taken.is_ours && !taken.is_new, "{taken:?}");
    }
    assert_eq!(reader.number(RECEIPTS).await, 1);
    assert_eq!(reader.number(MAILS).await, 1);
}

async fn a_refusal_for_what_we_are_bars_nobody(reader: Reader) {
    let policy = Report {
        status: "5.7.26",
        said: "550 5.7.26 This mail is unauthenticated",
        ..Report::broken("n1", ADDRESS, NAME)
    };
    let taken = reader.comes(&report(&reader.bounces(), &policy)).await;
    assert_eq!(taken.class, ReturnedClass::Policy);
    assert_eq!(reader.state().await, "undelivered");
    assert_eq!(reader.number(BARRED).await, 0);
}

async fn a_report_that_proves_nothing_bars_nobody(reader: Reader) {
    let forged = "rimbalzi+aaaaaaaaaaaaaaaaaaaaaaaaaaaaa@town.example";
    let taken = reader
        .comes(&report(forged, &Report::broken("n1", ADDRESS, "other@x")))
        .await;
    assert_eq!(taken.class, ReturnedClass::Hard);
    assert_eq!(
        reader.state().await,
        "accepted",
        "an address alone proves nothing"
    );
    let named = Report::broken("n2", "luca@posta.example", NAME);
    reader.comes(&report(forged, &named)).await;
    assert_eq!(
        reader.state().await,
        "accepted",
        "our mail went to another address"
    );
    // Whoever may answer may not report: the address for answers is shown to readers.
    let answers = report(&reader.answers(), &Report::broken("n3", ADDRESS, "other@x"));
    reader.comes(&answers).await;
    assert_eq!(reader.state().await, "undelivered");
    reader
        .comes(&report(forged, &Report::broken("n4", ADDRESS, NAME)))
        .await;
    assert_eq!(reader.state().await, "undelivered");
    assert_eq!(reader.number(BARRED).await, 0);
}

async fn a_report_of_another_address_bars_nobody(reader: Reader) {
    let mail = report(
        &reader.bounces(),
        &Report::broken("n1", "m@forward.example", NAME),
    );
    assert!(reader.comes(&mail).await.is_ours);
    assert_eq!(reader.state().await, "undelivered");
    assert_eq!(reader.number(BARRED).await, 0);
}

async fn a_delay_and_an_automatic_answer_change_no_state(reader: Reader) {
    let delayed = Report {
        action: "delayed",
        status: "4.4.1",
        said: "connect to posta.example: Connection timed out",
        ..Report::broken("n1", ADDRESS, NAME)
    };
    let taken = reader.comes(&report(&reader.bounces(), &delayed)).await;
    assert_eq!(taken.class, ReturnedClass::Delayed);
    let away = answer(
        ADDRESS,
        &reader.answers(),
        "Sono in ferie fino al 7 dicembre.",
    )
    .replace(
        "Subject: Re:",
        "Auto-Submitted: auto-replied\r\nSubject: Assente Re:",
    );
    let taken = reader.comes(&away).await;
    assert_eq!(
        (taken.class, taken.is_ours),
        (ReturnedClass::AutoReply, true)
    );
    assert_eq!(reader.state().await, "accepted");
    assert_eq!(reader.number(REPLIES).await, 0);
    assert_eq!(reader.number(BARRED).await, 0);
    let told = "SELECT CAST(count(*) AS BIGINT) FROM receipt WHERE detail LIKE '%ferie%'";
    assert_eq!(reader.number(told).await, 0);
    assert_eq!(reader.number(MAILS).await, 2);
    assert_eq!(
        reader.number(RECEIPTS).await,
        2,
        "both stand on the message"
    );
}

async fn an_answer_stands_on_its_message(reader: Reader) {
    let text = "Buongiorno, ho già mandato il documento.\r\n\r\n> La sua pratica\r\n> aspetta";
    let taken = reader
        .comes(&answer(ADDRESS, &reader.answers(), text))
        .await;
    assert_eq!(taken.class, ReturnedClass::Reply);
    let words = "SELECT detail FROM engagement WHERE message_id = 1001 AND kind = 'replied' \
                 AND verdict = 'human'";
    let words = reader.text(words).await.unwrap();
    assert_eq!(words, "Buongiorno, ho già mandato il documento.");
    let replied = "SELECT replied FROM rollup WHERE channel = 'email'";
    assert_eq!(reader.number(replied).await, 1);

    // From the address alone it is kept for a person, and proves no reading.
    let own = answer(
        ADDRESS,
        "risposte@town.example",
        "Quando arriva il tecnico?",
    )
    .replace("<r1@", "<r2@");
    assert!(reader.comes(&own).await.is_ours);
    assert_eq!(reader.number(REPLIES).await, 2);
    let unsure = "SELECT CAST(count(*) AS BIGINT) FROM engagement \
                  WHERE kind = 'replied' AND verdict = 'undetermined'";
    assert_eq!(reader.number(unsure).await, 1);
    let mut tx = reader.store.read().await.unwrap();
    let mut conversations = tx.conversations();
    let mut doubts = Vec::new();
    for talk in conversations.waiting(AssignedTo::Anybody, 9).await.unwrap() {
        let lines = conversations.lines(talk.id).await.unwrap();
        doubts.extend(lines.into_iter().map(|line| (line.text, line.doubt)));
    }
    for (text, doubt) in &doubts {
        let is_own = text.as_deref() == Some("Quando arriva il tecnico?");
        assert_eq!(doubt.is_some(), is_own, "{doubts:?}");
    }
    assert_eq!(doubts.len(), 2, "{doubts:?}");
}

async fn a_stop_is_obeyed_only_with_our_token(reader: Reader) {
    let own = answer(ADDRESS, "risposte@town.example", "STOP");
    reader.comes(&own).await;
    assert_eq!(reader.number(BARRED).await, 0, "a sender can be forged");
    assert_eq!(reader.number(REPLIES).await, 1, "a person reads it");
    let stop = answer(ADDRESS, &reader.answers(), "Stop.").replace("<r1@", "<r2@");
    reader.comes(&stop).await;
    let reason = "SELECT reason FROM suppression WHERE address = 'maria@posta.example'";
    assert_eq!(reader.text(reason).await.as_deref(), Some("stop"));
    let start = answer(ADDRESS, &reader.answers(), "START").replace("<r1@", "<r3@");
    reader.comes(&start).await;
    assert_eq!(reader.number(BARRED).await, 0);
}

/// Luca acts for Maria, and the e-mail was the copy that he got at this mailbox. `own`: which Maria has, too.
async fn copied_to_luca(reader: &Reader, own: bool) {
    reader
        .execute(
            "INSERT INTO deputy (id, client_id, mode, topics, cases, mandate, given_by, began_at)
             VALUES (8, 7, 'copy', '[]', '[]', 'Delega 12/2026', 'paola@example.org', 1)",
        )
        .await;
    reader
        .execute("UPDATE message SET client_id = 8 WHERE id = 1001")
        .await;
    // Who acts for somebody has one address.
    reader
        .execute("DELETE FROM contact_point WHERE client_id = 8")
        .await;
    let contact = match own {
        true => {
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified)
             VALUES (75, 8, 'email', 'maria@posta.example', 0, FALSE)"
        }
        false => "UPDATE contact_point SET client_id = 8 WHERE id = 72",
    };
    reader.execute(contact).await;
}

async fn a_deputys_stop_by_mail_ends_the_mandate_and_bars_nobody(reader: Reader) {
    const ENDED: &str = "SELECT coalesce(ended_by, '-') FROM deputy";
    copied_to_luca(&reader, false).await;
    let forged = answer(ADDRESS, "risposte@town.example", "STOP");
    reader.comes(&forged).await;
    assert_eq!(reader.text(ENDED).await.as_deref(), Some("-"));
    let stop = answer(ADDRESS, &reader.answers(), "STOP").replace("<r1@", "<r2@");
    reader.comes(&stop).await;
    assert_eq!(reader.text(ENDED).await.as_deref(), Some("deputy"));
    assert_eq!(reader.number(BARRED).await, 0, "nobody is silenced");
    let told = "SELECT address || ' ' || text FROM test_send WHERE template = 'deputy-ended' \
        AND address LIKE '%@%'";
    let told = reader.text(told).await.expect("a last word to the deputy");
    assert!(told.starts_with(ADDRESS), "{told}");
    assert!(told.contains("per Maria Rossi"), "{told}");
    let noted = "SELECT subject FROM audit WHERE action = 'client.deputy_ended'";
    assert_eq!(reader.text(noted).await.as_deref(), Some("client:7"));
}

async fn a_stop_from_a_mailbox_that_is_both_ends_both(reader: Reader) {
    copied_to_luca(&reader, true).await;
    let stop = answer(ADDRESS, &reader.answers(), "STOP");
    reader.comes(&stop).await;
    let ended = "SELECT coalesce(ended_by, '-') FROM deputy";
    assert_eq!(reader.text(ended).await.as_deref(), Some("deputy"));
    let barred = "SELECT address || ' ' || reason FROM suppression";
    let barred = reader.text(barred).await.expect("the mailbox is barred");
    assert_eq!(barred, "maria@posta.example stop");
}

async fn what_is_obeyed_is_acknowledged_once_by_mail(reader: Reader) {
    const ASKED: &str = "SELECT CAST(count(*) AS BIGINT) FROM event \
                         WHERE type = 'message.requested' AND source = '/v1/replies/mailbox'";
    const LAST: &str = "SELECT data FROM event WHERE source = '/v1/replies/mailbox' ORDER BY id";
    reader.publish_answers().await;
    let says = async |name: &str, text: &str| {
        let mail = answer(ADDRESS, &reader.answers(), text).replace("<r1@", &format!("<{name}@"));
        reader.comes(&mail).await;
        reader.number(ASKED).await
    };
    let automatic = answer(ADDRESS, &reader.answers(), "STOP")
        .replace(
            "Subject: Re:",
            "Auto-Submitted: auto-generated\r\nSubject: Re:",
        )
        .replace("<r1@", "<m-0@");
    reader.comes(&automatic).await;
    assert_eq!(reader.number(ASKED).await, 0, "a program is not answered");
    reader.execute("DELETE FROM suppression").await;
    assert_eq!(says("m-1", "STOP").await, 1);
    let said = reader.text(LAST).await.unwrap();
    for part in ["\"reply-stop\"", "\"email\"", "\"C-1001\""] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert_eq!(says("m-2", "Stop!").await, 1, "it is so already");
    assert_eq!(says("m-3", "START").await, 2);
    assert_eq!(says("m-4", "START").await, 2);
    assert_eq!(says("m-5", "STOP GUASTI").await, 3);
    assert!(reader.text(LAST).await.unwrap().contains("\"guasti\""));
    assert_eq!(says("m-6", "stop guasti").await, 3);
    assert_eq!(says("m-7", "INFO").await, 4);
    assert_eq!(says("m-8", "Aiuto").await, 4, "one a day");
    assert_eq!(
        reader.number(REPLIES).await,
        1,
        "a person reads the call for help"
    );
    let own = answer(ADDRESS, "risposte@town.example", "INFO").replace("<r1@", "<m-9@");
    reader.comes(&own).await;
    assert_eq!(reader.number(ASKED).await, 4, "a sender can be forged");
}

async fn what_is_about_no_message_is_counted(reader: Reader) {
    let stranger = answer(
        "nessuno@altrove.example",
        "risposte@town.example",
        "Compra ora!",
    );
    let taken = reader.comes(&stranger).await;
    assert!(!taken.is_ours);
    assert_eq!(reader.number(REPLIES).await, 0);
    let metrics = reader.get("/metrics").await.body;
    assert!(
        metrics.contains("araldo_mails_unmatched{class=\"reply\"} 1"),
        "{metrics}"
    );
}
