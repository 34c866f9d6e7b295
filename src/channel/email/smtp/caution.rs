//! How long the end of a mail is held back to see whether the server hangs up in the middle.
//!
//! What is written leaves this machine at once, so a server that ends the connection while it
//! reads a mail is usually noticed only after the final dot has left too, and then nobody can say
//! whether the mail was taken. A short wait before the dot turns most of these into a certain "not
//! sent". A proven connection to a relay that has cut nobody off waits for nothing.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Held back so long on a connection that has not taken a mail yet, or while the relay is doubted.
const HOLD: Duration = Duration::from_millis(25);
/// How long a relay is doubted after it cut a mail off.
const DOUBT: Duration = Duration::from_mins(10);

/// What is known of a relay's habit to hang up within a mail.
#[derive(Debug, Default)]
pub(super) struct Caution(Mutex<Option<Instant>>);

impl Caution {
    /// The relay hung up within a mail.
    pub(super) fn cut_off(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// How long to hold back the end of the next mail. `proven`: its connection has taken one.
    pub(super) fn hold(&self, proven: bool, now: Instant) -> Duration {
        let cut_off = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let doubted = cut_off.is_some_and(|at| now - at < DOUBT);
        if proven && !doubted {
            Duration::ZERO
        } else {
            HOLD
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proven_connection_to_an_undoubted_relay_waits_for_nothing() {
        let (caution, now) = (Caution::default(), Instant::now());
        assert_eq!(caution.hold(true, now), Duration::ZERO);
        assert_eq!(caution.hold(false, now), HOLD);
        caution.cut_off(now);
        assert_eq!(caution.hold(true, now + DOUBT / 2), HOLD);
        assert_eq!(caution.hold(true, now + DOUBT), Duration::ZERO);
    }
}
