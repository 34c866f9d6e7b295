//! Whatever happens to messages, and in whichever order: the sums are those of the rows, and no
//! numerator holds a message that its denominator does not.

use araldo::domain::clock::{FixedClock, SystemClock};
use araldo::domain::ids::{TimeOrderedIds, first_id_at};
use araldo::domain::receipt::ReceiptKind;
use araldo::domain::{Clock as _, EngagementKind, MessageId, MessageState, Timestamp, Verdict};
use araldo::runtime::Lifecycle;
use araldo::store::Tx;
use araldo::store::messages::attempts::FinishedAttempt;
use araldo::store::messages::engagement::{Burst, NewEngagement};
use araldo::store::messages::evidence::{Invalidated, Objection};
use araldo::store::messages::receipts::{NewReceipt, ReceiptHorizon};
use araldo::store::messages::timers::Looked;
use araldo::upkeep::{Recounted, recount, recount_once};
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::{Eye, sums_close, with_eye};

on_both_databases!(
    every_numerator_is_part_of_its_denominator_whatever_happens,
    an_older_programs_sums_are_counted_anew_once,
);

/// Messages of one story: each channel, tracking, state and provider beside each other.
const MESSAGES: i64 = 144;
/// What happens in one story.
const STEPS: usize = 120;
const STORIES: u64 = 8;

/// Rows whose part is larger than its whole.
const TOO_LARGE: &str = "SELECT CAST(count(*) AS BIGINT) FROM rollup WHERE opened > measurable \
    OR opened_machine > measurable OR clicked > clicks_measurable \
    OR clicked_machine > clicks_measurable OR read > read_measurable OR confirmed > reached \
    OR replied > reached OR delivered + undelivered > reporting OR reporting > accepted OR reached > accepted \
    OR measurable > reached OR clicks_measurable > reached OR read_measurable > reached \
    OR accepted > planned OR suppressed > planned OR opened > read OR clicked > read \
    OR opened < 0 OR clicked < 0 OR read < 0 OR confirmed < 0 OR replied < 0 OR measurable < 0 \
    OR reached < 0 OR reporting < 0 OR (channel = 'sms' AND measurable <> 0)";

/// What must have happened in some story, or the stories prove little.
const SOME: [&str; 7] = [
    "SELECT CAST(sum(opened) AS BIGINT) FROM rollup",
    "SELECT CAST(sum(opened_machine) AS BIGINT) FROM rollup",
    "SELECT CAST(sum(clicked) AS BIGINT) FROM rollup",
    "SELECT CAST(sum(read) AS BIGINT) FROM rollup",
    "SELECT CAST(sum(confirmed) AS BIGINT) FROM rollup",
    "SELECT CAST(sum(replied) AS BIGINT) FROM rollup",
    // A report says that it did not arrive; its reader knows better.
    "SELECT CAST(sum(reached - (accepted - undelivered)) AS BIGINT) FROM rollup",
];

const STATES: [&str; 6] = [
    "queued",
    "sending",
    "unknown",
    "accepted",
    "accepted",
    "undelivered",
];

/// The world of one story.
struct Story<'a> {
    store: &'a TestStore,
    eye: &'a Eye,
    clock: FixedClock,
    ids: TimeOrderedIds<SystemClock>,
    messages: Vec<i64>,
    dice: StdRng,
}

impl Story<'_> {
    fn one(&mut self) -> MessageId {
        MessageId::new(*self.messages.choose(&mut self.dice).unwrap())
    }

    async fn plant(&mut self, noted: i64) {
        let now = self.clock.now();
        let first = first_id_at(now);
        let plans = [first, first + 1];
        // A plan with its day and links that are kept, and one of an older program.
        for (plan, event, day, clicks) in [
            (plans[0], 10, None, None),
            (plans[1], 11, Some(now.utc_day()), Some(false)),
        ] {
            let plan = json!({ "id": plan, "event_id": event, "rule": "r", "template": "t",
                "subject": "case:PR-1", "occurred_at": 500, "planned": MESSAGES / 2,
                "created_at": now.as_micros(), "day": day, "clicks": clicks });
            self.eye.plant([json!({ "plan": plan })]).await;
        }
        for number in 0..MESSAGES {
            let pick = |words: &'static [&'static str], by: i64| {
                words[usize::try_from(number / by).unwrap() % words.len()]
            };
            let reports = [None, Some(true), Some(false)][usize::try_from(number % 3).unwrap()];
            let id = first + 10 + number;
            let message = json!({ "id": id, "client_id": id, "address": "", "provider": "p",
                "plan_id": plans[usize::try_from(number % 2).unwrap()],
                "channel": pick(&["sms", "email"], 2),
                "tracking": pick(&["none", "aggregate", "individual"], 4),
                "state": pick(&STATES, 12), "engaged": noted, "due_at": 0, "expires_at": 0,
                "created_at": now.as_micros(), "reports": reports });
            self.eye.plant([json!({ "message": message })]).await;
            self.messages.push(id);
        }
        self.eye.execute("INSERT INTO rollup (day, template, version, channel, planned, suppressed, \
            accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
            clicked_machine, replied, measurable, anonymous_opens) \
            SELECT coalesce(p.day, m.created_at / 86400000000), p.template, p.version, m.channel, \
            count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM message m \
            JOIN plan p ON p.id = m.plan_id GROUP BY 1, 2, 3, 4").await;
    }

    async fn step(&mut self) {
        self.clock.advance(TimeDelta::seconds(3));
        match self.dice.random_range(0..11) {
            0..3 => self.report().await,
            3..7 => self.read().await,
            7 => self.burst().await,
            8 => self.prove().await,
            9 => self.object().await,
            _ => self.answer().await,
        }
    }

    /// A receipt of any kind: late, early, doubled, against what was said before.
    async fn report(&mut self) {
        let kind = *ReceiptKind::ALL.choose(&mut self.dice).unwrap();
        let (message, now) = (self.one(), self.clock.now());
        let receipt = NewReceipt {
            provider: "p".to_owned(),
            key: format!("{}", now.as_micros()),
            message: Some(message),
            kind,
            code: None,
            detail: None,
            // Half of them say when: of these a later one may prove an earlier one wrong.
            provider_at: (self.dice.random_range(0..2) == 0).then_some(now),
            bad_address: false,
        };
        let mut tx = self.store.write().await.unwrap();
        tx.receipts(ReceiptHorizon::default())
            .append(&[receipt], now, &self.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody does something, person or machine, perhaps twice.
    async fn read(&mut self) {
        let hits: Vec<NewEngagement> = (0..self.dice.random_range(1..4))
            .map(|_| NewEngagement {
                message: self.one(),
                kind: *EngagementKind::ALL.choose(&mut self.dice).unwrap(),
                verdict: *Verdict::ALL.choose(&mut self.dice).unwrap(),
                grounds: "a test",
                link: None,
                detail: None,
                at: self.clock.now(),
            })
            .collect();
        self.record(&hits, &[]).await;
    }

    /// What looked like a person for the last minute turns out to be a machine.
    async fn burst(&mut self) {
        let to = self.clock.now();
        let burst = Burst {
            message: self.one(),
            from: to - TimeDelta::minutes(1),
            to,
            grounds: "a burst",
            ruling: None,
        };
        self.record(&[], &[burst]).await;
    }

    async fn record(&self, hits: &[NewEngagement], bursts: &[Burst]) {
        let mut tx = self.store.write().await.unwrap();
        tx.engagement()
            .record(hits, bursts, &self.ids)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A reader proves that an unknown message arrived.
    async fn prove(&mut self) {
        let message = self.one();
        let mut tx = self.store.write().await.unwrap();
        tx.receipts(ReceiptHorizon::default())
            .proven(&[message], self.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody holds the newest evidence about a message for wrong.
    async fn object(&mut self) {
        const NEWEST: &str = "SELECT CAST(coalesce(max(x.id), 0) AS BIGINT) FROM ( \
            SELECT id FROM receipt WHERE message_id = $1 AND invalidated_at IS NULL \
            UNION ALL SELECT id FROM engagement WHERE message_id = $1 \
            AND invalidated_at IS NULL) AS x";
        let message = self.one();
        let newest: i64 = with_eye!(self.eye, |pool| {
            let asked = sqlx::query_scalar(NEWEST).bind(message.get());
            asked.fetch_one(pool).await.unwrap()
        });
        if newest == 0 {
            return;
        }
        let objection = Objection {
            by: "op@example.it",
            reason: "a test",
            at: self.clock.now(),
        };
        let mut tx = self.store.write().await.unwrap();
        let outcome = tx
            .receipts(ReceiptHorizon::default())
            .invalidate(message, newest, objection)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(outcome, Invalidated::Done);
    }

    /// What is under way gets its answer, what waits for a receipt waits no longer.
    async fn answer(&mut self) {
        let message = self.one();
        let state = "SELECT state FROM message WHERE id = $1";
        let state: String = with_eye!(self.eye, |pool| {
            let asked = sqlx::query_scalar(state).bind(message.get());
            asked.fetch_one(pool).await.unwrap()
        });
        let from: MessageState = state.parse().unwrap();
        let mut tx = self.store.write().await.unwrap();
        let now = self.clock.now();
        match from {
            MessageState::Sending => {
                let landed = tx.attempts().finish(&[yes(message)], now).await.unwrap();
                assert_eq!(landed.len(), 1);
            }
            MessageState::Accepted => wake(&mut tx, message, from, MessageState::Unconfirmed).await,
            MessageState::Unknown => wake(&mut tx, message, from, MessageState::Unresolved).await,
            _ => return,
        }
        tx.receipts(ReceiptHorizon::default())
            .apply_pending(&[message], self.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

/// The provider takes it.
fn yes(message: MessageId) -> FinishedAttempt {
    FinishedAttempt {
        message,
        lease_no: 1,
        outcome: "accepted",
        stage: None,
        code: None,
        detail: None,
        provider_ref: None,
        state: MessageState::Accepted,
        reason: None,
        due_at: None,
        wake_at: None,
        counts: false,
        bad_address: false,
    }
}

/// A timer moves it.
async fn wake(tx: &mut Tx, message: MessageId, from: MessageState, to: MessageState) {
    let look = Looked {
        message,
        from,
        to,
        reason: None,
        wake_at: None,
        inquired: false,
        maybe_duplicate: false,
    };
    let now = Timestamp::from_micros(1);
    tx.timers().apply(&[look], now).await.unwrap();
}

async fn empty(eye: &Eye) {
    for table in [
        "DELETE FROM engagement",
        "DELETE FROM receipt",
        "DELETE FROM message",
        "DELETE FROM plan",
        "DELETE FROM event",
        "DELETE FROM rollup",
    ] {
        eye.execute(table).await;
    }
    for (id, kind) in [(10, "case.opened"), (11, "case.finished")] {
        let event = json!({ "id": id, "event_id": kind, "type": kind, "subject": "PR-1",
            "occurred_at": 100, "received_at": 110 });
        eye.plant([json!({ "event": event })]).await;
    }
}

async fn every_numerator_is_part_of_its_denominator_whatever_happens(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    let mut seen = [0; SOME.len()];
    for seed in 0..STORIES {
        empty(&eye).await;
        let mut story = Story {
            store: &store,
            eye: &eye,
            clock: FixedClock::at("2026-11-22T10:00:00Z"),
            ids: TimeOrderedIds::new(SystemClock, 1),
            messages: Vec::new(),
            dice: StdRng::seed_from_u64(seed),
        };
        story.plant(0).await;
        recount(&store, &Lifecycle::new()).await.unwrap();
        sums_close(&eye).await;
        for step in 0..STEPS {
            story.step().await;
            let wrong = eye.number(TOO_LARGE).await;
            assert_eq!(
                wrong, 0,
                "story {seed}, step {step}: a part beyond its whole"
            );
        }
        sums_close(&eye).await;
        for (seen, sum) in seen.iter_mut().zip(SOME) {
            *seen += eye.number(sum).await;
        }
        // Nothing that was moved step by step is counted otherwise all at once.
        let again = recount(&store, &Lifecycle::new()).await.unwrap();
        assert_eq!(again, Recounted::default(), "story {seed}");
    }
    assert!(
        seen.iter().all(|sum| *sum > 0),
        "something never happened: {seen:?}"
    );
}

/// An older program noted each click as an opening, and moved the sums so.
async fn an_older_programs_sums_are_counted_anew_once(store: TestStore) {
    const OLD: &str = "UPDATE rollup SET accepted = 48, opened = 40, clicked = 30, replied = 20, \
        measurable = 10";
    const KEPT: &str = "SELECT planned * 1000000 + accepted * 10000 + delivered * 100 + reporting \
        FROM rollup WHERE day = 19000";
    const READING: &str = "SELECT opened + clicked + replied + measurable FROM rollup \
        WHERE day = 19000";
    const RETURNED: &str = "SELECT reporting FROM rollup WHERE day = 19001";
    let eye = Eye::open(&store.url).await;
    empty(&eye).await;
    let mut story = Story {
        store: &store,
        eye: &eye,
        clock: FixedClock::at("2026-11-22T10:00:00Z"),
        ids: TimeOrderedIds::new(SystemClock, 1),
        messages: Vec::new(),
        dice: StdRng::seed_from_u64(1),
    };
    story.plant(1 | 4).await;
    for _ in 0..40 {
        story.clock.advance(TimeDelta::seconds(3));
        story.read().await;
    }
    eye.execute(OLD).await;
    // By a relay that reports nothing, nine arrived all the same and one came back, which was counted among
    // none; of another sum the messages are there.
    let relay = json!({ "day": 19_001, "template": "t", "channel": "email", "planned": 12,
        "accepted": 12, "delivered": 9, "undelivered": 1, "reporting": 9, "reached": 11 });
    eye.plant([json!({ "rollup": relay })]).await;
    let gone = json!({ "day": 19_000, "template": "t", "channel": "sms", "planned": 12,
        "accepted": 10, "delivered": 8, "undelivered": 1, "opened": 9, "clicked": 7, "replied": 1,
        "measurable": 4 });
    eye.plant([json!({ "rollup": gone })]).await;
    let lifecycle = Lifecycle::new();
    let done = recount_once(&store, &lifecycle).await.unwrap().unwrap();
    assert!(done.messages > 0 && done.sums >= 2, "{done:?}");
    assert_eq!(
        eye.number(KEPT).await,
        12_100_810,
        "what became of them stays"
    );
    assert_eq!(
        eye.number(READING).await,
        0,
        "what had no whole is put aside"
    );
    assert_eq!(eye.number(RETURNED).await, 10, "what came back is reported");
    assert_eq!(eye.number(TOO_LARGE).await, 0);
    eye.execute("DELETE FROM rollup WHERE day IN (19000, 19001)")
        .await;
    sums_close(&eye).await;
    assert_eq!(recount_once(&store, &lifecycle).await.unwrap(), None);
}
