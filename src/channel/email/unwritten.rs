//! The verdicts about a mail that was not even written.

use super::message::ComposeError;
use crate::channel::{Concern, SendError};

pub(super) fn unwritten(error: &ComposeError) -> SendError {
    match error {
        ComposeError::Address(_) => unwritable(&error.to_string()),
        // The mail is as good as any: another time.
        ComposeError::Signature(_) => SendError::NotSent {
            stage: "compose",
            code: None,
            detail: error.to_string(),
            retry_after: None,
            concerns: Concern::Recipient,
        },
    }
}

pub(super) fn unwritable(detail: &str) -> SendError {
    SendError::Rejected {
        stage: "compose",
        code: None,
        detail: detail.to_owned(),
        bad_address: false,
    }
}
