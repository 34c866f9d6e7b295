//! Crashing a clock at one of its two named places, unseen by every other test of this program: each
//! place has one callback for good, which looks at what its own thread has armed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Once;

use futures_util::FutureExt as _;

/// Nothing was kept, and all was.
pub(super) const POINTS: [&str; 2] = ["clock-before-commit", "clock-after-commit"];

thread_local! {
    static ARMED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// What unwinds.
struct ClockCrash;

/// Crashes the next clock of this thread that passes `point`.
pub(super) fn arm(point: &'static str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for point in POINTS {
            let passed = move || {
                if ARMED.get() == Some(point) {
                    ARMED.set(None);
                    resume_unwind(Box::new(ClockCrash));
                }
            };
            fail::cfg_callback(point, passed).expect("the point can be watched");
        }
    });
    ARMED.set(Some(point));
}

/// Runs `work` until it is done or crashes; `None` is a crash. What was armed is not any more.
pub(super) async fn until_crash<T>(work: impl Future<Output = T>) -> Option<T> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    ARMED.set(None);
    match outcome {
        Ok(done) => Some(done),
        Err(cause) if cause.is::<ClockCrash>() => None,
        Err(cause) => resume_unwind(cause),
    }
}
