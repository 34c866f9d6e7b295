//! A provider of the simulated world, of three kinds: one that knows a reference again, one that
//! can be asked, one that is blind. Each send meets the fate that the seed has for it.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use araldo::channel::{
    Accepted, Capabilities, Concern, Found, Outgoing, Provider, Reference, SendError,
};
use araldo::domain::{Channel, Clock as _};
use araldo_sandbox::dice::Dice;
use chrono::TimeDelta;
use futures_util::future::BoxFuture;

use super::story::Trade;
use super::world::{Fate, World};
use crate::support::node::Eye;

/// Within this time what was handed over has come, or never will.
const LONGEST_SEND_S: u64 = 30;
/// How long a provider that can be asked needs to see what it has.
const SIGHT: TimeDelta = TimeDelta::seconds(15);
/// How long a reference is known again.
const KEY_LIFE: Duration = Duration::from_secs(900);

/// What a provider can promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same reference twice is one message, for a while.
    Idempotent,
    /// It says what it has.
    Askable,
    /// Neither.
    Blind,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Idempotent, Self::Askable, Self::Blind];

    fn key_life(self) -> Option<TimeDelta> {
        (self == Self::Idempotent).then(|| TimeDelta::from_std(KEY_LIFE).expect("minutes"))
    }
}

/// One provider.
pub(super) struct Carrier {
    pub(super) name: String,
    pub(super) channel: Channel,
    pub(super) kind: Kind,
    pub(super) world: Arc<World>,
}

impl Provider for Carrier {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            channel: self.channel,
            idempotent_for: (self.kind == Kind::Idempotent).then_some(KEY_LIFE),
            can_be_asked: self.kind == Kind::Askable,
            gives_receipts: true,
            longest_send: Duration::from_secs(LONGEST_SEND_S),
            concurrency: 8,
        }
    }

    fn warm(&self) -> BoxFuture<'_, Result<(), SendError>> {
        Box::pin(async move {
            if self.world.meddling() {
                self.world.meddle().await;
            }
            // A node may fall asleep between the claim and the open, too.
            if self.world.dozes() {
                self.sleep_past_the_lease().await;
            }
            Ok(())
        })
    }

    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            self.expects_a_durable_attempt(outgoing).await;
            for _ in 0..self.world.hesitation() {
                tokio::task::yield_now().await;
            }
            let answer = self.meet(self.world.fate(), outgoing).await;
            if self.world.hurries() {
                // The reports overtake the answer.
                let early = self.world.hurry(outgoing.message);
                self.world.desk.keep(&early, self.world.clock.now()).await;
            }
            answer
        })
    }

    fn query<'a>(&'a self, reference: &'a Reference) -> BoxFuture<'a, Result<Found, SendError>> {
        Box::pin(async move {
            if self.world.percent(5) && self.world.fate() != Fate::Take {
                return Err(down(false));
            }
            Ok(match self.world.finds(&self.name, &reference.0, SIGHT) {
                true => Found::Present(Accepted {
                    provider_ref: None,
                    code: String::from("200"),
                }),
                false => Found::Absent,
            })
        })
    }
}

impl Carrier {
    async fn meet(&self, fate: Fate, outgoing: &Outgoing) -> Result<Accepted, SendError> {
        match fate {
            Fate::Take => Ok(self.take(outgoing, false)),
            Fate::TakeTwice => Ok(self.take(outgoing, true)),
            Fate::TakeAndLose => {
                self.take(outgoing, false);
                Err(lost())
            }
            Fate::TakeLate => {
                self.take_later(outgoing);
                Err(lost())
            }
            Fate::Lose => Err(lost()),
            Fate::Refuse => Err(SendError::Rejected {
                stage: "rcpt",
                code: Some(String::from("550")),
                detail: String::from("no such address"),
                bad_address: self.world.percent(50),
            }),
            Fate::Down => Err(down(true)),
            Fate::TooMany => Err(SendError::NotSent {
                stage: "request",
                code: Some(String::from("429")),
                detail: String::from("too many requests"),
                retry_after: Some(Duration::from_secs(
                    self.world.between(0, 1_200).unsigned_abs(),
                )),
                concerns: Concern::Provider,
            }),
            Fate::Stranger => Err(SendError::Misconfigured {
                detail: String::from("401"),
            }),
            Fate::DieBefore => self.die().await,
            Fate::DieAndTakeLate => {
                self.take_later(outgoing);
                self.die().await
            }
            Fate::DieAfter => {
                self.take(outgoing, false);
                self.die().await
            }
            Fate::Sleep => {
                let before = self.world.percent(50);
                let accepted = before.then(|| self.take(outgoing, false));
                self.sleep_past_the_lease().await;
                Ok(accepted.unwrap_or_else(|| self.take(outgoing, false)))
            }
        }
    }

    fn take(&self, outgoing: &Outgoing, twice: bool) -> Accepted {
        let life = self.kind.key_life();
        self.world
            .take(&self.name, outgoing, self.channel, life, twice)
    }

    fn take_later(&self, outgoing: &Outgoing) {
        let (life, within) = (self.kind.key_life(), LONGEST_SEND_S.cast_signed());
        self.world
            .take_later(&self.name, outgoing, self.channel, life, within);
    }

    /// The node ends here; whoever waits for the answer waits for ever.
    async fn die(&self) -> ! {
        self.world.death.notify_one();
        std::future::pending().await
    }

    /// Long enough to be declared dead; meanwhile the other node does what it finds.
    async fn sleep_past_the_lease(&self) {
        let eye = &self.world.eye;
        eye.execute("UPDATE node SET heartbeat_at = 0 WHERE name = 'first'")
            .await;
        let rival = self
            .world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut rival) = rival else { return };
        rival.step().await.expect("the rival's store works");
        *self
            .world
            .rival
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(rival);
    }

    /// Nothing leaves before the attempt is on disk and the message is `sending`.
    async fn expects_a_durable_attempt(&self, outgoing: &Outgoing) {
        let (message, lease_no) = (outgoing.message.get(), outgoing.lease_no);
        let found: i64 = match &*self.world.eye {
            Eye::Sqlite(pool) => sqlx::query_scalar(OPEN_ATTEMPT)
                .bind(message)
                .bind(lease_no)
                .fetch_one(pool)
                .await
                .expect("the store can be read"),
            Eye::Postgres(pool) => sqlx::query_scalar(OPEN_ATTEMPT)
                .bind(message)
                .bind(lease_no)
                .fetch_one(pool)
                .await
                .expect("the store can be read"),
        };
        if found != 1 {
            self.world.broken(format!(
                "message {message} left without a durable open attempt under lease {lease_no}"
            ));
        }
    }
}

/// Open; or given up by another node while this one slept between its commit and the first byte.
const OPEN_ATTEMPT: &str = "SELECT CAST(count(*) AS BIGINT) FROM attempt a
    JOIN message m ON m.id = a.message_id WHERE a.message_id = $1 AND a.lease_no = $2
    AND ((a.closed_at IS NULL AND m.lease_no = a.lease_no AND m.state = 'sending')
    OR (a.outcome = 'unknown' AND a.stage = 'node'))";

fn lost() -> SendError {
    SendError::Unknown {
        stage: "answer",
        detail: String::from("the connection broke"),
    }
}

fn down(as_a_whole: bool) -> SendError {
    SendError::NotSent {
        stage: "connect",
        code: None,
        detail: String::from("refused"),
        retry_after: None,
        concerns: if as_a_whole {
            Concern::Provider
        } else {
            Concern::Recipient
        },
    }
}

/// One or two carriers for texts, one for mail.
pub(super) fn trades(dice: &mut Dice) -> Vec<Trade> {
    let mut trades = vec![
        Trade {
            name: "texts",
            channel: Channel::Sms,
            kind: *dice.one_of(&Kind::ALL),
        },
        Trade {
            name: "mails",
            channel: Channel::Email,
            kind: *dice.one_of(&[Kind::Blind, Kind::Blind, Kind::Idempotent, Kind::Askable]),
        },
    ];
    if dice.percent(40) {
        trades.push(Trade {
            name: "other-texts",
            channel: Channel::Sms,
            kind: *dice.one_of(&Kind::ALL),
        });
    }
    trades
}
