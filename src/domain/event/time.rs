//! When an event happened, as far as its source can be believed.
//!
//! `time` is a claim. An event from the future would be newer than all that follows it, so that
//! its case or incident fell silent. Which of two clocks is wrong cannot be known here, and an
//! alarm must not be lost over it: a time ahead of ours is taken as "now", and the claim is kept
//! beside it. What no clock shows (1970, next month) is refused, and the error says what to do.

use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::fields::Fields;
use crate::domain::limits::{CLOCK_ERROR, EARLIEST};
use crate::text::tree::JsonNode;

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventTime {
    /// See [`Event::occurred_at`](super::Event::occurred_at).
    pub(super) occurred_at: Timestamp,
    /// See [`Event::claimed_at`](super::Event::claimed_at).
    pub(super) claimed_at: Option<Timestamp>,
    /// `time` as it was sent.
    pub(super) said: Option<Timestamp>,
}

impl EventTime {
    /// Reads `time`.
    pub(super) fn read<N: JsonNode>(
        fields: &Fields<'_, N>,
        received_at: Timestamp,
    ) -> Result<Self, FieldError> {
        let said = fields.time_if("time")?;
        let Some(time) = said else {
            return Ok(Self {
                occurred_at: received_at,
                claimed_at: None,
                said,
            });
        };
        if time < EARLIEST || time > received_at + CLOCK_ERROR {
            return Err(fields.fault("time", no_clock(time, received_at)));
        }
        Ok(Self {
            occurred_at: time.min(received_at),
            claimed_at: (time > received_at).then_some(time),
            said,
        })
    }
}

fn no_clock(time: Timestamp, received_at: Timestamp) -> String {
    format!(
        "`time` is {time}, and here it is {received_at}: set the clock of the source right, or \
         leave `time` out, and the event counts as of when it is received"
    )
}
