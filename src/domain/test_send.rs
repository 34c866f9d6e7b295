//! Where a text stands that an operator sends to themselves, to see it as a client would. It is no
//! message: no client is told, and no sum counts it.

use crate::text::text_enum::text_enum;

text_enum! {
    /// What became of a text that an operator sends to themselves.
    pub enum TestSendState {
        /// For a provider that takes it.
        Waiting => "waiting",
        /// A provider took it.
        Sent => "sent",
        /// It did not leave, or a provider did not want it.
        Refused => "refused",
        /// It was to be handed over, and no answer came. It is never sent again.
        Unknown => "unknown",
        /// Nobody took it in time.
        Expired => "expired",
    }
}
