//! Ten thousand SMS over a connection that is cut five times: each is accepted, refused or unknown, no
//! more are unknown than the window holds, and nobody gets one twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use araldo::channel::{Provider, SendError};
use futures_util::future::join_all;

use super::super::{Running, sms};
use super::{PATIENT, provider};
use crate::support::patience::pause;
use crate::support::smsc::{Smsc, SmscSays};

const MANY: usize = 10_000;
const CUTS: usize = 5;
const WINDOW: usize = 32;
/// One cut after so many that the centre has seen.
const BETWEEN: usize = 1_700;

/// What became of those that one worker sent.
#[derive(Default)]
struct Sums {
    accepted: Vec<String>,
    rejected: usize,
    unknown: usize,
}

async fn work(provider: &Arc<dyn Provider>, next: &AtomicUsize) -> Sums {
    let mut sums = Sums::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= MANY {
            return sums;
        }
        let text = format!("n. {number:05}");
        let outgoing = sms("+393331234567", &text);
        loop {
            // As `dispatch` does: what was not sent is sent again.
            match provider.send(&outgoing).await {
                Ok(_) => sums.accepted.push(text),
                Err(SendError::NotSent { .. }) => {
                    pause().await;
                    continue;
                }
                Err(SendError::Rejected { .. }) => sums.rejected += 1,
                Err(SendError::Unknown { .. }) => sums.unknown += 1,
                Err(other) => panic!("{other:?}"),
            }
            break;
        }
    }
}

#[tokio::test]
async fn ten_thousand_sms_over_five_cuts_close_to_the_last() {
    let running = Running::new();
    let smsc = Smsc::open(|submitted, count| match count {
        _ if count % BETWEEN == 0 && count <= CUTS * BETWEEN => SmscSays::Cut,
        _ if submitted.text.ends_with(b"77") => SmscSays::Refuse(0x0b),
        _ => SmscSays::Take,
    });
    let smsc = smsc.await;
    let provider = provider(&running, &smsc, &format!("window = {WINDOW}\n{PATIENT}"));
    let next = AtomicUsize::new(0);
    // More than the window holds, so that it is the window that bounds.
    let all = join_all((0..2 * WINDOW).map(|_| work(&provider, &next))).await;
    let accepted: Vec<&String> = all.iter().flat_map(|sums| &sums.accepted).collect();
    let rejected: usize = all.iter().map(|sums| sums.rejected).sum();
    let unknown: usize = all.iter().map(|sums| sums.unknown).sum();
    assert_eq!(accepted.len() + rejected + unknown, MANY);
    assert!(
        (1..=WINDOW * CUTS).contains(&unknown),
        "{unknown} are unknown"
    );
    assert!(
        rejected > 0 && rejected <= MANY / 100,
        "{rejected} are rejected"
    );
    let submitted = smsc.submitted();
    let seen: BTreeSet<String> = submitted
        .iter()
        .map(|sms| String::from_utf8(sms.text.clone()).unwrap())
        .collect();
    assert_eq!(seen.len(), submitted.len(), "nobody gets one twice");
    assert!(accepted.iter().all(|text| seen.contains(*text)));
    assert!(seen.len() >= accepted.len() + rejected);
    assert_eq!(smsc.binds().len(), CUTS + 1);
}
