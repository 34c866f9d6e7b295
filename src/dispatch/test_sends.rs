//! Sends the texts that operators send to themselves: one at a time for each channel, by the routes,
//! at the rates and in the form of real messages, so that what arrives is what a client would get.
//!
//! They are no messages and touch no table of theirs. Each is marked as handed over before it is:
//! after a crash in between nobody knows whether it left, and it is not sent again. One that no
//! provider takes in time is given up; nothing is tried twice, since its person is there and asks again.
//! Their times are those outside (`Clock::wall`): somebody waits, also where our time runs faster. What a
//! provider reads is by our clock, as of every message.

use std::sync::Arc;
use std::time::Duration;

use crate::channel::{Accepted, Content, Email, Outgoing, Reference, SendError};
use crate::dispatch::Shared;
use crate::dispatch::providers::{Choice, Chosen, Destination, Leaning};
use crate::domain::limits::{DETAIL, TEST_SEND_WAITS};
use crate::domain::test_send::TestSendState;
use crate::domain::{Channel, EmailAddress, Lane, MessageId, PhoneNumber, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::templates::test_sends::WaitingTestSend;
use crate::text::sanitize::excerpt;

/// How often to look: somebody sits and waits.
const EVERY: Duration = Duration::from_secs(1);
/// The longest pause while a provider rests, so that a test is given up in good time.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// From the permit to the departure, at most; see `send`.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a look came to.
pub(super) enum TestTurn {
    /// One was dealt with; there may be another.
    Did,
    /// None waits that could go now.
    Nothing,
    /// Its providers rest until then.
    Wait(Timestamp),
}

/// Sends the tests of a channel until the daemon stops.
pub(super) async fn watch(shared: Arc<Shared>, channel: Channel, lifecycle: Lifecycle) {
    while !lifecycle.is_stopping() {
        let pause = match look(&shared, channel).await {
            Ok(TestTurn::Did) => continue,
            Ok(TestTurn::Nothing) => EVERY,
            Ok(TestTurn::Wait(until)) => {
                let rest = (until - shared.clock.now()).to_std().unwrap_or_default();
                shared.clock.sleep_for(rest).clamp(EVERY, LONGEST_PAUSE)
            }
            Err(error) => {
                tracing::error!(error = %error, "cannot send an operator's test; trying again");
                EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Takes the oldest test of a channel as far as it goes now.
pub(super) async fn look(shared: &Shared, channel: Channel) -> Result<TestTurn, StoreError> {
    let (now, wall) = (shared.clock.now(), shared.clock.wall());
    let next = shared
        .store
        .read()
        .await?
        .test_sends()
        .next(channel)
        .await?;
    let Some(test) = next else {
        return Ok(TestTurn::Nothing);
    };
    let over = test.created_at + TEST_SEND_WAITS;
    if wall >= over {
        let mut tx = shared.store.write().await?;
        tx.test_sends().expire(wall).await?;
        tx.commit().await?;
        return Ok(TestTurn::Did);
    }
    if test.paused {
        return Ok(TestTurn::Nothing);
    }
    match shared.routes.choose(channel, &Leaning::default(), now) {
        Choice::Route(chosen) => {
            let patience = (over - wall).to_std().unwrap_or_default();
            send(shared, &test, &chosen, patience).await
        }
        Choice::Wait(until) => Ok(TestTurn::Wait(until.min(now + (over - wall)))),
        Choice::Nobody => turn_down(shared, &test, wall).await,
    }
}

/// Nobody carries its channel.
async fn turn_down(
    shared: &Shared,
    test: &WaitingTestSend,
    wall: Timestamp,
) -> Result<TestTurn, StoreError> {
    let why = format!("[channels] names no provider for {}", test.channel);
    let mut tx = shared.store.write().await?;
    if tx.test_sends().begin(test.id, None).await? {
        tx.test_sends()
            .finish(test.id, TestSendState::Refused, Some(&why), wall)
            .await?;
        tx.commit().await?;
    }
    Ok(TestTurn::Did)
}

async fn send(
    shared: &Shared,
    test: &WaitingTestSend,
    chosen: &Chosen,
    patience: Duration,
) -> Result<TestTurn, StoreError> {
    let route = &*chosen.route;
    if let Err(error) = route.provider.warm().await {
        let now = shared.clock.now();
        let wait = route.unreached(&error, now).wait;
        return Ok(wait.map_or(TestTurn::Nothing, TestTurn::Wait));
    }
    let permit = tokio::time::timeout(patience, route.acquire(Lane::Normal)).await;
    let Ok(Some(permit)) = permit else {
        return Ok(TestTurn::Nothing);
    };
    // The wait may have been long enough for the provider to fall ill.
    if !chosen.asks() && route.rests() {
        return Ok(TestTurn::Nothing);
    }
    let mut tx = shared.store.write().await?;
    let provider = Some(route.provider.name());
    if !tx.test_sends().begin(test.id, provider).await? {
        return Ok(TestTurn::Did);
    }
    tx.commit().await?;
    fail::fail_point!("test-send-begun");
    let answer = match permit.wait_for_slot(PATIENCE).await {
        Ok(()) => {
            let waited = shared.clock.wall() - test.created_at;
            let asked_at = shared.clock.now() - waited;
            route.provider.send(&outgoing(test, asked_at)).await
        }
        Err(missed) => Err(missed.into()),
    };
    let now = shared.clock.now();
    route.note_answer(&answer, Destination::of(&test.address), now);
    let (state, detail) = outcome(&answer);
    let mut tx = shared.store.write().await?;
    tx.test_sends()
        .finish(test.id, state, detail.as_deref(), shared.clock.wall())
        .await?;
    tx.commit().await?;
    Ok(TestTurn::Did)
}

/// As a message of the template would be handed over. Nothing in it leads back to a message. `asked_at`: by
/// our clock.
fn outgoing(test: &WaitingTestSend, asked_at: Timestamp) -> Outgoing {
    let address = test.address.clone();
    let content = match test.channel {
        Channel::Sms => Content::Sms {
            to: PhoneNumber::from_stored(address),
            text: test.text.clone(),
        },
        Channel::Email => Content::Email(Box::new(Email {
            to: EmailAddress::from_stored(address),
            to_name: String::new(),
            subject: test.subject.clone(),
            html: test.html.clone(),
            text: test.text.clone(),
            unsubscribe_url: None,
            one_click: false,
            kind: test.template.clone(),
            date: asked_at,
        })),
    };
    Outgoing {
        message: MessageId::new(test.id.get()),
        lease_no: 1,
        reference: Reference(format!("araldo-t{}", test.id)),
        expires_at: asked_at + TEST_SEND_WAITS,
        reported: false,
        content,
    }
}

/// What an answer means for somebody who sits and waits.
fn outcome(answer: &Result<Accepted, SendError>) -> (TestSendState, Option<String>) {
    let said = |error: &SendError| Some(excerpt(&error.to_string(), DETAIL));
    match answer {
        Ok(_) => (TestSendState::Sent, None),
        Err(error @ SendError::Unknown { .. }) => (TestSendState::Unknown, said(error)),
        Err(error) => (TestSendState::Refused, said(error)),
    }
}
