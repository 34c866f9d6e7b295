//! A safety alarm whose answer was lost: soon again, once, and never a third time.

use std::time::Duration;

use super::peer::{Act, Moment, Peer};
use super::{readers, tell};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(a_lost_alarm_is_repeated_within_two_minutes_and_once);

const SOON: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'unknown' \
    AND wake_at - opened_at <= 120000000";
const REPEATED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'unknown' AND risky";
const PATIENT: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'unknown' \
    AND risky AND wake_at - opened_at > 3600000000";

async fn a_lost_alarm_is_repeated_within_two_minutes_and_once(store: TestStore) {
    let peer = Peer::start(100, Duration::ZERO, |moment| match moment {
        Moment::Dot => Act::HangUp,
        _ => Act::Usual,
    });
    // The default times: a relay may take ten minutes to answer.
    let node = Node::start(store, &peer.settings(2)).await;
    tell(&node, &readers(1)).await;
    node.eye.until(SOON, 1).await;

    // The minute passes; the repeat is lost as well.
    let passed = "UPDATE message SET wake_at = created_at WHERE state = 'unknown'";
    node.eye.execute(passed).await;
    node.eye.until(REPEATED, 1).await;
    assert_eq!(peer.taken()["reader0@town-0.example"].len(), 2);

    // No second risk is taken.
    node.eye.execute(passed).await;
    node.eye.until(PATIENT, 1).await;
    assert_eq!(peer.taken()["reader0@town-0.example"].len(), 2);
    node.stop().await;
}
