//! Quiet hours: when a client is not to be disturbed, in the client's own time zone.

/// From one time of day to another, over midnight if `from` is later than `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute of the day, 0 to 1439.
    pub from_minute: u16,
    /// First minute that is not quiet any more, 0 to 1439.
    pub to_minute: u16,
}
