//! What was said and was wrong, to be told to exactly those who got it.

use crate::text::text_enum::text_enum;

text_enum! {
    /// Where a rectification stands.
    pub enum RectificationState {
        /// A second person is to approve it; nobody was told.
        Waiting => "waiting",
        /// It became events, and those became messages.
        Sent => "sent",
        /// It was taken back before anybody was told.
        Withdrawn => "withdrawn",
    }
}
