//! No file descriptor left on this machine: a connection that could not be opened says nothing
//! about the provider, and nothing has left.

use std::io;

use super::{Concern, SendError};

/// Too many open files of this process, and of this machine; the same numbers on every Unix.
const NONE_LEFT: [i32; 2] = [24, 23];

/// The verdict, when that is why a connection could not be opened.
pub(super) fn none_left(error: &io::Error) -> Option<SendError> {
    let none_left = error
        .raw_os_error()
        .is_some_and(|number| NONE_LEFT.contains(&number));
    none_left.then(|| SendError::NotSent {
        stage: "connect",
        code: None,
        detail: "this machine has no free file descriptor for a connection; raise the limit (`ulimit -n`, `LimitNOFILE=`)".to_owned(),
        retry_after: None,
        concerns: Concern::Here,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lack_of_descriptors_is_this_machines() {
        let own = none_left(&io::Error::from_raw_os_error(24));
        let concerns_here = matches!(
            own,
            Some(SendError::NotSent {
                concerns: Concern::Here,
                ..
            })
        );
        assert!(concerns_here, "{own:?}");
        assert!(none_left(&io::ErrorKind::ConnectionRefused.into()).is_none());
    }
}
