//! Crashing one node at one named instruction, unseen by every other test of this program.
//!
//! The points are the process's, so each gets one callback for good, which looks at what its own
//! thread has armed. The unwinding takes the turn's future with it: nothing of it lives on.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Once;

use futures_util::FutureExt as _;

/// Every place on the path of a message where a node can be crashed, in the order of the path.
/// `send` has no commit: before it nothing has left, after it the answer has come.
pub(super) const POINTS: [&str; 24] = [
    "plan-before-commit",
    "plan-after-commit",
    "chunk-before-commit",
    "chunk-after-commit",
    "claim-before-commit",
    "claim-after-commit",
    "skip-before-commit",
    "skip-after-commit",
    "give-back-before-commit",
    "give-back-after-commit",
    "begin-before-commit",
    "begin-after-commit",
    "send-before",
    "send-after",
    "finish-before-commit",
    "finish-after-commit",
    "receipt-before-commit",
    "receipt-after-commit",
    "rescue-before-commit",
    "rescue-after-commit",
    "look-before-commit",
    "look-after-commit",
    "fallback-before-commit",
    "fallback-after-commit",
];

thread_local! {
    /// The armed point, and how many more times it is passed first.
    static ARMED: Cell<Option<(&'static str, u32)>> = const { Cell::new(None) };
}

/// What unwinds.
struct Crash;

/// Crashes this thread's node when it passes `point` for the time after `spared`.
pub(super) fn arm(point: &'static str, spared: u32) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for point in POINTS {
            fail::cfg_callback(point, move || passed(point)).expect("the point can be watched");
        }
    });
    ARMED.set(Some((point, spared)));
}

/// Takes back what was armed. True: it had not been reached.
pub(super) fn disarm() -> bool {
    ARMED.take().is_some()
}

fn passed(point: &'static str) {
    match ARMED.get() {
        Some((armed, 0)) if armed == point => {
            ARMED.set(None);
            // Not a panic: nobody need read of it.
            resume_unwind(Box::new(Crash));
        }
        Some((armed, left)) if armed == point => ARMED.set(Some((armed, left - 1))),
        _ => {}
    }
}

/// Runs `work` until it is done or crashes at the armed point; `None` is a crash. Any other panic
/// goes on.
pub(super) async fn until_crash<T>(work: impl Future<Output = T>) -> Option<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<Crash>() => None,
        Err(cause) => resume_unwind(cause),
    }
}
