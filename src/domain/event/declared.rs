//! Where something stands that a person says of an incident at the console, before it is an event
//! like any other.

use crate::text::text_enum::text_enum;

text_enum! {
    /// Where something stands that was declared at the console.
    pub enum DeclaredState {
        /// Written down; nobody is told.
        Draft => "draft",
        /// A second person is asked to approve it.
        Waiting => "waiting",
        /// A second person approved exactly this text for exactly this audience.
        Approved => "approved",
        /// The second person wants it otherwise.
        Returned => "returned",
        /// It became an event.
        Sent => "sent",
        /// Its author gave it up.
        Withdrawn => "withdrawn",
    }
}

impl DeclaredState {
    /// Whether something can still become of it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Sent | Self::Withdrawn)
    }
}
